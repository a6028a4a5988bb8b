// Small map to large, the adjoint of a conv, as a matmul whose columns are never laid out: a row a place of the large map,
// along its sums the positions of the window that cover it. Places whose distance is a multiple of the stride are covered at
// the same places of the window: they make up a phase, and each phase is a matmul of its own.

struct Row {
    // Where the example's map begins.
    base: u32,
    // The last position that covers it.
    y: i32,
    x: i32,
}

struct Column {
    // How many positions before the last.
    y: i32,
    x: i32,
    channel: u32,
}

// The first place of a phase.
fn corner_of(phase: u32) -> vec2<u32> {
    return vec2<u32>(phase / stage.stride, phase % stage.stride);
}

// Its places along both edges.
fn extent_of(phase: u32) -> vec2<u32> {
    let size = vec2<u32>(stage.large_height, stage.large_width);
    return (max(size, corner_of(phase)) - corner_of(phase) + stage.stride - 1u) / stage.stride;
}

// How many positions can cover a place of it, along both edges.
fn taps_of(phase: u32) -> vec2<u32> {
    let first = (corner_of(phase) + stage.padding) % stage.stride;
    return (max(vec2<u32>(stage.side), first) - first + stage.stride - 1u) / stage.stride;
}

fn channels_of() -> u32 {
    return stage.small_channels;
}

fn rows_of(phase: u32) -> u32 {
    let extent = extent_of(phase);
    return select(0u, stage.examples * extent.x * extent.y, phase < stage.stride * stage.stride);
}

fn inner_of(phase: u32) -> u32 {
    let taps = taps_of(phase);
    return taps.x * taps.y * stage.small_channels;
}

// The place of a row: example, y, x.
fn split(row: u32, phase: u32) -> vec3<u32> {
    let extent = extent_of(phase);
    let place = row % (extent.x * extent.y);
    let corner = corner_of(phase);
    let y = corner.x + place / extent.y * stage.stride;
    return vec3<u32>(row / (extent.x * extent.y), y, corner.y + place % extent.y * stage.stride);
}

fn row_of(row: u32, phase: u32) -> Row {
    let place = split(row, phase);
    let base = stage.input_base + place.x * (stage.small_height * stage.small_width * stage.small_channels);
    let position = (place.yz + stage.padding) / stage.stride;
    return Row(base, i32(position.x), i32(position.y));
}

fn place_of(row: u32, phase: u32) -> u32 {
    let place = split(row, phase);
    return (place.x * stage.large_height + place.y) * stage.large_width + place.z;
}

fn column_of(k: u32, phase: u32) -> Column {
    let across = taps_of(phase).y;
    let tap = k / stage.small_channels;
    return Column(i32(tap / across), i32(tap % across), k % stage.small_channels);
}

fn address_of(row: Row, column: Column) -> u32 {
    let y = row.y - column.y;
    let x = row.x - column.x;
    if y < 0 || x < 0 || y >= i32(stage.small_height) || x >= i32(stage.small_width) {
        return OUTSIDE;
    }
    return row.base + (u32(y) * stage.small_width + u32(x)) * stage.small_channels + column.channel;
}
