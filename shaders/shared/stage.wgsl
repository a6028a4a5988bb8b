// What every stage of the decoder binds: sizes, the values it reads, the values it gives, the weights.

struct Stage {
    // Examples of this dispatch.
    examples: u32,
    // Of a matmul: its rows (of the largest phase), the length of its sums, its columns.
    rows: u32,
    inner: u32,
    columns: u32,
    // Elements from one column's weights to the next's, and where the biases begin.
    weight_stride: u32,
    bias_base: u32,
    // Where the first example's values begin.
    input_base: u32,
    output_base: u32,
    second_base: u32,
    // 1 where four elements of a sum always lie side by side from a multiple of four on.
    vectors: u32,
    // 1: sigmoid; 0: `slope` times what is not positive.
    activation: u32,
    slope: f32,
    // The window, and the maps it moves over: large to small in a conv.
    side: u32,
    stride: u32,
    padding: u32,
    large_height: u32,
    large_width: u32,
    large_channels: u32,
    small_height: u32,
    small_width: u32,
    small_channels: u32,
}

@group(0) @binding(0) var<uniform> stage: Stage;
@group(0) @binding(1) var<storage, read> input: array<vec4<f32>>;
@group(0) @binding(2) var<storage, read_write> output: array<f32>;
// What is read along with the input; the input again where that is all.
@group(0) @binding(3) var<storage, read> second: array<vec4<f32>>;
// Four columns' biases or four of one column's weights at a time; both begin at multiples of four, with zeros behind them.
@group(1) @binding(0) var<storage, read> weights: array<vec4<f32>>;

// The address of what lies beyond the edge, and is zero.
const OUTSIDE = 0xffffffffu;

fn value_at(address: u32) -> f32 {
    if address == OUTSIDE {
        return 0.0;
    }
    return input[address >> 2u][address & 3u];
}

fn second_at(address: u32) -> f32 {
    return second[address >> 2u][address & 3u];
}

// `address` is a multiple of four.
fn vector_at(address: u32) -> vec4<f32> {
    if address == OUTSIDE {
        return vec4<f32>(0.0);
    }
    return input[address >> 2u];
}

fn activate(x: f32) -> f32 {
    if stage.activation == 1u {
        return 1.0 / (1.0 + exp(-x));
    }
    // A value that is not a number stays one.
    return select(x, x * stage.slope, x <= 0.0);
}

// Workgroups in reading order: as many as do not fit one dimension go on in the next.
fn workgroup_from(group: vec3<u32>, groups: vec3<u32>) -> u32 {
    return group.y * groups.x + group.x;
}

fn ceiling(x: u32, by: u32) -> u32 {
    return (x + by - 1u) / by;
}
