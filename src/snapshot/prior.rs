//! What latents are drawn from.

use super::Snapshot;
use crate::random::{Purpose, normal_rows, uniform_from_normal};

/// A distribution of latents.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Prior {
    /// The standard normal distribution.
    #[default]
    StandardNormal,
    /// A mixture of normal distributions.
    GaussianMixture {
        /// Of each component, `[components]`; they sum to 1.
        weights: Vec<f32>,
        /// `[components, latent]`
        means: Vec<f32>,
        /// `[components, latent, latent]`
        covariances: Vec<f32>,
    },
}

impl Snapshot {
    /// `count` draws of its prior, `[count, latent]`; row `r` is made of the normal numbers of sample `r`, as
    /// [`normal_rows`] gives them.
    pub fn draws(&self, seed: u64, purpose: Purpose, step: u64, count: usize) -> Vec<f32> {
        self.truncated_draws((seed, purpose, step), count, 1.0)
    }

    /// The same `truncation` times as far from the middle: from 0, or from the mean of their component.
    pub fn truncated_draws(
        &self,
        (seed, purpose, step): (u64, Purpose, u64),
        count: usize,
        truncation: f32,
    ) -> Vec<f32> {
        let normals = normal_rows(seed, purpose, step, count, self.prior_normals());
        self.latents_of_normals(&normals, truncation)
    }

    /// Standard normal numbers that a draw of its prior is made of.
    pub fn prior_normals(&self) -> usize {
        match &self.prior {
            Prior::StandardNormal => self.latent,
            // The last one chooses the component.
            Prior::GaussianMixture { .. } => self.latent + 1,
        }
    }

    /// The draws of its prior, `[count, latent]`, that are made of standard normal numbers, `[count, prior_normals()]`;
    /// `truncation` as in [`Self::truncated_draws`].
    pub fn latents_of_normals(&self, normals: &[f32], truncation: f32) -> Vec<f32> {
        let latent = self.latent;
        // What is not truncated keeps its bits.
        let scaled = |z: f32| if truncation == 1.0 { z } else { z * truncation };
        match &self.prior {
            Prior::StandardNormal => normals.iter().copied().map(scaled).collect(),
            Prior::GaussianMixture { weights, means, covariances } => {
                let factors: Vec<Vec<f64>> = covariances
                    .chunks_exact((latent * latent).max(1))
                    .map(|matrix| lower_factor(matrix, latent))
                    .collect();
                let draw = |row: &[f32]| {
                    let (noise, choice) = row.split_at(latent);
                    let component = chosen(weights, choice.first().map_or(0.5, |z| uniform_from_normal(*z)));
                    let mean = means.chunks_exact(latent.max(1)).nth(component).unwrap_or_default();
                    let factor = factors.get(component).map(Vec::as_slice).unwrap_or_default();
                    let rows = factor.chunks_exact(latent.max(1)).zip(mean);
                    let away = |row: &[f64]| row.iter().zip(noise).map(|(a, z)| a * f64::from(scaled(*z))).sum::<f64>();
                    rows.map(|(row, mean)| (f64::from(*mean) + away(row)) as f32).collect::<Vec<f32>>()
                };
                normals.chunks_exact(latent + 1).flat_map(draw).collect()
            }
        }
    }
}

/// Which of these weights a number in 0..1 falls into, laid one after another.
fn chosen(weights: &[f32], uniform: f64) -> usize {
    let mut above = 0.0;
    let passed = weights.iter().take_while(|weight| {
        above += f64::from(**weight);
        above <= uniform
    });
    passed.count().min(weights.len().saturating_sub(1))
}

/// Lower L, `[size, size]`, with L·Lᵀ the matrix; where it has no positive diagonal, 0.
fn lower_factor(matrix: &[f32], size: usize) -> Vec<f64> {
    let mut factor: Vec<f64> = vec![0.0; size * size];
    for row in 0..size {
        for column in 0..=row {
            let [a, b] = [row, column].map(|at| &factor[at * size..at * size + column]);
            let known: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
            let (rest, diagonal) = (f64::from(matrix[row * size + column]) - known, factor[column * size + column]);
            factor[row * size + column] = match row == column {
                true => rest.max(0.0).sqrt(),
                false if diagonal > 0.0 => rest / diagonal,
                false => 0.0,
            };
        }
    }
    factor
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::ImageShape;
    use crate::snapshot::{Activation, Network, Operation};

    fn snapshot(prior: Prior) -> Snapshot {
        let linear = Operation::linear("decoder", 0, (vec![0.0; 2], vec![0.0]), Activation::Identity);
        let decoder = Network::new(2, vec![linear]).unwrap();
        let image = ImageShape::grey(1, 1);
        Snapshot { step: 0, image, latent: 2, likelihood: None, decoder, encoder: None, critic: None, prior }
    }

    #[test]
    fn draws_of_a_mixture_have_its_weights_means_and_covariances() {
        let prior = Prior::GaussianMixture {
            weights: vec![0.25, 0.0, 0.75],
            means: vec![-9.0, 3.0, 99.0, 99.0, 9.0, -2.0],
            covariances: vec![1.0, 0.6, 0.6, 0.5, 1.0, 0.0, 0.0, 1.0, 0.3, -0.2, -0.2, 0.8],
        };
        let draws = snapshot(prior).draws(5, Purpose::Sample, 0, 20_000);
        let parts: [Vec<&[f32]>; 2] =
            [-1.0, 1.0].map(|side| draws.chunks_exact(2).filter(|z| z[0] * side > 0.0).collect());
        let expected = [(0.25, [-9.0, 3.0], [1.0, 0.6, 0.5]), (0.75, [9.0, -2.0], [0.3, -0.2, 0.8])];
        for (part, (share, mean, covariance)) in parts.iter().zip(expected) {
            let n = part.len() as f32;
            assert!((n / 20_000.0 - share).abs() < 0.01);
            let found = [0, 1].map(|at| part.iter().map(|z| z[at]).sum::<f32>() / n);
            assert!(found.iter().zip(mean).all(|(a, b)| (a - b).abs() < 0.05), "{found:?}");
            let products = [(0, 0), (0, 1), (1, 1)]
                .map(|(a, b)| part.iter().map(|z| (z[a] - mean[a]) * (z[b] - mean[b])).sum::<f32>() / n);
            assert!(products.iter().zip(covariance).all(|(a, b)| (a - b).abs() < 0.05), "{products:?}");
        }
    }

    #[test]
    fn a_truncation_of_nothing_leaves_the_means_and_the_standard_normal_keeps_its_bits() {
        let prior = Prior::GaussianMixture {
            weights: vec![1.0],
            means: vec![3.0, -1.0],
            covariances: vec![1.0, 0.0, 0.0, 1.0],
        };
        assert_eq!(snapshot(prior).truncated_draws((1, Purpose::Sample, 0), 2, 0.0), [3.0, -1.0, 3.0, -1.0]);
        let normal = snapshot(Prior::StandardNormal);
        assert_eq!(normal.draws(3, Purpose::Measure, 2, 9), normal_rows(3, Purpose::Measure, 2, 9, 2));
    }
}
