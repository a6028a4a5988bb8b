//! The variational autoencoder (Kingma and Welling 2013), and the same without noise.

use super::layer::Stack;
use super::{Batch, Config, Family, Likelihood, Losses, Saved, Series, StepError, restore, save};
use crate::dataset::ImageShape;
use crate::nn::adam::Adam;
use crate::nn::likelihood::{bernoulli, gaussian, kl};
use crate::nn::parameters::Parameters;
use crate::snapshot::{Activation, Network, Snapshot};
use candle_core::{Result, Tensor};

/// The log variance that a snapshot of an autoencoder without noise gives for every dimension: a point, nearly.
pub const POINT_LOG_VARIANCE: f32 = -20.0;

/// An autoencoder as it trains.
#[derive(Debug)]
pub struct Vae {
    shape: ImageShape,
    latent: usize,
    noisy: bool,
    likelihood: Likelihood,
    parameters: Parameters,
    /// Pixels to mean and log variance side by side (to the code alone without noise).
    encoder: Stack,
    /// Latent to logits (Bernoulli) or pixel means (Gaussian).
    decoder: Stack,
    optimizer: Adam,
}

impl Vae {
    /// Fresh weights, U(±1/√fan_in), from the seed's own stream.
    ///
    /// # Errors
    /// If candle cannot make the tensors.
    pub fn new(config: &Config, shape: ImageShape) -> Result<Self> {
        let noisy = config.family == Family::Vae;
        let mut parameters = Parameters::default();
        let code = if noisy { 2 * config.latent } else { config.latent };
        let mut up = vec![config.latent];
        up.extend(&config.hidden);
        up.push(shape.values());
        let mut down: Vec<usize> = up.iter().rev().copied().collect();
        if let Some(last) = down.last_mut() {
            *last = code;
        }
        let (relu, last) = (Activation::Relu, Activation::Identity);
        Ok(Self {
            shape,
            latent: config.latent,
            noisy,
            likelihood: config.likelihood,
            encoder: Stack::new(&mut parameters, "encoder", &down, relu, last, config.seed)?,
            decoder: Stack::new(&mut parameters, "decoder", &up, relu, last, config.seed)?,
            parameters,
            optimizer: Adam::default(),
        })
    }

    /// (mean of reconstruction, mean of KL), in nats an image, with one posterior draw an image.
    fn terms(&self, images: &Tensor, noise: &Tensor) -> Result<(Tensor, Tensor)> {
        let code = self.encoder.forward(images)?;
        let (latent, divergence) = if self.noisy {
            let (mean, log_variance) = (code.narrow(1, 0, self.latent)?, code.narrow(1, self.latent, self.latent)?);
            let deviation = log_variance.affine(0.5, 0.0)?.exp()?;
            ((&mean + deviation.mul(noise)?)?, kl(&mean, &log_variance)?.mean_all()?)
        } else {
            (code, Tensor::zeros((), images.dtype(), images.device())?)
        };
        let output = self.decoder.forward(&latent)?;
        let reconstruction = match self.likelihood {
            Likelihood::Bernoulli => bernoulli(&output, images)?,
            Likelihood::Gaussian => gaussian(&output, images)?,
        };
        Ok((reconstruction.mean_all()?, divergence))
    }

    /// One step of Adam on reconstruction + β·KL.
    ///
    /// # Errors
    /// If a loss is not a number, or candle fails.
    pub fn step(&mut self, batch: &Batch, config: &Config) -> std::result::Result<Losses, StepError> {
        let (reconstruction, divergence) = self.terms(&batch.images, &batch.noise)?;
        let loss = (&reconstruction + divergence.affine(config.beta, 0.0)?)?;
        let mut losses = vec![
            (Series::Reconstruction, reconstruction.to_scalar::<f32>()?),
            (Series::Total, loss.to_scalar::<f32>()?),
        ];
        if self.noisy {
            losses.insert(1, (Series::Kl, divergence.to_scalar::<f32>()?));
        }
        StepError::check(&losses)?;
        let gradients = loss.backward()?;
        self.optimizer.update(&self.parameters, &gradients, config.learning_rate, config.adam_beta1)?;
        Ok(losses)
    }

    /// The same figures on images that are not learned from; the total is the negative ELBO (β 1).
    ///
    /// # Errors
    /// If candle fails.
    pub fn test(&self, batch: &Batch) -> Result<Losses> {
        let (reconstruction, divergence) = self.terms(&batch.images, &batch.noise)?;
        let (reconstruction, divergence) = (reconstruction.to_scalar::<f32>()?, divergence.to_scalar::<f32>()?);
        let mut losses =
            vec![(Series::TestReconstruction, reconstruction), (Series::TestTotal, reconstruction + divergence)];
        if self.noisy {
            losses.insert(1, (Series::TestKl, divergence));
        }
        Ok(losses)
    }

    /// The weights as plain data.
    ///
    /// # Errors
    /// If candle fails.
    pub fn snapshot(&self, step: u64) -> std::result::Result<Snapshot, StepError> {
        let last = match self.likelihood {
            Likelihood::Bernoulli => Activation::Sigmoid,
            Likelihood::Gaussian => Activation::Identity,
        };
        let mut encoder = self.encoder.operations(Activation::Identity)?;
        if !self.noisy
            && let Some(operation) = encoder.last_mut()
        {
            super::append_constants(operation, self.latent, POINT_LOG_VARIANCE);
        }
        Ok(Snapshot {
            step,
            image: self.shape,
            latent: self.latent,
            decoder: Network::new(self.latent, self.decoder.operations(last)?)?,
            encoder: Some(Network::new(self.shape.values(), encoder)?),
        })
    }

    /// Weights and optimiser, to be written.
    ///
    /// # Errors
    /// If candle fails.
    pub fn save(&self) -> Result<Saved> {
        save(&[("", &self.parameters, &self.optimizer)])
    }

    /// Takes weights and optimiser back.
    ///
    /// # Errors
    /// Names what is missing or does not fit.
    pub fn restore(&mut self, saved: &Saved) -> std::result::Result<(), StepError> {
        self.optimizer = restore("", &self.parameters, saved)?;
        Ok(())
    }

    /// Parameters in all.
    pub fn parameter_count(&self) -> usize {
        self.parameters.count()
    }
}
