// The sum over trees of what the leaf at the input holds. The weights are the decisions of all trees, an input's number and a
// threshold each, then the leaves of all trees.

fn elements_of() -> u32 {
    return stage.large_channels;
}

fn element(example: u32, at: u32) -> f32 {
    let depth = stage.small_height;
    let leaves = 1u << depth;
    let values = 2u * (leaves - 1u);
    let trees = stage.small_width;
    var sum = 0.0;
    for (var tree = 0u; tree < trees; tree++) {
        var node = 0u;
        for (var level = 0u; level < depth; level++) {
            let decision = tree * values + 2u * node;
            let place = u32(weight_at(decision));
            let x = value_at(stage.input_base + example * stage.small_channels + place);
            node = 2u * node + select(2u, 1u, x <= weight_at(decision + 1u));
        }
        let leaf = tree * leaves + node + 1u - leaves;
        sum += weight_at(trees * values + leaf * stage.large_channels + at);
    }
    return sum;
}
