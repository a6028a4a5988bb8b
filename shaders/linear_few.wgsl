// x·weightᵀ + bias for few rows: sixteen threads share the sums of one column and four rows, so that a column's weights
// are read in one go.

const THREADS = 64u;
const LANES = 16u;
const COLUMNS = THREADS / LANES;

// A thread's part of four rows' sums.
var<workgroup> parts: array<vec4<f32>, THREADS>;

fn part_of(row: u32, k: u32, weight: vec4<f32>) -> f32 {
    let address = stage.input_base + min(row, stage.rows - 1u) * stage.inner + k;
    if stage.vectors == 1u {
        return dot(input[address >> 2u], weight);
    }
    var part = value_at(address) * weight.x;
    if k + 1u < stage.inner {
        part += value_at(address + 1u) * weight.y;
    }
    if k + 2u < stage.inner {
        part += value_at(address + 2u) * weight.z;
    }
    if k + 3u < stage.inner {
        part += value_at(address + 3u) * weight.w;
    }
    return part;
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let down = ceiling(stage.rows, 4u);
    let id = workgroup_from(group, groups);
    let row = id % down * 4u;
    let first = id / down * COLUMNS;
    let column = min(first + index / LANES, stage.columns - 1u);
    var sums = vec4<f32>(0.0);
    for (var k = index % LANES * 4u; k < stage.inner; k += LANES * 4u) {
        let weight = weights[(column * stage.weight_stride + k) >> 2u];
        sums += vec4<f32>(
            part_of(row, k, weight),
            part_of(row + 1u, k, weight),
            part_of(row + 2u, k, weight),
            part_of(row + 3u, k, weight),
        );
    }
    parts[index] = sums;
    workgroupBarrier();
    // Then a thread a column, for all four rows.
    let own = first + index;
    if index >= COLUMNS || own >= stage.columns {
        return;
    }
    var whole = vec4<f32>(weights[(stage.bias_base + own) >> 2u][own & 3u]);
    for (var lane = 0u; lane < LANES; lane += 1u) {
        whole += parts[index * LANES + lane];
    }
    let at = stage.output_base + row * stage.columns + own;
    output[at] = activate(whole.x);
    if row + 1u < stage.rows {
        output[at + stage.columns] = activate(whole.y);
    }
    if row + 2u < stage.rows {
        output[at + 2u * stage.columns] = activate(whole.z);
    }
    if row + 3u < stage.rows {
        output[at + 3u * stage.columns] = activate(whole.w);
    }
}
