// What the sector of a plane holds that the input lies in. The weights are the directions in which sectors begin, by rising
// angle, then what each of them holds.

fn elements_of() -> u32 {
    return stage.large_channels;
}

fn is_lower(place: vec2<f32>) -> bool {
    return place.y < 0.0 || (place.y == 0.0 && place.x < 0.0);
}

fn element(example: u32, at: u32) -> f32 {
    let base = stage.input_base + example * 2u;
    let place = vec2<f32>(value_at(base), value_at(base + 1u));
    let sectors = stage.small_width;
    let lower = is_lower(place);
    var sector = 0u;
    for (var next = 1u; next < sectors; next++) {
        let direction = vec2<f32>(weight_at(2u * next), weight_at(2u * next + 1u));
        let before = is_lower(direction);
        let past = select(lower, direction.x * place.y >= direction.y * place.x, before == lower);
        sector += select(0u, 1u, past);
    }
    return weight_at(2u * sectors + sector * stage.large_channels + at);
}
