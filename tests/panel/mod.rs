//! Small models and words for the tests of panels.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use latentarium::dataset::{Column, ImageShape, Split};
use latentarium::random::{Purpose, normal_rows};
use latentarium::snapshot::{Activation, Likelihood, Network, Operation, Snapshot};
use std::sync::Arc;

pub fn text(key: &'static str) -> String {
    let said = match key {
        "plane.name" => "Latent plane",
        "plane.reset" => "Reset view",
        "plane.grid" => "Grid",
        "plane.cursor_a" => "Cursor a",
        "plane.cursor_b" => "Cursor b",
        "plane.class" => "class",
        "plane.some_points" => "%{shown} of %{all}",
        "plane.fill" => "Start training",
        "plane.menu_origin" => "Origin here",
        "output.a" => "Output of A",
        "output.b" => "Output of B",
        "output.nearest" => "Nearest training image",
        other => other,
    };
    said.to_owned()
}
pub fn layer(inputs: usize, outputs: usize, seed: u64, activation: Activation) -> Operation {
    let weight = normal_rows(seed, Purpose::Weights, 0, 1, inputs * outputs);
    let bias = normal_rows(seed, Purpose::Weights, 1, 1, outputs);
    Operation::linear(format!("layer {seed}"), 0, (weight, bias), activation)
}

pub fn snapshot(latent: usize, seed: u64) -> Arc<Snapshot> {
    let decoder = Network::new(latent, vec![layer(latent, 64, seed, Activation::Sigmoid)]).unwrap();
    let mut encoder = layer(64, 2 * latent, seed + 1, Activation::Identity);
    encoder.weight = encoder.weight.iter().map(|w| w * 0.2).collect();
    let encoder = Some(Network::new(64, vec![encoder]).unwrap());
    Arc::new(Snapshot {
        step: 7,
        image: ImageShape::grey(8, 8),
        latent,
        likelihood: Some(Likelihood::Bernoulli),
        decoder,
        encoder,
    })
}

pub fn split(count: usize) -> Split {
    let pixels: Vec<u8> = (0..count * 64).map(|i| (i * i % 251) as u8).collect();
    let classes: Vec<u8> = (0..count).map(|i| (i % 3) as u8).collect();
    Split::of_bytes(ImageShape::grey(8, 8), pixels, vec![Column::class(classes, ["0", "1", "2"].map(str::to_owned))])
}
