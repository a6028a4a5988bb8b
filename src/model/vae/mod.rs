//! The variational autoencoder (Kingma and Welling 2013), and autoencoders without a prior.

mod autoregressive;
mod bayesian;
mod class_head;
mod conditional;
mod decoder;
mod encoded;
mod encoder;
mod experts;
mod noise;
mod normal_decoder;
mod sigma;
mod squared_error;
mod table;

pub use autoregressive::AUTOREGRESSIVE_VAE;
pub use bayesian::BAYESIAN_VAE;
pub use conditional::CONDITIONAL_VAE;
pub use table::{AUTOENCODER, VAE};
pub(super) use table::{BETA, BETA_WARM_UP_STEPS, FREE_BITS, VAE_FIELDS};

use super::layers::LayerSettings;
use super::learning::Updates;
use super::saved::{names, restore, save};
use super::trainable::{Figures, StepInput, Trainable, mean_losses};
use super::{
    Batch, Completion, CompletionDraws, Config, ConfigValues, KeptPixels, Likelihood, Losses, MetricId, Posteriors,
    Sampling, Saved, SavedNames, StepError, Tested, TestedBatch, plain,
};
use crate::dataset::{ImageShape, Split};
use crate::nn::inspection::Inspector;
use crate::nn::likelihood::{bernoulli, gaussian, kl, posterior_sample};
use crate::nn::optimizer::Optimizer;
use crate::nn::parameters::{Parameters, copied};
use crate::snapshot::{Activation, Network, Prior, Scratch, Snapshot};
use candle_core::{Device, Result, Tensor};
use class_head::ClassHead;
use decoder::VaeDecoder;
use encoded::{ClassTerms, Encoded};
use encoder::VaeEncoder;
use noise::TrainingNoise;
use rand_distr::{Distribution, StandardNormal};
use serde::Deserialize;
use sigma::LearnedSigma;
use squared_error::mean_squared_error;

/// How much the KL term weighs.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct KlWeight {
    beta: f64,
    beta_warm_up_steps: u64,
    free_bits: f64,
}

impl KlWeight {
    /// β of the step after `step` others.
    pub fn beta_at(&self, step: u64) -> f64 {
        match step < self.beta_warm_up_steps {
            true => self.beta * (step + 1) as f64 / self.beta_warm_up_steps as f64,
            false => self.beta,
        }
    }

    /// The KL, a mean over a batch in nats, and what of it is learned from after `step` other steps; of the KL of each dimension,
    /// `[batch, latent]`.
    pub(super) fn weigh(&self, divergence: &Tensor, step: u64) -> Result<(f32, Tensor)> {
        let each = divergence.mean(0)?;
        let sum = each.sum_all()?.to_scalar::<f32>()?;
        // Free bits: a dimension below its share is left alone.
        let each = if self.free_bits > 0.0 { each.maximum(self.free_bits)? } else { each };
        Ok((sum, each.sum_all()?.affine(self.beta_at(step), 0.0)?))
    }
}

/// The log variance that a snapshot of an autoencoder without noise gives for every dimension: a point, nearly.
pub const POINT_LOG_VARIANCE: f32 = -20.0;

/// An autoencoder as it trains.
#[derive(Debug)]
pub(super) struct Vae {
    shape: ImageShape,
    /// Dimensions that are encoded.
    latent: usize,
    /// `None` without noise.
    kl: Option<KlWeight>,
    /// What it does with the classes of images, where it is told them.
    classes: Option<ClassHead>,
    noise: TrainingNoise,
    likelihood: Likelihood,
    sigma: Option<LearnedSigma>,
    sampling: Sampling,
    updates: Updates,
    parameters: Parameters,
    /// Pixels to mean and log variance side by side (to the code alone without noise), and scores of classes behind them.
    encoder: VaeEncoder,
    decoder: VaeDecoder,
    optimizer: Optimizer,
}

/// What one pass gives.
struct Terms {
    /// In nats an image, mean over the batch.
    reconstruction: Tensor,
    encoded: Encoded,
}

