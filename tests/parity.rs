//! The snapshot's own evaluation against candle's generic operations on the same weights, and a training step on the kernels
//! against the same step by candle, for every preset, on grey and RGB images of even and odd sides.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::by_candle;
use latentarium::dataset::{Column, Dataset, ImageShape, Source, Split};
use latentarium::model::{Batches, Config, Model, StepInput, presets};
use latentarium::random::{Purpose, normal_rows, stream};
use latentarium::snapshot::Scratch;
use rand::RngCore;
use std::sync::Arc;

fn largest(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0f32, f32::max)
}

/// Noise of a shape, with classes.
fn noise(shape: ImageShape, count: usize) -> Arc<Dataset> {
    let mut pixels = vec![0; count * shape.values()];
    stream(3, Purpose::Generate, 0, 0).fill_bytes(&mut pixels);
    let classes: Vec<u8> = (0..count).map(|index| (index % 10) as u8).collect();
    let names: Vec<String> = (0..10).map(|class| class.to_string()).collect();
    let split = Split::of_bytes(shape, pixels, vec![Column::class(classes, names)]);
    Arc::new(Dataset::new(Source::default(), "noise", split.clone(), split))
}

/// The presets that learn step by step.
fn learners() -> impl Iterator<Item = &'static str> {
    presets().filter(|preset| Config::preset(preset).unwrap().most_steps().is_none())
}

/// A preset with small batches whose generator, where it has one, learns in every step.
fn small(preset: &str) -> Config {
    let mut config = Config::preset(preset).unwrap();
    for (key, value) in [("batch", 16), ("critic_steps", 1)] {
        if config.get(key).is_some() {
            config = config.with(key, value).unwrap();
        }
    }
    config
}

/// A model after a few steps.
fn trained(dataset: &Arc<Dataset>, steps: u64, mut model: Model) -> Model {
    let mut batches = Batches::new(dataset.clone());
    for step in 0..steps {
        model.step(&mut StepInput::new(step, &mut batches)).unwrap();
    }
    model
}

const SHAPES: [ImageShape; 4] = [
    ImageShape::grey(28, 28),
    ImageShape { channels: 3, height: 32, width: 32 },
    ImageShape { channels: 3, height: 15, width: 22 },
    ImageShape::grey(9, 30),
];

#[test]
fn a_snapshot_evaluates_as_candle_does() {
    for (place, preset) in learners().enumerate() {
        for (latent, shape) in [1, 2, 7, 64].into_iter().zip(SHAPES.into_iter().cycle().skip(place)) {
            let dataset = noise(shape, 32.max(latent + 16));
            let config = small(preset).with("latent", latent).unwrap();
            let model = trained(&dataset, 2, Model::new(&config, shape).unwrap());
            let snapshot = model.snapshot(2).unwrap();
            // Of some families it is as many numbers as the data has, whatever is asked for.
            let latent = snapshot.latent;
            let latents = normal_rows(3, Purpose::Sample, 0, 9, latent);
            let expected = by_candle(&snapshot.decoder, &latents, 9);
            let mut scratch = Scratch::default();
            let ours = snapshot.decoder.evaluate(&latents, 9, &mut scratch).to_vec();
            let one = snapshot.decoder.evaluate(&latents[..latent], 1, &mut scratch).to_vec();
            let case = format!("{preset} z {latent} {shape}");
            assert!(largest(&ours, &expected) < 1e-5, "{case}: {}", largest(&ours, &expected));
            assert!(largest(&one, &expected[..one.len()]) < 1e-5, "{case}, one row");
            assert_eq!(snapshot.encoder.is_some(), config.encodes());
            assert!(snapshot.likelihood.is_none() || config.encodes(), "{case}");
            if let Some(encoder) = &snapshot.encoder {
                let images = dataset.train.gather(&[0, 1, 2]);
                let expected = by_candle(encoder, &images, 3);
                let ours = encoder.evaluate(&images, 3, &mut scratch);
                let size = expected.iter().fold(1.0f32, |size, x| size.max(x.abs()));
                assert!(largest(ours, &expected) < 1e-5 * size, "{case}, encoder");
            }
        }
    }
}

#[test]
fn a_step_on_the_kernels_is_the_step_that_candle_makes() {
    for (preset, shape) in learners().zip(SHAPES.into_iter().cycle()) {
        let dataset = noise(shape, 32);
        let config = small(preset);
        let ours = trained(&dataset, 1, Model::new(&config, shape).unwrap()).save().unwrap();
        let candle = trained(&dataset, 1, Model::reference(&config, shape).unwrap()).save().unwrap();
        assert_eq!(ours.weights.len(), candle.weights.len());
        // Moments hold the gradients of the one step; weights after Adam's first step would show their signs alone.
        for (name, ours) in &ours.moments {
            let (ours, expected) = (&ours.second, &candle.moments[name].second);
            let root = |values: &[f32]| values.iter().map(|value| value.sqrt()).collect::<Vec<f32>>();
            let (ours, expected) = (root(ours), root(expected));
            let size = expected.iter().fold(1e-4f32, |size, x| size.max(*x));
            assert!(largest(&ours, &expected) < 2e-4 * size, "{preset} {shape} {name}: {}", largest(&ours, &expected));
        }
        for (name, values) in ours.weights.iter().filter(|(name, _)| name.contains("running")) {
            assert!(largest(values, &candle.weights[name]) < 1e-5, "{preset} {name}");
        }
    }
}

#[test]
fn every_preset_learns_on_its_own_data_shape() {
    let dataset = common::small_digits();
    for preset in presets() {
        let config = Config::preset(preset).unwrap();
        let snapshot = trained(&dataset, 1, Model::new(&config, dataset.shape()).unwrap()).snapshot(1).unwrap();
        assert_eq!(snapshot.decoder.output(), dataset.shape().values(), "{preset}");
    }
}
