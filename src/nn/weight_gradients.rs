//! The gradients of all layers' weights and biases, at once, into the buffers of their parameters.

use super::matmul::{FEW, Matrix, matmul};
use super::norm;
use super::operations::{OperationKind, WeightGradientSplit};
use super::parameters::Gradient;
use super::shards::{even, split_mut};
use rayon::prelude::*;
use std::ops::Range;

/// What is wanted of one layer: the gradients of weight and bias from its input and its gradient before the activation.
pub(super) struct Wanted<'a> {
    pub kind: OperationKind,
    /// `[rows, inputs]`.
    pub x: &'a [f32],
    /// `[rows, outputs]`.
    pub gradient: &'a [f32],
    pub weight: Option<&'a mut Gradient>,
    pub bias: Option<&'a mut Gradient>,
    /// The gradient that the bias's is summed from, where it is another.
    pub bias_gradient: Option<&'a [f32]>,
}

/// Examples of a shard of a weight's gradient, added up in order.
const SUMMED_EXAMPLES: usize = 16;

/// Elements that [`weight_gradients`] needs to sum a layer's gradient in, for so many examples.
pub(super) fn summed_elements(kind: OperationKind, examples: usize) -> usize {
    match kind.weight_gradient_split() {
        WeightGradientSplit::ByExamples => examples.div_ceil(SUMMED_EXAMPLES) * kind.weights(),
        WeightGradientSplit::ByOutputs => 0,
    }
}

/// A piece of work and roughly what it costs.
type Task<'a> = (u64, Box<dyn FnOnce() + Send + 'a>);

/// Accumulates the gradients of weights and biases, all layers at once: split by outputs or by examples, as each kind says.
/// `partial` is a buffer of [`summed_elements`] a layer, with anything in it.
pub(super) fn weight_gradients(layers: Vec<Wanted<'_>>, partial: &mut [Vec<f32>]) {
    let mut tasks: Vec<Task<'_>> = Vec::new();
    let mut sums = Vec::new();
    for (layer, partial) in layers.into_iter().zip(partial.iter_mut()) {
        let Wanted { kind, x, gradient, weight, bias, bias_gradient } = layer;
        if let Some(sink) = weight {
            let add = std::mem::replace(&mut sink.filled, true);
            sink.values.resize(kind.weights(), 0.0);
            match kind.weight_gradient_split() {
                WeightGradientSplit::ByOutputs => {
                    let sizes = (kind.inputs(), kind.outputs());
                    by_outputs(sizes, (x, gradient), add, &mut sink.values, &mut tasks);
                }
                WeightGradientSplit::ByExamples => {
                    by_examples(kind, (x, gradient), partial, &mut tasks);
                    sums.push((&mut sink.values, add));
                }
            }
        }
        if let Some(sink) = bias {
            let add = std::mem::replace(&mut sink.filled, true);
            let gradient = bias_gradient.unwrap_or(gradient);
            sink.values.resize(kind.biases(), 0.0);
            let sum = move || add_columns(gradient, kind.outputs(), add, &mut sink.values);
            tasks.push((gradient.len() as u64, Box::new(sum)));
        }
    }
    // The long ones first, so that no thread is left with one at the end.
    tasks.sort_by_key(|(cost, _)| std::cmp::Reverse(*cost));
    tasks.into_par_iter().with_max_len(1).for_each(|(_, task)| task());
    for ((values, add), partial) in sums.into_iter().zip(partial.iter().filter(|partial| !partial.is_empty())) {
        if !add {
            values.fill(0.0);
        }
        for part in partial.chunks_exact(values.len()) {
            values.iter_mut().zip(part).for_each(|(sum, part)| *sum += part);
        }
    }
}

/// gradientᵀ·x: each task makes some of the outputs' rows.
fn by_outputs<'a>(
    (inputs, outputs): (usize, usize),
    (x, gradient): (&'a [f32], &'a [f32]),
    add: bool,
    out: &'a mut [f32],
    tasks: &mut Vec<Task<'a>>,
) {
    let rows = x.len() / inputs;
    // Where there are few inputs, the bits would depend on the split.
    let most = if inputs > FEW { outputs / 32 } else { 1 };
    let shards: Vec<Range<usize>> = even(outputs, rayon::current_num_threads().min(most)).collect();
    for (out, shard) in split_mut(out, inputs, shards.iter().cloned()).into_iter().zip(shards) {
        let cost = (rows * inputs * shard.len()) as u64;
        let make = move || {
            let left = Matrix::new(gradient, rows, outputs).transposed().some_rows(shard.start, shard.len());
            matmul(out, left, Matrix::new(x, rows, inputs), add);
        };
        tasks.push((cost, Box::new(make)));
    }
}

/// Each task sums a few examples into a part of its own.
fn by_examples<'a>(
    kind: OperationKind,
    (x, gradient): (&'a [f32], &'a [f32]),
    partial: &'a mut [f32],
    tasks: &mut Vec<Task<'a>>,
) {
    let examples = x.chunks(SUMMED_EXAMPLES * kind.inputs()).zip(gradient.chunks(SUMMED_EXAMPLES * kind.outputs()));
    for (out, (x, gradient)) in partial.chunks_exact_mut(kind.weights()).zip(examples) {
        let make = move || {
            out.fill(0.0);
            kind.add_weight_gradient(x, gradient, out);
        };
        tasks.push((kind.flops() / 2 * SUMMED_EXAMPLES as u64, Box::new(make)));
    }
}

/// Sums a gradient `[rows, outputs]` into channels, an example at a time so that long sums keep their precision.
fn add_columns(gradient: &[f32], outputs: usize, add: bool, sums: &mut [f32]) {
    if !add {
        sums.fill(0.0);
    }
    if outputs == sums.len() {
        return norm::add_rows(gradient, sums);
    }
    let mut example = vec![0.0; sums.len()];
    for row in gradient.chunks_exact(outputs) {
        example.fill(0.0);
        norm::add_rows(row, &mut example);
        sums.iter_mut().zip(&example).for_each(|(sum, value)| *sum += value);
    }
}
