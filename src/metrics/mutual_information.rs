//! The mutual information I(x; z) of images and latents under an encoder (Hoffman and Johnson 2016).

use rayon::prelude::*;

/// Images whose terms are computed between two checks whether to go on.
const STRIPE: usize = 256;

/// q(z|x) of images as independent normals, and a draw of each.
#[derive(Clone, Debug)]
pub struct DrawnPosteriors {
    latent: usize,
    /// Draws, means and ½/σ², `[count, latent]` each.
    draws: Vec<f64>,
    means: Vec<f64>,
    precisions: Vec<f64>,
    /// −½ Σ (ln σ² + ln 2π), one an image.
    norms: Vec<f64>,
}

impl DrawnPosteriors {
    /// Of means, log variances and draws, `[count, latent]` each.
    pub fn new(latent: usize, mean: &[f32], log_variance: &[f32], draws: &[f32]) -> Self {
        let wide = |values: &[f32]| values.iter().map(|value| f64::from(*value)).collect();
        let norm =
            |logs: &[f32]| -0.5 * logs.iter().map(|log| f64::from(*log) + std::f64::consts::TAU.ln()).sum::<f64>();
        Self {
            latent: latent.max(1),
            draws: wide(draws),
            means: wide(mean),
            precisions: log_variance.iter().map(|log| 0.5 * (-f64::from(*log)).exp()).collect(),
            norms: log_variance.chunks_exact(latent.max(1)).map(norm).collect(),
        }
    }

    /// Images.
    pub fn count(&self) -> usize {
        self.norms.len()
    }

    /// log q(z|x) of each image in turn for a draw `[latent]`.
    fn densities(&self, draw: &[f64]) -> impl Iterator<Item = f64> {
        let rows = self.means.chunks_exact(self.latent).zip(self.precisions.chunks_exact(self.latent));
        rows.zip(&self.norms).map(move |((means, precisions), norm)| {
            let terms = draw.iter().zip(means).zip(precisions);
            norm - terms.map(|((z, mean), precision)| precision * (z - mean) * (z - mean)).sum::<f64>()
        })
    }

    /// log q(z|x) − log q(z) of each image's own draw, in nats, where q(z) is the mean of q(z|x) over all N images: their mean is
    /// I(x; z), at most ln N. N² densities, in the pool that it is called in; `None` where `go_on`, given how many images are done,
    /// says no.
    pub fn information(&self, go_on: &mut dyn FnMut(usize) -> bool) -> Option<Vec<f64>> {
        let mut terms = Vec::with_capacity(self.count());
        let own = |(image, draw): (usize, &[f64])| {
            let densities: Vec<f64> = self.densities(draw).collect();
            let largest = densities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = densities.iter().map(|density| (density - largest).exp()).sum();
            let marginal = largest + sum.ln() - (self.count() as f64).ln();
            densities.get(image).copied().unwrap_or(f64::NAN) - marginal
        };
        for (stripe, draws) in self.draws.chunks(STRIPE * self.latent).enumerate() {
            let rows = draws.par_chunks_exact(self.latent).enumerate();
            terms.par_extend(rows.map(|(row, draw)| own((stripe * STRIPE + row, draw))));
            if !go_on(terms.len()) {
                return None;
            }
        }
        Some(terms)
    }
}
