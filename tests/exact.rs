//! Models whose probabilities are exact: what is promised of every one of them, and their figures on MNIST.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use latentarium::dataset::{self, Dataset, ImageShape, Progress, Source, Split};
use latentarium::model::{Batch, Batches, CompletionDraws, Config, MetricId, Model, Saved, StepError, StepInput};
use latentarium::random::{Purpose, normal_rows, stream};
use latentarium::run;
use latentarium::snapshot::{Network, Scratch};
use latentarium::trainer::{Control, Event, Options, Trainer};
use rand::Rng;
use std::sync::Arc;

const PRESETS: [&str; 4] = ["gaussian-mixture", "bernoulli-mixture", "chow-liu", "hmm"];
const SHAPE: ImageShape = ImageShape::grey(6, 7);

/// Images of four kinds, with noise.
fn kinds(count: usize) -> Arc<Dataset> {
    kinds_of(SHAPE, count)
}

fn kinds_of(shape: ImageShape, count: usize) -> Arc<Dataset> {
    let pixels = shape.values();
    let noise = normal_rows(2, Purpose::Generate, 0, count, pixels);
    let value = |image: usize, pixel: usize| {
        let ink = if pixel % 4 == image % 4 || pixel % 7 == image % 2 { 190.0 } else { 40.0 };
        (ink + 35.0 * noise[image * pixels + pixel]).clamp(0.0, 255.0) as u8
    };
    let bytes: Vec<u8> = (0..count).flat_map(|i| (0..pixels).map(move |p| (i, p))).map(|(i, p)| value(i, p)).collect();
    let (train, test) = bytes.split_at(count / 4 * 3 * pixels);
    let split = |bytes: &[u8]| Split::of_bytes(shape, bytes.to_vec(), Vec::new());
    Arc::new(Dataset::new(Source::default(), "kinds", split(train), split(test)))
}

/// A small model of a preset.
fn config(preset: &str) -> Config {
    let config = Config::preset(preset).unwrap();
    let small = [("components", 4), ("states", 4), ("passes", 12)].into_iter();
    small.fold(config, |config, (key, value)| config.with(key, value as u64).unwrap_or(config))
}

/// Makes steps; gives the losses of each.
fn train(model: &mut Model, data: &Arc<Dataset>, steps: std::ops::Range<u64>) -> Vec<(MetricId, f32)> {
    let mut batches = Batches::new(data.clone());
    steps.flat_map(|step| model.step(&mut StepInput::new(step, &mut batches)).unwrap()).collect()
}

fn trained(config: &Config, data: &Arc<Dataset>) -> (Model, Vec<(MetricId, f32)>) {
    let mut model = Model::new(config, data.shape()).unwrap();
    let losses = train(&mut model, data, 0..config.most_steps().unwrap());
    (model, losses)
}

/// A figure of a whole test set.
fn figure(model: &Model, test: &Split, name: &str) -> f64 {
    let figures = model.evaluate(test, &mut |_| true).unwrap();
    figures.iter().find(|(found, _)| *found == name).unwrap_or_else(|| panic!("{name}: {figures:?}")).1
}

#[test]
fn no_step_makes_what_is_learned_less_likely() {
    let data = kinds(1200);
    for preset in PRESETS {
        let (_, losses) = trained(&config(preset), &data);
        let curve =
            |id: MetricId| losses.iter().filter(|(found, _)| *found == id).map(|loss| loss.1).collect::<Vec<f32>>();
        let nats = [MetricId::TOTAL, MetricId::SQUARED_ERROR].map(curve);
        let rising = curve(MetricId::CODE_LOG_P);
        assert!(nats.iter().all(|curve| curve.is_sorted_by(|a, b| *b <= a + 1e-4 * a.abs())), "{preset}: {nats:?}");
        assert!(rising.is_sorted_by(|a, b| *b >= a - 1e-6), "{preset}: {rising:?}");
        let gain = |curve: &[f32]| curve.first().zip(curve.last()).map_or(0.0, |(first, last)| (last - first).abs());
        assert!(gain(&nats[0]).max(gain(&rising)) > 0.1, "{preset}: {nats:?} {rising:?}");
    }
}

#[test]
fn threads_change_no_bit_and_a_resumed_model_goes_on_to_the_bit() {
    let data = kinds(900);
    for preset in PRESETS {
        let config = config(preset);
        let all = config.most_steps().unwrap();
        let saved = [1, 2, 4].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| trained(&config, &data).0.save().unwrap())
        });
        assert!(saved.iter().all(|one| *one == saved[0]), "{preset}");
        for half in [1, all / 2] {
            let mut first = Model::new(&config, SHAPE).unwrap();
            train(&mut first, &data, 0..half);
            let mut second = Model::new(&config, SHAPE).unwrap();
            second.restore(&first.save().unwrap()).unwrap();
            assert_eq!(second.save().unwrap(), first.save().unwrap(), "{preset}");
            assert_eq!(second.names(), first.save().unwrap().names(), "{preset}");
            train(&mut second, &data, half..all);
            assert_eq!(second.save().unwrap(), saved[0], "{preset}");
        }
    }
}

