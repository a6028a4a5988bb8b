// Colour maps: one row of 256 entries each, made on the CPU from the same table as exported pictures.

@group(0) @binding(2) var lookup: texture_2d<f32>;

fn color_from_value(value: f32, map: u32) -> vec3<f32> {
    let entry = clamp(i32(floor(value * 255.0 + 0.5)), 0, 255);
    return textureLoad(lookup, vec2<i32>(entry, i32(map)), 0).rgb;
}
