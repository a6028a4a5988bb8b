//! A network as plain data: what is drawn, scrubbed, saved and compared. Its own evaluation here, without
//! candle, is the reference that training and shaders are tested against.

mod prior;
mod tangent;
#[cfg(test)]
mod tests;
mod trace;
mod weight_deviations;

pub use prior::Prior;
pub use tangent::{PushForward, TangentScratch};
pub use weight_deviations::WeightDeviations;

pub use crate::nn::activation::Activation;
pub use crate::nn::likelihood::Likelihood;
pub use crate::nn::operations::OperationKind;

use crate::dataset::ImageShape;
use crate::message::{Explain, Message, message};
use crate::nn::adversarial::AdversarialLoss;
use crate::nn::operations::{Linear, free_columns};
use crate::nn::shards::{even, split, split_mut};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// One step of a network: what it computes, with its weights and activation; batch norm is already folded in.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The layer's name, as in the weights file.
    pub name: String,
    /// Which values it reads, in order: 0 is the network's input, `i + 1` what operation `i` gave.
    pub inputs: Vec<usize>,
    /// What it does, and on what sizes.
    pub kind: OperationKind,
    /// Shaped as the kind says; empty where it has none.
    pub weight: Arc<[f32]>,
    /// One a channel; empty where the kind has none.
    pub bias: Arc<[f32]>,
    /// Applied last.
    pub activation: Activation,
}

impl Operation {
    /// A linear operation on value `input`: `weight` is `[outputs, inputs]`, `bias` `[outputs]`.
    pub fn linear(
        name: impl Into<String>,
        input: usize,
        (weight, bias): (impl Into<Arc<[f32]>>, impl Into<Arc<[f32]>>),
        activation: Activation,
    ) -> Self {
        let (weight, bias) = (weight.into(), bias.into());
        let kind = Linear { inputs: weight.len() / bias.len().max(1), outputs: bias.len() };
        Self { name: name.into(), inputs: vec![input], kind: kind.into(), weight, bias, activation }
    }

    /// An operation of one value whose weight is shaped as its kind says.
    pub fn of_weight(
        name: impl Into<String>,
        input: usize,
        kind: impl Into<OperationKind>,
        weight: impl Into<Arc<[f32]>>,
    ) -> Self {
        let (weight, bias) = (weight.into(), Arc::from([]));
        Self {
            name: name.into(),
            inputs: vec![input],
            kind: kind.into(),
            weight,
            bias,
            activation: Activation::Identity,
        }
    }

    /// An operation of two values that has no weights.
    pub fn joining(
        name: impl Into<String>,
        inputs: [usize; 2],
        kind: impl Into<OperationKind>,
        activation: Activation,
    ) -> Self {
        let (weight, bias) = (Arc::from([]), Arc::from([]));
        Self { name: name.into(), inputs: inputs.into(), kind: kind.into(), weight, bias, activation }
    }

    /// Elements an example that this operation gives.
    pub fn outputs(&self) -> usize {
        self.kind.outputs()
    }

    /// What it gives for the values before it, of any number of examples each.
    fn forward(&self, values: &[Vec<f32>], out: &mut [f32]) {
        self.kind.forward(&self.weight, &self.bias, self.read(values), out);
        self.activation.apply(out);
    }
}

/// Why a list of operations is not a network.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("{}", self.message())]
pub enum NetworkError {
    /// An operation reads what is not there yet, or a number of values that does not fit its sizes or its weights.
    Mismatch {
        /// Its place in the list.
        index: usize,
        /// Its name.
        name: String,
        /// What would fit.
        expected: Message,
        /// What is there.
        found: Message,
    },
    /// There are no operations.
    Empty,
}

impl Explain for NetworkError {
    fn message(&self) -> Message {
        match self {
            Self::Mismatch { index, name, expected, found } => {
                message!("operation {index} ({name}): expected {expected}, found {found}", index, name, expected, found,)
            }
            Self::Empty => message!("expected at least one operation, found none"),
        }
    }
}

/// Operations in order; the last one's values are the output. Checked when made, so evaluating it cannot fail.
#[derive(Clone, Debug)]
pub struct Network {
    input: usize,
    operations: Vec<Operation>,
    /// The standard deviations of its weights in their place, where they are normal variables.
    deviations: Option<Arc<Self>>,
}

/// Buffers that an evaluation reuses: one a value. Nothing is allocated once they have grown.
#[derive(Debug, Default)]
pub struct Scratch {
    values: Vec<Vec<f32>>,
}

impl Scratch {
    /// What the newest evaluation gave on its way, in order: the inputs, then what each operation gave, `[count, outputs]`.
    pub fn values(&self) -> &[Vec<f32>] {
        &self.values
    }

