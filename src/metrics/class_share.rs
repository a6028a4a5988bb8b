//! Which classes a model makes: its samples counted by a network that has learned the data's classes.

use super::classifier::Classifier;
use crate::random::Purpose;
use crate::snapshot::{Scratch, Snapshot};

/// Samples that are counted.
pub const SHARE_SAMPLES: usize = 1000;
/// Samples that are decoded between two looks at whether to go on.
const SLICE: usize = 50;
/// Values that are decoded between them, at most.
const SLICE_VALUES: usize = 1 << 20;
/// A class of a smaller share counts as missing.
pub const SMALL_SHARE: f64 = 0.01;

/// The share of samples of each class.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassShares {
    /// The step of the weights.
    pub step: u64,
    /// `[classes]`; they sum to 1 where all samples are numbers.
    pub shares: Vec<f64>,
    /// The share of test images that the classes are told right of.
    pub accuracy: f64,
}

impl ClassShares {
    /// Counts 1 000 samples of the prior, always the same ones for a seed. `None` where the images are not those of the data,
    /// or `go_on`, asked again and again, says no.
    pub fn of(
        snapshot: &Snapshot,
        seed: u64,
        classifier: &Classifier,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Option<Self> {
        let pixels = snapshot.image.values();
        if pixels != classifier.pixels() || snapshot.decoder.output() != pixels || snapshot.latent == 0 {
            return None;
        }
        let (mut classifier, mut scratch) = (classifier.clone(), Scratch::default());
        let latents = snapshot.draws(seed, Purpose::Evaluation, 0, SHARE_SAMPLES);
        let mut shares = vec![0.0; classifier.count()];
        for latents in latents.chunks(SLICE.min(SLICE_VALUES / pixels.max(1)).max(1) * snapshot.latent) {
            if !go_on() {
                return None;
            }
            let count = latents.len() / snapshot.latent;
            let samples = snapshot.decoder.evaluate(latents, count, &mut scratch);
            for class in classifier.classes(samples, count).flatten() {
                if let Some(share) = shares.get_mut(class) {
                    *share += 1.0 / SHARE_SAMPLES as f64;
                }
            }
        }
        Some(Self { step: snapshot.step, shares, accuracy: classifier.accuracy })
    }

    /// The smallest share.
    pub fn smallest(&self) -> f64 {
        self.shares.iter().copied().fold(f64::INFINITY, f64::min)
    }
}
