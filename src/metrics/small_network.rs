//! Small networks that figures look at images through: how they learn.

use crate::nn::layer::Layer;
use crate::nn::likelihood::bernoulli;
use crate::nn::operations::Linear;
use crate::nn::optimizer::{Method, Optimizer, UpdateSettings};
use crate::nn::parameters::{Parameters, copied};
use crate::nn::sequential::Sequential;
use crate::snapshot::{Activation, Network, Operation};
use candle_core::{Device, Result, Tensor, bail};

/// Examples a step.
pub(super) const BATCH: usize = 128;
/// Going through the same examples more often teaches a small network hardly anything.
const MOST_PASSES: u64 = 50;
/// Steps that are of use with however few examples.
const LEAST_STEPS: u64 = 500;

/// How many of `steps` steps are of use with so many examples.
pub(super) fn useful_steps(steps: u64, examples: usize) -> u64 {
    steps.min((MOST_PASSES * examples as u64).div_ceil(BATCH as u64).max(LEAST_STEPS))
}

/// A linear layer.
#[derive(Clone, Copy, Debug)]
pub(super) struct SmallLayer {
    pub name: &'static str,
    pub inputs: usize,
    pub outputs: usize,
    pub activation: Activation,
}

/// How long a small network learns, and how fast.
#[derive(Clone, Copy, Debug)]
pub(super) struct SmallLearning {
    pub steps: u64,
    /// Adam's step size at first; it falls to 0 in a straight line.
    pub learning_rate: f64,
}

const UPDATES: UpdateSettings = UpdateSettings {
    method: Method::Adam,
    learning_rate: 0.0,
    beta1: 0.9,
    beta2: 0.999,
    weight_decay: 0.0,
    gradient_clip: 0.0,
    weight_clip: 0.0,
    average_decay: 0.0,
};

/// Layers one after another learn to answer `batch`'s inputs (`[BATCH, inputs]`) by its targets (`[BATCH, outputs]`, in [0, 1]),
/// each target for itself: what they give are log odds. The same batches give the same bits. `None` where `go_on`, asked before
/// each step, says no.
///
/// # Errors
/// If candle cannot make the tensors.
pub(super) fn learn(
    layers: &[SmallLayer],
    learning: SmallLearning,
    mut batch: impl FnMut(u64) -> (Vec<f32>, Vec<f32>),
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Option<Network>> {
    let mut parameters = Parameters::default();
    let made = layers.iter().map(|layer| {
        let kind = Linear { inputs: layer.inputs, outputs: layer.outputs };
        Layer::new(&mut parameters, layer.name, kind, layer.activation, 0)
    });
    let made = made.collect::<Result<Vec<_>>>()?;
    let network = Sequential::new(&parameters, made)?;
    let mut optimizer = Optimizer::default();
    let width = |layer: Option<&SmallLayer>, of: fn(&SmallLayer) -> usize| layer.map_or(0, of);
    let (inputs, outputs) = (width(layers.first(), |layer| layer.inputs), width(layers.last(), |layer| layer.outputs));
    for step in 0..learning.steps {
        if !go_on() {
            return Ok(None);
        }
        let (images, targets) = batch(step);
        let images = Tensor::from_vec(images, (BATCH, inputs), &Device::Cpu)?;
        let targets = Tensor::from_vec(targets, (BATCH, outputs), &Device::Cpu)?;
        let loss = bernoulli(&network.forward(&images)?, &targets)?.mean_all()?;
        parameters.accumulate(&loss.backward()?)?;
        let left = 1.0 - step as f64 / learning.steps as f64;
        let learning_rate = left * learning.learning_rate;
        optimizer.update(&parameters, UpdateSettings { learning_rate, ..UPDATES })?;
    }
    plain(layers, &parameters).map(Some)
}

/// The layers as plain data.
fn plain(layers: &[SmallLayer], parameters: &Parameters) -> Result<Network> {
    let values = |name: String| match parameters.iter().find(|(own, _)| *own == name) {
        Some((_, parameter)) => copied(&parameter.variable),
        None => bail!("{name} is missing"),
    };
    let mut operations = Vec::new();
    for (place, layer) in layers.iter().enumerate() {
        let name = layer.name;
        let (weight, bias) = (values(format!("{name}.weight"))?, values(format!("{name}.bias"))?);
        operations.push(Operation::linear(name, place, (weight, bias), layer.activation));
    }
    Network::new(layers.first().map_or(0, |layer| layer.inputs), operations).map_err(candle_core::Error::wrap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_examples_are_not_gone_through_without_end() {
        assert_eq!([60_000, 20_000, 2_000, 64].map(|examples| useful_steps(2500, examples)), [2500, 2500, 782, 500]);
        assert_eq!(useful_steps(3, 64), 3, "never more than are asked for");
    }
}
