//! A VAE-GAN learns to reconstruct and to draw, and each of its networks learns from its own terms alone (Larsen 2016, algorithm 1).
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::tiny_digits;
use latentarium::model::{Batches, Config, MetricId, Model, Part, Saved, Setting, StepInput};
use latentarium::snapshot::Scratch;
use std::collections::BTreeMap;

fn config() -> Config {
    let config = Config::preset("vae-gan").unwrap().with("batch", 64u64).unwrap();
    config.with("hidden", vec![32, 64]).unwrap().with("latent", 6u64).unwrap()
}

fn with(key: &str, value: impl Into<Setting>) -> Config {
    config().with(key, value).unwrap()
}

fn model(config: &Config) -> Model {
    Model::new(config, tiny_digits().shape()).unwrap()
}

fn steps(model: &mut Model, count: u64, part: Part) {
    let mut batches = Batches::new(tiny_digits());
    for step in 0..count {
        model.step(&mut StepInput { part, ..StepInput::new(step, &mut batches) }).unwrap();
    }
}

/// The moments after one step, which are its gradients.
fn gradients(config: &Config) -> Saved {
    let mut model = model(config);
    steps(&mut model, 1, Part::Whole);
    model.save().unwrap()
}

/// Those of a network.
fn of<'a>(saved: &'a Saved, network: &str) -> BTreeMap<&'a String, &'a Vec<f32>> {
    let own = saved.moments.iter().filter(|(name, _)| name.starts_with(network));
    own.map(|(name, moments)| (name, &moments.first)).collect()
}

#[test]
fn each_network_learns_from_its_own_terms() {
    let plain = gradients(&config());
    let differs = |config: Config| {
        let other = gradients(&config);
        ["encoder", "generator", "discriminator"].map(|network| {
            assert!(!of(&plain, network).is_empty(), "{network}");
            of(&plain, network) != of(&other, network)
        })
    };
    assert_eq!(differs(with("critic_weight", 3.0)), [false, true, false], "the verdict");
    assert_eq!(differs(with("beta", 3.0)), [true, false, false], "the KL");
    assert_eq!(differs(with("feature_layer", "last")), [true, true, false], "the error of reconstructions");
    // Encoder and decoder learn through the discriminator that has made its step.
    assert_eq!(differs(with("r1_gamma", 3.0)), [true, true, true], "the penalty");
}

#[test]
fn the_discriminator_and_the_others_can_be_stepped_alone() {
    let mut model = model(&config());
    let before = model.save().unwrap().weights;
    steps(&mut model, 2, Part::GENERATOR);
    let after = model.save().unwrap();
    let moved = |network: &str| {
        let mut own = before.iter().filter(|(name, _)| name.starts_with(network));
        own.any(|(name, values)| *values != after.weights[name])
    };
    assert_eq!(["encoder", "generator", "discriminator"].map(moved), [true, true, false]);
    assert_eq!((after.updates["discriminator"], model.part_steps()), (0, [0, 2]));
    steps(&mut model, 3, Part::DISCRIMINATOR);
    assert_eq!((model.save().unwrap().updates["encoder"], model.part_steps()), (2, [3, 2]));
}

#[test]
fn the_weight_is_in_force_with_the_next_step() {
    let (mut changed, mut other) = (model(&with("critic_weight", 0.0)), model(&with("critic_weight", 2.0)));
    changed.set_live(&with("critic_weight", 2.0)).unwrap();
    for model in [&mut changed, &mut other] {
        steps(model, 2, Part::Whole);
    }
    assert_eq!(changed.save().unwrap(), other.save().unwrap());
}

/// Squared error a pixel of test images and of their mean in the place of each reconstruction.
fn errors(model: &Model) -> [f32; 2] {
    let (data, snapshot) = (tiny_digits(), model.snapshot(0).unwrap());
    let (count, size) = (data.test.count(), data.shape().values());
    let images = data.test.gather(&(0..count).collect::<Vec<usize>>());
    let mut scratch = Scratch::default();
    let made = snapshot.reconstruct(&images, count, &mut scratch).unwrap();
    let mean: Vec<f32> =
        (0..size).map(|pixel| images.iter().skip(pixel).step_by(size).sum::<f32>() / count as f32).collect();
    let error = |made: &mut dyn Iterator<Item = &f32>| {
        images.iter().zip(made).map(|(x, made)| (x - made).powi(2)).sum::<f32>() / images.len() as f32
    };
    [error(&mut made.iter()), error(&mut mean.iter().cycle())]
}

#[test]
fn it_learns_to_reconstruct_and_is_judged() {
    let mut model = model(&with("learning_rate", 2e-3).with("average_decay", 0.9).unwrap());
    steps(&mut model, 400, Part::Whole);
    let [error, of_mean] = errors(&model);
    assert!(error < 0.65 * of_mean, "{error} against {of_mean} of the mean image");
    let tested = model.test_on((&tiny_digits().test, 100), &candle_core::Device::Cpu, &mut |_| true).unwrap();
    let value = |id| tested.iter().find(|(other, _)| *other == id).unwrap().1;
    // A draw of each posterior is no better than its mean.
    let drawn = value(MetricId::TEST_SQUARED_ERROR);
    assert!((0.8 * error..1.5 * of_mean).contains(&drawn), "{drawn} beside {error}");
    assert!(value(MetricId::TEST_KL) > 1.0 && value(MetricId::TEST_FEATURE_ERROR) > 0.0);
    assert!((0.0..=1.0).contains(&value(MetricId::TEST_REAL_SCORE)));
    let snapshot = model.snapshot(400).unwrap();
    assert_eq!(snapshot.encoder.unwrap().output(), 2 * snapshot.latent, "mean and log variance");
    assert!(snapshot.critic.is_some() && snapshot.likelihood.is_none());
    let figures = model.evaluate(&tiny_digits().test, &mut |_| true).unwrap();
    let names: Vec<&str> = figures.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["test_feature_error", "test_kl", "test_mse"]);
}
