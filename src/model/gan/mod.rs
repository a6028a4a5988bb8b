//! The generative adversarial network (Goodfellow 2014) with any of its losses, and penalties on the critic's gradient.

mod table;

pub use table::GAN;

use super::layers::LayerSettings;
use super::learning::Updates;
use super::saved::{names, restore, save};
use super::trainable::{StepInput, Trainable};
use super::{Batch, ConfigValues, Losses, MetricId, Part, Sampling, Saved, SavedNames, StepError, Tested};
use super::{architecture, plain};
use crate::dataset::{ImageShape, Split};
use crate::nn::adversarial::{AdversarialLoss, Side, mean_loss};
use crate::nn::critic::{self, Penalties};
use crate::nn::inspection::Inspector;
use crate::nn::layer::LayerWork;
use crate::nn::likelihood::mean_score;
use crate::nn::optimizer::{Optimizer, UpdateSettings};
use crate::nn::parameters::{Parameters, copied};
use crate::nn::sequential::Sequential;
use crate::random::Purpose;
use crate::snapshot::{Activation, Critic, Network, Prior, Snapshot};
use serde::Deserialize;

type Result<T> = std::result::Result<T, StepError>;

impl Part {
    /// A GAN's discriminator alone.
    pub const DISCRIMINATOR: Self = Self::Only(1);
    /// A GAN's generator alone.
    pub const GENERATOR: Self = Self::Only(2);
}

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

impl Adversary {
    /// Whether the generator learns in the step after `step` others.
    fn generator_learns_at(&self, step: u64) -> bool {
        (step + 1).is_multiple_of(self.critic_steps.max(1))
    }

    /// A critic's numbers of an update, from a generator's.
    fn critic(&self, generator: UpdateSettings) -> UpdateSettings {
        UpdateSettings {
            learning_rate: generator.learning_rate * self.critic_rate,
            weight_clip: self.weight_clip,
            average_decay: 0.0,
            ..generator
        }
    }
}

/// A GAN as it trains.
#[derive(Debug)]
struct Gan {
    shape: ImageShape,
    latent: usize,
    /// The generator's last activation.
    output: Activation,
    adversary: Adversary,
    sampling: Sampling,
    updates: Updates,
    generator: Sequential,
    discriminator: Sequential,
    generator_parameters: Parameters,
    discriminator_parameters: Parameters,
    generator_optimizer: Optimizer,
    discriminator_optimizer: Optimizer,
}

impl Gan {
    /// Fresh weights, U(±1/√fan_in), from the seed's own stream; generator and discriminator have parameters of their own.
    fn new(config: &ConfigValues, shape: ImageShape, parameters: [Parameters; 2]) -> Result<Self> {
        let [mut generator_parameters, mut discriminator_parameters] = parameters;
        let (layers, adversary): (LayerSettings, Adversary) = (config.read()?, config.read()?);
        let sampling = Sampling { noise: Purpose::Latent, between: adversary.gradient_penalty > 0.0, ..config.read()? };
        Ok(Self {
            shape,
            latent: layers.latent,
            output: layers.generator_output.activation(),
            adversary,
            sampling,
            updates: config.read()?,
            generator: architecture::generator(&layers, shape, &mut generator_parameters)?,
            discriminator: architecture::critic(&layers, shape, &mut discriminator_parameters)?,
            generator_parameters,
            discriminator_parameters,
            generator_optimizer: Optimizer::default(),
            discriminator_optimizer: Optimizer::default(),
        })
    }

    /// Both networks with their names.
    fn networks(&self) -> [(&'static str, &Parameters, &Optimizer); 2] {
        [
            ("generator", &self.generator_parameters, &self.generator_optimizer),
            ("discriminator", &self.discriminator_parameters, &self.discriminator_optimizer),
        ]
    }

    /// The running statistics of each batch norm: its name, which, and the values.
    fn running(&self) -> Vec<(&str, &'static str, Vec<f32>)> {
        let mut all = Vec::new();
        for layer in self.generator.layers() {
            if let LayerWork::Norm(norm) = &layer.work {
                let running = norm.running();
                all.push((layer.name.as_str(), "mean", running.mean.clone()));
                all.push((layer.name.as_str(), "variance", running.variance.clone()));
            }
        }
        all
    }
}

impl Gan {
    /// The critic as plain data.
    fn plain_critic(&self) -> Result<Critic> {
        let operations = plain::operations(&self.discriminator, &plain::Average::new(), Activation::Identity)?;
        let network = Network::new(self.shape.values(), operations)?;
        Ok(Critic { network, loss: self.adversary.gan_loss })
    }
}

impl Trainable for Gan {
    /// The discriminator, then (where it is the generator's turn) the generator through the new discriminator on the same fake
    /// batch; or one of them alone.
    fn step(&mut self, input: &mut StepInput<'_>) -> Result<Losses> {
        let batch = input.batch(&self.sampling)?;
        let (step, part, adversary) = (input.step, input.part, self.adversary);
        let fake = self.generator.forward(&batch.noise)?;
        let mut losses = Losses::new();
        if part != Part::GENERATOR {
            let penalties = Penalties {
                r1_gamma: adversary.r1_gamma,
                gradient_lambda: adversary.gradient_penalty,
                between: &batch.between,
            };
            let measured = critic::backward(
                &self.discriminator,
                &self.discriminator_parameters,
                &batch.images,
                &fake,
                adversary.gan_loss,
                penalties,
            )?;
            if adversary.r1_gamma > 0.0 {
                losses.push((MetricId::R1_PENALTY, measured.r1));
            }
            if adversary.gradient_penalty > 0.0 {
                losses.push((MetricId::GRADIENT_PENALTY, measured.gradient_penalty));
            }
            losses.push((MetricId::DISCRIMINATOR_LOSS, measured.loss + measured.r1 + measured.gradient_penalty));
            if adversary.gan_loss.has_probabilities() {
                losses.push((MetricId::REAL_SCORE, mean_score(&measured.real)));
            } else {
                losses.push((MetricId::CRITIC_GAP, mean(&measured.real) - mean(&measured.fake)));
            }
            if let Err(error) = StepError::check(&losses) {
                self.discriminator_parameters.clear_gradients();
                return Err(error);
            }
            self.discriminator_optimizer
                .update(&self.discriminator_parameters, adversary.critic(self.updates.at(step)))?;
        }
        if part == Part::GENERATOR || adversary.generator_learns_at(step) {
            let logits = self.discriminator.forward_fixed(&fake)?;
            let loss = mean_loss(&logits, adversary.gan_loss, Side::Generator)?;
            losses.push((MetricId::GENERATOR_LOSS, loss.to_scalar::<f32>()?));
            if adversary.gan_loss.has_probabilities() {
                losses.push((MetricId::FAKE_SCORE, mean_score(&copied(&logits)?)));
            }
            StepError::check(&losses)?;
            if part != Part::DISCRIMINATOR {
                self.generator_parameters.accumulate(&loss.backward()?)?;
                self.generator_optimizer.update(&self.generator_parameters, self.updates.at(step))?;
            }
        }
        Ok(losses)
    }

