//! How near reconstructions are to a few test images, as curves of training: the figures of [`images`](super::images), of fewer
//! images than are compared on demand.

use super::images::{psnr, ssim};
use super::measurement::{Measure, Measurement};
use super::metric::{Columns, Group, Metric, MetricCompute, MetricSource, Unit};
use crate::dataset::stratified;
use crate::model::{Losses, MetricId};
use crate::snapshot::{Scratch, Snapshot};
use rayon::prelude::*;

/// Test images that are reconstructed, at most: of each class its part. The metrics' names say it.
const IMAGES: usize = 64;
/// All of it takes at most this part of the operations of training: one of so many.
const PART_OF_TRAINING: u64 = 134;
/// Operations a value that both figures take, about as many as a network's would take as long.
const FIGURE_FLOPS: u64 = 500;
/// Images that a thread reconstructs at a time; the bits follow from it.
const AT_A_TIME: usize = 16;

/// 10·log₁₀(1 / squared error), mean over images.
const PSNR: Metric = Metric {
    id: MetricId::new("psnr_of_64"),
    columns: Columns::One,
    group: Group::Psnr,
    unit: Unit::Decibels,
    source: MetricSource::TestSet,
    compute: MetricCompute::BetweenSteps,
    hue: 0,
};
/// Structural similarity, mean over images.
const SSIM: Metric =
    Metric { id: MetricId::new("ssim_of_64"), group: Group::Likeness, unit: Unit::Likeness, hue: 1, ..PSNR };

pub(super) const METRICS: &[Metric] = &[PSNR, SSIM];

/// Of images, and models with an encoder.
pub(super) const MEASUREMENT: Measurement = Measurement {
    part_of_training: PART_OF_TRAINING,
    flops: |input| {
        let encoder = input.snapshot.encoder.as_ref().filter(|_| !input.dataset.sample().is_point())?;
        let figures = FIGURE_FLOPS.saturating_mul(input.snapshot.image.values() as u64);
        let image = encoder.flops().saturating_add(input.snapshot.decoder.flops()).saturating_add(figures);
        Some(image.saturating_mul(input.dataset.test.count().min(IMAGES) as u64))
    },
    begin: |dataset| {
        let test = &dataset.test;
        let chosen = stratified(test.count(), IMAGES, |image| test.class(image).unwrap_or(0));
        let chosen: Vec<usize> = chosen.iter().map(|image| *image as usize).collect();
        Some(Box::new(Reconstructions { images: test.gather(&chosen) }))
    },
};

/// The test images that are reconstructed.
#[derive(Debug)]
struct Reconstructions {
    /// `[count, pixels]`.
    images: Vec<f32>,
}

impl Measure for Reconstructions {
    fn measure(&self, snapshot: &Snapshot) -> Losses {
        let pixels = snapshot.image.values().max(1);
        let of_part = |scratch: &mut Scratch, originals: &[f32]| -> Vec<(f64, Option<f64>)> {
            let images = snapshot.reconstruct(originals, originals.len() / pixels, scratch).unwrap_or_default();
            let pairs = originals.chunks_exact(pixels).zip(images.chunks_exact(pixels));
            pairs.map(|(original, image)| (psnr(original, image), ssim(snapshot.image, original, image))).collect()
        };
        let parts = self.images.par_chunks(AT_A_TIME * pixels).map_init(Scratch::default, of_part);
        let figures = parts.collect::<Vec<_>>().concat();
        let sums: [Option<f64>; 2] =
            [Some(figures.iter().map(|(psnr, _)| psnr).sum()), figures.iter().map(|(_, ssim)| *ssim).sum()];
        let means = sums.map(|sum| sum.map(|sum| (sum / figures.len() as f64) as f32).filter(|mean| mean.is_finite()));
        METRICS.iter().zip(means).filter_map(|(metric, mean)| Some((metric.id, mean?))).collect()
    }
}
