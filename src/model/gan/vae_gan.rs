//! A variational autoencoder whose decoder is a GAN's generator, and whose reconstructions are compared with images in features of
//! the discriminator (Larsen 2016, algorithm 1).

use super::discriminator::Discriminator;
use super::features::FeatureLayer;
use super::latent_encoder::of_encoder;
use crate::dataset::{ImageShape, Split};
use crate::model::layers::LayerSettings;
use crate::model::learning::Updates;
use crate::model::network::{LearningNetwork, names, save};
use crate::model::trainable::{Figures, StepInput, Trainable, mean_losses};
use crate::model::{
    Batch, ConfigValues, KlWeight, Losses, MetricId, Part, Posteriors, Sampling, Saved, SavedNames, StepError, Tested,
    TestedBatch, architecture,
};
use crate::nn::inspection::Inspector;
use crate::nn::likelihood::{kl, posterior_sample};
use crate::nn::parameters::{Parameters, copied};
use crate::random::Purpose;
use crate::snapshot::{Activation, Prior, Snapshot};
use candle_core::{Device, Tensor};
use serde::Deserialize;

type Result<T> = std::result::Result<T, StepError>;

/// Images that a thread decodes at a time.
const SLICE: usize = 64;

/// Batch norm needs two images at least in each half of a batch.
const FEWEST_IN_HALVES: usize = 4;

/// What its decoder learns from beside the error of reconstructions.
#[derive(Clone, Copy, Debug, Deserialize)]
struct CriticSettings {
    /// What the discriminator's verdict weighs beside the error: 1/γ of Larsen 2016.
    critic_weight: f64,
    /// Where the error is measured.
    feature_layer: FeatureLayer,
}

/// Encoder, decoder and discriminator as they train.
#[derive(Debug)]
pub(super) struct VaeGan {
    shape: ImageShape,
    latent: usize,
    /// The decoder's last activation.
    output: Activation,
    /// Normal draws an image: the posterior's noise, then a latent of the prior.
    sampling: Sampling,
    updates: Updates,
    kl: KlWeight,
    critic: CriticSettings,
    /// Images to mean and log variance side by side.
    encoder: LearningNetwork,
    /// The generator, too.
    decoder: LearningNetwork,
    discriminator: Discriminator,
}

impl VaeGan {
    /// Fresh weights, U(±1/√fan_in), from the seed's own stream; each network has parameters of its own.
    pub fn new(config: &ConfigValues, shape: ImageShape, parameters: &dyn Fn() -> Parameters) -> Result<Self> {
        let layers: LayerSettings = config.read()?;
        let latent = layers.latent;
        let decoder = |parameters: &mut Parameters| architecture::generator(&layers, shape, parameters);
        let decoder = LearningNetwork::new("generator", parameters(), decoder)?;
        let of_encoder = of_encoder(layers.clone());
        let encoder = |parameters: &mut Parameters| architecture::encoder(&of_encoder, shape, parameters, 2 * latent);
        let discriminator = Discriminator::new(config, &layers, (shape, 0), parameters())?;
        Ok(Self {
            shape,
            latent,
            output: layers.generator_output.activation(),
            sampling: Sampling {
                latent: 2 * latent,
                noise: Purpose::Latent,
                between: discriminator.asks_between(),
                ..config.read()?
            },
            updates: config.read()?,
            kl: config.read()?,
            critic: config.read()?,
            encoder: LearningNetwork::new("encoder", parameters(), encoder)?,
            decoder,
            discriminator,
        })
    }

    fn networks(&self) -> [&LearningNetwork; 3] {
        [&self.encoder, &self.decoder, &self.discriminator.network]
    }

    /// A batch's posterior noise and its latents of the prior, `[batch, latent]` each.
    fn draws(&self, batch: &Batch) -> candle_core::Result<(Tensor, Tensor)> {
        let half = |from| batch.noise.narrow(1, from, self.latent)?.contiguous();
        Ok((half(0)?, half(self.latent)?))
    }

    /// What the discriminator is shown, `[batch, pixels]`: reconstructions of the first half of a batch and, in place of the others,
    /// draws of the prior; of a batch of fewer than four draws alone. Draws go through a pass of their own, whose statistics a
    /// batch norm keeps: samples are decoded by them. And so do these reconstructions: through statistics that they shared with
    /// those that the encoder learns from, the verdict would reach the encoder.
    fn shown(&self, latents: &Tensor, prior: &Tensor) -> candle_core::Result<Tensor> {
        let rows = latents.dim(0)?;
        let half = if rows < FEWEST_IN_HALVES { 0 } else { rows / 2 };
        let drawn = self.decoder.layers.forward(&prior.narrow(0, half, rows - half)?)?;
        match half {
            0 => Ok(drawn),
            _ => {
                let latents = latents.detach().narrow(0, 0, half)?;
                Tensor::cat(&[&self.decoder.layers.forward_apart(&latents)?, &drawn], 0)
            }
        }
    }

    /// How far reconstructions are from images, in features.
    fn error(&self, batch: &Batch, reconstructions: &Tensor) -> candle_core::Result<Tensor> {
        self.critic.feature_layer.error(&self.discriminator, &batch.images, reconstructions)
    }
}

