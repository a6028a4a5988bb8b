// How near the input lies to each centre, exp(-|x - c|²); the weights are the centres, one after another.

fn elements_of() -> u32 {
    return stage.large_channels;
}

fn element(example: u32, at: u32) -> f32 {
    var squares = 0.0;
    for (var place = 0u; place < stage.small_channels; place++) {
        let x = value_at(stage.input_base + example * stage.small_channels + place);
        let difference = x - weight_at(at * stage.small_channels + place);
        squares += difference * difference;
    }
    return exp(-squares);
}
