// The sum of two values.

fn elements_of() -> u32 {
    return stage.large_height * stage.large_width * stage.large_channels;
}

fn element(example: u32, at: u32) -> f32 {
    let address = example * elements_of() + at;
    return value_at(stage.input_base + address) + second_at(stage.second_base + address);
}
