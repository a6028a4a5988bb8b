// Pixels drawn one after another, each given those before it: a workgroup an example. The weights are a bias a pixel; without
// hidden units what the pixels before weigh in each; with them a bias a unit, what each pixel weighs in the units, and what the
// units weigh in each pixel; at the end what each number of the context weighs in the units, or in the pixels without them. The
// first units read the first pixels alone, and all of them the context, which comes before the pixels' own numbers.

const THREADS = 128u;
const MOST_HIDDEN = 2048u;
// A logit's parts are summed in two steps.
const GROUPS = 8u;
const GROUP = THREADS / GROUPS;

// The units' sums over the pixels so far. A unit is one thread's alone.
var<workgroup> sums: array<f32, MOST_HIDDEN>;
var<workgroup> parts: array<f32, THREADS>;
var<workgroup> group_sums: array<f32, GROUPS>;

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
    let pixels = stage.large_channels;
    let hidden = stage.small_channels;
    let reading = pixels + hidden;
    let giving = reading + pixels * hidden;
    let context = stage.small_height;
    let given = giving + pixels * select(hidden, pixels, hidden == 0u);
    let context_read = stage.input_base + example * (context + pixels);
    let read = context_read + context;
    let written = stage.output_base + example * pixels;
    let one = activate(1.0);
    let zero = activate(0.0);
    for (var unit = index; unit < hidden; unit += THREADS) {
        var sum = weight_at(pixels + unit);
        for (var at = 0u; at < context; at++) {
            sum += value_at(context_read + at) * weight_at(given + at * hidden + unit);
        }
        sums[unit] = sum;
    }
    for (var pixel = 0u; pixel < pixels; pixel++) {
        // Units that have read all they read.
        let ready = min(ceiling(pixel * hidden, max(pixels, 2u) - 1u), hidden);
        var part = 0.0;
        if hidden == 0u {
            // Each thread reads the pixels that it has written itself.
            for (var at = index; at < pixel; at += THREADS) {
                if output[written + at] == one {
                    part += weight_at(giving + pixel * pixels + at);
                }
            }
            for (var at = index; at < context; at += THREADS) {
                part += value_at(context_read + at) * weight_at(given + at * pixels + pixel);
            }
        } else {
            for (var unit = index; unit < ready; unit += THREADS) {
                part += weight_at(giving + pixel * hidden + unit) * max(sums[unit], 0.0);
            }
        }
        parts[index] = part;
        workgroupBarrier();
        if index < GROUPS {
            var sum = 0.0;
            for (var at = 0u; at < GROUP; at++) {
                sum += parts[index * GROUP + at];
            }
            group_sums[index] = sum;
        }
        workgroupBarrier();
        // All threads come to the same.
        var logit = weight_at(pixel);
        for (var at = 0u; at < GROUPS; at++) {
            logit += group_sums[at];
        }
        let is_one = logit > normal_log_odds(value_at(read + pixel));
        if index == pixel % THREADS {
            output[written + pixel] = select(zero, one, is_one);
        }
        if is_one {
            for (var unit = ready / THREADS * THREADS + index; unit < hidden; unit += THREADS) {
                if unit >= ready {
                    sums[unit] += weight_at(reading + pixel * hidden + unit);
                }
            }
        }
    }
}
