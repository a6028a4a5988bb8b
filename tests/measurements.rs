//! What is measured of weights between steps is curves of a run: at steps that follow from its settings, to the same bits on any
//! number of threads and however often it was stopped, and what the same figures are on demand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::wait_for;
use latentarium::dataset::{Dataset, ImageShape, Progress, Source, Split, load};
use latentarium::explore::compare::{FigureProtocol, FigureReference};
use latentarium::metrics::{ClassifierEffort, FigureId};
use latentarium::model::{Config, MetricId};
use latentarium::random::{Purpose, normal_rows};
use latentarium::snapshot::Scratch;
use latentarium::trainer::{Control, Event, Options, Trainer};
use std::path::Path;
use std::sync::Arc;

const PSNR: MetricId = MetricId::new("psnr_of_64");
const SSIM: MetricId = MetricId::new("ssim_of_64");
const SPREAD: MetricId = MetricId::new("spread_of_64");

/// Small images: each a bright square somewhere.
fn squares() -> Arc<Dataset> {
    let split = |count: usize| {
        let pixel = |i: usize| {
            let (image, row, column) = (i / 64, i / 8 % 8, i % 8);
            let inside = |at: usize, from: usize| (from..from + 4).contains(&at);
            u8::from(inside(row, image % 5) && inside(column, image / 5 % 5)) * 200
        };
        Split::of_bytes(ImageShape::grey(8, 8), (0..count * 64).map(pixel).collect::<Vec<_>>(), Vec::new())
    };
    Arc::new(Dataset::new(Source::default(), "squares", split(1200), split(40)))
}

/// A curve's steps and bits.
fn curve(trainer: &Trainer, id: MetricId) -> Vec<(u64, u32)> {
    let bits =
        trainer.history().with(id, |curve| curve.points().map(|point| (point.step, point.value.to_bits())).collect());
    bits.unwrap_or_default()
}

fn options(threads: usize, steps: u64) -> Options {
    Options { threads, test_interval_steps: 10, total_steps: Some(steps), ..Options::default() }
}

fn trained(config: &Config, data: Arc<Dataset>, threads: usize, steps: u64) -> Trainer {
    let trainer = Trainer::spawn(config.clone(), data, options(threads, steps)).unwrap();
    finish(&trainer);
    trainer
}

fn finish(trainer: &Trainer) {
    trainer.send(Control::Start);
    wait_for(trainer, |event| matches!(event, Event::Finished { .. }));
}

fn save(trainer: &Trainer, folder: &Path) {
    trainer.send(Control::Save(folder.to_owned()));
    wait_for(trainer, |event| matches!(event, Event::Saved { .. }));
}

/// The steps after which the share that is missed was measured, with its bits.
fn measured(config: &Config, threads: usize, steps: u64) -> Vec<(u64, u32)> {
    curve(&trained(config, squares(), threads, steps), MetricId::MISSED_SHARE)
}

fn config(preset: &str) -> Config {
    Config::preset(preset).unwrap().with("hidden", vec![64]).unwrap().with("batch", 512u64).unwrap()
}

#[test]
fn a_generator_of_two_dimensions_has_a_curve_of_what_it_misses() {
    let points = measured(&config("gan-dense"), 1, 160);
    let first = points.first().expect("measured in so many steps").0;
    assert!(first.is_multiple_of(10), "where tests are made: {points:?}");
    assert!(points.iter().zip(1..).all(|((step, _), turn)| *step == turn * first), "{points:?}");
    assert!(points.iter().all(|(_, share)| (0.0..=1.0).contains(&f32::from_bits(*share))), "{points:?}");
    assert_eq!(points, measured(&config("gan-dense"), 2, 160));
    // Larger batches are more of training between two searches: they come sooner.
    let larger = config("gan-dense").with("batch", 1024u64).unwrap();
    assert!(measured(&larger, 2, first).first().is_some_and(|(step, _)| *step < first));
}

#[test]
fn what_has_an_encoder_or_more_dimensions_has_none() {
    assert_eq!(measured(&config("vae-dense"), 1, 160), []);
    assert_eq!(measured(&config("gan-dense").with("latent", 3u64).unwrap(), 1, 160), []);
}

