//! A flow on the code of an autoencoder: it begins when the autoencoder has learned, carries noise to where images are encoded,
//! and back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::tiny_digits;
use latentarium::dataset::{Dataset, Progress, Source, load};
use latentarium::metrics::{Classifier, ClassifierEffort};
use latentarium::model::{Batches, Config, MetricId, Model, StepInput};
use latentarium::random::{Purpose, normal_rows};
use latentarium::snapshot::{Network, Scratch, Snapshot};
use std::ops::Range;
use std::sync::Arc;

/// Of 4 dimensions, small networks, an autoencoder that learns for so many steps.
fn config(code_steps: u64) -> Config {
    let config = Config::preset("latent-flow").unwrap().with("latent", 4u64).unwrap().with("batch", 64u64).unwrap();
    let config = config.with("hidden", vec![64]).unwrap().with("flow_hidden", vec![64, 64]).unwrap();
    config.with("learning_rate", 3e-3).unwrap().with("code_steps", code_steps).unwrap()
}

fn steps(model: &mut Model, steps: Range<u64>) {
    let mut batches = Batches::new(tiny_digits());
    for step in steps {
        model.step(&mut StepInput::new(step, &mut batches)).unwrap();
    }
}

fn model(config: &Config) -> Model {
    Model::new(config, tiny_digits().shape()).unwrap()
}

/// The operations of a network up to the one of this name, with it or without.
fn until(network: &Network, name: &str, with: bool) -> Network {
    let place = network.operations().iter().position(|operation| operation.name == name).unwrap();
    Network::new(network.input(), network.operations()[..place + usize::from(with)].to_vec()).unwrap()
}

/// The codes of the first `count` test images, as the flow reads them.
fn codes(snapshot: &Snapshot, data: &Dataset, count: usize) -> Vec<f32> {
    let images = data.test.gather(&(0..count).collect::<Vec<usize>>());
    until(snapshot.encoder.as_ref().unwrap(), "code", true).evaluate_in_slices(&images, 50)
}

/// Mean squared distance from each code to the nearest of `others`.
fn to_nearest(codes: &[f32], others: &[f32], latent: usize) -> f32 {
    let distance = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
    let nearest =
        |code: &[f32]| others.chunks_exact(latent).map(|other| distance(code, other)).fold(f32::MAX, f32::min);
    codes.chunks_exact(latent).map(nearest).sum::<f32>() / (codes.len() / latent) as f32
}

#[test]
fn the_flow_begins_when_the_autoencoder_has_learned_and_leaves_it_as_it_is() {
    let mut model = model(&config(5));
    steps(&mut model, 0..5);
    let (before, saved) = (model.snapshot(5).unwrap(), model.save().unwrap());
    assert_eq!(before.decoder.operations().len(), 2, "the autoencoder's own");
    let losses = model.step(&mut StepInput::new(5, &mut Batches::new(tiny_digits()))).unwrap();
    assert!(losses.iter().all(|(id, _)| *id == MetricId::MATCHING_LOSS), "{losses:?}");
    let (after, now) = (model.snapshot(6).unwrap(), model.save().unwrap());
    assert!(after.decoder.operations().len() > before.decoder.operations().len());
    for (name, values) in &saved.weights {
        let of_flow = name.starts_with("field") || name.starts_with("code");
        assert_eq!(now.weights[name] == *values, !of_flow, "{name}");
    }
}

#[test]
fn noise_is_carried_to_where_images_are_encoded() {
    let data = tiny_digits();
    let mut model = model(&config(300));
    steps(&mut model, 0..1500);
    let snapshot = model.snapshot(1500).unwrap();
    let (codes, noise) = (codes(&snapshot, &data, 400), normal_rows(3, Purpose::Sample, 0, 400, 4));
    let carried = until(&snapshot.decoder, "latent", false).evaluate_in_slices(&noise, 50);
    let (before, after) = (to_nearest(&noise, &codes, 4), to_nearest(&carried, &codes, 4));
    assert!(after < 0.75 * before, "squared distance to the nearest code: {before} of noise, {after} of samples");
    let (missed, reached) = (to_nearest(&codes, &noise, 4), to_nearest(&codes, &carried, 4));
    assert!(reached < missed, "from codes to the nearest: {missed} of noise, {reached} of samples");
}

