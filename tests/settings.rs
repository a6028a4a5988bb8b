//! What each number of a configuration does to training: schedules, early stop, free bits, clipping, averages, turns.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{small_digits, wait_for};
use latentarium::model::{Batch, Batches, Config, KlWeight, LearningRate, MetricId, Model, Saved, Setting, StepInput};
use latentarium::snapshot::Scratch;
use latentarium::trainer::{Control, Event, Options, Trainer};

/// A configuration with some of its fields set.
fn with<const N: usize>(config: &Config, fields: [(&str, Setting); N]) -> Config {
    fields.into_iter().fold(config.clone(), |config, (key, value)| config.with(key, value).unwrap())
}

fn trained(config: &Config, steps: u64) -> (Model, Vec<Vec<(MetricId, f32)>>) {
    config.check().unwrap();
    let mut model = Model::new(config, small_digits().shape()).unwrap();
    let mut batches = Batches::new(small_digits());
    let losses = (0..steps).map(|step| model.step(&mut StepInput::new(step, &mut batches)).unwrap()).collect();
    (model, losses)
}

fn saved(config: &Config, steps: u64) -> Saved {
    trained(config, steps).0.save().unwrap()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-12
}

#[test]
fn the_learning_rate_follows_its_schedule() {
    let rate = |fields: &[(&str, Setting)]| {
        let mut config = Config::vae_dense();
        // Above what a run may have: the arithmetic alone is looked at.
        for (key, value) in [("learning_rate", 2.0.into()), ("schedule_steps", 100.into())].iter().chain(fields) {
            config = config.with(key, value.clone()).unwrap();
        }
        LearningRate::of(&config).unwrap()
    };
    let base = rate(&[]);
    assert!([0, 7, 1_000_000].iter().all(|step| near(base.at(*step), 2.0)));
    let warm = rate(&[("warm_up_steps", 4.into())]);
    let rates: Vec<f64> = (0..6).map(|step| warm.at(step)).collect();
    assert!(rates.iter().zip([0.5, 1.0, 1.5, 2.0, 2.0, 2.0]).all(|(a, b)| near(*a, b)), "{rates:?}");
    let cosine = rate(&[("schedule", "cosine".into()), ("warm_up_steps", 20.into())]);
    assert!(near(cosine.at(20), 2.0) && near(cosine.at(60), 1.1));
    assert!(near(cosine.at(100), 0.2) && near(cosine.at(5000), 0.2));
    assert!((20..100).all(|step| cosine.at(step) > cosine.at(step + 1)));
    let step = rate(&[("schedule", "step".into())]);
    assert!(near(step.at(99), 2.0) && near(step.at(100), 0.2));
    assert!(near(step.at(250), 0.02));
    let fields = [("beta", 4.into()), ("beta_warm_up_steps", 8.into())];
    let weight: KlWeight = with(&Config::vae_dense(), fields).read().unwrap();
    assert!(near(weight.beta_at(0), 0.5) && near(weight.beta_at(7), 4.0) && near(weight.beta_at(900), 4.0));
}

#[test]
fn a_run_that_no_longer_improves_stops_early() {
    let config = with(&Config::vae_dense(), [("learning_rate", 1e-12.into()), ("early_stop_tests", 3.into())]);
    let options = Options { test_interval_steps: 2, total_steps: Some(500), ..Options::default() };
    let trainer = Trainer::spawn(config, small_digits(), options).unwrap();
    trainer.send(Control::Start);
    let events = wait_for(&trainer, |event| matches!(event, Event::Finished { .. }));
    let Some(Event::Finished { step }) = events.last() else { panic!("{events:?}") };
    assert!((6..60).contains(step), "stopped after {step} steps");
}

#[test]
fn free_bits_leave_the_posterior_alone() {
    let free = with(&Config::vae_dense(), [("free_bits", 50.into())]);
    let pressed = with(&Config::vae_dense(), [("beta", 20.into())]);
    let kl = |config: &Config| {
        let losses = trained(config, 25).1;
        losses.last().unwrap().iter().find(|(series, _)| *series == MetricId::KL).unwrap().1
    };
    assert!(kl(&free) > 4.0 * kl(&pressed), "{} against {}", kl(&free), kl(&pressed));
}

