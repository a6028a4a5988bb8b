//! The share of test images that no place of a generator's plane reproduces, as a curve of its training: how much of the data
//! it misses.

use super::measurement::{Measure, Measurement};
use super::metric::{Columns, Group, Metric, MetricCompute, MetricSource, Unit};
use super::missed::{FoundPlaces, MissedRule};
use super::places::{ImagePlace, PlaceTable};
use crate::dataset::{Split, stratified};
use crate::model::{Losses, MetricId};
use crate::snapshot::{Scratch, Snapshot};
use rayon::prelude::*;

/// Test images that are looked for, at most: of each class its part.
const IMAGES: usize = 300;
/// Values of an image at most: the decoded places of larger ones would take more than 64 MiB.
const MOST_PIXELS: usize = 4096;
/// One search takes at most this part of the operations of the steps between two: one of so many. Most images are found
/// before their steps are used up, so that it is less.
const PART_OF_TRAINING: u64 = 40;
/// Images that a thread looks for at a time; the bits follow from it.
const AT_A_TIME: usize = 32;

pub(super) const METRICS: &[Metric] = &[Metric {
    id: MetricId::MISSED_SHARE,
    columns: Columns::One,
    group: Group::Coverage,
    unit: Unit::Share,
    source: MetricSource::TestSet,
    compute: MetricCompute::BetweenSteps,
    hue: 4,
}];

/// Of images, and generators of two dimensions without an encoder.
pub(super) const MEASUREMENT: Measurement = Measurement {
    part_of_training: PART_OF_TRAINING,
    flops: |input| {
        let fits = input.family.samples && !input.dataset.sample().is_point() && MissedShare::fits(input.snapshot);
        fits.then(|| PlaceTable::search_flops(&input.snapshot.decoder, input.dataset.test.count().min(IMAGES)))
    },
    begin: |dataset| Some(Box::new(MissedShare::of(&dataset.test)?)),
};

/// The test images that are looked for, and when one is missed.
#[derive(Debug)]
struct MissedShare {
    /// `[count, pixels]`.
    images: Vec<f32>,
    rule: MissedRule,
}

impl MissedShare {
    /// Whether the share is measured of such weights: of two dimensions, without an encoder, and of images that are not too
    /// large.
    fn fits(snapshot: &Snapshot) -> bool {
        snapshot.latent == 2 && snapshot.encoder.is_none() && (1..=MOST_PIXELS).contains(&snapshot.image.values())
    }

    /// Up to 300 of these images, of each class its part. By what they count as missed no other model says. `None` where
    /// there are none.
    fn of(test: &Split) -> Option<Self> {
        let chosen = stratified(test.count(), IMAGES, |image| test.class(image).unwrap_or(0));
        let chosen: Vec<usize> = chosen.iter().map(|image| *image as usize).collect();
        let rule = MissedRule::of(None, test, &mut || true)?;
        Some(Self { images: test.gather(&chosen), rule })
    }

    /// The share that these weights miss, on the threads of the pool that it is called in, which do not change its bits.
    /// `None` where weights or images do not fit.
    fn share(&self, snapshot: &Snapshot) -> Option<f32> {
        let table = PlaceTable::decode(snapshot, &mut || true).ok()??;
        let pixels = table.pixels().max(1);
        if !self.images.len().is_multiple_of(pixels) {
            return None;
        }
        let parts = self.images.par_chunks(AT_A_TIME * pixels);
        let places: Vec<ImagePlace> =
            parts.map_init(Scratch::default, |scratch, part| table.find(part, scratch)).flatten().collect();
        Some(FoundPlaces { places, rule: self.rule }.missed_share() as f32)
    }
}

impl Measure for MissedShare {
    fn measure(&self, snapshot: &Snapshot) -> Losses {
        self.share(snapshot).map(|share| (MetricId::MISSED_SHARE, share)).into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::ImageShape;
    use crate::random::{Purpose, normal_rows};
    use crate::snapshot::{Activation, Network, Operation};

    const SHAPE: ImageShape = ImageShape::grey(4, 5);

    /// A generator of 0.5 + W·z with so large a W.
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

    /// What the generator makes, and as many images that it does not.
    fn images() -> Split {
        let latents = normal_rows(4, Purpose::Sample, 0, 150, 2);
        let made = generator(0.04).decoder.evaluate(&latents, 150, &mut Scratch::default()).to_vec();
        let others = normal_rows(5, Purpose::Sample, 0, 150, 20).into_iter().map(|x| 0.5 + 0.3 * x);
        let bytes: Vec<u8> = made.into_iter().chain(others).map(|x| (255.0 * x).round() as u8).collect();
        Split::of_bytes(SHAPE, bytes, Vec::new())
    }

    #[test]
    fn what_a_generator_makes_is_not_missed_and_threads_change_no_bit() {
        let split = images();
        // Half of the images are far from any few components, so that one in a hundred has an error of about theirs.
        let most_error = 0.01;
        let rule = MissedRule { most_error, ..MissedShare::of(&split).unwrap().rule };
        let missed = MissedShare { rule, ..MissedShare::of(&split).unwrap() };
        assert_eq!(missed.share(&generator(0.04)), Some(0.5));
        // One that always makes the same image misses all that lies far from it.
        assert!(missed.share(&generator(0.0)).unwrap() > 0.5);
        let in_pool = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| missed.share(&generator(0.02)).unwrap().to_bits())
        };
        assert_eq!(in_pool(1), in_pool(3));
        assert!(MissedShare::of(&Split::of_bytes(SHAPE, Vec::new(), Vec::new())).is_none());
        assert!(!MissedShare::fits(&Snapshot { latent: 3, ..generator(1.0) }));
    }
}
