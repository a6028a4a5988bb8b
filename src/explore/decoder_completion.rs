//! Completion by a decoder: draws of the posterior of its latents given the pixels that are kept, each decoded. A chain a draw,
//! by the preconditioned Crank–Nicolson proposal (Neal 1998, Cotter 2013), which keeps the prior and asks for no gradients, so
//! that any decoder will do. It begins where a search by the kept pixels leads, or at a draw of the prior.

use super::fitted_gaussian::FittedGaussian;
use super::inversion::{INVERSION_SIGMA, InversionScratch, Inverter};
use crate::metrics::nats;
use crate::model::{Completion, CompletionDraws, KeptPixels};
use crate::snapshot::{Likelihood, Prior, Scratch, Snapshot};
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use std::sync::Arc;

/// Draws of the prior that a chain may begin at.
const STARTS: usize = 512;
/// Their numbers are those of a draw that nobody asks for.
const OF_STARTS: usize = 1 << 30;
/// Steps of a chain. During the first half it learns how long they should be.
const STEPS: usize = 400;
/// Steps after which their length is judged.
const JUDGED: usize = 10;
/// The share of proposals that should be accepted.
const ACCEPTED: f64 = 0.3;
/// The length of the first steps, and the least; 1 is a draw of the prior.
const FIRST_LENGTH: f64 = 0.3;
const LEAST_LENGTH: f64 = 1e-3;

/// A decoder, and what its latents are drawn from.
#[derive(Clone, Debug)]
pub struct DecoderCompletion {
    snapshot: Arc<Snapshot>,
    fitted: Option<FittedGaussian>,
    /// That of the pixels: the model's own, or normal about what is decoded, of the σ that inversion assumes.
    likelihood: Likelihood,
}

/// A chain: the standard normal numbers that its latent is made of, and how likely the kept pixels are there.
struct Chain {
    generator: ChaCha8Rng,
    normals: Vec<f32>,
    log_p: f64,
    image: Vec<f32>,
    /// Of its steps: 1 is a draw of the prior.
    length: f64,
    /// Proposals that were accepted since this was judged.
    accepted: usize,
}

impl DecoderCompletion {
    /// `fitted` stands in for the prior of a model that has none.
    pub fn new(snapshot: Arc<Snapshot>, fitted: Option<FittedGaussian>) -> Self {
        let likelihood = snapshot.likelihood.unwrap_or(Likelihood::Gaussian { sigma: INVERSION_SIGMA });
        Self { snapshot, fitted, likelihood }
    }