impl Vae {
    /// Fresh weights, U(±1/√fan_in), from the seed's own stream.
    fn new(
        config: &ConfigValues,
        shape: ImageShape,
        mut parameters: Parameters,
        kl: Option<KlWeight>,
        classes: Option<ClassHead>,
    ) -> std::result::Result<Self, StepError> {
        let mut layers: LayerSettings = config.read()?;
        let latent = config.code();
        let mut code = if kl.is_some() { 2 * latent } else { latent };
        let noise = if kl.is_some() { TrainingNoise::default() } else { config.read()? };
        let mut sampling: Sampling = config.read()?;
        sampling.latent = if kl.is_some() { latent } else { noise.draws(latent, shape.values()) };
        if let Some(classes) = &classes {
            (layers.latent, code) = classes.widths(latent);
            (sampling.latent, sampling.classes) = (latent.saturating_sub(1), classes.count());
        }
        let likelihood = config.read()?;
        Ok(Self {
            shape,
            latent,
            kl,
            classes,
            noise,
            likelihood,
            sigma: LearnedSigma::of(config, likelihood, &mut parameters)?,
            sampling,
            updates: config.read()?,
            encoder: VaeEncoder::new(config, shape, &mut parameters, code)?,
            decoder: VaeDecoder::new(config, &layers, shape, &mut parameters)?,
            parameters,
            optimizer: Optimizer::default(),
        })
    }

    /// One of a family of its own whose fields are those of a variational autoencoder among others.
    pub(super) fn within(
        config: &ConfigValues,
        shape: ImageShape,
        parameters: Parameters,
    ) -> std::result::Result<Self, StepError> {
        Self::new(config, shape, parameters, Some(config.read()?), None)
    }

    /// A posterior draw of each image, `[batch, latent]`, by weights that learn nothing; of a code without noise the code.
    pub(super) fn codes(&self, images: &Tensor, noise: &Tensor) -> Result<Tensor> {
        let code = self.encoder.forward_fixed(images)?;
        if self.kl.is_some() { posterior_sample(&code, noise) } else { Ok(code) }
    }

    /// The terms of the ELBO, with one posterior draw an image; with all other noise of the step that learns from it, or without any.
    fn terms(&self, batch: &Batch, step: Option<u64>) -> Result<Terms> {
        let noise = step.map_or_else(TrainingNoise::default, |_| self.noise);
        let code = self.encoder.forward(&noise.on_images(&batch.images, &batch.noise)?)?;
        let encoded = match (self.kl, &self.classes) {
            (_, Some(classes)) => classes.read(&code, batch)?,
            (Some(_), None) => {
                let latent = posterior_sample(&code, &batch.noise)?;
                Encoded { latent, posterior: Some((kl(&code)?, code)), class: None }
            }
            (None, None) => Encoded { latent: noise.on_codes(&code, &batch.noise)?, posterior: None, class: None },
        };
        let output = self.decoder.forward(&encoded.latent, &batch.images, step)?;
        let reconstruction = match (self.likelihood, &self.sigma) {
            (Likelihood::Bernoulli, _) => bernoulli(&output, &batch.images)?,
            (Likelihood::Gaussian { .. }, Some(learned)) => learned.nats(&output, &batch.images)?,
            (Likelihood::Gaussian { sigma }, None) => gaussian(&output, &batch.images, sigma)?,
        };
        Ok(Terms { reconstruction: reconstruction.mean_all()?, encoded })
    }

