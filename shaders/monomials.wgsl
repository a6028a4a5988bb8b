// Products of powers of the inputs; the weights are the exponents, term by term.

fn elements_of() -> u32 {
    return stage.large_channels;
}

fn element(example: u32, at: u32) -> f32 {
    var product = 1.0;
    for (var place = 0u; place < stage.small_channels; place++) {
        let x = value_at(stage.input_base + example * stage.small_channels + place);
        let power = u32(weight_at(at * stage.small_channels + place));
        for (var factor = 0u; factor < power; factor++) {
            product *= x;
        }
    }
    return product;
}
