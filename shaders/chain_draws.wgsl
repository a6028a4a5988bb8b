// A pixel of an image that is drawn row by row. The first number of a row chooses its state and its first pixel, given the state
// of the row above; any other pixel is 1 where its number is below what the state says. The weights are where the cells, a state
// with its first pixel off or on, end: of a first row, then of any other by the state above; then the pixels of each state.

fn elements_of() -> u32 {
    return stage.large_height * stage.large_width * stage.large_channels;
}

// The cell of a line of their ends that a number falls into.
fn cell_of(line: u32, z: f32) -> u32 {
    let cells = 2u * stage.small_width;
    var low = 0u;
    var high = cells - 1u;
    while low < high {
        let middle = (low + high) / 2u;
        if weight_at(line * cells + middle) <= z {
            low = middle + 1u;
        } else {
            high = middle;
        }
    }
    return low;
}

fn element(example: u32, at: u32) -> f32 {
    let states = stage.small_width;
    let width = stage.large_width;
    let area = stage.large_height * width;
    let base = stage.input_base + example * elements_of();
    let row = at % area / width;
    var cell = cell_of(0u, value_at(base));
    for (var next = 1u; next <= row; next++) {
        cell = cell_of(1u + cell / 2u, value_at(base + next * width));
    }
    let place = at / area * width + at % width;
    if place == 0u {
        return f32(cell % 2u);
    }
    let pixels = 2u * states * (1u + states);
    let below = weight_at(pixels + cell / 2u * width * stage.large_channels + place);
    return select(0.0, 1.0, value_at(base + at) < below);
}
