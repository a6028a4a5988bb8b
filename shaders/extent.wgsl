// The largest absolute value of what an operation gives, by one workgroup: what its maps are coloured relative to.

var<workgroup> found: array<f32, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) index: u32) {
    var most = 0.0;
    for (var at = index; at < target_of.values; at += THREADS) {
        most = max(most, abs(values[target_of.base + at]));
    }
    found[index] = most;
    workgroupBarrier();
    for (var half = THREADS / 2u; half > 0u; half /= 2u) {
        if index < half {
            found[index] = max(found[index], found[index + half]);
        }
        workgroupBarrier();
    }
    if index == 0u {
        largest[0] = found[0];
    }
}
