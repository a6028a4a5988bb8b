//! Named, keyed random streams: every draw in the program comes from here.
//!
//! A stream is a ChaCha8 generator whose whole key is (seed, purpose, step, sample). Nothing has to be
//! saved to resume a run, and work can be split among threads in any way without changing a bit.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

/// What a stream is drawn for. Two purposes never share a draw; the numbers are part of the run format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// Initial weights; `sample` numbers the parameter.
    Weights = 1,
    /// The order of an epoch's images; `step` is the epoch.
    Shuffle = 2,
    /// Noise of the posterior during training; keyed by step and row of the batch.
    Posterior = 3,
    /// Latents of a GAN during training; keyed by step and row of the batch.
    Latent = 4,
    /// Binarisation of training images; dynamic: keyed by step and row, static: by image.
    BinarizeTrain = 5,
    /// Binarisation of the test images, once.
    BinarizeTest = 6,
    /// The one posterior draw of an evaluation, keyed by image.
    Evaluation = 7,
    /// Samples that a person asked for.
    Sample = 8,
    /// Generated data sets, keyed by image.
    Generate = 9,
    /// The directions of a plane through a latent space of more than two dimensions.
    Plane = 10,
    /// Posterior draws of the importance-weighted bound; `step` is the image, `sample` the draw.
    Importance = 11,
    /// Places between real and generated images for a gradient penalty.
    Between = 12,
    /// Images that a classifier learns from, and `step` is its step.
    Classifier = 13,
    /// Which examples of a data set are to test on.
    Split = 14,
    /// Which examples of a data set are looked at.
    Choose = 15,
    /// Examples that the figures of a data set are of.
    Examine = 16,
    /// Which examples a figure is computed from anew; `step` is how many there are, `sample` the resample.
    Resample = 17,
    /// Latents that a search for an image's latent begins from.
    Inversion = 18,
    /// Examples that share a factor, for the FactorVAE score; `step` is 0 for votes that are learned from and 1 for those that judge.
    FactorVotes = 19,
    /// Latents of the samples that are measured between steps.
    Measure = 20,
    /// Which examples each tree of a forest learns from; `step` is the tree.
    Bootstrap = 21,
    /// Which pixels of an image are kept (`sample` 0), and draws of the others (from 1 on); `step` is the image.
    Completion = 22,
    /// Noise of what layers give whose weights have a posterior, during training; keyed by step and row of the batch.
    WeightNoise = 23,
    /// Weights that are drawn from their posterior to look at; `step` is the draw, `sample` numbers the operation.
    DrawnWeights = 24,
}

/// The stream of one purpose at one place. The same arguments always give the same draws.
pub fn stream(seed: u64, purpose: Purpose, step: u64, sample: u64) -> ChaCha8Rng {
    let mut key = [0u8; 32];
    for (chunk, word) in key.chunks_exact_mut(8).zip([seed, purpose as u64, step, sample]) {
        chunk.copy_from_slice(&word.to_le_bytes());
    }
    ChaCha8Rng::from_seed(key)
}

/// Standard normal draws, row by row: `rows × width`, row `r` from the stream of sample `r`.
pub fn normal_rows(seed: u64, purpose: Purpose, step: u64, rows: usize, width: usize) -> Vec<f32> {
    let mut out = Vec::with_capacity(rows * width);
    for row in 0..rows {
        let mut generator = stream(seed, purpose, step, row as u64);
        out.extend((0..width).map(|_| -> f32 { StandardNormal.sample(&mut generator) }));
    }
    out
}

/// Φ(z): a standard normal number as one that is uniform between 0 and 1.
pub fn uniform_from_normal(z: f32) -> f64 {
    0.5 * libm::erfc(-f64::from(z) * std::f64::consts::FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::RngCore;

    #[test]
    fn streams_repeat_and_differ_in_every_key() {
        let first = |seed, purpose, step, sample| stream(seed, purpose, step, sample).next_u64();
        let base = first(1, Purpose::Latent, 2, 3);
        assert_eq!(base, first(1, Purpose::Latent, 2, 3));
        assert_ne!(base, first(2, Purpose::Latent, 2, 3));
        assert_ne!(base, first(1, Purpose::Posterior, 2, 3));
        assert_ne!(base, first(1, Purpose::Latent, 3, 3));
        assert_ne!(base, first(1, Purpose::Latent, 2, 4));
    }

    #[test]
    fn normal_numbers_become_uniform_ones() {
        for (z, expected) in [(0.0, 0.5), (1.0, 0.841_344_746_068_543), (-2.0, 0.022_750_131_948_179)] {
            assert!((uniform_from_normal(z) - expected).abs() < 1e-12, "{z}");
        }
        assert!(uniform_from_normal(40.0) <= 1.0 && uniform_from_normal(-40.0) >= 0.0);
    }

    #[test]
    fn rows_do_not_depend_on_how_many_there_are() {
        let few = normal_rows(7, Purpose::Posterior, 5, 2, 3);
        let many = normal_rows(7, Purpose::Posterior, 5, 9, 3);
        assert_eq!(few, many[..6]);
    }
}
