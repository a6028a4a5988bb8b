//! The network that tells real images from generated ones, and what it is trained with.

use super::class_planes::ClassPlanes;
use crate::dataset::{ImageShape, Split};
use crate::model::layers::LayerSettings;
use crate::model::network::LearningNetwork;
use crate::model::{Batch, ConfigValues, Losses, MetricId, Sampling, StepError, Tested, architecture};
use crate::nn::adversarial::{AdversarialLoss, Side, mean_loss};
use crate::nn::critic::{self, Penalties};
use crate::nn::likelihood::mean_score;
use crate::nn::optimizer::UpdateSettings;
use crate::nn::parameters::{Parameters, copied};
use crate::snapshot::{Activation, Critic};
use candle_core::Tensor;
use serde::Deserialize;

type Result<T> = std::result::Result<T, StepError>;

/// What generator and critic are trained with, beside how gradients become updates.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Adversary {
    gan_loss: AdversarialLoss,
    r1_gamma: f64,
    gradient_penalty: f64,
    weight_clip: f64,
    critic_rate: f64,
    critic_steps: u64,
}

/// A discriminator or critic as it trains.
#[derive(Debug)]
pub(in crate::model) struct Discriminator {
    adversary: Adversary,
    /// How it is told classes, where it is.
    planes: Option<ClassPlanes>,
    /// Images (with their classes) to a logit.
    pub network: LearningNetwork,
}

impl Discriminator {
    /// Fresh weights for images of `shape`, of so many classes that it is told; 0 where it is not.
    pub fn new(
        config: &ConfigValues,
        layers: &LayerSettings,
        (shape, classes): (ImageShape, usize),
        parameters: Parameters,
    ) -> Result<Self> {
        let planes = (classes > 0).then(|| ClassPlanes::new(layers, shape, classes));
        let read = planes.map_or(shape, |planes| planes.shape);
        let make = |parameters: &mut Parameters| architecture::critic(layers, read, parameters);
        Ok(Self {
            adversary: config.read()?,
            planes,
            network: LearningNetwork::new("discriminator", parameters, make)?,
        })
    }

    /// Takes new numbers of live fields.
    pub fn set_live(&mut self, config: &ConfigValues) -> Result<()> {
        self.adversary = config.read()?;
        Ok(())
    }

    /// What it reads of images `[batch, pixels]` of a batch's classes.
    fn read(&self, images: &Tensor, batch: &Batch) -> Result<Tensor> {
        Ok(self.planes.map_or_else(|| Ok(images.clone()), |planes| planes.beside(images, &batch.classes))?)
    }

    /// Whether it asks for places between real and generated images.
    pub fn asks_between(&self) -> bool {
        self.adversary.gradient_penalty > 0.0
    }

    /// Whether the generator learns in the step after `step` others.
    pub fn generator_learns_at(&self, step: u64) -> bool {
        (step + 1).is_multiple_of(self.critic_steps())
    }

    /// Its steps for one of the generator's.
    pub fn critic_steps(&self) -> u64 {
        self.adversary.critic_steps.max(1)
    }

    /// Learns to tell a batch's images from generated ones; `generator` are the numbers of the generator's update.
    pub fn learn(&mut self, batch: &Batch, fake: &Tensor, generator: UpdateSettings) -> Result<Losses> {
        let Adversary { gan_loss, r1_gamma, gradient_penalty, .. } = self.adversary;
        let penalties = Penalties { r1_gamma, gradient_lambda: gradient_penalty, between: &batch.between };
        let LearningNetwork { layers, parameters, .. } = &self.network;
        let (real, fake) = (self.read(&batch.images, batch)?, self.read(fake, batch)?);
        let measured = critic::backward(layers, parameters, &real, &fake, gan_loss, penalties)?;
        let mut losses = Losses::new();
        if r1_gamma > 0.0 {
            losses.push((MetricId::R1_PENALTY, measured.r1));
        }
        if gradient_penalty > 0.0 {
            losses.push((MetricId::GRADIENT_PENALTY, measured.gradient_penalty));
        }
        losses.push((MetricId::DISCRIMINATOR_LOSS, measured.loss + measured.r1 + measured.gradient_penalty));
        losses.push(match gan_loss.has_probabilities() {
            true => (MetricId::REAL_SCORE, mean_score(&measured.real)),
            false => (MetricId::CRITIC_GAP, mean(&measured.real) - mean(&measured.fake)),
        });
        if let Err(error) = StepError::check(&losses) {
            self.network.parameters.clear_gradients();
            return Err(error);
        }
        self.network.update(UpdateSettings {
            learning_rate: generator.learning_rate * self.adversary.critic_rate,
            weight_clip: self.adversary.weight_clip,
            average_decay: 0.0,
            ..generator
        })?;
        Ok(losses)
    }

    /// The loss that the generator of these images, of a batch's classes, learns from, and what is said of it.
    pub fn judge_generated(&self, fake: &Tensor, batch: &Batch) -> Result<(Tensor, Losses)> {
        let logits = self.network.layers.forward_fixed(&self.read(fake, batch)?)?;
        let loss = mean_loss(&logits, self.adversary.gan_loss, Side::Generator)?;
        let mut losses = vec![(MetricId::GENERATOR_LOSS, loss.to_scalar::<f32>()?)];
        if self.adversary.gan_loss.has_probabilities() {
            losses.push((MetricId::FAKE_SCORE, mean_score(&copied(&logits)?)));
        }
        Ok((loss, losses))
    }

    /// What it says of images that it has not learned from.
    pub fn test(&self, batch: &Batch) -> Result<Tested> {
        let logits = copied(&self.network.layers.forward_fixed(&self.read(&batch.images, batch)?)?)?;
        let loss = match self.adversary.gan_loss.has_probabilities() {
            true => (MetricId::TEST_REAL_SCORE, mean_score(&logits)),
            false => (MetricId::TEST_CRITIC, mean(&logits)),
        };
        Ok(Tested { losses: vec![loss], posteriors: None })
    }

    /// The same of each image at these places of a split.
    pub fn judge(&self, test: &Split, places: &[usize], sampling: &Sampling) -> Result<Vec<f32>> {
        let batch = Batch::of_test_places(test, places, sampling)?.on(self.network.parameters.device())?;
        Ok(copied(&self.network.layers.forward_fixed(&self.read(&batch.images, &batch)?)?)?)
    }

    /// As plain data.
    pub fn plain(&self) -> Result<Critic> {
        Ok(Critic { network: self.network.plain(Activation::Identity, None)?, loss: self.adversary.gan_loss })
    }

    /// What the matmuls of its step need at least, for a real and a generated image.
    pub fn flops(&self) -> u64 {
        let (down, first) = self.network.layers.flops();
        // Values, gradients of weights and of values for both.
        let both = 2 * (3 * down - first);
        // A penalised image: its own gradient all the way down, and a tangent; one in between has values and weights as well.
        let r1 = if self.adversary.r1_gamma > 0.0 { first + down } else { 0 };
        let between = if self.asks_between() { 4 * down } else { 0 };
        both + r1 + between
    }

    /// And those of judging a generated image, and of the gradient that goes back to it.
    pub fn judging_flops(&self) -> u64 {
        2 * self.network.layers.flops().0
    }
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}