    /// Draws of the missing pixels, as means of what is decoded; the kept ones are the image's own. `None` where the image is of
    /// another size, nothing finite is decoded, or `go_on`, asked before each step, says no.
    pub fn complete(
        &self,
        pixels: KeptPixels<'_>,
        draws: CompletionDraws,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Option<Completion> {
        let values = self.snapshot.decoder.output();
        if pixels.image.len() != values || pixels.kept.len() != values || self.snapshot.prior_normals() == 0 {
            return None;
        }
        let kept = self.kept_values(pixels.image, pixels.kept);
        let mut scratch = Scratch::default();
        let mut chains = self.start(pixels, draws, &mut scratch, go_on)?;
        for step in 1..=STEPS {
            if !go_on() {
                return None;
            }
            let proposals: Vec<f32> = chains.iter_mut().flat_map(|chain| chain.proposal()).collect();
            let images = self.decode(&proposals, &mut scratch);
            let width = self.snapshot.prior_normals();
            for ((chain, normals), image) in
                chains.iter_mut().zip(proposals.chunks_exact(width)).zip(images.chunks_exact(values.max(1)))
            {
                let log_p = self.log_p(&kept, image, pixels.kept);
                let uniform: f64 = chain.generator.random();
                if log_p.is_finite() && uniform.ln() < log_p - chain.log_p {
                    (chain.log_p, chain.accepted) = (log_p, chain.accepted + 1);
                    chain.normals.copy_from_slice(normals);
                    chain.image.copy_from_slice(image);
                }
            }
            if step % JUDGED == 0 && step <= STEPS / 2 {
                chains.iter_mut().for_each(Chain::judge);
            }
        }
        let whole = |chain: Chain| pixels.filled_from(&chain.image);
        Some(Completion { draws: chains.into_iter().flat_map(whole).collect(), log_p: None })
    }

    /// Where each chain begins: one of the prior's draws and of what a search finds, by how likely the kept pixels are there.
    fn start(
        &self,
        pixels: KeptPixels<'_>,
        draws: CompletionDraws,
        scratch: &mut Scratch,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Option<Vec<Chain>> {
        let (width, values) = (self.snapshot.prior_normals(), self.snapshot.decoder.output());
        let kept = self.kept_values(pixels.image, pixels.kept);
        let mut generator = draws.generator(OF_STARTS);
        let mut normals = normal_numbers(&mut generator, STARTS * width);
        if self.fitted.is_none() && self.snapshot.prior == Prior::StandardNormal {
            let mut scratch = InversionScratch::default();
            let inverter = Inverter::new(self.snapshot.clone(), draws.seed, &mut scratch);
            let found = inverter.invert_kept(pixels.image, pixels.kept, &mut scratch, go_on);
            normals.extend(found.map(|found| found.latent).unwrap_or_default());
        }
        let images = self.decode(&normals, scratch);
        let log_ps: Vec<f64> =
            images.chunks_exact(values.max(1)).map(|image| self.log_p(&kept, image, pixels.kept)).collect();
        let chain = |draw: usize| {
            let mut generator = draws.generator(draw);
            // The largest of log p + Gumbel noise is a draw by p.
            let noisy = log_ps.iter().enumerate().map(|(place, log_p)| {
                let uniform: f64 = generator.random();
                (place, log_p - (-uniform.max(f64::MIN_POSITIVE).ln()).ln())
            });
            let (place, _) = noisy.filter(|(_, log_p)| log_p.is_finite()).max_by(|a, b| a.1.total_cmp(&b.1))?;
            Some(Chain {
                generator,
                normals: normals.chunks_exact(width).nth(place)?.to_vec(),
                log_p: *log_ps.get(place)?,
                image: images.chunks_exact(values.max(1)).nth(place)?.to_vec(),
                length: FIRST_LENGTH,
                accepted: 0,
            })
        };
        (0..draws.count).map(chain).collect()
    }

    /// What is decoded of normal numbers, `[count, prior_normals()]`.
    fn decode(&self, normals: &[f32], scratch: &mut Scratch) -> Vec<f32> {
        let latents = match &self.fitted {
            Some(fitted) => fitted.from_normal(normals),
            None => self.snapshot.latents_of_normals(normals, 1.0),
        };
        let count = latents.len() / self.snapshot.latent.max(1);
        self.snapshot.decoder.evaluate(&latents, count, scratch).to_vec()
    }

    fn kept_values(&self, image: &[f32], kept: &[bool]) -> Vec<f32> {
        image.iter().zip(kept).filter(|(_, kept)| **kept).map(|(x, _)| *x).collect()
    }

    /// log p(kept | latent), in nats, up to what is the same everywhere.
    fn log_p(&self, values: &[f32], decoded: &[f32], kept: &[bool]) -> f64 {
        -f64::from(nats(self.likelihood, values, &self.kept_values(decoded, kept)))
    }
}

impl Chain {
    /// √(1 − β²)·u + β·ξ, which leaves the standard normal distribution as it is.
    fn proposal(&mut self) -> Vec<f32> {
        let length = self.length;
        let stays = (1.0 - length * length).max(0.0).sqrt() as f32;
        let noise = normal_numbers(&mut self.generator, self.normals.len());
        self.normals.iter().zip(noise).map(|(u, xi)| stays * u + length as f32 * xi).collect()
    }

    /// Longer steps where more than the share was accepted, shorter ones where less.
    fn judge(&mut self) {
        let share = std::mem::take(&mut self.accepted) as f64 / JUDGED as f64;
        self.length = (self.length * (share - ACCEPTED).exp()).clamp(LEAST_LENGTH, 1.0);
    }
}

fn normal_numbers(generator: &mut ChaCha8Rng, count: usize) -> Vec<f32> {
    (0..count).map(|_| -> f32 { StandardNormal.sample(generator) }).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::dataset::ImageShape;
    use crate::snapshot::{Activation, Network, Operation};

    /// Two latent dimensions, three pixels: x = W·z, σ ½.
    const WEIGHT: [f32; 6] = [1.0, 0.0, 0.5, 1.0, -1.0, 0.8];
    const SIGMA: f64 = 0.5;

    fn completion(prior: Prior) -> DecoderCompletion {
        let linear = Operation::linear("decoder", 0, (WEIGHT.to_vec(), vec![0.0; 3]), Activation::Identity);
        let snapshot = Snapshot {
            step: 1,
            image: ImageShape::grey(1, 3),
            latent: 2,
            likelihood: Some(Likelihood::Gaussian { sigma: SIGMA as f32 }),
            decoder: Network::new(2, vec![linear]).unwrap(),
            encoder: None,
            critic: None,
            prior,
        };
        DecoderCompletion::new(Arc::new(snapshot), None)
    }

    /// Of a linear decoder the posterior is normal, with precision WᵀW/σ² + Σ⁻¹; under two names of the same prior.
    #[test]
    fn draws_are_of_the_posterior_given_what_is_kept() {
        let mixture =
            Prior::GaussianMixture { weights: vec![1.0], means: vec![0.0, 0.0], covariances: vec![1.0, 0.0, 0.0, 1.0] };
        let (image, kept) = ([0.9, 1.4, 0.3], [true, true, false]);
        for prior in [Prior::StandardNormal, mixture] {
            let draws = CompletionDraws { seed: 3, image: 0, count: 3000 };
            let found = completion(prior).complete(KeptPixels { image: &image, kept: &kept }, draws, &mut || true);
            let found = found.unwrap();
            assert_eq!((found.draws.len(), found.log_p), (9000, None));
            assert!(found.draws.chunks_exact(3).all(|draw| draw[..2] == image[..2]));
            let missing: Vec<f64> = found.draws.chunks_exact(3).map(|draw| f64::from(draw[2])).collect();
            let rows: Vec<[f64; 2]> = WEIGHT.chunks_exact(2).map(|row| [row[0], row[1]].map(f64::from)).collect();
            let [mut a, mut b, mut c, mut right] = [1.0, 0.0, 1.0, 0.0].map(|x: f64| [x, 0.0]);
            for (row, x) in rows.iter().zip(image).take(2) {
                a[0] += row[0] * row[0] / SIGMA.powi(2);
                b[0] += row[0] * row[1] / SIGMA.powi(2);
                c[0] += row[1] * row[1] / SIGMA.powi(2);
                right = [0, 1].map(|at| right[at] + row[at] * f64::from(x) / SIGMA.powi(2));
            }
            let determinant = a[0] * c[0] - b[0] * b[0];
            let inverse =
                |v: [f64; 2]| [(c[0] * v[0] - b[0] * v[1]) / determinant, (a[0] * v[1] - b[0] * v[0]) / determinant];
            let dot = |u: [f64; 2], v: [f64; 2]| u[0] * v[0] + u[1] * v[1];
            let (mean, variance) = (dot(rows[2], inverse(right)), dot(rows[2], inverse(rows[2])));
            let n = missing.len() as f64;
            let found_mean = missing.iter().sum::<f64>() / n;
            let found_variance = missing.iter().map(|x| (x - found_mean).powi(2)).sum::<f64>() / n;
            assert!((found_mean - mean).abs() < 0.1 * variance.sqrt(), "{found_mean} for {mean}");
            assert!((found_variance / variance - 1.0).abs() < 0.15, "{found_variance} for {variance}");
        }
    }

    #[test]
    fn it_ends_when_asked_to_and_refuses_other_sizes() {
        let completion = completion(Prior::StandardNormal);
        let draws = CompletionDraws { seed: 3, image: 0, count: 2 };
        let pixels = KeptPixels { image: &[0.5; 3], kept: &[true, false, false] };
        let mut asked = 0;
        let mut some = || {
            asked += 1;
            asked < 60
        };
        assert_eq!(completion.complete(pixels, draws, &mut some), None);
        let other = KeptPixels { image: &[0.5; 4], kept: &[true; 4] };
        assert_eq!(completion.complete(other, draws, &mut || true), None);
        let again = |seed| completion.complete(pixels, CompletionDraws { seed, ..draws }, &mut || true).unwrap();
        assert_eq!(again(3), again(3));
        let more = completion.complete(pixels, CompletionDraws { count: 5, ..draws }, &mut || true).unwrap();
        assert_eq!(more.draws[..6], again(3).draws, "a draw is its own, however many there are");
        assert_ne!(again(3).draws, again(4).draws);
    }
}