#[test]
fn the_way_back_and_forth_ends_at_the_images_code() {
    let data = tiny_digits();
    let mut model = model(&config(300));
    steps(&mut model, 0..900);
    let snapshot = model.snapshot(900).unwrap();
    let images = data.test.gather(&(0..100).collect::<Vec<usize>>());
    let posteriors = snapshot.encoder.as_ref().unwrap().evaluate_in_slices(&images, 50);
    let noise: Vec<f32> = posteriors.chunks_exact(8).flat_map(|posterior| posterior[..4].to_vec()).collect();
    let again = until(&snapshot.decoder, "latent", false).evaluate_in_slices(&noise, 50);
    let codes = codes(&snapshot, &data, 100);
    let mut apart: Vec<f32> = codes.iter().zip(&again).map(|(a, b)| (a - b).abs()).collect();
    apart.sort_by(f32::total_cmp);
    assert!(apart[apart.len() * 99 / 100] < 1e-2, "99 of 100: {}", apart[apart.len() * 99 / 100]);
}

/// Through the step at which the flow begins.
#[test]
fn it_goes_on_to_the_bit_wherever_it_was_saved_and_on_any_number_of_threads() {
    let config = config(3);
    let pool = |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let whole = pool(1).install(|| {
        let mut whole = model(&config);
        steps(&mut whole, 0..7);
        whole.save().unwrap()
    });
    for (at, threads) in [(2, 2), (3, 4), (5, 2)] {
        let again = pool(threads).install(|| {
            let mut first = model(&config);
            steps(&mut first, 0..at);
            let mut second = model(&config);
            second.restore(&first.save().unwrap()).unwrap();
            steps(&mut second, at..7);
            second.save().unwrap()
        });
        assert!(again == whole, "saved at step {at}, {threads} threads");
    }
}

/// How many of the samples the class network is sure of, and the share of the rarest class.
#[test]
fn samples_of_mnist_are_digits_of_every_class() {
    let (true, Some(folder)) = (common::is_long(), std::env::var_os("LATENTARIUM_DATA")) else {
        return println!("skipped: it trains on MNIST (LATENTARIUM_LONG=1, LATENTARIUM_DATA)");
    };
    let path = std::path::Path::new(&folder).join("mnist");
    let data = Arc::new(load(&Source::parse(path.to_str().unwrap()), &Progress::default()).unwrap());
    let mut classifier = Classifier::train(&data, ClassifierEffort::THOROUGH, &mut || true).unwrap().unwrap();
    let mut model = Model::new(&Config::preset("latent-flow").unwrap(), data.shape()).unwrap();
    let mut batches = Batches::new(data);
    let begun = std::time::Instant::now();
    let mut step = 0;
    while begun.elapsed().as_secs() < 60 {
        model.step(&mut StepInput::new(step, &mut batches)).unwrap();
        step += 1;
    }
    let snapshot = model.snapshot(step).unwrap();
    let mut scratch = Scratch::default();
    let mut read = |latents: &[f32], decoder: &Network| {
        let images = decoder.evaluate(latents, 2000, &mut scratch).to_vec();
        let seen: Vec<_> = classifier.likeliest(&images, 2000).flatten().collect();
        let sure = seen.iter().filter(|seen| seen.probability > 0.9).count() as f64 / 2000.0;
        let shares = (0..10).map(|class| seen.iter().filter(|seen| seen.class == class).count() as f64 / 2000.0);
        (sure, shares.fold(1.0, f64::min))
    };
    let noise = normal_rows(3, Purpose::Sample, 0, 2000, snapshot.latent);
    let (sure, rarest) = read(&noise, &snapshot.decoder);
    let cursor = std::time::Instant::now();
    (0..100).for_each(|at| drop(snapshot.decoder.evaluate(&noise[at * 16..], 1, &mut Scratch::default()).to_vec()));
    println!("{step} steps in 60 s: {sure} are read with over 0.9, the rarest class {rarest}");
    println!("a sample at the cursor: {:.2} ms", cursor.elapsed().as_secs_f64() * 10.0);
    assert!(sure >= 0.7 && rarest >= 0.05, "{sure}, {rarest}");
}
