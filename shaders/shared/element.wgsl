// A stage without weights: a thread a value that it gives. The stage says how many values an example has, and which one a
// value is.

const THREADS = 64u;

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let at = workgroup_from(group, groups) * THREADS + index;
    let values = values_of();
    if at < stage.examples * values {
        output[stage.output_base + at] = activate(element(at / values, at % values));
    }
}
