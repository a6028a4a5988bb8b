// What the stages bind that write values into a texture.

struct Target {
    // Of the first example: where its values begin.
    base: u32,
    // Examples, and the place of the first one among the tiles of the texture, row by row.
    count: u32,
    first: u32,
    // Tiles in a row.
    columns: u32,
    // Of one example.
    width: u32,
    height: u32,
    channels: u32,
    // Values from one map to the next, and from one place of a map to the next; how many there are in all.
    map_stride: u32,
    place_stride: u32,
    values: u32,
    // Of one tile in the texture: a pixel of it is the mean of a square with this side.
    tile_width: u32,
    tile_height: u32,
    reduction: u32,
    padding_a: u32,
    padding_b: u32,
    padding_c: u32,
}

@group(0) @binding(0) var<uniform> target_of: Target;
@group(0) @binding(1) var<storage, read> values: array<f32>;
@group(0) @binding(2) var texels: texture_storage_2d<rgba8unorm, write>;
// The largest absolute value, as `extent` finds it.
@group(0) @binding(3) var<storage, read_write> largest: array<f32>;

const THREADS = 64u;

// A thread's number: workgroups that do not fit one dimension go on in the next.
fn thread_from(group: vec3<u32>, groups: vec3<u32>, index: u32) -> u32 {
    return (group.y * groups.x + group.x) * THREADS + index;
}
