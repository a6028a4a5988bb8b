//! The variational autoencoder (Kingma and Welling 2013), and the same without noise.

use super::{
    Batch, Config, Family, Likelihood, Losses, MetricId, Posteriors, Saved, StepError, Tested, architecture, plain,
    restore, save,
};
use crate::dataset::ImageShape;
use crate::nn::chain::Chain;
use crate::nn::likelihood::{bernoulli, gaussian, kl, posterior_draw};
use crate::nn::optimizer::Optimizer;
use crate::nn::parameters::{Parameters, copied};
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
    encoder: Chain,
    /// Latent to logits (Bernoulli) or pixel means (Gaussian).
    decoder: Chain,
    optimizer: Optimizer,
}

/// What one pass gives, in nats an image.
struct Terms {
    /// Mean over the batch.
    reconstruction: Tensor,
    /// The KL of each dimension `[batch, latent]`, and what it is of: mean and log variance `[batch, 2·latent]`.
    posterior: Option<(Tensor, Tensor)>,
}

impl Vae {
    /// Fresh weights, U(±1/√fan_in), from the seed's own stream.
    ///
    /// # Errors
    /// If candle cannot make the tensors.
    pub fn new(config: &Config, shape: ImageShape, mut parameters: Parameters) -> Result<Self> {
        let noisy = config.family == Family::Vae;
        let code = if noisy { 2 * config.latent } else { config.latent };
        Ok(Self {
            shape,
            latent: config.latent,
            noisy,
            likelihood: config.likelihood,
            encoder: architecture::encoder(config, shape, &mut parameters, code)?,
            decoder: architecture::decoder(config, shape, &mut parameters)?,
            parameters,
            optimizer: Optimizer::default(),
        })
    }

    /// The terms of the ELBO, with one posterior draw an image.
    fn terms(&self, batch: &Batch) -> Result<Terms> {
        let code = self.encoder.forward(&batch.images)?;
        let (latent, posterior) = match self.noisy {
            true => (posterior_draw(&code, &batch.noise)?, Some((kl(&code)?, code))),
            false => (code, None),
        };
        let output = self.decoder.forward(&latent)?;
        let reconstruction = match self.likelihood {
            Likelihood::Bernoulli => bernoulli(&output, &batch.images)?,
            Likelihood::Gaussian => gaussian(&output, &batch.images)?,
        };
        Ok(Terms { reconstruction: reconstruction.mean_all()?, posterior })
    }

    /// One update on reconstruction + β·KL.
    ///
    /// # Errors
    /// If a loss is not a number, or candle fails.
    pub fn step(&mut self, step: u64, batch: &Batch, config: &Config) -> std::result::Result<Losses, StepError> {
        let Terms { reconstruction, posterior } = self.terms(batch)?;
        let mut losses = vec![(MetricId::RECONSTRUCTION, reconstruction.to_scalar::<f32>()?)];
        let mut loss = reconstruction;
        if let Some((divergence, _)) = posterior {
            let each = divergence.mean(0)?;
            losses.push((MetricId::KL, each.sum_all()?.to_scalar::<f32>()?));
            // Free bits: a dimension below its share is left alone.
            let each = if config.free_bits > 0.0 { each.maximum(config.free_bits)? } else { each };
            loss = (loss + each.sum_all()?.affine(config.beta_at(step), 0.0)?)?;
        }
        losses.push((MetricId::TOTAL, loss.to_scalar::<f32>()?));
        StepError::check(&losses)?;
        self.parameters.gather(&loss.backward()?)?;
        self.optimizer.update(&self.parameters, config.settings(step, false))?;
        Ok(losses)
    }

    /// Multiplications and additions of a step, an image: values, gradients of weights, and of values where they are needed.
    pub fn flops(&self) -> u64 {
        let ((down, first), (up, _)) = (self.encoder.flops(), self.decoder.flops());
        3 * down - first + 3 * up
    }

    /// The same figures on images that are not learned from, by the average of the weights where one is kept; the total is
    /// the negative ELBO (β 1).
    ///
    /// # Errors
    /// If candle fails.
    pub fn test(&self, batch: &Batch) -> Result<Tested> {
        let Terms { reconstruction, posterior } =
            self.optimizer.with_average(&self.parameters, || self.terms(batch))?;
        let reconstruction = reconstruction.to_scalar::<f32>()?;
        let mut losses = vec![(MetricId::TEST_RECONSTRUCTION, reconstruction)];
        let Some((divergence, code)) = posterior else {
            losses.push((MetricId::TEST_TOTAL, reconstruction));
            return Ok(Tested { losses, posteriors: None });
        };
        let divergence = divergence.sum(1)?.mean_all()?.to_scalar::<f32>()?;
        losses.extend([(MetricId::TEST_KL, divergence), (MetricId::TEST_TOTAL, reconstruction + divergence)]);
        Ok(Tested { losses, posteriors: Some(Posteriors { latent: self.latent, codes: copied(&code)? }) })
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
        let average = self.optimizer.average();
        let mut encoder = plain::operations(&self.encoder, average, Activation::Identity)?;
        if !self.noisy
            && let Some(operation) = encoder.last_mut()
        {
            super::append_constants(operation, self.latent, POINT_LOG_VARIANCE);
        }
        Ok(Snapshot {
            step,
            image: self.shape,
            latent: self.latent,
            decoder: Network::new(self.latent, plain::operations(&self.decoder, average, last)?)?,
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
