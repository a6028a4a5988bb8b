// A matmul of at most four columns: a thread a row, without tiles. The stage says what its rows and the places along its
// sums are, as for a matmul by tiles.

const THREADS = 64u;

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let of_phase = ceiling(stage.rows, THREADS);
    let id = workgroup_from(group, groups);
    let phase = id / of_phase;
    let at = id % of_phase * THREADS + index;
    if at >= rows_of(phase) {
        return;
    }
    let row = row_of(at, phase);
    let channels = channels_of();
    let inner = inner_of(phase);
    let first = phase * stage.columns * stage.weight_stride;
    var sums = vec4<f32>(0.0);
    for (var tap = 0u; tap < inner; tap += channels) {
        let address = address_of(row, column_of(tap, phase));
        if address == OUTSIDE {
            continue;
        }
        if stage.vectors == 1u {
            for (var channel = 0u; channel < channels; channel += 4u) {
                let values = input[(address + channel) >> 2u];
                let weight = first + tap + channel;
                sums.x += dot(values, weights[weight >> 2u]);
                if stage.columns > 1u {
                    sums.y += dot(values, weights[(weight + stage.weight_stride) >> 2u]);
                }
                if stage.columns > 2u {
                    sums.z += dot(values, weights[(weight + 2u * stage.weight_stride) >> 2u]);
                }
                if stage.columns > 3u {
                    sums.w += dot(values, weights[(weight + 3u * stage.weight_stride) >> 2u]);
                }
            }
        } else {
            for (var channel = 0u; channel < channels; channel += 1u) {
                let value = value_at(address + channel);
                let weight = first + tap + channel;
                sums.x += value * weight_at(weight);
                if stage.columns > 1u {
                    sums.y += value * weight_at(weight + stage.weight_stride);
                }
                if stage.columns > 2u {
                    sums.z += value * weight_at(weight + 2u * stage.weight_stride);
                }
                if stage.columns > 3u {
                    sums.w += value * weight_at(weight + 3u * stage.weight_stride);
                }
            }
        }
    }
    sums += weights[stage.bias_base >> 2u];
    let place = stage.output_base + place_of(at, phase) * stage.columns;
    output[place] = activate(sums.x);
    if stage.columns > 1u {
        output[place + 1u] = activate(sums.y);
    }
    if stage.columns > 2u {
        output[place + 2u] = activate(sums.z);
    }
    if stage.columns > 3u {
        output[place + 3u] = activate(sums.w);
    }
}

fn weight_at(address: u32) -> f32 {
    return weights[address >> 2u][address & 3u];
}
