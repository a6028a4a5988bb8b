//! What a layer computes, with its sizes, on slices: forward, the gradient of its input, the gradient of its weights.
//! Maps lie channels last; examples one after another. All of it on the calling thread.

use super::conv_shape::{ConvShape, Map};
use super::maps::{for_each_maximum, for_each_nearest, permute};
use super::matmul::{Matrix, SMALL, inner_products, matmul};
use std::cell::RefCell;

/// What an operation computes, and on what sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `x·weightᵀ + bias`, weight `[outputs, inputs]`.
    Linear {
        /// Values an example that it reads.
        inputs: usize,
        /// Values an example that it gives.
        outputs: usize,
    },
    /// Large map to small; weight `[small channels, side, side, large channels]`, a bias a channel.
    Convolution(ConvShape),
    /// Small map to large, the adjoint of a convolution with the same weight; a bias a channel of the large map.
    Transposed(ConvShape),
    /// The largest value under the window, channel by channel.
    MaxPool(ConvShape),
    /// The nearest value, as PyTorch has it: `⌊y·from/to⌋`.
    Upsample {
        /// What is read.
        from: Map,
        /// What is given: as many channels.
        to: Map,
    },
    /// Planes one after another, as images lie, to channels last.
    ChannelsLast(Map),
    /// Channels last to planes.
    Planes(Map),
}

/// Values of scattered columns that a thread works on at a time: they stay in its cache.
const BLOCK: usize = 64 * 1024;

