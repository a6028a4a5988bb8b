//! A Gaussian fitted to encodings: it stands in for the prior of a model that has none.

use super::encoded::Encoding;
use crate::dataset::Split;
use crate::random::{Purpose, normal_rows};
use crate::snapshot::{Prior, Scratch, Snapshot};
use faer::{Mat, Side};

/// Images that it is fitted to, at most.
const IMAGES: usize = 1000;
/// An encoder whose log variances are no higher gives points: nothing in its training drew it towards a prior.
const POINT_LOG_VARIANCE: f32 = -20.0;

/// A Gaussian of full covariance.
#[derive(Clone, Debug, PartialEq)]
pub struct FittedGaussian {
    /// `[latent]`.
    mean: Vec<f32>,
    /// A with A·Aᵀ the covariance, row by row, `[latent, latent]`.
    factor: Vec<f32>,
}

impl FittedGaussian {
    /// What stands in for the prior of a model: `None` where it has one, as what a critic judges has, or no encoder. Fitted to
    /// the first images of `train`; not for the UI thread.
    pub fn in_place_of_prior(snapshot: &Snapshot, train: &Split, scratch: &mut Scratch) -> Option<Self> {
        if snapshot.critic.is_some() || snapshot.prior != Prior::StandardNormal {
            return None;
        }
        let first = Encoding::of(snapshot, train, 1, scratch, &mut || true)?;
        if first.count() == 0 || first.log_variance.iter().any(|log| *log > POINT_LOG_VARIANCE) {
            return None;
        }
        Self::of(&Encoding::of(snapshot, train, IMAGES, scratch, &mut || true)?)
    }

    /// Fitted to the posterior means; `None` where their covariance has no eigenvalues.
    pub fn of(encoding: &Encoding) -> Option<Self> {
        let latent = encoding.latent;
        let rows = || encoding.mean.chunks_exact(latent.max(1)).filter(|row| row.iter().all(|x| x.is_finite()));
        let count = rows().count().max(1) as f64;
        let mut mean = vec![0.0f64; latent];
        rows().for_each(|row| mean.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x) / count));
        let mut covariance = Mat::<f64>::zeros(latent, latent);
        for row in rows() {
            let away: Vec<f64> = row.iter().zip(&mean).map(|(x, mean)| f64::from(*x) - mean).collect();
            for (i, x) in away.iter().enumerate() {
                away.iter().enumerate().for_each(|(j, y)| covariance[(i, j)] += x * y / count);
            }
        }
        let eigen = covariance.self_adjoint_eigen(Side::Lower).ok()?;
        let (vectors, values) = (eigen.U(), eigen.S().column_vector());
        let place = |at: usize| (at / latent.max(1), at % latent.max(1));
        let factor = (0..latent * latent).map(place).map(|(i, j)| (vectors[(i, j)] * values[j].max(0.0).sqrt()) as f32);
        Some(Self { mean: mean.into_iter().map(|x| x as f32).collect(), factor: factor.collect() })
    }

    /// Turns draws of the standard normal distribution into draws of this one, `[n, latent]` both.
    pub fn from_normal(&self, normal: &[f32]) -> Vec<f32> {
        let latent = self.mean.len().max(1);
        let draw = |row: &[f32]| -> Vec<f32> {
            let rows = self.factor.chunks_exact(latent).zip(&self.mean);
            rows.map(|(factor, mean)| mean + factor.iter().zip(row).map(|(l, x)| l * x).sum::<f32>()).collect()
        };
        normal.chunks_exact(latent).flat_map(draw).collect()
    }
}

/// `count` latents to make samples of, `[count, latent]`: draws of the prior, or of what stands in for it.
pub fn sample_latents(snapshot: &Snapshot, fitted: Option<&FittedGaussian>, seed: u64, count: usize) -> Vec<f32> {
    truncated_latents(snapshot, fitted, (seed, count), 1.0)
}