#[test]
fn what_is_saved_and_does_not_fit_is_refused_and_changes_nothing() {
    let data = kinds(600);
    for preset in PRESETS {
        let (mut model, _) = trained(&config(preset), &data);
        let whole = model.save().unwrap();
        for name in whole.weights.keys() {
            for spoil in
                [|values: &mut Vec<f32>| values.push(1e9), |values: &mut Vec<f32>| values.truncate(values.len() - 1)]
            {
                let mut spoiled = whole.clone();
                spoil(spoiled.weights.get_mut(name).unwrap());
                assert!(model.restore(&spoiled).is_err(), "{preset}: {name}");
                assert_eq!(model.save().unwrap(), whole, "{preset}: {name}");
            }
            let mut other = Model::new(&config(preset), SHAPE).unwrap();
            let mut spoiled = whole.clone();
            spoiled.weights.get_mut(name).unwrap().fill(f32::NAN);
            // Whatever a file holds, nothing of it ends the program.
            if other.restore(&spoiled).is_ok() {
                other.snapshot(1).unwrap();
                other.evaluate(&data.test, &mut |_| true).unwrap();
            }
        }
        assert!(matches!(model.restore(&Saved::default()), Err(StepError::Saved { .. })), "{preset}");
    }
}

#[test]
fn a_step_that_nobody_waits_for_leaves_the_model_as_it_was() {
    let data = kinds(600);
    for preset in PRESETS {
        let (mut model, all) = (Model::new(&config(preset), SHAPE).unwrap(), config(preset).most_steps().unwrap());
        for step in 0..all.min(4) {
            let before = model.save().unwrap();
            let mut batches = Batches::new(data.clone());
            let mut input = StepInput { go_on: Some(&|| false), ..StepInput::new(step, &mut batches) };
            assert!(matches!(model.step(&mut input), Err(StepError::Cancelled)), "{preset}");
            assert_eq!(model.save().unwrap(), before, "{preset}");
            train(&mut model, &data, step..step + 1);
        }
    }
}

#[test]
fn draws_of_a_mixture_of_codes_lie_where_the_codes_lie() {
    let data = kinds(1600);
    let (model, _) = trained(&config("gaussian-mixture"), &data);
    let snapshot = model.snapshot(1).unwrap();
    let draws = snapshot.draws(1, Purpose::Sample, 0, 20_000);
    // Codes are standardised over the training images.
    for dimension in 0..2 {
        let column = || draws.iter().skip(dimension).step_by(2).copied();
        let mean = column().sum::<f32>() / 20_000.0;
        let variance = column().map(|x| (x - mean).powi(2)).sum::<f32>() / 20_000.0;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
    }
    // Four kinds: a normal distribution of this covariance has no holes between them.
    let normal = -1.0 - std::f64::consts::TAU.ln();
    assert!(figure(&model, &data.test, "test_code_log_p") > normal + 0.3);
    assert!(figure(&model, &data.test, "test_mse") < 0.05);
}

#[test]
fn a_run_is_complete_after_its_last_step_and_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let data = kinds(400);
    for preset in PRESETS {
        let (config, run) = (config(preset), folder.path().join(preset));
        let last = config.most_steps().unwrap();
        let trainer = Trainer::spawn(config, data.clone(), Options { threads: 2, ..Options::default() }).unwrap();
        trainer.send(Control::Start);
        common::wait_for(&trainer, |event| *event == Event::Finished { step: last });
        trainer.send(Control::Save(run.clone()));
        common::wait_for(&trainer, |event| matches!(event, Event::Saved { .. }));
        let snapshot = trainer.snapshot().unwrap();
        drop(trainer);
        let opened = run::open(&run).unwrap();
        assert_eq!((opened.checkpoint.step, &opened.snapshot.prior), (last, &snapshot.prior), "{preset}");
        let latents = snapshot.draws(3, Purpose::Sample, 0, 50);
        let decode = |decoder: &Network| decoder.evaluate(&latents, 50, &mut Scratch::default()).to_vec();
        assert_eq!(decode(&opened.snapshot.decoder), decode(&snapshot.decoder), "{preset}");
    }
}

