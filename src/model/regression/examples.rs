//! What a decoder learns from: codes, and the images that they are of.

use super::error::FitError;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Says whether work goes on; asked now and then, from any thread.
pub type GoOn<'a> = &'a (dyn Fn() -> bool + Sync);

/// Codes and their images.
#[derive(Clone, Copy)]
pub struct Examples<'a> {
    /// Standardised codes, `[count, latent]`.
    pub codes: &'a [f32],
    /// Latent dimensions, at least 1.
    pub latent: usize,
    /// Pixels of an image, at least 1.
    pub pixels: usize,
    /// Writes the pixels of an example, in 0..1, `[pixels]`. Trees read every example some times a level, in no order.
    pub read: &'a (dyn Fn(usize, &mut [f32]) + Sync),
}

impl Examples<'_> {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.codes.len() / self.latent.max(1)
    }

    /// Codes of some of them, `[some, latent]`.
    pub fn codes_of(&self, some: &[usize]) -> Vec<f32> {
        let code = |example: &usize| self.codes.iter().skip(example * self.latent).take(self.latent);
        some.iter().flat_map(code).copied().collect()
    }

    /// One dimension of the code of an example; 0 where there is none.
    pub(super) fn code(&self, example: usize, feature: usize) -> f32 {
        self.codes.get(example * self.latent + feature).copied().unwrap_or_default()
    }

    /// # Errors
    /// If there is no example, no pixel, half a code, or a code that is no finite number.
    pub(super) fn check(&self) -> Result<(), FitError> {
        let refuse = |what: &str, found: usize| Err(FitError::Refused(format!("{what}, found {found}")));
        if self.latent == 0 || self.pixels == 0 || u32::try_from(self.count()).is_err() {
            return refuse("examples: expected latent dimensions, pixels, and fewer than 2³² examples", self.count());
        }
        if self.codes.is_empty() || !self.codes.len().is_multiple_of(self.latent) {
            return refuse("codes: expected a whole number of them, more than 0", self.codes.len());
        }
        match self.codes.iter().position(|code| !code.is_finite()) {
            Some(at) => refuse("codes: expected finite numbers, and one is not: number", at),
            None => Ok(()),
        }
    }
}

/// Which examples a tree learns from, each once, rising, and how much each weighs.
#[derive(Clone, Debug, PartialEq)]
pub struct Chosen {
    /// Examples, `[chosen]`.
    pub index: Vec<u32>,
    /// How often each counts, above 0, `[chosen]`.
    pub weight: Vec<f32>,
}

impl Chosen {
    /// All of `count`, once each.
    pub fn all(count: usize) -> Self {
        Self { index: (0..count as u32).collect(), weight: vec![1.0; count] }
    }

    /// As many draws as there are examples, with replacement: a bootstrap sample (Breiman 1996). An example weighs as often
    /// as it was drawn.
    pub fn drawn(count: usize, generator: &mut ChaCha8Rng) -> Self {
        let mut times = vec![0u32; count];
        for _ in 0..count {
            let at = generator.random_range(0..count as u64) as usize;
            times.iter_mut().skip(at).take(1).for_each(|times| *times += 1);
        }
        let drawn = || times.iter().enumerate().filter(|(_, times)| **times > 0);
        Self {
            index: drawn().map(|(at, _)| at as u32).collect(),
            weight: drawn().map(|(_, times)| *times as f32).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn a_bootstrap_sample_weighs_as_much_as_all() {
        let drawn = Chosen::drawn(1000, &mut ChaCha8Rng::seed_from_u64(3));
        assert_eq!(drawn.weight.iter().sum::<f32>(), 1000.0);
        assert!(drawn.index.is_sorted_by(|a, b| a < b));
        // 1 − 1/e of the examples are in it.
        assert!((590..675).contains(&drawn.index.len()), "{}", drawn.index.len());
    }

    #[test]
    fn codes_that_are_no_numbers_are_refused() {
        let with = |codes| Examples { codes, latent: 2, pixels: 1, read: &|_, _| {} }.check();
        assert!(with(&[0.0, 1.0]).is_ok());
        assert!(with(&[]).is_err());
        assert!(with(&[0.0, 1.0, 2.0]).is_err());
        assert!(with(&[0.0, f32::NAN]).is_err());
    }
}