    /// One update on reconstruction + β·KL, on the KL of the decoder's weights where they have a posterior, and on reading the
    /// classes where it is told them.
    fn learn(&mut self, input: &mut StepInput<'_>) -> std::result::Result<Losses, StepError> {
        let batch = input.batch(&self.sampling)?;
        if let (Some(classes), 0) = (&mut self.classes, input.step) {
            classes.count_in(input.train())?;
        }
        let Terms { reconstruction, encoded: Encoded { posterior, class, .. } } =
            self.terms(&batch, Some(input.step))?;
        let mut losses = vec![(MetricId::RECONSTRUCTION, reconstruction.to_scalar::<f32>()?)];
        let mut loss = reconstruction;
        if let Some((weight, (divergence, _))) = self.kl.zip(posterior) {
            let (sum, weighted) = weight.weigh(&divergence, input.step)?;
            losses.push((MetricId::KL, sum));
            loss = (loss + weighted)?;
        }
        if let Some(divergence) = self.decoder.divergence()? {
            let of_weights = divergence.affine((input.train().count().max(1) as f64).recip(), 0.0)?;
            losses.push((MetricId::WEIGHT_KL, of_weights.to_scalar::<f32>()?));
            loss = (loss + of_weights)?;
        }
        if let Some(ClassTerms { loss: of_class, accuracy }) = class {
            losses.push((MetricId::CLASS_ACCURACY, accuracy));
            loss = (loss + of_class)?;
        }
        losses.push((MetricId::TOTAL, loss.to_scalar::<f32>()?));
        StepError::check(&losses)?;
        self.parameters.accumulate(&loss.backward()?)?;
        self.optimizer.update(&self.parameters, self.updates.at(input.step))?;
        Ok(losses)
    }
}

impl Trainable for Vae {
    /// One update; where it fails, the classes' shares are those before it, too.
    fn step(&mut self, input: &mut StepInput<'_>) -> std::result::Result<Losses, StepError> {
        let before = self.classes.clone();
        let learned = self.learn(input);
        if learned.is_err() {
            self.classes = before;
        }
        learned
    }

    fn set_live(&mut self, config: &ConfigValues) -> std::result::Result<(), StepError> {
        self.updates = config.read()?;
        if let Some(kl) = &mut self.kl {
            *kl = config.read()?;
        }
        self.decoder.set_live(config)?;
        self.classes.as_mut().map_or(Ok(()), |classes| classes.set_live(config))
    }

    fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    /// The same figures as a step's without the noise of training, by the average of the weights where one is kept; the total is the negative ELBO (β 1).
    fn test(&self, batch: &Batch) -> std::result::Result<Tested, StepError> {
        let Terms { reconstruction, encoded: Encoded { posterior, class, .. } } =
            self.optimizer.with_average(&self.parameters, || self.terms(batch, None))?;
        let reconstruction = reconstruction.to_scalar::<f32>()?;
        let mut losses = vec![(MetricId::TEST_RECONSTRUCTION, reconstruction)];
        losses.extend(class.map(|class| (MetricId::TEST_CLASS_ACCURACY, class.accuracy)));
        let Some((divergence, code)) = posterior else {
            losses.push((MetricId::TEST_TOTAL, reconstruction));
            return Ok(Tested { losses, posteriors: None });
        };
        let divergence = divergence.sum(1)?.mean_all()?.to_scalar::<f32>()?;
        losses.extend([(MetricId::TEST_KL, divergence), (MetricId::TEST_TOTAL, reconstruction + divergence)]);
        Ok(Tested { losses, posteriors: Some(Posteriors { latent: self.latent, codes: copied(&code)? }) })
    }

