// 1 in place of the largest of the inputs, the first of equal ones, and 0 elsewhere.

fn elements_of() -> u32 {
    return stage.small_channels;
}

fn element(example: u32, at: u32) -> f32 {
    let inputs = stage.small_channels;
    let base = stage.input_base + example * inputs;
    var largest = 0u;
    var most = value_at(base);
    for (var place = 1u; place < inputs; place++) {
        let value = value_at(base + place);
        largest = select(largest, place, value > most);
        most = max(most, value);
    }
    return select(0.0, 1.0, at == largest);
}
