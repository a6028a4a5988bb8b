// A pixel drawn given the one that it depends on. What the pixels above it make of it, be they 0 or 1, is followed up to where
// both give the same. The weights are four numbers a pixel: which it depends on, as thousands and rest, itself where on none;
// below what its number has to lie for it to be 1, where the other is 0 and where it is 1.

fn elements_of() -> u32 {
    return stage.large_channels;
}

fn element(example: u32, at: u32) -> f32 {
    let pixels = stage.large_channels;
    var own = vec2<f32>(0.0, 1.0);
    var pixel = at;
    for (var step = 0u; step < pixels; step++) {
        let z = value_at(stage.input_base + example * pixels + pixel);
        let below = vec2<f32>(weight_at(4u * pixel + 2u), weight_at(4u * pixel + 3u));
        own = select(vec2<f32>(own.x), vec2<f32>(own.y), vec2<f32>(z) < below);
        let parent = u32(weight_at(4u * pixel)) * 1000u + u32(weight_at(4u * pixel + 1u));
        if own.x == own.y || parent == pixel || parent >= pixels {
            break;
        }
        pixel = parent;
    }
    return own.x;
}
