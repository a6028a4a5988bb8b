// A pixel of an image that is drawn row by row. The angle of a row's first two numbers chooses its state and its first two
// pixels, given the state of the row above; any other pixel is 1 where its number is below what the state says. The weights are
// the directions in which cells begin, four of a state, by rising angle: of a first row, then of any other by the state above;
// then the pixels of each state.

fn elements_of() -> u32 {
    return stage.large_height * stage.large_width * stage.large_channels;
}

fn is_lower(place: vec2<f32>) -> bool {
    return place.y < 0.0 || (place.y == 0.0 && place.x < 0.0);
}

// The last cell of a line that has begun at a place's angle.
fn cell_of(line: u32, place: vec2<f32>) -> u32 {
    let cells = 4u * stage.small_width;
    let lower = is_lower(place);
    var low = 0u;
    var high = cells - 1u;
    while low < high {
        let middle = (low + high + 1u) / 2u;
        let at = 2u * (line * cells + middle);
        let direction = vec2<f32>(weight_at(at), weight_at(at + 1u));
        if select(lower, direction.x * place.y >= direction.y * place.x, is_lower(direction) == lower) {
            low = middle;
        } else {
            high = middle - 1u;
        }
    }
    return low;
}

fn element(example: u32, at: u32) -> f32 {
    let states = stage.small_width;
    let width = stage.large_width;
    let area = stage.large_height * width;
    let base = stage.input_base + example * elements_of();
    // From a row's first number to its second: of one column, that of the next channel.
    let apart = select(1u, area, width == 1u);
    let row = at % area / width;
    var cell = 0u;
    for (var next = 0u; next <= row; next++) {
        let first = base + next * width;
        let line = select(1u + cell / 4u, 0u, next == 0u);
        cell = cell_of(line, vec2<f32>(value_at(first), value_at(first + apart)));
    }
    let place = at / area * width + at % width;
    if place < 2u {
        return f32((cell >> place) & 1u);
    }
    let pixels = 8u * states * (1u + states);
    let below = weight_at(pixels + cell / 4u * width * stage.large_channels + place);
    return select(0.0, 1.0, value_at(base + at) < below);
}