    fn set_live(&mut self, config: &ConfigValues) -> Result<()> {
        (self.adversary, self.updates) = (config.read()?, config.read()?);
        Ok(())
    }

    fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    /// What its matmuls need at least, averaged over the generator's turns.
    fn flops(&self) -> u64 {
        let adversary = self.adversary;
        let ((up, up_first), (down, first)) = (self.generator.flops(), self.discriminator.flops());
        // Values, gradients of weights and of values for a real and a generated image.
        let critic = 2 * (3 * down - first);
        // A penalised image: its own gradient all the way down, and a tangent; one in between has values and weights as well.
        let r1 = if adversary.r1_gamma > 0.0 { first + down } else { 0 };
        let gradient_penalty = if adversary.gradient_penalty > 0.0 { 4 * down } else { 0 };
        let generator = 2 * up - up_first + 2 * down;
        up + critic + r1 + gradient_penalty + generator / adversary.critic_steps.max(1)
    }

    /// What the discriminator says of images that it has not learned from.
    fn test(&self, batch: &Batch) -> Result<Tested> {
        let logits = copied(&self.discriminator.forward_fixed(&batch.images)?)?;
        let loss = match self.adversary.gan_loss.has_probabilities() {
            true => (MetricId::TEST_REAL_SCORE, mean_score(&logits)),
            false => (MetricId::TEST_CRITIC, mean(&logits)),
        };
        Ok(Tested { losses: vec![loss], posteriors: None })
    }

    fn judge(&self, test: &Split, places: &[usize]) -> Result<Vec<f32>> {
        let batch = Batch::of_test_places(test, places, &self.sampling)?.on(self.discriminator_parameters.device())?;
        Ok(copied(&self.discriminator.forward_fixed(&batch.images)?)?)
    }

    /// The generator as plain data, batch norm folded in.
    fn snapshot(&self, step: u64) -> Result<Snapshot> {
        let average = self.generator_optimizer.average();
        let operations = plain::operations(&self.generator, average, self.output)?;
        let decoder = Network::new(self.latent, operations)?;
        Ok(Snapshot {
            step,
            image: self.shape,
            latent: self.latent,
            likelihood: None,
            decoder,
            encoder: None,
            critic: Some(self.plain_critic()?),
            prior: Prior::StandardNormal,
        })
    }

    /// Running statistics too.
    fn save(&self) -> Result<Saved> {
        let mut saved = save(&self.networks())?;
        for (name, part, values) in self.running() {
            saved.weights.insert(format!("{name}.running_{part}"), values);
        }
        Ok(saved)
    }

    fn names(&self) -> SavedNames {
        let mut names = names(&self.networks());
        names.weights.extend(self.running().into_iter().map(|(name, part, _)| format!("{name}.running_{part}")));
        names
    }

    fn restore(&mut self, saved: &Saved) -> Result<()> {
        self.generator_optimizer = restore("generator", &self.generator_parameters, saved)?;
        self.discriminator_optimizer = restore("discriminator", &self.discriminator_parameters, saved)?;
        for layer in self.generator.layers() {
            let LayerWork::Norm(norm) = &layer.work else { continue };
            let mut running = norm.running();
            let running = &mut *running;
            for (part, values) in [("mean", &mut running.mean), ("variance", &mut running.variance)] {
                let name = format!("{}.running_{part}", layer.name);
                let kept = saved.weights.get(&name).map_or(&[][..], Vec::as_slice);
                if kept.len() != values.len() {
                    return Err(StepError::Saved { name, expected: values.len(), found: kept.len() });
                }
                values.copy_from_slice(kept);
            }
        }
        Ok(())
    }

    fn part_steps(&self) -> [u64; 2] {
        [&self.discriminator_optimizer, &self.generator_optimizer].map(|optimizer| optimizer.state().1)
    }

    fn inspectors(&self) -> Vec<&Inspector> {
        vec![self.generator_parameters.inspector(), self.discriminator_parameters.inspector()]
    }

    fn parameter_count(&self) -> usize {
        self.generator_parameters.count() + self.discriminator_parameters.count()
    }
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}