    /// In nats an image; where it is told the class, that of image and class together.
    fn evaluate(
        &self,
        test: &Split,
        watch: &mut dyn FnMut(TestedBatch<'_>) -> bool,
    ) -> std::result::Result<Figures, StepError> {
        let losses = mean_losses(self, (test, test.count()), &Device::Cpu, watch)?;
        let value = |id| losses.iter().find(|(other, _)| *other == id).map_or(0.0, |(_, value)| f64::from(*value));
        let (reconstruction, kl) = (value(MetricId::TEST_RECONSTRUCTION), value(MetricId::TEST_KL));
        let mut figures = vec![("test_recon", reconstruction)];
        match self.kl {
            Some(_) => figures.extend([("test_kl", kl), ("test_neg_elbo", reconstruction + kl)]),
            None => figures.extend(mean_squared_error(&self.snapshot(0)?, test).map(|error| ("test_mse", error))),
        }
        if self.classes.is_some() {
            figures.push((MetricId::TEST_CLASS_ACCURACY.name(), value(MetricId::TEST_CLASS_ACCURACY)));
        }
        Ok(figures)
    }

    /// Of a decoder that goes pixel by pixel: by its own draws. Of an encoder that is a product of experts: by a posterior of the
    /// pixels that are kept alone, decoded.
    fn complete(
        &self,
        pixels: KeptPixels<'_>,
        draws: CompletionDraws,
    ) -> std::result::Result<Option<Completion>, StepError> {
        pixels.check(self.shape.values())?;
        if self.decoder.noise() > 0 {
            return Ok(self.decoder.complete(self.snapshot(0)?.decoder.operations(), pixels, draws));
        }
        let VaeEncoder::Experts(experts) = &self.encoder else { return Ok(None) };
        let (mean, log_variance) = experts.posterior(pixels.image, pixels.kept, self.optimizer.average())?;
        let (decoder, mut scratch) = (self.snapshot(0)?.decoder, Scratch::default());
        let mut drawn = Vec::with_capacity(draws.count * pixels.image.len());
        for draw in 0..draws.count {
            let mut generator = draws.generator(draw);
            let latent = mean.iter().zip(&log_variance).map(|(mean, log)| {
                let noise: f32 = StandardNormal.sample(&mut generator);
                mean + (0.5 * log).exp() * noise
            });
            drawn.extend(pixels.filled_from(decoder.evaluate(&latent.collect::<Vec<f32>>(), 1, &mut scratch)));
        }
        Ok(Some(Completion { draws: drawn, log_p: None }))
    }

    fn snapshot(&self, step: u64) -> std::result::Result<Snapshot, StepError> {
        let last = match self.likelihood {
            Likelihood::Bernoulli => Activation::Sigmoid,
            Likelihood::Gaussian { .. } => Activation::Identity,
        };
        let average = self.optimizer.average();
        let mut encoder = self.encoder.operations(average)?;
        if self.kl.is_none()
            && let Some(operation) = encoder.last_mut()
        {
            plain::append_constants(operation, self.latent, POINT_LOG_VARIANCE);
        }
        let decoder = self.decoder.operations(average, last)?;
        let (noise, latent) = (self.decoder.noise(), self.latent + self.decoder.noise());
        encoder.extend(self.decoder.with_noise(self.latent, encoder.len()));
        let (decoder, encoder) = match &self.classes {
            Some(classes) => classes.networks((self.shape.values(), self.latent), &decoder, encoder)?,
            None => {
                let decoder = self.decoder.network(latent, decoder, average)?;
                (decoder, Network::new(self.shape.values(), encoder)?)
            }
        };
        Ok(Snapshot {
            step,
            image: self.shape,
            latent,
            // What is drawn is no mean.
            likelihood: match &self.sigma {
                _ if noise > 0 => None,
                Some(learned) => Some(Likelihood::Gaussian { sigma: learned.value(average)? }),
                None => Some(self.likelihood),
            },
            decoder,
            encoder: Some(encoder),
            critic: None,
            prior: Prior::StandardNormal,
        })
    }

    fn save(&self) -> std::result::Result<Saved, StepError> {
        let mut saved = save(&[("", &self.parameters, &self.optimizer)])?;
        saved.weights.extend(self.classes.as_ref().map(ClassHead::save));
        Ok(saved)
    }

    fn names(&self) -> SavedNames {
        let mut names = names(&[("", &self.parameters, &self.optimizer)]);
        names.weights.extend(self.classes.as_ref().map(|classes| classes.save().0));
        names
    }

    fn restore(&mut self, saved: &Saved) -> std::result::Result<(), StepError> {
        self.optimizer = restore("", &self.parameters, saved)?;
        self.classes.as_mut().map_or(Ok(()), |classes| classes.restore(saved))
    }

    /// Values, gradients of weights, and of values where they are needed.
    fn flops(&self) -> u64 {
        let ((down, first), up) = (self.encoder.flops(), self.decoder.flops());
        3 * down - first + 3 * up
    }

    fn inspectors(&self) -> Vec<&Inspector> {
        vec![self.parameters.inspector()]
    }

    fn parameter_count(&self) -> usize {
        self.parameters.count()
    }
}

impl Config {
    /// The preset `vae-dense`.
    pub fn vae_dense() -> Self {
        Self::plain("vae-dense", &VAE)
    }
}
