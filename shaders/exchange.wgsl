// Groups one after another to groups last: planes to channels last, and channels last to planes.

fn values_of() -> u32 {
    return stage.inner * stage.columns;
}

fn element(example: u32, at: u32) -> f32 {
    let group = at % stage.inner;
    let place = at / stage.inner;
    return value_at(stage.input_base + example * values_of() + group * stage.columns + place);
}
