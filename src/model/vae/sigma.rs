//! A standard deviation of all pixels that is learned with the weights (Rybkin 2021).

use crate::model::plain::Average;
use crate::model::{ConfigValues, Likelihood, Setting};
use crate::nn::likelihood::gaussian;
use crate::nn::parameters::{Parameter, Parameters, copied};
use candle_core::{Result, Tensor};

/// The parameter's name.
const NAME: &str = "decoder.log_sigma";

/// ln σ.
#[derive(Debug)]
pub(super) struct LearnedSigma(Parameter);

impl LearnedSigma {
    /// That of a configuration, from its σ on; `None` where it stays as it is set.
    pub fn of(config: &ConfigValues, likelihood: Likelihood, parameters: &mut Parameters) -> Result<Option<Self>> {
        match likelihood {
            Likelihood::Gaussian { sigma } if config.get("learn_sigma") == Some(&Setting::Flag(true)) => {
                Ok(Some(Self(parameters.constant(NAME, &[1], sigma.ln())?)))
            }
            _ => Ok(None),
        }
    }

    /// −log p(x) of pixels about `mean`, `[batch]`, in nats: with c = pixels·½ ln 2π it is s/σ² + pixels·ln σ + c, where s + c is
    /// that of σ 1.
    pub fn nats(&self, mean: &Tensor, target: &Tensor) -> Result<Tensor> {
        let pixels = mean.dim(1)? as f64;
        let constant = 0.5 * pixels * std::f64::consts::TAU.ln();
        let log_sigma = self.0.variable.as_tensor();
        let squares = gaussian(mean, target, 1.0)?.affine(1.0, -constant)?;
        let scaled = squares.broadcast_mul(&log_sigma.affine(-2.0, 0.0)?.exp()?)?;
        scaled.broadcast_add(&log_sigma.affine(pixels, constant)?)
    }

    /// σ, by the average of the weights where one is kept.
    pub fn value(&self, average: &Average) -> Result<f32> {
        let newest = copied(self.0.variable.as_tensor())?;
        let log_sigma = average.get(NAME).unwrap_or(&newest).first().copied().unwrap_or_default();
        Ok(log_sigma.exp())
    }
}
