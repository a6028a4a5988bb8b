// Rows of an image drawn one after another, each given the state of a gated recurrent unit that has read the rows before it: a
// workgroup an example. The weights lie input by input: what each pixel of a row gives to the three gates of all units, and biases;
// what each unit's state gives to them, and biases; what it gives to each pixel of the next row, and biases.

const THREADS = 128u;
const MOST_UNITS = 1024u;

var<workgroup> state: array<f32, MOST_UNITS>;
// Until all threads have read the state.
var<workgroup> next: array<f32, MOST_UNITS>;

fn gates_at(address: u32, units: u32) -> vec3<f32> {
    return vec3<f32>(weight_at(address), weight_at(address + units), weight_at(address + 2u * units));
}

fn logistic(x: f32) -> f32 {
    return 1.0 / (1.0 + exp(-x));
}

@compute @workgroup_size(THREADS)
fn main(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) index: u32,
) {
    let example = workgroup_from(group, groups);
    if example >= stage.examples {
        return;
    }
    let units = stage.small_channels;
    let height = stage.large_height;
    let width = stage.large_width;
    let channels = stage.large_channels;
    let length = channels * width;
    let gates = 3u * units;
    let input_biases = length * gates;
    let carrying = input_biases + gates;
    let state_biases = carrying + units * gates;
    let giving = state_biases + gates;
    let pixel_biases = giving + units * length;
    let read = stage.input_base + example * length * height;
    let written = stage.output_base + example * length * height;
    let one = activate(1.0);
    let zero = activate(0.0);
    for (var unit = index; unit < units; unit += THREADS) {
        state[unit] = 0.0;
    }
    workgroupBarrier();
    for (var row = 0u; row < height; row++) {
        for (var unit = index; unit < units; unit += THREADS) {
            var of_input = gates_at(input_biases + unit, units);
            // Before the first row there is none.
            if row > 0u {
                for (var place = 0u; place < length; place++) {
                    let pixel = (place / width * height + row - 1u) * width + place % width;
                    if output[written + pixel] == one {
                        of_input += gates_at(place * gates + unit, units);
                    }
                }
            }
            var of_state = gates_at(state_biases + unit, units);
            for (var before = 0u; before < units; before++) {
                of_state += state[before] * gates_at(carrying + before * gates + unit, units);
            }
            let reset = logistic(of_input.x + of_state.x);
            let update = logistic(of_input.y + of_state.y);
            // The hyperbolic tangent.
            let value = 2.0 * logistic(2.0 * (of_input.z + reset * of_state.z)) - 1.0;
            next[unit] = value + update * (state[unit] - value);
        }
        workgroupBarrier();
        for (var unit = index; unit < units; unit += THREADS) {
            state[unit] = next[unit];
        }
        workgroupBarrier();
        for (var place = index; place < length; place += THREADS) {
            var logit = weight_at(pixel_biases + place);
            for (var unit = 0u; unit < units; unit++) {
                logit += state[unit] * weight_at(giving + unit * length + place);
            }
            let pixel = (place / width * height + row) * width + place % width;
            output[written + pixel] = select(zero, one, logit > normal_log_odds(value_at(read + pixel)));
        }
        // The next row is read by all threads.
        storageBarrier();
        workgroupBarrier();
    }
}
