// The nearest place's value: small map to large.

fn elements_of() -> u32 {
    return stage.large_height * stage.large_width * stage.large_channels;
}

fn element(example: u32, at: u32) -> f32 {
    let base = stage.input_base + example * (stage.small_height * stage.small_width * stage.small_channels);
    let channel = at % stage.large_channels;
    let place = at / stage.large_channels;
    let y = place / stage.large_width * stage.small_height / stage.large_height;
    let x = place % stage.large_width * stage.small_width / stage.large_width;
    return value_at(base + (y * stage.small_width + x) * stage.small_channels + channel);
}
