// Mean and log variance of the product of a standard normal distribution and of Gaussian experts, from the experts' sums of mean
// times precision and of precision.

fn elements_of() -> u32 {
    return 2u * stage.small_channels;
}

fn element(example: u32, at: u32) -> f32 {
    let dimensions = stage.small_channels;
    let place = stage.input_base + example * 2u * dimensions + at % dimensions;
    let by = 1.0 + max(value_at(place + dimensions), 0.0);
    if at < dimensions {
        return value_at(place) / by;
    }
    return -log(by);
}
