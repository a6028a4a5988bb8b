//! A mixture given some pixels: their posterior over the classes, and draws of the others.

use super::em::BernoulliMixture;
use crate::model::exact::conditioned::Conditioned;
use crate::model::exact::numbers::{choose, log_sum_exp, logistic, softplus};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Classes by their posterior.
pub struct MixtureGiven<'a> {
    mixture: &'a BernoulliMixture,
    kept: &'a [Option<bool>],
    log_p: f64,
    /// p(class | kept), `[classes]`.
    classes: Vec<f64>,
}

impl<'a> MixtureGiven<'a> {
    /// Given these pixels, `[pixels]`; `None` is missing.
    pub fn new(mixture: &'a BernoulliMixture, kept: &'a [Option<bool>]) -> Self {
        let total: f64 = mixture.weights().iter().copied().map(f64::from).sum();
        let rows = mixture.weights().iter().zip(mixture.logits().chunks_exact(kept.len().max(1)));
        let joint = |(weight, logits): (&f32, &[f32])| {
            let of_pixel = |(logit, kept): (&f32, &Option<bool>)| match kept {
                Some(on) => softplus(f64::from(if *on { -logit } else { *logit })),
                None => 0.0,
            };
            (f64::from(*weight) / total).ln() - logits.iter().zip(kept).map(of_pixel).sum::<f64>()
        };
        let joints: Vec<f64> = rows.map(joint).collect();
        let log_p = log_sum_exp(&joints);
        Self { mixture, kept, log_p, classes: joints.iter().map(|joint| (joint - log_p).exp()).collect() }
    }
}

impl Conditioned for MixtureGiven<'_> {
    fn log_p_kept(&self) -> f64 {
        self.log_p
    }

    fn draw(&self, random: &mut ChaCha8Rng) -> Vec<bool> {
        let class = choose(&self.classes, random.random());
        let logits = self.mixture.logits().chunks_exact(self.kept.len().max(1)).nth(class).unwrap_or_default();
        let mut pixel = |(kept, logit): (&Option<bool>, &f32)| {
            kept.unwrap_or_else(|| random.random::<f64>() < logistic(f64::from(*logit)))
        };
        self.kept.iter().zip(logits).map(&mut pixel).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::DrawnMixture;
    use super::*;
    use crate::model::exact::binary::BinaryDensity;
    use crate::model::exact::bits::example;
    use crate::model::exact::enumeration::check_by_enumeration;

    #[test]
    fn kept_pixels_and_draws_are_those_over_all_images() {
        let mut density = DrawnMixture { mixture: BernoulliMixture::nothing(10, 3), passes: 0, pixels: 10, seed: 4 };
        (0..8).for_each(|_| assert!(density.step(&example(400, 10), &|| true).is_some()));
        check_by_enumeration(&density, 10);
    }
}