impl Trainable for VaeGan {
    /// The discriminator, then (where it is the decoder's turn) encoder and decoder by the new discriminator; or one of both alone.
    /// The encoder learns from the error and the KL, the decoder from the error and the verdict.
    fn step(&mut self, input: &mut StepInput<'_>) -> Result<Losses> {
        let batch = input.batch(&self.sampling)?;
        let (part, settings) = (input.part, self.updates.at(input.step));
        let (noise, prior) = self.draws(&batch)?;
        let code = self.encoder.layers.forward(&batch.images)?;
        let latents = posterior_sample(&code, &noise)?;
        let shown = self.shown(&latents, &prior)?;
        let mut losses = Losses::new();
        if part != Part::GENERATOR {
            losses.extend(self.discriminator.learn(&batch, &shown, settings)?);
        }
        if part == Part::GENERATOR || self.discriminator.generator_learns_at(input.step) {
            let (verdict, judged) = self.discriminator.judge_generated(&shown, &batch)?;
            let error = self.error(&batch, &self.decoder.layers.forward_apart(&latents)?)?;
            let (divergence, weighted) = self.kl.weigh(&kl(&code)?, input.step)?;
            losses.extend(judged);
            losses.extend([(MetricId::FEATURE_ERROR, error.to_scalar::<f32>()?), (MetricId::KL, divergence)]);
            StepError::check(&losses)?;
            if part != Part::DISCRIMINATOR {
                let loss = ((error + weighted)? + verdict.affine(self.critic.critic_weight, 0.0)?)?;
                let gradients = loss.backward()?;
                self.encoder.learn(&gradients, settings)?;
                self.decoder.learn(&gradients, settings)?;
            }
        }
        Ok(losses)
    }

    fn set_live(&mut self, config: &ConfigValues) -> Result<()> {
        (self.updates, self.kl, self.critic) = (config.read()?, config.read()?, config.read()?);
        self.discriminator.set_live(config)
    }

    fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    /// The error of reconstructions by a draw of each posterior, in features and in pixels, the KL, and the discriminator's verdict
    /// on the images; by the averages of the weights where they are kept, and decoded as a snapshot decodes.
    fn test(&self, batch: &Batch) -> Result<Tested> {
        let (noise, _) = self.draws(batch)?;
        let code = self.encoder.with_average(|| self.encoder.layers.forward_fixed(&batch.images))?;
        let latents = copied(&posterior_sample(&code, &noise)?)?;
        let images = self.decoder.plain(self.output, None)?.evaluate_in_slices(&latents, SLICE);
        let images = Tensor::from_vec(images, batch.images.shape(), batch.images.device())?;
        let (error, divergence) = (self.error(batch, &images)?, kl(&code)?);
        let squared = (images - &batch.images)?.sqr()?.mean_all()?;
        let mut losses = self.discriminator.test(batch)?.losses;
        losses.extend([
            (MetricId::TEST_FEATURE_ERROR, error.to_scalar::<f32>()?),
            (MetricId::TEST_KL, divergence.sum(1)?.mean_all()?.to_scalar::<f32>()?),
            (MetricId::TEST_SQUARED_ERROR, squared.to_scalar::<f32>()?),
        ]);
        Ok(Tested { losses, posteriors: Some(Posteriors { latent: self.latent, codes: copied(&code)? }) })
    }

    fn judge(&self, test: &Split, places: &[usize]) -> Result<Vec<f32>> {
        self.discriminator.judge(test, places, &self.sampling)
    }

    /// Squared error a pixel, error in features, and KL in nats an image.
    fn evaluate(&self, test: &Split, watch: &mut dyn FnMut(TestedBatch<'_>) -> bool) -> Result<Figures> {
        let losses = mean_losses(self, (test, test.count()), &Device::Cpu, watch)?;
        let name = |id| match id {
            MetricId::TEST_SQUARED_ERROR => Some("test_mse"),
            MetricId::TEST_FEATURE_ERROR | MetricId::TEST_KL => Some(id.name()),
            _ => None,
        };
        Ok(losses.into_iter().filter_map(|(id, loss)| Some((name(id)?, f64::from(loss)))).collect())
    }

    /// The networks as plain data, batch norm folded in.
    fn snapshot(&self, step: u64) -> Result<Snapshot> {
        Ok(Snapshot {
            step,
            image: self.shape,
            latent: self.latent,
            likelihood: None,
            decoder: self.decoder.plain(self.output, None)?,
            encoder: Some(self.encoder.plain(Activation::Identity, None)?),
            critic: Some(self.discriminator.plain()?),
            prior: Prior::StandardNormal,
        })
    }

    /// Running statistics too.
    fn save(&self) -> Result<Saved> {
        save(&self.networks())
    }

    fn names(&self) -> SavedNames {
        names(&self.networks())
    }

    fn restore(&mut self, saved: &Saved) -> Result<()> {
        self.encoder.restore(saved)?;
        self.decoder.restore(saved)?;
        self.discriminator.network.restore(saved)
    }

    /// What its matmuls need at least, averaged over the decoder's turns.
    fn flops(&self) -> u64 {
        let ((down, first), (up, up_first)) = (self.encoder.layers.flops(), self.decoder.layers.flops());
        // The error needs the gradient of a reconstruction as a verdict does, and the features of an image.
        let features = self.discriminator.judging_flops() + self.discriminator.network.layers.flops().0;
        let generator = 2 * up - up_first + self.discriminator.judging_flops();
        let autoencoder = 2 * down - first + 3 * up + features;
        down + up + self.discriminator.flops() + (generator + autoencoder) / self.discriminator.critic_steps()
    }

    fn part_steps(&self) -> [u64; 2] {
        [&self.discriminator.network, &self.decoder].map(LearningNetwork::updates)
    }

    fn inspectors(&self) -> Vec<&Inspector> {
        self.networks().into_iter().map(LearningNetwork::inspector).collect()
    }

    fn parameter_count(&self) -> usize {
        self.networks().into_iter().map(|network| network.parameters.count()).sum()
    }
}