    /// Gives back the buffers, and what the operations keep on this thread to be quicker the next time.
    pub fn free(&mut self) {
        self.values = Vec::new();
        free_columns();
    }
}

/// Values of one operation that an evaluation on several threads has in hand on each of them.
const CACHED_VALUES: usize = 256 * 1024;

/// Values that an evaluation of many examples has in hand, of all operations: 64 MiB.
const SLICE_VALUES: usize = 16 << 20;

/// Buffers that an evaluation on several threads reuses.
#[derive(Debug, Default)]
pub struct SharedScratch {
    /// One a thread, which alone locks it.
    threads: Vec<Mutex<Scratch>>,
    out: Vec<f32>,
}

impl Network {
    /// Checks that the operations fit together and make up a network that reads `input` values an example.
    ///
    /// # Errors
    /// Names the first operation that does not fit.
    pub fn new(input: usize, operations: Vec<Operation>) -> Result<Self, NetworkError> {
        let mut sizes = vec![input];
        for (index, operation) in operations.iter().enumerate() {
            let mismatch = |expected: Message, found: Message| NetworkError::Mismatch {
                index,
                name: operation.name.clone(),
                expected,
                found,
            };
            let read: Vec<usize> =
                operation.inputs.iter().map(|value| sizes.get(*value).copied()).collect::<Option<_>>().ok_or_else(
                    || {
                        mismatch(
                            message!("inputs below {size}", size = sizes.len()),
                            Message::words(format_args!("{:?}", operation.inputs)),
                        )
                    },
                )?;
            let inputs: Vec<usize> =
                std::iter::once(operation.kind.inputs()).chain(operation.kind.second_inputs()).collect();
            if read.len() != inputs.len() {
                let expected = if inputs.len() == 1 { message!("one input") } else { message!("two inputs") };
                return Err(mismatch(expected, Message::words(read.len())));
            }
            if read != inputs || operation.outputs() == 0 {
                return Err(mismatch(message!("{count} values to read", count = listed(&inputs)), listed(&read)));
            }
            let (weights, biases) = (operation.kind.weights(), operation.kind.biases());
            if (operation.weight.len(), operation.bias.len()) != (weights, biases) {
                let (weight, bias) = (operation.weight.len(), operation.bias.len());
                return Err(mismatch(
                    message!("{weights} weights and {biases} biases", weights, biases),
                    message!("{first} and {second}", first = weight, second = bias),
                ));
            }
            sizes.push(operation.outputs());
        }
        if operations.is_empty() {
            return Err(NetworkError::Empty);
        }
        Ok(Self { input, operations, deviations: None })
    }

    /// Elements an example that it reads.
    pub fn input(&self) -> usize {
        self.input
    }

    /// Elements an example that it gives.
    pub fn output(&self) -> usize {
        self.operations.last().map_or(0, Operation::outputs)
    }

    /// The operations, in order.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Whether another network's operations are the same but for their weights and names.
    pub fn is_shaped_as(&self, other: &Self) -> bool {
        let same =
            |(a, b): (&Operation, &Operation)| (a.kind, &a.inputs, a.activation) == (b.kind, &b.inputs, b.activation);
        self.input == other.input
            && self.operations.len() == other.operations.len()
            && self.operations.iter().zip(&other.operations).all(same)
    }

    /// Multiplications and additions for one example.
    pub fn flops(&self) -> u64 {
        self.operations.iter().map(|operation| operation.kind.flops()).sum()
    }