thread_local! {
    static COLUMNS: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Lends this thread's buffer, with whatever was in it.
fn with_columns<T>(length: usize, work: impl FnOnce(&mut [f32]) -> T) -> T {
    COLUMNS.with_borrow_mut(|columns| {
        if columns.len() < length {
            columns.resize(length, 0.0);
        }
        work(&mut columns[..length])
    })
}

impl Kind {
    /// Values an example that it reads.
    pub fn inputs(&self) -> usize {
        match self {
            Self::Linear { inputs, .. } => *inputs,
            Self::Convolution(shape) | Self::MaxPool(shape) => shape.large.elements(),
            Self::Transposed(shape) => shape.small.elements(),
            Self::Upsample { from, .. } => from.elements(),
            Self::ChannelsLast(map) | Self::Planes(map) => map.elements(),
        }
    }

    /// Values an example that it gives.
    pub fn outputs(&self) -> usize {
        match self {
            Self::Linear { outputs, .. } => *outputs,
            Self::Convolution(shape) | Self::MaxPool(shape) => shape.small.elements(),
            Self::Transposed(shape) => shape.large.elements(),
            Self::Upsample { to, .. } => to.elements(),
            Self::ChannelsLast(map) | Self::Planes(map) => map.elements(),
        }
    }

    /// The shape of its weight; empty where it has none.
    pub fn weight_shape(&self) -> Vec<usize> {
        match self {
            Self::Linear { inputs, outputs } => vec![*outputs, *inputs],
            Self::Convolution(shape) | Self::Transposed(shape) => {
                let side = shape.window.side;
                vec![shape.small.channels, side, side, shape.large.channels]
            }
            _ => Vec::new(),
        }
    }

    /// Values of its weight; 0 where it has none.
    pub fn weights(&self) -> usize {
        match self {
            Self::Linear { inputs, outputs } => inputs * outputs,
            Self::Convolution(shape) | Self::Transposed(shape) => shape.weights(),
            _ => 0,
        }
    }

    /// Values of its bias, one a channel; 0 where it has none.
    pub fn biases(&self) -> usize {
        match self {
            Self::Linear { outputs, .. } => *outputs,
            Self::Convolution(shape) => shape.small.channels,
            Self::Transposed(shape) => shape.large.channels,
            _ => 0,
        }
    }

    /// What the spread of fresh weights is measured by, as in PyTorch: the inputs of an output, but for a transposed
    /// convolution those of its adjoint.
    pub fn fan_in(&self) -> usize {
        match self {
            Self::Linear { inputs, .. } => *inputs,
            Self::Convolution(shape) | Self::Transposed(shape) => shape.receptive_field(),
            _ => 1,
        }
    }

    /// Multiplications and additions for one example.
    pub fn flops(&self) -> u64 {
        match self {
            Self::Linear { .. } => 2 * self.weights() as u64,
            Self::Convolution(shape) | Self::Transposed(shape) => 2 * (shape.small.places() * shape.weights()) as u64,
            _ => 0,
        }
    }

    /// Images whose columns fill a block.
    fn block(shape: &ConvShape) -> usize {
        (BLOCK / (shape.small.places() * shape.receptive_field()).max(1)).max(1)
    }

    /// `x` `[rows, inputs]` to `out` `[rows, outputs]`, before the activation; an empty `bias` stands for zeros.
    pub fn forward(&self, weight: &[f32], bias: &[f32], x: &[f32], out: &mut [f32]) {
        let rows = out.len() / self.outputs().max(1);
        match self {
            Self::Linear { inputs, outputs } => {
                start(out, *outputs, bias);
                let (x, weight) = (Matrix::new(x, rows, *inputs), Matrix::new(weight, *outputs, *inputs));
                // A shard has 8 rows or more.
                if 8 * outputs <= SMALL {
                    inner_products(out, x, weight, !bias.is_empty());
                } else {
                    matmul(out, x, weight.transposed(), !bias.is_empty());
                }
            }
            Self::Convolution(shape) => conv(shape, weight, bias, x, out),
            Self::Transposed(shape) => conv_transpose(shape, weight, bias, x, out),
            Self::MaxPool(shape) => {
                each_example(self, x, out, |x, out| {
                    for_each_maximum(shape, x, |place, from| out[place] = x[from]);
                });
            }
            Self::Upsample { from, to } => each_example(self, x, out, |x, out| {
                for_each_nearest(*from, *to, |source, target| out[target].copy_from_slice(&x[source]));
            }),
            Self::ChannelsLast(map) => each_example(self, x, out, |x, out| permute(x, out, map.channels)),
            Self::Planes(map) => each_example(self, x, out, |x, out| permute(x, out, map.places())),
        }
    }

    /// The gradient of `x` from that of the output (before the activation), `[rows, outputs]` to `[rows, inputs]`. `x` is
    /// looked at by pooling alone.
    pub fn backward(&self, weight: &[f32], x: &[f32], gradient: &[f32], x_gradient: &mut [f32]) {
        let rows = gradient.len() / self.outputs().max(1);
        match self {
            Self::Linear { inputs, outputs } => {
                let weight = Matrix::new(weight, *outputs, *inputs);
                matmul(x_gradient, Matrix::new(gradient, rows, *outputs), weight, false);
            }
            Self::Convolution(shape) => conv_transpose(shape, weight, &[], gradient, x_gradient),
            Self::Transposed(shape) => conv(shape, weight, &[], gradient, x_gradient),
            Self::MaxPool(shape) => {
                x_gradient.fill(0.0);
                let examples = x_gradient.chunks_exact_mut(self.inputs()).zip(x.chunks_exact(self.inputs()));
                for ((x_gradient, x), gradient) in examples.zip(gradient.chunks_exact(self.outputs())) {
                    for_each_maximum(shape, x, |place, from| x_gradient[from] += gradient[place]);
                }
            }
            Self::Upsample { from, to } => {
                x_gradient.fill(0.0);
                let examples = x_gradient.chunks_exact_mut(self.inputs());
                for (x_gradient, gradient) in examples.zip(gradient.chunks_exact(self.outputs())) {
                    for_each_nearest(*from, *to, |source, target| {
                        let pairs = x_gradient[source].iter_mut().zip(&gradient[target]);
                        pairs.for_each(|(sum, value)| *sum += value);
                    });
                }
            }
            Self::ChannelsLast(map) => Self::Planes(*map).forward(&[], &[], gradient, x_gradient),
            Self::Planes(map) => Self::ChannelsLast(*map).forward(&[], &[], gradient, x_gradient),
        }
    }

    /// Adds these examples' part to the weight's gradient, shaped as the weight.
    pub fn add_weight_gradient(&self, x: &[f32], gradient: &[f32], out: &mut [f32]) {
        let rows = gradient.len() / self.outputs().max(1);
        match self {
            Self::Linear { inputs, outputs } => {
                let gradient = Matrix::new(gradient, rows, *outputs).transposed();
                matmul(out, gradient, Matrix::new(x, rows, *inputs), true);
            }
            Self::Convolution(shape) => conv_weight_gradient(shape, gradient, x, out),
            Self::Transposed(shape) => conv_weight_gradient(shape, x, gradient, out),
            _ => {}
        }
    }
}

/// Fills each row with the bias, where there is one.
fn start(out: &mut [f32], width: usize, bias: &[f32]) {
    if !bias.is_empty() {
        out.chunks_exact_mut(width).for_each(|row| row.copy_from_slice(bias));
    }
}

/// small = im2col(large)·weightᵀ + bias.
fn conv(shape: &ConvShape, weight: &[f32], bias: &[f32], large: &[f32], small: &mut [f32]) {
    let (places, field, channels) = (shape.small.places(), shape.receptive_field(), shape.small.channels);
    let block = Kind::block(shape);
    start(small, channels, bias);
    let weight = Matrix::new(weight, channels, field);
    with_columns(block * places * field, |columns| {
        let blocks = large.chunks(block * shape.large.elements()).zip(small.chunks_mut(block * shape.small.elements()));
        for (large, small) in blocks {
            let images = large.chunks_exact(shape.large.elements()).zip(columns.chunks_exact_mut(places * field));
            images.for_each(|(large, columns)| shape.im2col(large, columns));
            let rows = small.len() / channels;
            let columns = Matrix::new(columns, rows, field);
            if places * channels <= SMALL {
                inner_products(small, columns, weight, !bias.is_empty());
            } else {
                matmul(small, columns, weight.transposed(), !bias.is_empty());
            }
        }
    });
}

/// large = col2im(small·weight) + bias.
fn conv_transpose(shape: &ConvShape, weight: &[f32], bias: &[f32], small: &[f32], large: &mut [f32]) {
    let (places, field, channels) = (shape.small.places(), shape.receptive_field(), shape.small.channels);
    let block = Kind::block(shape);
    if bias.is_empty() {
        large.fill(0.0);
    }
    start(large, shape.large.channels, bias);
    let weight = Matrix::new(weight, channels, field);
    with_columns(block * places * field, |columns| {
        let blocks = large.chunks_mut(block * shape.large.elements()).zip(small.chunks(block * shape.small.elements()));
        for (large, small) in blocks {
            let rows = small.len() / channels;
            matmul(columns, Matrix::new(small, rows, channels), weight, false);
            let images = large.chunks_exact_mut(shape.large.elements()).zip(columns.chunks_exact(places * field));
            images.for_each(|(large, columns)| shape.col2im(columns, large));
        }
    });
}

/// out += smallᵀ·im2col(large).
fn conv_weight_gradient(shape: &ConvShape, small: &[f32], large: &[f32], out: &mut [f32]) {
    let (places, field, channels) = (shape.small.places(), shape.receptive_field(), shape.small.channels);
    let block = Kind::block(shape);
    with_columns(block * places * field, |columns| {
        let blocks = large.chunks(block * shape.large.elements()).zip(small.chunks(block * shape.small.elements()));
        for (large, small) in blocks {
            let images = large.chunks_exact(shape.large.elements()).zip(columns.chunks_exact_mut(places * field));
            images.for_each(|(large, columns)| shape.im2col(large, columns));
            let rows = small.len() / channels;
            let small = Matrix::new(small, rows, channels).transposed();
            matmul(out, small, Matrix::new(columns, rows, field), true);
        }
    });
}

fn each_example(kind: &Kind, x: &[f32], out: &mut [f32], work: impl Fn(&[f32], &mut [f32])) {
    x.chunks_exact(kind.inputs()).zip(out.chunks_exact_mut(kind.outputs())).for_each(|(x, out)| work(x, out));
}
