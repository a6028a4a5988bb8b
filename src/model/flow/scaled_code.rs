//! The code of an autoencoder as a flow reads it: each dimension about its mean, in standard deviations.

use crate::dataset::Split;
use crate::model::{Saved, StepError};
use crate::snapshot::{Activation, Network, Operation};

/// Images that mean and deviation are of, at most.
const IMAGES: usize = 10_000;
/// Images that are in hand at a time.
const SLICE: usize = 1024;

/// Mean and standard deviation of a code's dimensions, `[latent]` each.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ScaledCode {
    mean: Vec<f32>,
    deviations: Vec<f32>,
}

impl ScaledCode {
    /// The code as it is.
    pub fn plain(latent: usize) -> Self {
        Self { mean: vec![0.0; latent], deviations: vec![1.0; latent] }
    }

    /// That of the posteriors (mean and log variance, `[n, 2·latent]`) that `encoder` gives the first training images.
    ///
    /// # Errors
    /// If `go_on` says no.
    pub fn of(encoder: &Network, train: &Split, latent: usize, go_on: &dyn Fn() -> bool) -> Result<Self, StepError> {
        let (count, pixels) = (train.count().min(IMAGES), train.shape().values());
        let (mut sums, mut squares) = (vec![0.0f64; latent], vec![0.0f64; latent]);
        for from in (0..count).step_by(SLICE) {
            if !go_on() {
                return Err(StepError::Cancelled);
            }
            let mut images = vec![0.0; (count - from).min(SLICE) * pixels];
            images.chunks_exact_mut(pixels.max(1)).enumerate().for_each(|(at, image)| train.read(from + at, image));
            for posterior in encoder.evaluate_in_slices(&images, 64).chunks_exact(2 * latent) {
                let (means, log_variances) = posterior.split_at(latent);
                let dimensions = sums.iter_mut().zip(&mut squares).zip(means.iter().zip(log_variances));
                for ((sum, square), (mean, log_variance)) in dimensions {
                    *sum += f64::from(*mean);
                    *square += f64::from(*mean) * f64::from(*mean) + f64::from(*log_variance).exp();
                }
            }
        }
        let count = count.max(1) as f64;
        let deviation = |(sum, square): (&f64, &f64)| {
            let mean = sum / count;
            match (square / count - mean * mean).max(0.0).sqrt() {
                0.0 => 1.0,
                deviation => deviation as f32,
            }
        };
        Ok(Self {
            deviations: sums.iter().zip(&squares).map(deviation).collect(),
            mean: sums.iter().map(|sum| (sum / count) as f32).collect(),
        })
    }

    /// Codes as the autoencoder gives them (`[n, latent]`) to those that the flow reads, in place.
    pub fn scale(&self, codes: &mut [f32]) {
        for code in codes.chunks_exact_mut(self.mean.len().max(1)) {
            for ((x, mean), deviation) in code.iter_mut().zip(&self.mean).zip(&self.deviations) {
                *x = (*x - mean) / deviation;
            }
        }
    }

    /// The posterior, value `input` (`[n, 2·latent]`), to the middle that the flow reads.
    pub fn encoding(&self, input: usize) -> Operation {
        let latent = self.mean.len();
        let mut weight = vec![0.0; 2 * latent * latent];
        let diagonal = weight.iter_mut().step_by(2 * latent + 1);
        diagonal.zip(&self.deviations).for_each(|(weight, deviation)| *weight = 1.0 / deviation);
        let bias: Vec<f32> = self.mean.iter().zip(&self.deviations).map(|(mean, by)| -mean / by).collect();
        Operation::linear("code", input, (weight, bias), Activation::Identity)
    }

    /// What the flow ends in, value `input`, to the autoencoder's code.
    pub fn decoding(&self, input: usize) -> Operation {
        let latent = self.mean.len();
        let mut weight = vec![0.0; latent * latent];
        let diagonal = weight.iter_mut().step_by(latent + 1);
        diagonal.zip(&self.deviations).for_each(|(weight, deviation)| *weight = *deviation);
        Operation::linear("latent", input, (weight, self.mean.clone()), Activation::Identity)
    }

    /// Its tensors by name.
    pub fn save(&self) -> [(&'static str, Vec<f32>); 2] {
        [("code.deviations", self.deviations.clone()), ("code.mean", self.mean.clone())]
    }

    /// What was saved of one of this size.
    ///
    /// # Errors
    /// Names what is missing or of another size.
    pub fn saved(&self, saved: &Saved) -> Result<Self, StepError> {
        Ok(Self {
            mean: saved.take("code.mean", self.mean.len())?,
            deviations: saved.take("code.deviations", self.deviations.len())?,
        })
    }
}