    /// Evaluates `count` examples (`[count, input]`) on this thread alone; gives `[count, output]`, borrowed from `scratch`.
    /// Where `inputs` holds fewer examples, as many as it holds.
    pub fn evaluate<'a>(&self, inputs: &[f32], count: usize, scratch: &'a mut Scratch) -> &'a [f32] {
        let count = count.min(inputs.len().checked_div(self.input).unwrap_or(count));
        let values = &mut scratch.values;
        values.resize_with(self.operations.len() + 1, Vec::new);
        if let Some(first) = values.first_mut() {
            first.clear();
            first.extend_from_slice(&inputs[..count * self.input]);
        }
        for (index, operation) in self.operations.iter().enumerate() {
            let (before, after) = values.split_at_mut(index + 1);
            let out = &mut after[0];
            out.resize(count * operation.outputs(), 0.0);
            operation.forward(before, out);
        }
        &values[self.operations.len()]
    }

    /// The same for any number of examples: `each` is given the outputs one after another. What is in hand at a time is
    /// bounded, whatever the count.
    ///
    /// # Errors
    /// What `each` ends it with.
    pub fn evaluate_each<E>(
        &self,
        inputs: &[f32],
        scratch: &mut Scratch,
        mut each: impl FnMut(&[f32]) -> Result<(), E>,
    ) -> Result<(), E> {
        let values = self.operations.iter().fold(self.input, |sum, operation| sum.saturating_add(operation.outputs()));
        let most = (SLICE_VALUES / values.max(1)).max(1);
        for slice in inputs.chunks(most * self.input.max(1)) {
            self.evaluate(slice, most, scratch).chunks_exact(self.output().max(1)).try_for_each(&mut each)?;
        }
        Ok(())
    }

    /// All outputs on the threads of the pool that it is called in, so many examples at a time: the bits do not depend on the
    /// number of threads.
    pub fn evaluate_in_slices(&self, inputs: &[f32], slice: usize) -> Vec<f32> {
        let width = self.input.max(1);
        let slices = inputs.par_chunks(slice.max(1) * width).map_init(Scratch::default, |scratch, inputs| {
            self.evaluate(inputs, inputs.len() / width, scratch).to_vec()
        });
        slices.collect::<Vec<_>>().concat()
    }

    /// All outputs on the threads of the pool that it is called in, a shard of the examples on each.
    pub fn evaluate_on_threads<'a>(&self, inputs: &[f32], count: usize, scratch: &'a mut SharedScratch) -> &'a [f32] {
        let count = count.min(inputs.len().checked_div(self.input).unwrap_or(count));
        // As many examples at a time as leave their widest values in a thread's cache.
        let widest = self.operations.iter().map(Operation::outputs).max().unwrap_or(1).max(1);
        let most = (CACHED_VALUES / widest).max(8);
        let threads = rayon::current_num_threads().max(1);
        let ranges: Vec<Range<usize>> = even(count, count.div_ceil(most).next_multiple_of(threads)).collect();
        let SharedScratch { threads: scratches, out } = scratch;
        scratches.resize_with(threads.max(scratches.len()), Mutex::default);
        let scratches = &*scratches;
        out.resize(count * self.output(), 0.0);
        let parts = split_mut(out, self.output(), ranges.iter().cloned());
        parts.into_par_iter().zip(&ranges).for_each(|(out, range)| {
            let own = &scratches[rayon::current_thread_index().unwrap_or(0) % scratches.len()];
            let scratch = &mut *own.lock().unwrap_or_else(PoisonError::into_inner);
            out.copy_from_slice(self.evaluate(split(inputs, self.input, range), range.len(), scratch));
        });
        out
    }
}

fn listed(sizes: &[usize]) -> Message {
    let sizes = sizes.iter().map(Message::words);
    let listed = sizes.reduce(|first, second| message!("{first} and {second}", first, second));
    listed.unwrap_or_else(|| Message::words(0))
}

/// What a model has learned at one step: plain weights, nothing of training.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Steps trained so far.
    pub step: u64,
    /// The shape of the images.
    pub image: ImageShape,
    /// Latent dimensions.
    pub latent: usize,
    /// The distribution of pixels that the decoder's output gives the mean of: what reconstruction is measured by, in nats.
    /// `None` where nothing was trained by one, as in a GAN.
    pub likelihood: Option<Likelihood>,
    /// Latents `[n, latent]` to pixels `[n, image.values()]`, in [0, 1] with a sigmoid at its end.
    pub decoder: Network,
    /// Pixels to posterior means and log variances side by side, `[n, 2·latent]`; a GAN has none.
    /// For an autoencoder without noise the log variances are those of a point: -∞ is not used, they are -20.
    pub encoder: Option<Network>,
    /// The critic of a GAN, to see what it says of every place.
    pub critic: Option<Critic>,
    /// What its latents are drawn from.
    pub prior: Prior,
}

impl Snapshot {
    /// What it makes of `count` images, each decoded from its posterior's mean; `[count, image.values()]` both. `None` without an
    /// encoder.
    pub fn reconstruct<'a>(&self, images: &[f32], count: usize, scratch: &'a mut Scratch) -> Option<&'a [f32]> {
        let encoder = self.encoder.as_ref()?;
        let codes = encoder.evaluate(images, count, scratch).chunks_exact(encoder.output().max(1));
        let means: Vec<f32> = codes.filter_map(|code| code.get(..self.latent)).flatten().copied().collect();
        Some(self.decoder.evaluate(&means, count, scratch))
    }
}

/// What a generator learns from, as plain data.
#[derive(Clone, Debug)]
pub struct Critic {
    /// Examples to a value each, `[n, 1]`: the more real it takes one for, the higher.
    pub network: Network,
    /// What both are trained for.
    pub loss: AdversarialLoss,
}
