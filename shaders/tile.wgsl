// Decoded images into the tiles of an atlas: grey in red, to be looked up in a colour map where it is drawn, or red, green
// and blue. A thread a pixel.

fn value_at(example: u32, channel: u32, place: vec2<u32>) -> f32 {
    let pixels = target_of.width * target_of.height;
    let at = (example * target_of.channels + channel) * pixels + place.y * target_of.width + place.x;
    return values[target_of.base + at];
}

// The mean over what a pixel of the tile stands for.
fn pixel_of(example: u32, channel: u32, pixel: vec2<u32>) -> f32 {
    let low = pixel * target_of.reduction;
    let high = min(low + target_of.reduction, vec2<u32>(target_of.width, target_of.height));
    var sum = 0.0;
    for (var y = low.y; y < high.y; y += 1u) {
        for (var x = low.x; x < high.x; x += 1u) {
            sum += value_at(example, channel, vec2<u32>(x, y));
        }
    }
    let size = high - low;
    return sum / f32(size.x * size.y);
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let at = thread_from(group, groups, index);
    let area = target_of.tile_width * target_of.tile_height;
    let example = at / area;
    if example >= target_of.count {
        return;
    }
    let pixel = vec2<u32>(at % area % target_of.tile_width, at % area / target_of.tile_width);
    let tile = target_of.first + example;
    let corner = vec2<u32>(tile % target_of.columns * target_of.tile_width, tile / target_of.columns * target_of.tile_height);
    let red = pixel_of(example, 0u, pixel);
    var color = vec4<f32>(red, red, red, 1.0);
    if target_of.channels == 3u {
        color = vec4<f32>(red, pixel_of(example, 1u, pixel), pixel_of(example, 2u, pixel), 1.0);
    }
    textureStore(texels, corner + pixel, color);
}