#[test]
fn clipping_bounds_weights_and_updates() {
    let config = with(&Config::preset("wgan").unwrap(), [("critic_steps", 1.into())]);
    let saved_weights = saved(&config, 3).weights;
    let critic = saved_weights.iter().filter(|(name, _)| name.starts_with("discriminator"));
    assert!(critic.flat_map(|(_, values)| values).all(|weight| weight.abs() <= 0.01));
    let generator = saved_weights.iter().filter(|(name, _)| name.starts_with("generator"));
    assert!(generator.flat_map(|(_, values)| values).any(|weight| weight.abs() > 0.01));

    // The second moments of one step hold the clipped gradient: (1 − β₂)·g².
    let length = |clip: f64| {
        let config = with(&Config::vae_dense(), [("gradient_clip", clip.into()), ("adam_beta2", 0.5.into())]);
        let moments = saved(&config, 1).moments;
        moments.values().flat_map(|moments| &moments.second).map(|v| f64::from(*v) / 0.5).sum::<f64>().sqrt()
    };
    let free = length(0.0);
    assert!(free > 1.0 && (length(0.25) - 0.25).abs() < 1e-4 && (length(1e6) - free).abs() < 1e-4 * free);
}

#[test]
fn optimisers_differ_as_their_names_say() {
    let base = with(&Config::vae_dense(), [("learning_rate", 1e-2.into())]);
    let weight = |config: &Config, steps| saved(config, steps).weights["encoder.0.weight"].clone();
    let adam = weight(&base, 1);
    let decayed = weight(&with(&base, [("optimizer", "adamw".into()), ("weight_decay", 0.5.into())]), 1);
    let fresh = weight(&base, 0);
    for ((adam, decayed), fresh) in adam.iter().zip(&decayed).zip(&fresh) {
        assert!((adam - 1e-2 * 0.5 * fresh - decayed).abs() < 1e-6, "{adam} {decayed} {fresh}");
    }
    // RMSprop's first step is rate·g/√(0.01·g²): ten times the rate in the gradient's direction.
    let rms = with(&base, [("optimizer", "rmsprop".into())]);
    let (after, state) = (weight(&rms, 1), saved(&rms, 1));
    assert!(state.moments.values().all(|moments| moments.first.is_empty()));
    let moved = after.iter().zip(&fresh).map(|(a, b)| (a - b).abs()).fold(0.0f32, f32::max);
    assert!((moved - 0.1).abs() < 1e-3, "{moved}");
}

#[test]
fn the_average_of_the_weights_is_what_is_shown() {
    let config = with(&Config::vae_dense(), [("average_decay", 0.9.into())]);
    let (model, _) = trained(&config, 6);
    let saved = model.save().unwrap();
    let (weights, average) = (&saved.weights["decoder.0.weight"], &saved.weights["decoder.0.weight.average"]);
    assert!(weights != average);
    let snapshot = model.snapshot(6).unwrap();
    assert_eq!(&snapshot.decoder.operations()[0].weight[..], &average[..]);
    // A model restored from it shows the same and goes on to the same bits.
    let mut again = Model::new(&config, small_digits().shape()).unwrap();
    again.restore(&saved).unwrap();
    assert_eq!(again.save().unwrap(), saved);
    let z = [0.3, -0.4];
    let mut scratch = [Scratch::default(), Scratch::default()];
    let [first, second] = &mut scratch;
    let shown = again.snapshot(6).unwrap();
    assert_eq!(snapshot.decoder.evaluate(&z, 1, first), shown.decoder.evaluate(&z, 1, second));
    // It trails what is trained: tests are made with it, training is not.
    let test = Batch::of_test(&small_digits().test, (0, 64), model.sampling()).unwrap();
    let plain = Config::vae_dense();
    let with = model.test(&test).unwrap();
    let without = trained(&plain, 6).0.test(&test).unwrap();
    assert!(with != without);
}

#[test]
fn the_generator_waits_for_its_turn() {
    let config = with(&Config::preset("wgan-gp").unwrap(), [("critic_steps", 3.into())]);
    let (_, losses) = trained(&config, 6);
    let learned: Vec<bool> =
        losses.iter().map(|losses| losses.iter().any(|(series, _)| *series == MetricId::GENERATOR_LOSS)).collect();
    assert_eq!(learned, [false, false, true, false, false, true]);
    assert!(losses.iter().all(|losses| losses.iter().any(|(series, _)| *series == MetricId::CRITIC_GAP)));
    let generator = |steps| saved(&config, steps).weights["generator.0.weight"].clone();
    assert!(generator(2) == generator(0) && generator(3) != generator(2));
}
