//! A model and data whose pictures are always the same.

use latentarium::dataset::{Column, Dataset, ImageShape, Source, Split};
use latentarium::nn::adversarial::AdversarialLoss;
use latentarium::snapshot::{Activation, Critic, Likelihood, Network, Operation, Snapshot, WeightDeviations};
use std::sync::Arc;

/// Its images.
pub const SHAPE: ImageShape = ImageShape::grey(8, 8);

/// A layer of weights that lie evenly about 0.
pub fn linear(name: &str, inputs: usize, outputs: usize, activation: Activation) -> Operation {
    let weight: Vec<f32> = (0..inputs * outputs).map(|i| ((i * 37 % 101) as f32 / 50.0 - 1.0) * 0.8).collect();
    let bias = vec![0.0; outputs];
    Operation::linear(name, 0, (weight, bias), activation)
}

/// A network with weights that are the surer the smaller they are.
fn deviating(operations: Vec<Operation>) -> Network {
    let deviation = |operation: &Operation| WeightDeviations {
        weight: operation.weight.iter().map(|weight| 0.3 * weight.abs()).collect(),
        bias: vec![0.2; operation.bias.len()].into(),
    };
    let deviations: Vec<WeightDeviations> = operations.iter().map(deviation).collect();
    Network::new(2, operations).unwrap().with_deviations(deviations).unwrap()
}

/// An autoencoder with a critic and uncertain weights.
pub fn snapshot() -> Arc<Snapshot> {
    let size = SHAPE.values();
    let critic = Network::new(size, vec![linear("critic", size, 1, Activation::Identity)]).unwrap();
    Arc::new(Snapshot {
        step: 1234,
        image: SHAPE,
        latent: 2,
        likelihood: Some(Likelihood::Bernoulli),
        decoder: deviating(vec![linear("decoder", 2, size, Activation::Sigmoid)]),
        encoder: Some(Network::new(size, vec![linear("encoder", size, 4, Activation::Identity)]).unwrap()),
        critic: Some(Critic { network: critic, loss: AdversarialLoss::Wasserstein }),
        prior: Default::default(),
    })
}

/// Forty images of stripes in ten classes.
pub fn dataset() -> Arc<Dataset> {
    let pixels: Vec<u8> = (0..40 * SHAPE.values()).map(|i| (i * 7 % 256) as u8).collect();
    let labels: Vec<u8> = (0..40).map(|i| i % 10).collect();
    let names: Vec<String> = (0..10).map(|class| class.to_string()).collect();
    let split = Split::of_bytes(SHAPE, pixels, vec![Column::class(labels, names)]);
    Arc::new(Dataset::new(Source::default(), "stripes", split.clone(), split))
}
