// A matmul by tiles: (what the stage reads)·weightsᵀ + bias, then the activation. The stage says what its rows
// and the places along its sums are: rows_of, inner_of, row_of, place_of, column_of, address_of.

const THREADS = 128u;
// Of a sum, as many places at a time.
const DEPTH = 16u;
// Blocks of four rows or columns in a tile; a vector more from one place to the next keeps writes off one memory bank.
const LEFT = THREAD_ROWS * 2u;
const RIGHT = THREAD_COLUMNS;
const LEFT_STRIDE = LEFT + 1u;
const RIGHT_STRIDE = RIGHT + 1u;
const TILE_ROWS = LEFT * 4u;
const TILE_COLUMNS = RIGHT * 4u;
// Blocks of four by four that a tile's rows and columns are read in.
const LEFT_BLOCKS = LEFT * DEPTH / 4u;
const BLOCKS = LEFT_BLOCKS + RIGHT * DEPTH / 4u;

var<workgroup> left: array<vec4<f32>, LEFT_STRIDE * DEPTH>;
var<workgroup> right: array<vec4<f32>, RIGHT_STRIDE * DEPTH>;

// A block of four by four: of which side it is, where it is put, and what it reads.
struct Source {
    is_left: bool,
    used: bool,
    // Its first place along the sums within a tile, and its place among the tile's blocks of four rows or columns.
    depth: u32,
    block: u32,
    phase: u32,
    inner: u32,
    rows: array<Row, 4>,
    addresses: vec4<u32>,
}

fn source_from(index: u32, tile: vec2<u32>, phase: u32, rows: u32, inner: u32) -> Source {
    var source: Source;
    source.is_left = index < LEFT_BLOCKS;
    source.used = index < BLOCKS;
    let inside = select(index - LEFT_BLOCKS, index, source.is_left);
    source.depth = inside % (DEPTH / 4u) * 4u;
    source.block = inside / (DEPTH / 4u);
    source.phase = phase;
    source.inner = inner;
    if source.is_left {
        // Rows beyond the last are read as the last, and never written.
        let first = tile.x * TILE_ROWS + source.block * 4u;
        source.rows[0] = row_of(min(first, rows - 1u), phase);
        source.rows[1] = row_of(min(first + 1u, rows - 1u), phase);
        source.rows[2] = row_of(min(first + 2u, rows - 1u), phase);
        source.rows[3] = row_of(min(first + 3u, rows - 1u), phase);
    } else {
        let first = tile.y * TILE_COLUMNS + source.block * 4u;
        let columns = min(vec4<u32>(first) + vec4<u32>(0u, 1u, 2u, 3u), vec4<u32>(stage.columns - 1u));
        source.addresses = (phase * stage.columns + columns) * stage.weight_stride;
    }
    return source;
}

// One place along the sums a column of the matrix.
fn block_at(source: Source, tile_depth: u32) -> mat4x4<f32> {
    let k = tile_depth + source.depth;
    if !source.used || k >= source.inner {
        return mat4x4<f32>();
    }
    if !source.is_left {
        let at = (source.addresses + k) >> vec4<u32>(2u);
        return transpose(mat4x4<f32>(weights[at.x], weights[at.y], weights[at.z], weights[at.w]));
    }
    if stage.vectors == 1u {
        let column = column_of(k, source.phase);
        return transpose(mat4x4<f32>(
            vector_at(address_of(source.rows[0], column)),
            vector_at(address_of(source.rows[1], column)),
            vector_at(address_of(source.rows[2], column)),
            vector_at(address_of(source.rows[3], column)),
        ));
    }
    return mat4x4<f32>(
        values_at(source, k),
        values_at(source, k + 1u),
        values_at(source, k + 2u),
        values_at(source, k + 3u),
    );
}

// Four rows' values at one place along the sums.
fn values_at(source: Source, k: u32) -> vec4<f32> {
    if k >= source.inner {
        return vec4<f32>(0.0);
    }
    let column = column_of(k, source.phase);
    return vec4<f32>(
        value_at(address_of(source.rows[0], column)),
        value_at(address_of(source.rows[1], column)),
        value_at(address_of(source.rows[2], column)),
        value_at(address_of(source.rows[3], column)),
    );
}

