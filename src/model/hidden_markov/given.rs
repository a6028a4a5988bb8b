//! A hidden Markov model given some pixels: the states of all rows drawn given these, from the last row back, then the missing
//! pixels given their states.

use super::chain::{ChainTerms, HiddenMarkov, ImageRows};
use super::forward_backward::ForwardBackward;
use crate::model::exact::conditioned::Conditioned;
use crate::model::exact::numbers::{choose, logistic, normalise};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// A chain, and what the kept pixels say of its states.
pub struct ChainGiven<'a> {
    rows: ImageRows,
    terms: ChainTerms,
    kept: &'a [Option<bool>],
    log_p: f64,
    passes: ForwardBackward,
}

impl<'a> ChainGiven<'a> {
    /// Given these pixels, `[pixels]`; `None` is missing.
    pub fn new(chain: &HiddenMarkov, kept: &'a [Option<bool>]) -> Self {
        let (terms, mut passes) = (chain.terms(), ForwardBackward::default());
        let log_p = passes.forward(&terms, &terms.of_kept(kept));
        Self { rows: chain.rows(), terms, kept, log_p, passes }
    }

    /// The states of all rows, the last row's first.
    fn path_back(&self, random: &mut ChaCha8Rng) -> Vec<usize> {
        let states = self.terms.states().max(1);
        let mut path = Vec::with_capacity(self.rows.count());
        for filtered in self.passes.filtered().chunks_exact(states).rev() {
            let mut weights = filtered.to_vec();
            if let Some(below) = path.last() {
                let into = self.terms.to.chunks_exact(states).nth(*below).unwrap_or_default();
                weights.iter_mut().zip(into).for_each(|(weight, p)| *weight *= p);
                normalise(&mut weights);
            }
            path.push(choose(&weights, random.random()));
        }
        path
    }
}

impl Conditioned for ChainGiven<'_> {
    fn log_p_kept(&self) -> f64 {
        self.log_p
    }

    fn draw(&self, random: &mut ChaCha8Rng) -> Vec<bool> {
        let path = self.path_back(random);
        let mut drawn = |pixel: usize| {
            let place = self.rows.place(pixel);
            let state = path.iter().rev().nth(place.row).copied().unwrap_or_default();
            let logit = self.terms.logits(place.element).get(state).copied().unwrap_or_default();
            random.random::<f64>() < logistic(logit)
        };
        self.kept.iter().enumerate().map(|(pixel, kept)| kept.unwrap_or_else(|| drawn(pixel))).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::DrawnChain;
    use super::*;
    use crate::dataset::ImageShape;
    use crate::model::exact::binary::BinaryDensity;
    use crate::model::exact::bits::example;
    use crate::model::exact::enumeration::check_by_enumeration;

    #[test]
    fn kept_pixels_and_draws_are_those_over_all_images() {
        for shape in [ImageShape::grey(5, 2), ImageShape { channels: 2, height: 5, width: 1 }] {
            let chain = HiddenMarkov::nothing(ImageRows::new(shape), 3);
            let mut density = DrawnChain { chain, passes: 0, shape, seed: 4 };
            (0..8).for_each(|_| assert!(density.step(&example(400, 10), &|| true).is_some()));
            check_by_enumeration(&density, 10);
        }
    }
}