#[test]
fn what_is_measured_while_it_trains_is_what_is_measured_on_demand() {
    let data = squares();
    let trainer = trained(&config("vae-dense"), data.clone(), 2, 40);
    let snapshot = trainer.snapshot().unwrap();
    // As many as the data has: the same images.
    let effort = ClassifierEffort { hidden: 8, steps: 4, learning_rate: 1e-3, examined: 40 };
    let protocol = FigureProtocol { images: 64, seed: 0, effort };
    let reference = FigureReference::new(&data, protocol, &mut |_| true).unwrap().unwrap();
    let figures = reference.figures(&snapshot, &data, &mut |_| true).unwrap();
    let last = |id| {
        let (step, value) = trainer.history().last(id).unwrap();
        assert_eq!(step, 40, "the step of the weights");
        f64::from(value)
    };
    for (id, figure) in [(PSNR, FigureId::Psnr), (SSIM, FigureId::Ssim)] {
        let on_demand = figures.get(figure).unwrap().value;
        assert!((last(id) / on_demand - 1.0).abs() < 1e-5, "{figure:?}: {} {on_demand}", last(id));
    }
    // The spread, by its definition: means over pairs.
    let mean_distance = |rows: &[f32]| {
        let rows: Vec<&[f32]> = rows.chunks_exact(64).collect();
        let square = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>();
        let sum: f64 = rows.iter().flat_map(|a| rows.iter().map(|b| square(a, b).sqrt())).sum();
        sum / (rows.len() * (rows.len() - 1)) as f64
    };
    let latents = normal_rows(0, Purpose::Measure, 0, 64, 2);
    let samples = mean_distance(snapshot.decoder.evaluate(&latents, 64, &mut Scratch::default()));
    let spread = samples / mean_distance(&data.test.gather(&(0..40).collect::<Vec<_>>()));
    assert!((last(SPREAD) / spread - 1.0).abs() < 1e-3, "{} {spread}", last(SPREAD));
}

#[test]
fn a_stopped_run_and_other_threads_give_the_same_curves() {
    let (config, folder) = (config("vae-dense"), tempfile::tempdir().unwrap());
    let curves = |trainer: &Trainer| [PSNR, SSIM, SPREAD].map(|id| curve(trainer, id));
    let whole = curves(&trained(&config, squares(), 1, 80));
    assert!(whole.iter().all(|curve| curve.len() > 2), "{whole:?}");
    assert_eq!(whole, curves(&trained(&config, squares(), 3, 80)));
    let run = folder.path().join("run");
    let stopped = trained(&config, squares(), 1, 47);
    save(&stopped, &run);
    drop(stopped);
    let resumed = Trainer::open(&run, squares(), options(2, 80)).unwrap();
    finish(&resumed);
    assert_eq!(whole, curves(&resumed));
}

#[test]
fn a_run_from_before_there_were_such_columns_goes_on_and_gets_them() {
    let (config, folder) = (config("gan-dense").with("latent", 3u64).unwrap(), tempfile::tempdir().unwrap());
    let run = folder.path().join("run");
    let whole = curve(&trained(&config, squares(), 1, 100), SPREAD);
    let stopped = trained(&config, squares(), 1, 47);
    save(&stopped, &run);
    drop(stopped);
    let path = run.join("metrics.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let place = text.lines().next().unwrap().split(',').position(|name| name == "spread_of_64").unwrap();
    let without = |line: &str| {
        let cells = line.split(',').enumerate().filter(|(cell, _)| *cell != place).map(|(_, cell)| cell);
        format!("{}\n", cells.collect::<Vec<_>>().join(","))
    };
    std::fs::write(&path, text.lines().map(without).collect::<String>()).unwrap();
    let resumed = Trainer::open(&run, squares(), options(1, 100)).unwrap();
    assert_eq!(curve(&resumed, SPREAD), []);
    finish(&resumed);
    save(&resumed, &run);
    let later: Vec<(u64, u32)> = whole.into_iter().filter(|(step, _)| *step > 47).collect();
    assert!(!later.is_empty());
    assert_eq!(curve(&resumed, SPREAD), later);
    drop(resumed);
    let again = Trainer::open(&run, squares(), options(1, 100)).unwrap();
    assert_eq!(curve(&again, SPREAD), later, "and keeps them");
}

#[test]
fn each_model_has_what_can_be_measured_of_it() {
    let has = |trainer: &Trainer| [PSNR, SSIM, SPREAD].map(|id| !curve(trainer, id).is_empty());
    let measured = |preset: &str| has(&trained(&config(preset), squares(), 1, 60));
    assert_eq!(measured("vae-dense"), [true, true, true]);
    assert_eq!(measured("ae-dense"), [true, true, false], "it has no prior");
    assert_eq!(measured("gan-dense"), [false, false, true], "it has no encoder");
    let pca = trained(&Config::preset("pca").unwrap(), squares(), 1, 1);
    assert_eq!(has(&pca), [true, true, true], "measured after its only step");
    let points = Arc::new(load(&Source::parse("8-ring"), &Progress::default()).unwrap());
    let mut config = config("vae-dense");
    config.adapt_to(points.sample());
    assert_eq!(has(&trained(&config, points, 1, 60)), [false, false, true], "points are no images");
}
