// The channels of two maps side by side: the large map's first channels are the small one's, which is read first.

fn elements_of() -> u32 {
    return stage.large_height * stage.large_width * stage.large_channels;
}

fn element(example: u32, at: u32) -> f32 {
    let place = (example * elements_of() + at) / stage.large_channels;
    let channel = at % stage.large_channels;
    if channel < stage.small_channels {
        return value_at(stage.input_base + place * stage.small_channels + channel);
    }
    let others = stage.large_channels - stage.small_channels;
    return second_at(stage.second_base + place * others + channel - stage.small_channels);
}
