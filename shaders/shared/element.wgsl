// A stage without a matmul: a thread an element that it gives. The stage says how many an example has, and what an element
// is.

const THREADS = 64u;

// Its weights lie as they are.
fn weight_at(address: u32) -> f32 {
    return weights[address >> 2u][address & 3u];
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let at = workgroup_from(group, groups) * THREADS + index;
    let elements = elements_of();
    if at < stage.examples * elements {
        output[stage.output_base + at] = activate(element(at / elements, at % elements));
    }
}
