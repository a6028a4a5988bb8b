//! An InfoGAN's encoder reads z from generated images, and the generator learns to make images that it can be read from.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::tiny_digits;
use latentarium::model::{Batches, Config, Losses, MetricId, Model, Part, StepInput};
use std::ops::Range;

fn config(preset: &str) -> Config {
    let config = Config::preset(preset).unwrap().with("batch", 64u64).unwrap();
    config.with("hidden", vec![32, 64]).unwrap()
}

fn weighing(weight: f64) -> Config {
    config("info-gan").with("latent_weight", weight).unwrap()
}

fn model(config: &Config) -> Model {
    Model::new(config, tiny_digits().shape()).unwrap()
}

/// Makes steps; gives what each of them said.
fn steps(model: &mut Model, steps: Range<u64>) -> Vec<Losses> {
    let mut batches = Batches::new(tiny_digits());
    steps.map(|step| model.step(&mut StepInput::new(step, &mut batches)).unwrap()).collect()
}

fn latent_error(losses: &Losses) -> f32 {
    losses.iter().find(|(id, _)| *id == MetricId::LATENT_ERROR).unwrap().1
}

#[test]
fn the_encoder_finds_the_latents_of_samples_again() {
    let mut model = model(&weighing(1.0).with("learning_rate", 2e-3).unwrap());
    let said = steps(&mut model, 0..300);
    let (first, last) = (latent_error(&said[0]), latent_error(&said[299]));
    assert!((0.7..1.4).contains(&first), "it knows nothing yet: {first}");
    assert!(last < 0.4 * first, "from {first} to {last}");
    let figures = model.evaluate(&tiny_digits().test, &mut |_| true).unwrap();
    let (name, median) = figures[0];
    assert_eq!((name, figures.len()), ("latent_error", 1));
    assert!(median > 0.0 && median < f64::from(first) / 2.0, "of samples as a snapshot makes them: {median}");
    let snapshot = model.snapshot(300).unwrap();
    assert_eq!(snapshot.encoder.unwrap().output(), 2 * snapshot.latent, "mean and log variance");
}

#[test]
fn without_weight_its_generator_is_that_of_a_plain_gan_and_with_it_another() {
    let of_generator = |config: &Config| {
        let mut model = model(config);
        steps(&mut model, 0..3);
        let weights = model.save().unwrap().weights;
        weights.into_iter().filter(|(name, _)| name.starts_with("generator")).collect::<Vec<_>>()
    };
    let plain = of_generator(&config("gan-plane"));
    assert!(plain == of_generator(&weighing(0.0)));
    assert!(plain != of_generator(&weighing(1.0)));
}

#[test]
fn the_weight_is_in_force_with_the_next_step() {
    let (mut changed, mut other) = (model(&weighing(0.0)), model(&weighing(2.0)));
    changed.set_live(&weighing(2.0)).unwrap();
    assert_eq!(steps(&mut changed, 0..3), steps(&mut other, 0..3));
    assert_eq!(changed.save().unwrap(), other.save().unwrap());
}

#[test]
fn what_is_restored_goes_on_as_if_it_had_not_stopped() {
    let config = weighing(1.0).with("average_decay", 0.9).unwrap();
    let mut whole = model(&config);
    steps(&mut whole, 0..4);
    let saved = whole.save().unwrap();
    assert_eq!(saved.names(), whole.names());
    assert!(saved.weights.keys().any(|name| name.ends_with("running_mean")));
    let mut restored = model(&config);
    restored.restore(&saved).unwrap();
    assert_eq!(steps(&mut whole, 4..8), steps(&mut restored, 4..8));
    assert_eq!(whole.save().unwrap(), restored.save().unwrap());
    let mut partial = saved;
    partial.weights.remove("encoder.0.weight").unwrap();
    assert!(restored.restore(&partial).unwrap_err().to_string().contains("encoder.0.weight"));
}

#[test]
fn the_encoder_learns_with_the_generator() {
    let mut model = model(&weighing(1.0));
    let mut batches = Batches::new(tiny_digits());
    let mut step = |model: &mut Model, part| {
        model.step(&mut StepInput { part, ..StepInput::new(0, &mut batches) }).unwrap();
        let updates = model.save().unwrap().updates;
        ["discriminator", "encoder", "generator"].map(|network| updates[network])
    };
    assert_eq!(step(&mut model, Part::DISCRIMINATOR), [1, 0, 0]);
    assert_eq!(step(&mut model, Part::GENERATOR), [1, 1, 1]);
}
