// Large map to small, as a matmul whose im2col is never laid out: a row a place of the small map, along its sums the
// receptive field there, row by row, channels last.

struct Row {
    // Where the example's map begins.
    base: u32,
    // The window's upper left corner.
    y: i32,
    x: i32,
}

struct Column {
    y: i32,
    x: i32,
    channel: u32,
}

fn channels_of() -> u32 {
    return stage.large_channels;
}

fn rows_of(phase: u32) -> u32 {
    return select(0u, stage.rows, phase == 0u);
}

fn inner_of(phase: u32) -> u32 {
    return stage.inner;
}

fn row_of(row: u32, phase: u32) -> Row {
    let places = stage.small_height * stage.small_width;
    let place = row % places;
    let base = stage.input_base + row / places * (stage.large_height * stage.large_width * stage.large_channels);
    let position = vec2<u32>(place / stage.small_width, place % stage.small_width) * stage.stride;
    return Row(base, i32(position.x) - i32(stage.padding), i32(position.y) - i32(stage.padding));
}

fn place_of(row: u32, phase: u32) -> u32 {
    return row;
}

fn column_of(k: u32, phase: u32) -> Column {
    let tap = k / stage.large_channels;
    return Column(i32(tap / stage.side), i32(tap % stage.side), k % stage.large_channels);
}

fn address_of(row: Row, column: Column) -> u32 {
    let y = row.y + column.y;
    let x = row.x + column.x;
    if y < 0 || x < 0 || y >= i32(stage.large_height) || x >= i32(stage.large_width) {
        return OUTSIDE;
    }
    return row.base + (u32(y) * stage.large_width + u32(x)) * stage.large_channels + column.channel;
}