/// Every image of six pixels is drawn as often as `eval` says that it is likely.
#[test]
fn draws_have_the_probabilities() {
    const DRAWS: usize = 20_000;
    let shape = ImageShape::grey(3, 2);
    let data = kinds_of(shape, 900);
    for preset in PRESETS.into_iter().filter(|preset| *preset != "gaussian-mixture") {
        let (model, _) = trained(&config(preset), &data);
        let snapshot = model.snapshot(1).unwrap();
        let latents = snapshot.draws(1, Purpose::Sample, 0, DRAWS);
        let mut counts = [0.0; 64];
        // Where the decoder gives pixels' means, they are drawn with these.
        let decoded = snapshot.decoder.evaluate(&latents, DRAWS, &mut Scratch::default()).to_vec();
        for (row, means) in decoded.chunks_exact(6).enumerate() {
            let mut random = stream(2, Purpose::Sample, 1, row as u64);
            let bits = means.iter().enumerate().map(|(at, mean)| usize::from(random.random::<f32>() < *mean) << at);
            counts[bits.sum::<usize>()] += 1.0;
        }
        let mut sum = 0.0;
        for (image, count) in counts.iter().enumerate() {
            let bytes: Vec<u8> = (0..6).map(|at| if image >> at & 1 == 1 { 255 } else { 0 }).collect();
            let p = figure(&model, &Split::of_bytes(shape, bytes, Vec::new()), "test_log_p").exp();
            let deviation = (p * (1.0 - p) / DRAWS as f64).sqrt();
            let found = count / DRAWS as f64;
            assert!((found - p).abs() < 5.0 * deviation + 1e-6, "{preset} {image}: {found} of {p}");
            sum += p;
        }
        assert!((sum - 1.0).abs() < 1e-4, "{preset}: {sum}");
    }
}

/// What is kept stays, a draw is its own number's, and of nothing kept the rest is the whole image.
#[test]
fn images_are_completed_from_what_is_kept() {
    let data = kinds(400);
    let draws = CompletionDraws { seed: 3, image: 5, count: 4 };
    let kept: Vec<bool> = (0..SHAPE.values()).map(|pixel| pixel % 3 == 0).collect();
    for preset in PRESETS {
        let (model, _) = trained(&config(preset), &data);
        let complete = |kept: &[bool], draws| model.complete_test(&data.test, kept, draws).unwrap();
        let Some(completion) = complete(&kept, draws) else {
            assert_eq!(preset, "gaussian-mixture");
            continue;
        };
        assert_eq!(completion.draws.len(), 4 * SHAPE.values(), "{preset}");
        let images: Vec<&[f32]> = completion.draws.chunks_exact(SHAPE.values()).collect();
        for (pixel, kept) in kept.iter().enumerate() {
            assert!(!kept || images.iter().all(|image| image[pixel] == images[0][pixel]), "{preset}: {pixel}");
        }
        assert!(images.windows(2).all(|pair| pair[0] != pair[1]), "{preset}");
        let first = complete(&kept, CompletionDraws { count: 1, ..draws }).unwrap();
        assert_eq!((&first.draws[..], first.log_p), (images[0], completion.log_p), "{preset}");
        let other = complete(&kept, CompletionDraws { seed: 4, ..draws }).unwrap();
        assert!(other.draws != completion.draws && other.log_p == completion.log_p, "{preset}");
        let nothing = complete(&[false; 42], draws).unwrap().log_p.unwrap();
        let batch = Batch::of_test(&data.test, (5, 6), model.sampling()).unwrap();
        let whole = model.test(&batch).unwrap().losses[0].1;
        assert!((nothing + f64::from(whole)).abs() < 1e-4, "{preset}: {nothing} {whole}");
        assert!(completion.log_p.unwrap() > nothing, "{preset}");
        assert!(model.complete_test(&data.test, &[true; 5], draws).is_err(), "{preset}");
    }
}

/// MNIST, where long sweeps are asked for.
fn mnist() -> Option<Arc<Dataset>> {
    let Some(folder) = std::env::var_os("LATENTARIUM_DATA").map(std::path::PathBuf::from) else {
        println!("skipped: LATENTARIUM_DATA names no folder of data");
        return None;
    };
    let source = Source::from(folder.join("mnist").display().to_string());
    common::is_long().then(|| Arc::new(dataset::load(&source, &Progress::default()).unwrap()))
}

/// PyTorch comes to 97.58, 90.61 and 104.18 nats in as many epochs: 10, 20 and 5.
#[test]
fn figures_of_autoregressive_densities_on_mnist() {
    let Some(data) = mnist() else { return };
    for (preset, steps, least) in [("fvsbn", 6000, -97.8), ("made", 12_000, -90.9), ("rnn-rows", 2340, -104.5)] {
        let mut model = Model::new(&Config::preset(preset).unwrap(), data.shape()).unwrap();
        train(&mut model, &data, 0..steps);
        let found = figure(&model, &data.test, "test_log_p");
        println!("{preset}: {found:.4}");
        assert!(found > least, "{preset}: {found} below {least}");
    }
}

#[test]
fn figures_on_mnist() {
    let Some(data) = mnist() else { return };
    // Preset, components, the figure and the least that it is to be.
    let cases = [
        ("chow-liu", 0, "test_log_p", -135.4),
        ("gaussian-mixture", 10, "test_code_log_p", -2.65),
        ("hmm", 0, "test_log_p", -129.5),
        ("bernoulli-mixture", 10, "test_log_p", -167.5),
        ("bernoulli-mixture", 50, "test_log_p", -145.0),
    ];
    for (preset, components, name, least) in cases {
        let config = Config::preset(preset).unwrap();
        let config = config.with("components", components as u64).unwrap_or(config);
        let (model, _) = trained(&config, &data);
        let found = figure(&model, &data.test, name);
        println!("{preset} {components}: {name} {found:.4}");
        assert!(found > least, "{preset} {components}: {found} below {least}");
    }
}
