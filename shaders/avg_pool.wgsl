// The mean over the window, channel by channel; zeros beyond the edge count.

fn elements_of() -> u32 {
    return stage.small_height * stage.small_width * stage.small_channels;
}

fn element(example: u32, at: u32) -> f32 {
    let base = stage.input_base + example * (stage.large_height * stage.large_width * stage.large_channels);
    let channel = at % stage.small_channels;
    let place = at / stage.small_channels;
    let position = vec2<u32>(place / stage.small_width, place % stage.small_width) * stage.stride;
    let first = max(position, vec2<u32>(stage.padding)) - stage.padding;
    let reach = max(position + stage.side, vec2<u32>(stage.padding)) - stage.padding;
    let last = min(reach, vec2<u32>(stage.large_height, stage.large_width));
    var sum = 0.0;
    for (var y = first.x; y < last.x; y += 1u) {
        for (var x = first.y; x < last.y; x += 1u) {
            sum += value_at(base + (y * stage.large_width + x) * stage.large_channels + channel);
        }
    }
    return sum / f32(stage.side * stage.side);
}
