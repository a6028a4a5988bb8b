//! Where the data is: the aggregate posterior q(z), the mean of q(z|x) over images.

use crate::explore::encoded::Encoding;
use crate::random::{Purpose, normal_rows};

/// Codes that it is made of, at most.
const CODES: usize = 512;
/// The share of the encodings that lies outside of what is supported.
const OUTSIDE: f64 = 0.01;
/// The least deviation of a code, in shares of Scott's rule for as many: some hundred codes stand for all of the data.
const LEAST_WIDTH: f64 = 0.5;

/// A mixture of the posteriors of some images.
#[derive(Clone, Debug)]
pub struct DataSupport {
    latent: usize,
    /// `[count, latent]`.
    mean: Vec<f64>,
    /// 1 / σ², `[count, latent]`.
    precision: Vec<f64>,
    /// ln of each one's highest density, over the count.
    peak: Vec<f64>,
    threshold: f64,
}

impl DataSupport {
    /// Of an encoding's images, evenly chosen where they are many. `None` of fewer than two, or where they have no finite
    /// posteriors.
    pub fn of(encoding: &Encoding) -> Option<Self> {
        let latent = encoding.latent;
        let each = encoding.count().div_ceil(CODES).max(1);
        let chosen = (0..encoding.count()).step_by(each).filter_map(|index| encoding.posterior(index));
        let (mut mean, mut variance) = (Vec::new(), Vec::new());
        for (m, log_variance) in chosen.filter(|(m, l)| m.iter().chain(*l).all(|x| x.is_finite())) {
            mean.extend(m.iter().map(|x| f64::from(*x)));
            variance.extend(log_variance.iter().map(|x| f64::from(*x).exp()));
        }
        let count = mean.len().checked_div(latent)?;
        if count < 2 {
            return None;
        }
        let width = LEAST_WIDTH * (count as f64).powf(-1.0 / (latent as f64 + 4.0));
        for dimension in 0..latent {
            let column = || mean.iter().skip(dimension).step_by(latent);
            let middle = column().sum::<f64>() / count as f64;
            let spread = column().map(|x| (x - middle).powi(2)).sum::<f64>() / count as f64;
            let least = (width * width * spread).max(1e-12);
            variance.iter_mut().skip(dimension).step_by(latent).for_each(|variance| *variance = variance.max(least));
        }
        let log_two_pi = (2.0 * std::f64::consts::PI).ln();
        let peak = |row: &[f64]| -0.5 * row.iter().map(|v| v.ln() + log_two_pi).sum::<f64>() - (count as f64).ln();
        let peak = variance.chunks_exact(latent).map(peak).collect();
        let precision: Vec<f64> = variance.iter().map(|v| 1.0 / v).collect();
        let mut made = Self { latent, mean, precision, peak, threshold: f64::NEG_INFINITY };
        // What 99 of 100 draws of it lie above.
        let noise = normal_rows(0, Purpose::Evaluation, 0, count, latent);
        let draw = |(row, noise): (usize, &[f32])| {
            let at = row * latent..(row + 1) * latent;
            let known = made.mean[at.clone()].iter().zip(&made.precision[at]).zip(noise);
            let place: Vec<f64> = known.map(|((m, p), e)| m + f64::from(*e) / p.sqrt()).collect();
            made.log_density(&place)
        };
        let mut densities: Vec<f64> = noise.chunks_exact(latent).enumerate().map(draw).collect();
        densities.sort_by(f64::total_cmp);
        made.threshold = densities.get((OUTSIDE * count as f64) as usize).copied()?;
        Some(made)
    }

    /// Latent dimensions.
    pub fn latent(&self) -> usize {
        self.latent
    }

    /// The middles of the posteriors, `[latent]` each.
    pub fn means(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.mean.chunks_exact(self.latent.max(1))
    }

    /// ln q(z) of a latent.
    pub fn log_density(&self, z: &[f64]) -> f64 {
        self.with_gradient(z, None)
    }

    /// Whether a latent lies in the region of highest density that holds 99 % of the encodings.
    pub fn is_supported(&self, z: &[f64]) -> bool {
        self.log_density(z) >= self.threshold
    }

    /// How far a latent is below the region's edge, in nats; negative within.
    pub(super) fn nats_outside(&self, z: &[f64]) -> f64 {
        self.threshold - self.log_density(z)
    }

    /// ln q(z), and its gradient `[latent]` where there is room for it.
    pub(super) fn with_gradient(&self, z: &[f64], gradient: Option<&mut [f64]>) -> f64 {
        let rows = || self.mean.chunks_exact(self.latent.max(1)).zip(self.precision.chunks_exact(self.latent.max(1)));
        let term = |((mean, precision), peak): ((&[f64], &[f64]), &f64)| {
            let away = mean.iter().zip(precision).zip(z).map(|((m, p), z)| p * (z - m) * (z - m)).sum::<f64>();
            peak - 0.5 * away
        };
        let terms: Vec<f64> = rows().zip(&self.peak).map(term).collect();
        let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let sum: f64 = terms.iter().map(|term| (term - largest).exp()).sum();
        if let Some(gradient) = gradient {
            gradient.fill(0.0);
            for ((mean, precision), term) in rows().zip(&terms) {
                let share = (term - largest).exp() / sum;
                if share > 1e-12 {
                    let known = gradient.iter_mut().zip(mean).zip(precision).zip(z);
                    known.for_each(|(((gradient, m), p), z)| *gradient -= share * p * (z - m));
                }
            }
        }
        largest + sum.ln()
    }
}
