//! How far samples are from each other beside test images, as a curve of training: the pairwise distance of
//! [`samples`](super::samples) in pixels, since no network that gives features is there while a model trains.

use super::measurement::{Measure, Measurement};
use super::metric::{Columns, Group, Metric, MetricCompute, MetricSource, Unit};
use super::samples::{FeatureSet, Resamples, pairwise_distance};
use crate::dataset::{Dataset, stratified};
use crate::model::{Losses, MetricId};
use crate::random::Purpose;
use crate::snapshot::Snapshot;

/// Samples, and test images at most. The metric's name says it.
const EXAMPLES: usize = 64;
/// All of it takes at most this part of the operations of training: one of so many.
const PART_OF_TRAINING: u64 = 134;
/// Samples that a thread decodes at a time; the bits follow from it.
const AT_A_TIME: usize = 16;
/// Of the samples' latents: the same for all runs, so that they compare.
const SEED: u64 = 0;

const SPREAD: MetricId = MetricId::new("spread_of_64");

pub(super) const METRICS: &[Metric] = &[Metric {
    id: SPREAD,
    columns: Columns::One,
    group: Group::Likeness,
    unit: Unit::Likeness,
    source: MetricSource::TestSet,
    compute: MetricCompute::BetweenSteps,
    hue: 3,
}];

/// Of images and of points, and models whose prior is sampled.
pub(super) const MEASUREMENT: Measurement = Measurement {
    part_of_training: PART_OF_TRAINING,
    flops: |input| {
        let decoder = &input.snapshot.decoder;
        let (examples, resamples) = (EXAMPLES as u64, Resamples::whole(0).columns() as u64);
        let pairs = 2 * examples * (resamples + decoder.output() as u64);
        input.family.samples.then(|| decoder.flops().saturating_add(pairs).saturating_mul(examples))
    },
    begin: |dataset| Some(Box::new(SampleSpread::of(dataset)?)),
};

/// What the distance of samples is measured by.
#[derive(Debug)]
struct SampleSpread {
    /// The mean distance of two test images.
    of_test: f64,
}

impl SampleSpread {
    /// `None` where the test images are all the same, or fewer than two.
    fn of(dataset: &Dataset) -> Option<Self> {
        let test = &dataset.test;
        let chosen = stratified(test.count(), EXAMPLES, |image| test.class(image).unwrap_or(0));
        let chosen: Vec<usize> = chosen.iter().map(|image| *image as usize).collect();
        let (images, width) = (test.gather(&chosen), dataset.sample().values());
        // Distances of the same images are rounding errors.
        let mut rows = images.chunks_exact(width.max(1));
        let first = rows.next()?;
        let differs = rows.any(|row| row != first);
        differs.then(|| Self { of_test: mean_distance(images, width) })
    }
}

impl Measure for SampleSpread {
    fn measure(&self, snapshot: &Snapshot) -> Losses {
        let latents = snapshot.draws(SEED, Purpose::Measure, 0, EXAMPLES);
        let samples = snapshot.decoder.evaluate_in_slices(&latents, AT_A_TIME);
        let spread = (mean_distance(samples, snapshot.decoder.output()) / self.of_test) as f32;
        if spread.is_finite() { vec![(SPREAD, spread)] } else { Losses::new() }
    }
}

/// Of all pairs of different rows; not a number of fewer than two.
fn mean_distance(rows: Vec<f32>, width: usize) -> f64 {
    let set = FeatureSet::new(rows, width);
    pairwise_distance(&set, &Resamples::whole(set.count())).first().copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::{ImageShape, Source, Split};
    use crate::random::normal_rows;
    use crate::snapshot::{Activation, Network, Operation};

    const SHAPE: ImageShape = ImageShape::grey(4, 5);

    /// 0.5 + scale·W·z.
    fn generator(scale: f32) -> Snapshot {
        let weight: Vec<f32> = normal_rows(3, Purpose::Weights, 0, 2, 20).iter().map(|w| scale * w).collect();
        let operation = Operation::linear("one", 0, (weight, vec![0.5; 20]), Activation::Identity);
        let decoder = Network::new(2, vec![operation]).unwrap();
        Snapshot {
            step: 5,
            image: SHAPE,
            latent: 2,
            likelihood: None,
            decoder,
            encoder: None,
            critic: None,
            prior: Default::default(),
        }
    }

    /// What the generator makes of so many draws.
    fn data(scale: f32, count: usize) -> Dataset {
        let latents = normal_rows(4, Purpose::Sample, 0, count, 2);
        let images = generator(scale).decoder.evaluate_in_slices(&latents, 8);
        let bytes: Vec<u8> = images.into_iter().map(|x| (255.0 * x).round() as u8).collect();
        let split = Split::of_bytes(SHAPE, bytes, Vec::new());
        Dataset::new(Source::default(), "made", split.clone(), split)
    }

    fn spread(of: &SampleSpread, scale: f32) -> f32 {
        of.measure(&generator(scale))[0].1
    }

    #[test]
    fn samples_as_far_apart_as_test_images_are_at_1_and_alike_ones_at_0() {
        let of = SampleSpread::of(&data(0.04, 500)).unwrap();
        assert!((spread(&of, 0.04) - 1.0).abs() < 0.15, "{}", spread(&of, 0.04));
        // To float accuracy, it grows in a straight line, and is nothing where all samples are the same.
        assert!((spread(&of, 0.08) / spread(&of, 0.04) - 2.0).abs() < 1e-3);
        assert!(spread(&of, 0.0) < 0.01);
        for few in [data(0.04, 0), data(0.04, 1), data(0.0, 70)] {
            assert!(SampleSpread::of(&few).is_none());
        }
    }

    #[test]
    fn threads_change_no_bit() {
        let of = SampleSpread::of(&data(0.04, 100)).unwrap();
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| spread(&of, 0.03).to_bits())
        };
        assert_eq!(on(1), on(3));
    }
}
