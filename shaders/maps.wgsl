// What an operation gives for one example, its maps side by side, relative to the largest absolute value: 0 is in the middle
// of the colour map. A thread a pixel.

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let at = thread_from(group, groups, index);
    let places = target_of.width * target_of.height;
    let map = at / places;
    if map >= target_of.count {
        return;
    }
    let place = at % places;
    let address = map * target_of.map_stride + place * target_of.place_stride;
    var value = 0.0;
    if address < target_of.values && largest[0] > 0.0 {
        value = values[target_of.base + address] / largest[0];
    }
    let corner = vec2<u32>(map % target_of.columns * target_of.width, map / target_of.columns * target_of.height);
    let pixel = vec2<u32>(place % target_of.width, place / target_of.width);
    // As the signed colour map counts its entries.
    let entry = (clamp(value, -1.0, 1.0) * 127.0 + 128.0) / 255.0;
    textureStore(texels, corner + pixel, vec4<f32>(entry, entry, entry, 1.0));
}
