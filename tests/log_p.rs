//! log p(x) of trained models, image by image: what the window says of an image, by a table that it keeps, is what
//! `eval --grid-nll` integrates.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use latentarium::dataset::{Dataset, Progress, Sample, Source, load};
use latentarium::explore::plane::Plane;
use latentarium::explore::posterior::EvidenceTable;
use latentarium::metrics::{Fineness, VaeDensity, grid};
use latentarium::model::{Batches, Config, Model, StepInput};
use latentarium::snapshot::Snapshot;
use std::path::Path;
use std::sync::Arc;

/// `vae-dense` with z 2 after some steps.
fn trained(data: &Arc<Dataset>, hidden: &[usize], steps: u64) -> Snapshot {
    let mut config = Config::vae_dense().with("hidden", hidden.to_vec()).unwrap();
    config.adapt_to(Sample::Image(data.shape()));
    assert_eq!(config.latent(), 2);
    let (mut model, mut batches) = (Model::new(&config, data.shape()).unwrap(), Batches::new(data.clone()));
    for step in 0..steps {
        model.step(&mut StepInput::new(step, &mut batches)).unwrap();
    }
    model.snapshot(steps).unwrap()
}

/// The first hundred test images, one after another, so that the cells that are kept serve again.
fn agree_image_by_image(snapshot: &Snapshot, data: &Dataset) {
    let pixels = data.test.gather(&(0..100).collect::<Vec<_>>());
    let density = VaeDensity::new(snapshot).unwrap();
    let integrated = grid(&density, &pixels, Fineness::default(), &|_| true).unwrap();
    let mut table = EvidenceTable::new(snapshot, &Plane::of_two()).unwrap();
    let images = pixels.chunks_exact(data.shape().values());
    let differences: Vec<f64> = (images.zip(&integrated))
        .map(|(image, integrated)| {
            let found = table.of_image(image, &mut || true).unwrap();
            assert!(integrated.is_settled && found.evidence.is_settled && !found.is_part);
            (found.evidence.log_p - integrated.log_p).abs()
        })
        .collect();
    assert_eq!(differences.len(), 100);
    let largest = differences.into_iter().fold(0.0, f64::max);
    println!("largest difference of log p(x) after step {}: {largest:.6} nats", snapshot.step);
    assert!(largest < 0.01, "{largest}");
    // They are figures of different images, not one.
    let spread = integrated.iter().map(|one| one.log_p).fold([f64::MAX, f64::MIN], |[l, h], x| [l.min(x), h.max(x)]);
    assert!(spread[1] - spread[0] > 10.0, "{spread:?}");
}

#[test]
fn log_p_of_a_trained_model_is_that_of_the_grid_for_each_of_100_images() {
    let data = common::small_digits();
    agree_image_by_image(&trained(&data, &[64], 150), &data);
}

#[test]
fn log_p_of_mnist_is_that_of_the_grid_for_each_of_100_images() {
    let Some(folder) = std::env::var_os("LATENTARIUM_DATA") else {
        return println!("skipped: LATENTARIUM_DATA names no folder with MNIST");
    };
    if !common::is_long() {
        return println!("skipped: it trains on MNIST for two epochs (LATENTARIUM_LONG=1)");
    }
    let source = Source::parse(&Path::new(&folder).join("mnist").to_string_lossy());
    let data = Arc::new(load(&source, &Progress::default()).unwrap());
    agree_image_by_image(&trained(&data, &[400], 940), &data);
}
