//! The importance-weighted bound on log p(x) (Burda, Grosse and Salakhutdinov 2016).

use super::density::VaeDensity;
use super::evidence_error::EvidenceError;
use super::log_sum::LogSum;
use super::posteriors::ImagePosterior;
use crate::random::{Purpose, stream};
use crate::snapshot::Scratch;
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;

/// Draws that are decoded at a time: the pixels of so many fit a core's own cache.
const BATCH: usize = 128;

/// What the posterior's draws say of one image, in nats.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighed {
    /// ln 1/K Σ p(x, z_k)/q(z_k|x): below ln p(x) on average, and nearer to it with every draw.
    pub bound: f64,
    /// 1/K Σ ln p(x|z_k) − KL(q(z|x) ‖ p(z)), the divergence in closed form: the ELBO itself, on average.
    pub elbo: f64,
    /// How many draws as good as independent ones from p(z|x) the weights are worth, 1 to K.
    pub effective_draws: f64,
}

/// The bound L_K (equation 8) of each of `images` (`[count, pixels]`) from `draws` ≥ 1 draws of q(z|x), in the pool
/// that it is called in. Draw k of image i is the stream (`seed`, [`Purpose::Importance`], i, k): the bits depend
/// neither on the number of threads nor on how many images or draws there are beside them.
///
/// `go_on` receives after every few decodes how many there were; where it gives false the work ends; `count·draws` in all.
///
/// # Errors
/// If `go_on` gives false, or an image has no finite density.
pub fn importance(
    density: &VaeDensity,
    images: &[f32],
    draws: usize,
    seed: u64,
    go_on: &(dyn Fn(u64) -> bool + Sync),
) -> Result<Vec<Weighed>, EvidenceError> {
    let estimate = |(scratch, latents): &mut (Scratch, Vec<f32>), (index, image): (usize, &[f32])| {
        let posterior = density.posterior(image, scratch);
        let deviations: Vec<f32> = posterior.deviations().collect();
        let (mut weights, mut reconstruction) = (LogSum::default(), 0.0);
        for from in (0..draws).step_by(BATCH) {
            let to = (from + BATCH).min(draws);
            latents.clear();
            let ratios: Vec<f64> = (from..to)
                .map(|draw| {
                    let mut generator = stream(seed, Purpose::Importance, index as u64, draw as u64);
                    let noise = || -> f32 { StandardNormal.sample(&mut generator) };
                    draw_latent(&posterior, &deviations, noise, latents)
                })
                .collect();
            let outputs = density.decode(latents, to - from, scratch);
            for (output, ratio) in outputs.chunks_exact(density.pixels()).zip(ratios) {
                let log_likelihood = density.log_likelihood(output, image);
                reconstruction += log_likelihood;
                weights.add(log_likelihood + ratio);
            }
            if !go_on((to - from) as u64) {
                return Err(EvidenceError::Interrupted);
            }
        }
        let count = draws as f64;
        let weighed = Weighed {
            bound: weights.value() - count.ln(),
            elbo: reconstruction / count - posterior.kl(),
            effective_draws: weights.effective_terms(),
        };
        let finite = weighed.bound.is_finite() && weighed.elbo.is_finite();
        if finite { Ok(weighed) } else { Err(EvidenceError::NotFinite { image: index }) }
    };
    images.par_chunks_exact(density.pixels()).enumerate().with_max_len(1).map_init(Default::default, estimate).collect()
}

/// Appends z = μ + σ·ε to `latents`; gives ln p(z) − ln q(z|x) = ½Σ(ε² − z² + ln σ²).
fn draw_latent(
    posterior: &ImagePosterior,
    deviations: &[f32],
    mut noise: impl FnMut() -> f32,
    latents: &mut Vec<f32>,
) -> f64 {
    let mut ratio = 0.0;
    for ((mean, log_variance), deviation) in posterior.mean.iter().zip(&posterior.log_variance).zip(deviations) {
        let epsilon = noise();
        let z = mean + deviation * epsilon;
        latents.push(z);
        let (epsilon, z) = (f64::from(epsilon), f64::from(z));
        ratio += 0.5 * (epsilon * epsilon - z * z + f64::from(*log_variance));
    }
    ratio
}
