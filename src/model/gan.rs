//! The generative adversarial network (Goodfellow 2014) with any of its losses, and penalties on the critic's gradient.

use super::{Batch, Config, Losses, MetricId, Part, Saved, StepError, Tested, architecture, plain, restore, save};
use crate::dataset::ImageShape;
use crate::nn::adversarial::{Side, mean_loss};
use crate::nn::chain::Chain;
use crate::nn::critic::{self, Penalties};
use crate::nn::layer::Work;
use crate::nn::likelihood::mean_score;
use crate::nn::optimizer::Optimizer;
use crate::nn::parameters::{Parameters, copied};
use crate::snapshot::{Activation, Network, Snapshot};
use candle_core::Result;

/// A GAN as it trains.
#[derive(Debug)]
pub struct Gan {
    shape: ImageShape,
    latent: usize,
    generator: Chain,
    discriminator: Chain,
    generator_parameters: Parameters,
    discriminator_parameters: Parameters,
    generator_optimizer: Optimizer,
    discriminator_optimizer: Optimizer,
}

impl Gan {
    /// Fresh weights, U(±1/√fan_in), from the seed's own stream; generator and discriminator have parameters of their own.
    ///
    /// # Errors
    /// If candle cannot make the tensors.
    pub fn new(config: &Config, shape: ImageShape, parameters: [Parameters; 2]) -> Result<Self> {
        let [mut generator_parameters, mut discriminator_parameters] = parameters;
        Ok(Self {
            shape,
            latent: config.latent,
            generator: architecture::generator(config, shape, &mut generator_parameters)?,
            discriminator: architecture::critic(config, shape, &mut discriminator_parameters)?,
            generator_parameters,
            discriminator_parameters,
            generator_optimizer: Optimizer::default(),
            discriminator_optimizer: Optimizer::default(),
        })
    }

    /// The discriminator, then (where it is the generator's turn) the generator through the new discriminator on the same fake
    /// batch; or one of them alone.
    ///
    /// # Errors
    /// If a loss is not a number, or candle fails.
    pub fn step(
        &mut self,
        step: u64,
        batch: &Batch,
        config: &Config,
        part: Part,
    ) -> std::result::Result<Losses, StepError> {
        let fake = self.generator.forward(&batch.noise)?;
        let mut losses = Losses::new();
        if part != Part::Generator {
            let penalties = Penalties {
                r1_gamma: config.r1_gamma,
                gradient_lambda: config.gradient_penalty,
                between: &batch.between,
            };
            let images = (&batch.images, &fake);
            let parameters = &self.discriminator_parameters;
            let measured = critic::gather(&self.discriminator, parameters, images, config.gan_loss, penalties)?;
            if config.r1_gamma > 0.0 {
                losses.push((MetricId::R1_PENALTY, measured.r1));
            }
            if config.gradient_penalty > 0.0 {
                losses.push((MetricId::GRADIENT_PENALTY, measured.gradient_penalty));
            }
            losses.push((MetricId::DISCRIMINATOR_LOSS, measured.loss + measured.r1 + measured.gradient_penalty));
            if config.gan_loss.has_probabilities() {
                losses.push((MetricId::REAL_SCORE, mean_score(&measured.real)));
            } else {
                losses.push((MetricId::CRITIC_GAP, mean(&measured.real) - mean(&measured.fake)));
            }
            if let Err(error) = StepError::check(&losses) {
                self.discriminator_parameters.forget();
                return Err(error);
            }
            self.discriminator_optimizer.update(&self.discriminator_parameters, config.settings(step, true))?;
        }
        if part == Part::Generator || config.generator_learns_at(step) {
            let logits = self.discriminator.forward_fixed(&fake)?;
            let loss = mean_loss(&logits, config.gan_loss, Side::Generator)?;
            losses.push((MetricId::GENERATOR_LOSS, loss.to_scalar::<f32>()?));
            if config.gan_loss.has_probabilities() {
                losses.push((MetricId::FAKE_SCORE, mean_score(&copied(&logits)?)));
            }
            StepError::check(&losses)?;
            if part != Part::Discriminator {
                self.generator_parameters.gather(&loss.backward()?)?;
                self.generator_optimizer.update(&self.generator_parameters, config.settings(step, false))?;
            }
        }
        Ok(losses)
    }