/// The same from draws that are `truncation` times as far from the mean.
pub fn truncated_latents(
    snapshot: &Snapshot,
    fitted: Option<&FittedGaussian>,
    (seed, count): (u64, usize),
    truncation: f32,
) -> Vec<f32> {
    let Some(fitted) = fitted else { return snapshot.truncated_draws((seed, Purpose::Sample, 0), count, truncation) };
    let mut normal = normal_rows(seed, Purpose::Sample, 0, count, snapshot.latent);
    // What is not truncated keeps its bits.
    if truncation != 1.0 {
        normal.iter_mut().for_each(|z| *z *= truncation);
    }
    fitted.from_normal(&normal)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::dataset::ImageShape;
    use crate::nn::adversarial::AdversarialLoss;
    use crate::snapshot::{Activation, Critic, Likelihood, Network, Operation};
    use proptest::prelude::*;
    use std::sync::Arc;
    use std::time::Duration;

    fn encoding(latent: usize, mean: Vec<f32>) -> Encoding {
        let count = mean.len() / latent;
        Encoding {
            step: 0,
            latent,
            log_variance: vec![POINT_LOG_VARIANCE; mean.len()],
            kl_per_dimension: vec![0.0; latent],
            images: (0..count as u32).collect::<Arc<[u32]>>(),
            labels: vec![0; count],
            took: Duration::ZERO,
            mean,
        }
    }

    fn moments(latent: usize, rows: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let count = (rows.len() / latent) as f32;
        let mean: Vec<f32> = (0..latent).map(|i| rows.iter().skip(i).step_by(latent).sum::<f32>() / count).collect();
        let mut covariance = vec![0.0; latent * latent];
        for row in rows.chunks_exact(latent) {
            for i in 0..latent {
                for j in 0..latent {
                    covariance[i * latent + j] += (row[i] - mean[i]) * (row[j] - mean[j]) / count;
                }
            }
        }
        (mean, covariance)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        /// Draws have the mean and the covariance of what it was fitted to, also where dimensions depend on one another.
        #[test]
        fn draws_are_spread_as_the_encodings_are(latent in 1usize..6, seed in 0u64..1000, dead in any::<bool>()) {
            let mut rows = normal_rows(seed, Purpose::Weights, 0, 400, latent);
            let mixing = normal_rows(seed, Purpose::Weights, 1, latent, latent);
            for row in rows.chunks_exact_mut(latent) {
                let before = row.to_vec();
                for (i, x) in row.iter_mut().enumerate() {
                    *x = 1.5 + before.iter().zip(&mixing[i * latent..]).map(|(x, m)| x * m).sum::<f32>();
                }
                if dead {
                    row[latent - 1] = 0.25;
                }
            }
            let fitted = FittedGaussian::of(&encoding(latent, rows.clone())).unwrap();
            let draws = fitted.from_normal(&normal_rows(seed, Purpose::Sample, 0, 8_000, latent));
            let ((mean, covariance), (drawn_mean, drawn)) = (moments(latent, &rows), moments(latent, &draws));
            let scale = covariance.iter().fold(0.1f32, |most, x| most.max(x.abs()));
            for (a, b) in mean.iter().zip(&drawn_mean) {
                prop_assert!((a - b).abs() < 0.1 * scale.sqrt() + 0.01, "{} {}", a, b);
            }
            for (a, b) in covariance.iter().zip(&drawn) {
                prop_assert!((a - b).abs() < 0.1 * scale, "{:?} {:?}", covariance, drawn);
            }
        }
    }

    #[test]
    fn it_stands_in_where_an_encoder_gives_points_and_nowhere_else() {
        let encoder = |log_variance: f32| {
            let (weight, bias) = (vec![1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], vec![0.0, log_variance]);
            let layer = Operation::linear("encoder", 0, (weight, bias), Activation::Identity);
            Network::new(4, vec![layer]).unwrap()
        };
        let decoder = Operation::linear("decoder", 0, (vec![0.0; 4], vec![0.0; 4]), Activation::Sigmoid);
        let snapshot = |encoder: Option<Network>| Snapshot {
            step: 0,
            image: ImageShape::grey(2, 2),
            latent: 1,
            likelihood: Some(Likelihood::Gaussian { sigma: 1.0 }),
            decoder: Network::new(1, vec![decoder.clone()]).unwrap(),
            encoder,
            critic: None,
            prior: Default::default(),
        };
        let pixels: Vec<u8> = [0, 9, 9, 9, 255, 9, 9, 9].into();
        let split = Split::of_bytes(ImageShape::grey(2, 2), pixels, Vec::new());
        let of = |encoder: Option<Network>| {
            FittedGaussian::in_place_of_prior(&snapshot(encoder), &split, &mut Scratch::default())
        };
        assert_eq!((of(None), of(Some(encoder(-3.0)))), (None, None));
        // Encoded as 0 and 1.
        let fitted = of(Some(encoder(POINT_LOG_VARIANCE))).unwrap();
        assert_eq!(fitted.from_normal(&[0.0, 1.0, -1.0]), [0.5, 1.0, 0.0]);
        // A generator's latents are the prior's, whatever its encoder gives.
        let layer = Operation::linear("critic", 0, (vec![0.0; 4], vec![0.0]), Activation::Identity);
        let network = Network::new(4, vec![layer]).unwrap();
        let critic = Some(Critic { network, loss: AdversarialLoss::NonSaturating });
        let judged = Snapshot { critic, ..snapshot(Some(encoder(POINT_LOG_VARIANCE))) };
        assert_eq!(FittedGaussian::in_place_of_prior(&judged, &split, &mut Scratch::default()), None);
    }

    #[test]
    fn one_image_and_none_are_no_trouble() {
        assert_eq!(FittedGaussian::of(&encoding(2, vec![3.0, -1.0])).unwrap().from_normal(&[5.0, 5.0]), [3.0, -1.0]);
        assert_eq!(FittedGaussian::of(&encoding(2, vec![])).unwrap().from_normal(&[5.0, 5.0]), [0.0, 0.0]);
    }
}
