//! A forest: trees on bootstrap samples, averaged (Breiman 1996 and 2001). Every split may use every dimension of the code, which is
//! what scikit-learn's regressor does unless told otherwise.

use super::error::FitError;
use super::examples::{Chosen, Examples, GoOn};
use super::tree::{GrownLevel, grow};
use super::trees::Trees;
use rand_chacha::ChaCha8Rng;

/// What each tree of a forest is grown with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForestSettings {
    /// Levels of a tree.
    pub depth: usize,
    /// The fewest different examples at a leaf, at least 1.
    pub least: usize,
}

impl ForestSettings {
    /// The most bytes that the images at the leaves of one tree take: 4·pixels·2^depth, or what so many examples have leaves for.
    pub fn bytes(&self, count: usize, pixels: usize) -> usize {
        let leaves = 1usize.checked_shl(self.depth as u32).unwrap_or(usize::MAX).min(count / self.least.max(1)).max(1);
        leaves.saturating_mul(pixels).saturating_mul(4)
    }
}

/// One tree more, on a bootstrap sample from `stream(step, 0)`, where the step is how many trees there are. `forest` is as before
/// where it fails; it begins as [`Trees::none`]. Gives what the last level of the tree leaves of the sample's squared error.
///
/// # Errors
/// If a code is no number, or `go_on`, asked every 1024 examples, says no.
pub fn plant(
    forest: &mut Trees,
    settings: &ForestSettings,
    examples: &Examples<'_>,
    stream: &dyn Fn(u64, u64) -> ChaCha8Rng,
    go_on: GoOn<'_>,
) -> Result<GrownLevel, FitError> {
    examples.check()?;
    let chosen = Chosen::drawn(examples.count(), &mut stream(forest.roots.len() as u64, 0));
    let mut tree = Trees::leaf(examples.latent, vec![0.0; examples.pixels]);
    let mut last = GrownLevel { splits: 0, squared_error: f64::NAN };
    for _ in 0..settings.depth.max(1) {
        last = grow(&mut tree, examples, &chosen, settings.least, go_on)?;
        if last.splits == 0 {
            break;
        }
    }
    forest.append(tree);
    Ok(last)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    const SETTINGS: ForestSettings = ForestSettings { depth: 6, least: 2 };

    fn stream(step: u64, sample: u64) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(step * 1000 + sample)
    }

    /// A wave along the code with noise that is not in it; `[1000]` codes.
    fn wave(code: f32, noise: usize) -> f32 {
        (3.0 * code).sin() + 0.5 * ((noise * 7919 % 997) as f32 / 997.0 - 0.5)
    }

    fn codes() -> Vec<f32> {
        (0..1000).map(|at| at as f32 / 500.0 - 1.0).collect()
    }

    fn planted(forest: &mut Trees, trees: usize, go_on: GoOn<'_>) -> Result<(), FitError> {
        let codes = codes();
        let read = |at: usize, out: &mut [f32]| out.fill(wave(codes[at], at));
        let examples = Examples { codes: &codes, latent: 1, pixels: 2, read: &read };
        (0..trees).try_for_each(|_| plant(forest, &SETTINGS, &examples, &stream, go_on).map(drop))
    }

    fn error(forest: &Trees) -> f32 {
        let codes = codes();
        let out = forest.evaluate(&codes);
        codes.iter().zip(out.chunks_exact(2)).map(|(z, out)| (out[0] - (3.0 * z).sin()).powi(2)).sum::<f32>() / 1000.0
    }

    #[test]
    fn a_forest_is_smoother_than_a_tree() {
        let (mut one, mut many) = (Trees::none(1, 2), Trees::none(1, 2));
        planted(&mut one, 1, &|| true).unwrap();
        planted(&mut many, 12, &|| true).unwrap();
        assert!(error(&many) < 0.6 * error(&one), "{} {}", error(&many), error(&one));
        many.check().unwrap();
        assert_eq!((many.roots.len(), many.depth()), (12, 6));
        assert!(4 * many.values.len() <= 12 * SETTINGS.bytes(1000, 2));
    }

    #[test]
    fn threads_and_pauses_change_no_bit() {
        let grown = [1, 2, 4].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut forest = Trees::none(1, 2);
            for _ in 0..3 {
                let mut again = forest.clone();
                pool.install(|| planted(&mut again, 1, &|| true)).unwrap();
                forest = again;
            }
            forest
        });
        assert_eq!(grown[0], grown[1]);
        assert_eq!(grown[0], grown[2]);
        assert_ne!(grown[0].values[..2], grown[0].values[grown[0].values.len() - 2..]);
    }

    #[test]
    fn a_tree_that_is_stopped_is_not_there() {
        let mut forest = Trees::none(1, 2);
        planted(&mut forest, 1, &|| true).unwrap();
        let before = forest.clone();
        assert_eq!(planted(&mut forest, 1, &|| false), Err(FitError::Cancelled));
        assert_eq!(forest, before);
    }
}
