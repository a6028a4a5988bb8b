//! What a layer computes, with its sizes, on slices: forward, the gradient of its input, the gradient of its weights.
//! Maps lie channels last; examples one after another. All of it on the calling thread.

use super::maps::{exchange, for_each_maximum, for_each_nearest};
use super::product::{Matrix, SMALL, inner_products, product};
use super::sliding::{Map, Sliding};
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
    Convolution(Sliding),
    /// Small map to large, the adjoint of a convolution with the same weight; a bias a channel of the large map.
    Transposed(Sliding),
    /// The largest value under the window, channel by channel.
    MaxPool(Sliding),
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
            Self::Convolution(sliding) | Self::MaxPool(sliding) => sliding.large.values(),
            Self::Transposed(sliding) => sliding.small.values(),
            Self::Upsample { from, .. } => from.values(),
            Self::ChannelsLast(map) | Self::Planes(map) => map.values(),
        }
    }

    /// Values an example that it gives.
    pub fn outputs(&self) -> usize {
        match self {
            Self::Linear { outputs, .. } => *outputs,
            Self::Convolution(sliding) | Self::MaxPool(sliding) => sliding.small.values(),
            Self::Transposed(sliding) => sliding.large.values(),
            Self::Upsample { to, .. } => to.values(),
            Self::ChannelsLast(map) | Self::Planes(map) => map.values(),
        }
    }

    /// The shape of its weight; empty where it has none.
    pub fn weight_shape(&self) -> Vec<usize> {
        match self {
            Self::Linear { inputs, outputs } => vec![*outputs, *inputs],
            Self::Convolution(sliding) | Self::Transposed(sliding) => {
                let side = sliding.window.side;
                vec![sliding.small.channels, side, side, sliding.large.channels]
            }
            _ => Vec::new(),
        }
    }

    /// Values of its weight; 0 where it has none.
    pub fn weights(&self) -> usize {
        match self {
            Self::Linear { inputs, outputs } => inputs * outputs,
            Self::Convolution(sliding) | Self::Transposed(sliding) => sliding.weights(),
            _ => 0,
        }
    }

    /// Values of its bias, one a channel; 0 where it has none.
    pub fn biases(&self) -> usize {
        match self {
            Self::Linear { outputs, .. } => *outputs,
            Self::Convolution(sliding) => sliding.small.channels,
            Self::Transposed(sliding) => sliding.large.channels,
            _ => 0,
        }
    }

    /// What the spread of fresh weights is measured by, as in PyTorch: the inputs of an output, but for a transposed
    /// convolution those of its adjoint.
    pub fn fan_in(&self) -> usize {
        match self {
            Self::Linear { inputs, .. } => *inputs,
            Self::Convolution(sliding) | Self::Transposed(sliding) => sliding.under(),
            _ => 1,
        }
    }

    /// Multiplications and additions for one example.
    pub fn flops(&self) -> u64 {
        match self {
            Self::Linear { .. } => 2 * self.weights() as u64,
            Self::Convolution(sliding) | Self::Transposed(sliding) => {
                2 * (sliding.small.places() * sliding.weights()) as u64
            }
            _ => 0,
        }
    }

    /// Images whose columns fill a block.
    fn block(sliding: &Sliding) -> usize {
        (BLOCK / (sliding.small.places() * sliding.under()).max(1)).max(1)
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
                    product(out, x, weight.transposed(), !bias.is_empty());
                }
            }
            Self::Convolution(sliding) => convolve(sliding, weight, bias, x, out),
            Self::Transposed(sliding) => spread(sliding, weight, bias, x, out),
            Self::MaxPool(sliding) => {
                each_example(self, x, out, |x, out| {
                    for_each_maximum(sliding, x, |place, from| out[place] = x[from]);
                });
            }
            Self::Upsample { from, to } => each_example(self, x, out, |x, out| {
                for_each_nearest(*from, *to, |source, target| out[target].copy_from_slice(&x[source]));
            }),
            Self::ChannelsLast(map) => each_example(self, x, out, |x, out| exchange(x, out, map.channels)),
            Self::Planes(map) => each_example(self, x, out, |x, out| exchange(x, out, map.places())),
        }
    }

    /// The gradient of `x` from that of the output (before the activation), `[rows, outputs]` to `[rows, inputs]`. `x` is
    /// looked at by pooling alone.
    pub fn backward(&self, weight: &[f32], x: &[f32], gradient: &[f32], x_gradient: &mut [f32]) {
        let rows = gradient.len() / self.outputs().max(1);
        match self {
            Self::Linear { inputs, outputs } => {
                let weight = Matrix::new(weight, *outputs, *inputs);
                product(x_gradient, Matrix::new(gradient, rows, *outputs), weight, false);
            }
            Self::Convolution(sliding) => spread(sliding, weight, &[], gradient, x_gradient),
            Self::Transposed(sliding) => convolve(sliding, weight, &[], gradient, x_gradient),
            Self::MaxPool(sliding) => {
                x_gradient.fill(0.0);
                let examples = x_gradient.chunks_exact_mut(self.inputs()).zip(x.chunks_exact(self.inputs()));
                for ((x_gradient, x), gradient) in examples.zip(gradient.chunks_exact(self.outputs())) {
                    for_each_maximum(sliding, x, |place, from| x_gradient[from] += gradient[place]);
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
                product(out, gradient, Matrix::new(x, rows, *inputs), true);
            }
            Self::Convolution(sliding) => outer(sliding, gradient, x, out),
            Self::Transposed(sliding) => outer(sliding, x, gradient, out),
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

/// small = what is under the window·weightᵀ + bias.
fn convolve(sliding: &Sliding, weight: &[f32], bias: &[f32], large: &[f32], small: &mut [f32]) {
    let (places, under, channels) = (sliding.small.places(), sliding.under(), sliding.small.channels);
    let block = Kind::block(sliding);
    start(small, channels, bias);
    let weight = Matrix::new(weight, channels, under);
    with_columns(block * places * under, |columns| {
        let blocks = large.chunks(block * sliding.large.values()).zip(small.chunks_mut(block * sliding.small.values()));
        for (large, small) in blocks {
            let images = large.chunks_exact(sliding.large.values()).zip(columns.chunks_exact_mut(places * under));
            images.for_each(|(large, columns)| sliding.gather(large, columns));
            let rows = small.len() / channels;
            let columns = Matrix::new(columns, rows, under);
            if places * channels <= SMALL {
                inner_products(small, columns, weight, !bias.is_empty());
            } else {
                product(small, columns, weight.transposed(), !bias.is_empty());
            }
        }
    });
}

/// large = the sum over stands of small·weight, + bias.
fn spread(sliding: &Sliding, weight: &[f32], bias: &[f32], small: &[f32], large: &mut [f32]) {
    let (places, under, channels) = (sliding.small.places(), sliding.under(), sliding.small.channels);
    let block = Kind::block(sliding);
    if bias.is_empty() {
        large.fill(0.0);
    }
    start(large, sliding.large.channels, bias);
    let weight = Matrix::new(weight, channels, under);
    with_columns(block * places * under, |columns| {
        let blocks = large.chunks_mut(block * sliding.large.values()).zip(small.chunks(block * sliding.small.values()));
        for (large, small) in blocks {
            let rows = small.len() / channels;
            product(columns, Matrix::new(small, rows, channels), weight, false);
            let images = large.chunks_exact_mut(sliding.large.values()).zip(columns.chunks_exact(places * under));
            images.for_each(|(large, columns)| sliding.scatter(columns, large));
        }
    });
}

/// out += smallᵀ·(what is under the window).
fn outer(sliding: &Sliding, small: &[f32], large: &[f32], out: &mut [f32]) {
    let (places, under, channels) = (sliding.small.places(), sliding.under(), sliding.small.channels);
    let block = Kind::block(sliding);
    with_columns(block * places * under, |columns| {
        let blocks = large.chunks(block * sliding.large.values()).zip(small.chunks(block * sliding.small.values()));
        for (large, small) in blocks {
            let images = large.chunks_exact(sliding.large.values()).zip(columns.chunks_exact_mut(places * under));
            images.for_each(|(large, columns)| sliding.gather(large, columns));
            let rows = small.len() / channels;
            let small = Matrix::new(small, rows, channels).transposed();
            product(out, small, Matrix::new(columns, rows, under), true);
        }
    });
}

fn each_example(kind: &Kind, x: &[f32], out: &mut [f32], work: impl Fn(&[f32], &mut [f32])) {
    x.chunks_exact(kind.inputs()).zip(out.chunks_exact_mut(kind.outputs())).for_each(|(x, out)| work(x, out));
}
