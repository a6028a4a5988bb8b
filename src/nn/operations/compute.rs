//! What an operation of a network says about itself: its sizes, what it computes on the CPU, by candle and in WGSL, and how
//! it looks under the lens.

use super::draw_trace::TracedDraws;
use super::shader::{MatmulShape, ShaderCall};
use crate::nn::conv_shape::Map;
use candle_core::{Result, Tensor};
use std::fmt::Debug;

/// An operation on slices: forward, the gradients of its inputs, the gradient of its weight. Maps lie channels last; examples
/// one after another. All of it on the calling thread.
///
/// An operation is a file of this folder that implements this, a `.wgsl` file, and a line in the table of
/// [`operations`](super).
pub trait Compute: Debug + Sync {
    /// Elements an example that it reads.
    fn inputs(&self) -> usize;

    /// Elements an example of the second value that it reads; `None` where it reads one.
    fn second_inputs(&self) -> Option<usize> {
        None
    }

    /// Elements an example that it gives.
    fn outputs(&self) -> usize;

    /// The shape of its weight; empty where it has none.
    fn weight_shape(&self) -> Vec<usize> {
        Vec::new()
    }

    /// Elements of its weight; 0 where it has none.
    fn weights(&self) -> usize {
        let shape = self.weight_shape();
        if shape.is_empty() { 0 } else { shape.iter().product() }
    }

    /// Elements of its bias, one a channel; 0 where it has none.
    fn biases(&self) -> usize {
        0
    }

    /// What the spread of fresh weights is measured by, as in PyTorch: the inputs of an output, but for a conv transpose those
    /// of its adjoint.
    fn fan_in(&self) -> usize {
        1
    }

    /// Multiplications and additions for one example.
    fn flops(&self) -> u64 {
        0
    }

    /// `x` (`[rows, inputs]` each) to `out` `[rows, outputs]`, before the activation; an empty `bias` stands for zeros.
    fn forward(&self, weight: &[f32], bias: &[f32], x: Inputs<'_>, out: &mut [f32]);

    /// The gradients of `x` from that of the output (before the activation), `[rows, outputs]` to `[rows, inputs]`.
    fn backward(&self, weight: &[f32], x: Inputs<'_>, gradient: &[f32], x_gradient: InputGradients<'_>);

    /// How what it gives changes with a small change `direction` of `x`, its weight as it is: `[rows, outputs]`. An operation
    /// that is linear in `x` does not look at it.
    fn tangent(&self, weight: &[f32], _x: Inputs<'_>, direction: Inputs<'_>, out: &mut [f32]) {
        self.forward(weight, &[], direction, out);
    }

    /// Whether it is linear in `x` piece by piece, so that its second derivative is 0: what a critic's penalties go through.
    fn is_piecewise_linear(&self) -> bool {
        true
    }

    /// Adds these examples' part to the weight's gradient, shaped as the weight.
    fn add_weight_gradient(&self, _x: &[f32], _gradient: &[f32], _out: &mut [f32]) {}

    /// How the work of the weight's gradient is split among threads.
    fn weight_gradient_split(&self) -> WeightGradientSplit {
        WeightGradientSplit::ByExamples
    }

    /// Multiplies what the weight gives by a factor a channel: output `i` by `factors[i % channels]`. Batch norm is folded
    /// into the layer before it so.
    fn scale_channels(&self, weight: &mut [f32], factors: &[f32]) {
        let inputs = weight.len() / self.biases().max(1);
        let rows = weight.chunks_exact_mut(inputs.max(1)).zip(factors.iter().cycle());
        rows.for_each(|(row, factor)| row.iter_mut().for_each(|weight| *weight *= factor));
    }

    /// The same by candle's own operations, `x` of `[batch, inputs]` each to `[batch, outputs]`: on other devices, and as the
    /// reference that the kernels are tested against.
    ///
    /// # Errors
    /// If the shapes do not fit, or candle has no such operation.
    fn by_candle(&self, weight: Option<&Tensor>, bias: Option<&Tensor>, x: &[&Tensor]) -> Result<Tensor>;

    /// The gradient of its input as a forward expression that candle can differentiate once more, for operations that are
    /// linear in it; `None` for the others.
    ///
    /// # Errors
    /// If the shapes do not fit.
    fn input_gradient_by_candle(&self, _weight: Option<&Tensor>, _gradient: &Tensor) -> Result<Option<Tensor>> {
        Ok(None)
    }

    /// How it is computed in WGSL for so many examples; `None` where that cannot be counted.
    fn shader(&self, examples: usize) -> Option<ShaderCall>;

    /// How it is a matmul in WGSL, where it has weights.
    fn matmul(&self) -> Option<MatmulShape> {
        None
    }

    /// Writes its weight as its shader reads it, column by column, `stride` elements from one to the next; `out` is zeros
    /// before.
    fn pack(&self, weight: &[f32], stride: usize, out: &mut [f32]) {
        let columns = out.chunks_exact_mut(stride.max(1));
        let inner = self.matmul().map_or(1, |matmul| matmul.inner.max(1));
        columns.zip(weight.chunks_exact(inner)).for_each(|(target, source)| {
            target.iter_mut().zip(source).for_each(|(target, source)| *target = *source);
        });
    }

    /// The key of its name in the language tables.
    fn label(&self) -> &'static str;

    /// Its sizes in a few characters, as `784→512`.
    fn sizes(&self) -> String;

    /// How what it gives is laid out.
    fn layout(&self) -> OutputLayout;

    /// What says how an example is drawn, where it draws; `None` where there is nothing to say.
    fn traced(&self) -> Option<&dyn TracedDraws> {
        None
    }
}

/// What an operation reads.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// `[rows, inputs]`.
    pub first: &'a [f32],
    /// `[rows, second_inputs]`; empty where it reads one value.
    pub second: &'a [f32],
}

impl<'a> From<&'a [f32]> for Inputs<'a> {
    fn from(first: &'a [f32]) -> Self {
        Self { first, second: &[] }
    }
}

/// Where the gradients of what an operation reads are written, shaped as [`Inputs`].
#[derive(Debug)]
pub struct InputGradients<'a> {
    /// `[rows, inputs]`.
    pub first: &'a mut [f32],
    /// `[rows, second_inputs]`; empty where it reads one value.
    pub second: &'a mut [f32],
}

impl<'a> From<&'a mut [f32]> for InputGradients<'a> {
    fn from(first: &'a mut [f32]) -> Self {
        Self { first, second: &mut [] }
    }
}

/// How the work of a weight's gradient is split among threads, so that its bits do not depend on their number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightGradientSplit {
    /// The gradient is gradientᵀ·x, `[outputs, inputs]`: each thread makes some of its rows.
    ByOutputs,
    /// Each thread adds up some of the examples.
    ByExamples,
}

/// How what an operation gives is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputLayout {
    /// So many elements without places.
    Vector(usize),
    /// A map, its channels last.
    ChannelsLast(Map),
    /// A map, one channel after another, as images lie.
    Planes(Map),
}

impl OutputLayout {
    /// A map channels last; one of one place is a vector.
    pub fn of(map: Map) -> Self {
        if map.places() == 1 { Self::Vector(map.channels) } else { Self::ChannelsLast(map) }
    }
}
