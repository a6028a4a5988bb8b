//! What a generator misses is a curve of its run: measured at steps that follow from its settings, to the same bits on any
//! number of threads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::wait_for;
use latentarium::dataset::{Dataset, ImageShape, Source, Split};
use latentarium::model::{Config, MetricId};
use latentarium::trainer::{Control, Event, Options, Trainer};
use std::sync::Arc;

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

/// The steps after which the share was measured, with its bits.
fn measured(config: &Config, threads: usize, steps: u64) -> Vec<(u64, u32)> {
    let options = Options { threads, test_interval_steps: 10, total_steps: Some(steps), ..Options::default() };
    let trainer = Trainer::spawn(config.clone(), squares(), options).unwrap();
    trainer.send(Control::Start);
    wait_for(&trainer, |event| matches!(event, Event::Finished { .. }));
    let points = trainer.history().with(MetricId::MISSED_SHARE, |curve| {
        curve.points().map(|point| (point.step, point.value.to_bits())).collect()
    });
    points.unwrap_or_default()
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