fn keep(source: Source, block: mat4x4<f32>) {
    if !source.used {
        return;
    }
    if source.is_left {
        let at = source.depth * LEFT_STRIDE + source.block;
        left[at] = block[0];
        left[at + LEFT_STRIDE] = block[1];
        left[at + 2u * LEFT_STRIDE] = block[2];
        left[at + 3u * LEFT_STRIDE] = block[3];
    } else {
        let at = source.depth * RIGHT_STRIDE + source.block;
        right[at] = block[0];
        right[at + RIGHT_STRIDE] = block[1];
        right[at + 2u * RIGHT_STRIDE] = block[2];
        right[at + 3u * RIGHT_STRIDE] = block[3];
    }
}

// A thread's sums: four columns of each of its rows.
struct Sums {
    a: vec4<f32>,
    b: vec4<f32>,
    c: vec4<f32>,
    d: vec4<f32>,
    e: vec4<f32>,
    f: vec4<f32>,
    g: vec4<f32>,
    h: vec4<f32>,
}

fn add_place(sums: ptr<function, Sums>, k: u32, thread: vec2<u32>) {
    let upper = left[k * LEFT_STRIDE + thread.x * 2u];
    let lower = left[k * LEFT_STRIDE + thread.x * 2u + 1u];
    let columns = right[k * RIGHT_STRIDE + thread.y];
    (*sums).a += upper.x * columns;
    (*sums).b += upper.y * columns;
    (*sums).c += upper.z * columns;
    (*sums).d += upper.w * columns;
    (*sums).e += lower.x * columns;
    (*sums).f += lower.y * columns;
    (*sums).g += lower.z * columns;
    (*sums).h += lower.w * columns;
}

// Written out instead of a loop: loops come with a guard against running for ever.
fn add_four(sums: ptr<function, Sums>, k: u32, thread: vec2<u32>) {
    add_place(sums, k, thread);
    add_place(sums, k + 1u, thread);
    add_place(sums, k + 2u, thread);
    add_place(sums, k + 3u, thread);
}

fn write_row(row: u32, column: u32, sums: vec4<f32>, rows: u32, phase: u32) {
    if row >= rows || column >= stage.columns {
        return;
    }
    let at = stage.output_base + place_of(row, phase) * stage.columns + column;
    let biased = sums + weights[(stage.bias_base + column) >> 2u];
    output[at] = activate(biased.x);
    if column + 1u < stage.columns {
        output[at + 1u] = activate(biased.y);
    }
    if column + 2u < stage.columns {
        output[at + 2u] = activate(biased.z);
    }
    if column + 3u < stage.columns {
        output[at + 3u] = activate(biased.w);
    }
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    // Columns first, so that neighbouring workgroups read the same rows.
    let across = ceiling(stage.columns, TILE_COLUMNS);
    let of_phase = ceiling(stage.rows, TILE_ROWS) * across;
    let id = workgroup_from(group, groups);
    let phase = id / of_phase;
    let tile = vec2<u32>(id % of_phase / across, id % across);
    let rows = rows_of(phase);
    if tile.x * TILE_ROWS >= rows {
        return;
    }
    let inner = inner_of(phase);
    let thread = vec2<u32>(index / THREAD_COLUMNS, index % THREAD_COLUMNS);
    let first = source_from(index, tile, phase, rows, inner);
    let second = source_from(index + THREADS, tile, phase, rows, inner);
    var sums: Sums;
    // What the next tile needs is on its way while this one is summed.
    var first_block = block_at(first, 0u);
    var second_block = block_at(second, 0u);
    for (var depth = 0u; depth < inner; depth += DEPTH) {
        workgroupBarrier();
        keep(first, first_block);
        keep(second, second_block);
        workgroupBarrier();
        first_block = block_at(first, depth + DEPTH);
        second_block = block_at(second, depth + DEPTH);
        add_four(&sums, 0u, thread);
        add_four(&sums, 4u, thread);
        add_four(&sums, 8u, thread);
        add_four(&sums, 12u, thread);
    }
    let row = tile.x * TILE_ROWS + thread.x * 8u;
    let column = tile.y * TILE_COLUMNS + thread.y * 4u;
    write_row(row, column, sums.a, rows, phase);
    write_row(row + 1u, column, sums.b, rows, phase);
    write_row(row + 2u, column, sums.c, rows, phase);
    write_row(row + 3u, column, sums.d, rows, phase);
    write_row(row + 4u, column, sums.e, rows, phase);
    write_row(row + 5u, column, sums.f, rows, phase);
    write_row(row + 6u, column, sums.g, rows, phase);
    write_row(row + 7u, column, sums.h, rows, phase);
}
