// The transpose of a matrix: planes to channels last, and channels last to planes. Its rows are the large map's.

fn elements_of() -> u32 {
    return stage.large_height * stage.large_width;
}

fn element(example: u32, at: u32) -> f32 {
    let row = at % stage.large_height;
    let column = at / stage.large_height;
    return value_at(stage.input_base + example * elements_of() + row * stage.large_width + column);
}