    /// Multiplications and additions of a step, an image: what its products need at least, averaged over the generator's turns.
    pub fn flops(&self, config: &Config) -> u64 {
        let ((up, up_first), (down, first)) = (self.generator.flops(), self.discriminator.flops());
        // Values, gradients of weights and of values for a real and a generated image.
        let critic = 2 * (3 * down - first);
        // A penalised image: its own gradient all the way down, and a tangent; one in between has values and weights as well.
        let r1 = if config.r1_gamma > 0.0 { first + down } else { 0 };
        let gradient_penalty = if config.gradient_penalty > 0.0 { 4 * down } else { 0 };
        let generator = 2 * up - up_first + 2 * down;
        up + critic + r1 + gradient_penalty + generator / config.critic_steps.max(1)
    }

    /// What the discriminator says of images that it has not learned from.
    ///
    /// # Errors
    /// If candle fails.
    pub fn test(&self, batch: &Batch, config: &Config) -> Result<Tested> {
        let logits = copied(&self.discriminator.forward_fixed(&batch.images)?)?;
        let loss = match config.gan_loss.has_probabilities() {
            true => (MetricId::TEST_REAL_SCORE, mean_score(&logits)),
            false => (MetricId::TEST_CRITIC, mean(&logits)),
        };
        Ok(Tested { losses: vec![loss], posteriors: None })
    }

    /// The generator as plain data, batch norm folded in.
    ///
    /// # Errors
    /// If candle fails.
    pub fn snapshot(&self, step: u64) -> std::result::Result<Snapshot, StepError> {
        let average = self.generator_optimizer.average();
        let operations = plain::operations(&self.generator, average, Activation::Sigmoid)?;
        let decoder = Network::new(self.latent, operations)?;
        Ok(Snapshot { step, image: self.shape, latent: self.latent, decoder, encoder: None })
    }

    /// Weights, running statistics and optimisers, to be written.
    ///
    /// # Errors
    /// If candle fails.
    pub fn save(&self) -> Result<Saved> {
        let mut saved = save(&[
            ("generator", &self.generator_parameters, &self.generator_optimizer),
            ("discriminator", &self.discriminator_parameters, &self.discriminator_optimizer),
        ])?;
        for (name, part, values) in self.running() {
            saved.weights.insert(format!("{name}.running_{part}"), values);
        }
        Ok(saved)
    }

    /// Takes weights, running statistics and optimisers back.
    ///
    /// # Errors
    /// Names what is missing or does not fit.
    pub fn restore(&mut self, saved: &Saved) -> std::result::Result<(), StepError> {
        self.generator_optimizer = restore("generator", &self.generator_parameters, saved)?;
        self.discriminator_optimizer = restore("discriminator", &self.discriminator_parameters, saved)?;
        for layer in self.generator.layers() {
            let Work::Norm(norm) = &layer.work else { continue };
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

    /// The running statistics of each batch norm: its name, which, and the values.
    fn running(&self) -> Vec<(&str, &'static str, Vec<f32>)> {
        let mut all = Vec::new();
        for layer in self.generator.layers() {
            if let Work::Norm(norm) = &layer.work {
                let running = norm.running();
                all.push((layer.name.as_str(), "mean", running.mean.clone()));
                all.push((layer.name.as_str(), "variance", running.variance.clone()));
            }
        }
        all
    }

    /// Parameters in all.
    pub fn parameter_count(&self) -> usize {
        self.generator_parameters.count() + self.discriminator_parameters.count()
    }
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}
