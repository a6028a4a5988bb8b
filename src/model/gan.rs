//! The generative adversarial network (Goodfellow 2014), non-saturating, with the R1 penalty (Mescheder 2018).

use super::layer::{NormalizedDense, Stack};
use super::{Batch, Config, Losses, Part, Saved, Series, StepError, restore, save};
use crate::dataset::ImageShape;
use crate::nn::adam::Adam;
use crate::nn::likelihood::{mean_score, softplus_mean};
use crate::nn::parameters::Parameters;
use crate::snapshot::{Activation, Network, Snapshot};
use candle_core::{Result, Tensor};

/// A GAN as it trains.
#[derive(Debug)]
pub struct Gan {
    shape: ImageShape,
    latent: usize,
    /// Hidden layers with batch norm; empty without it, then `output` has all layers.
    normalized: Vec<NormalizedDense>,
    /// What follows: the layer that gives pixels, through a sigmoid.
    output: Stack,
    discriminator: Stack,
    generator_parameters: Parameters,
    discriminator_parameters: Parameters,
    generator_optimizer: Adam,
    discriminator_optimizer: Adam,
}

impl Gan {
    /// Fresh weights, U(±1/√fan_in), from the seed's own stream.
    ///
    /// # Errors
    /// If candle cannot make the tensors.
    pub fn new(config: &Config, shape: ImageShape) -> Result<Self> {
        let leaky = Activation::LeakyRelu { slope: 0.2 };
        let (mut generator, mut critic) = (Parameters::default(), Parameters::default());
        let mut widths = vec![config.latent];
        widths.extend(&config.hidden);
        let mut normalized = Vec::new();
        if config.batch_norm {
            for (index, pair) in widths.windows(2).enumerate() {
                let &[inputs, outputs] = pair else { continue };
                let name = format!("generator.{index}");
                normalized.push(NormalizedDense::new(&mut generator, &name, (inputs, outputs), leaky, config.seed)?);
            }
            widths.drain(..widths.len() - 1);
        }
        widths.push(shape.values());
        let output = Stack::new(&mut generator, "generator.output", &widths, leaky, Activation::Sigmoid, config.seed)?;
        let mut down = vec![shape.values()];
        down.extend(config.hidden.iter().rev());
        down.push(1);
        // Another seed for the critic: its layers would otherwise start as the generator's do.
        let seed = config.seed ^ 0x0064_6973_6372_696d;
        let discriminator = Stack::new(&mut critic, "discriminator", &down, leaky, Activation::Identity, seed)?;
        Ok(Self {
            shape,
            latent: config.latent,
            normalized,
            output,
            discriminator,
            generator_parameters: generator,
            discriminator_parameters: critic,
            generator_optimizer: Adam::default(),
            discriminator_optimizer: Adam::default(),
        })
    }

    fn generate(&mut self, latent: &Tensor) -> Result<Tensor> {
        let mut value = latent.clone();
        for layer in &mut self.normalized {
            value = layer.forward_train(&value)?;
        }
        self.output.forward(&value)
    }

    /// The discriminator, then the generator through the new discriminator on the same fake batch; or one of them alone.
    ///
    /// # Errors
    /// If a loss is not a number, or candle fails.
    pub fn step(&mut self, batch: &Batch, config: &Config, part: Part) -> std::result::Result<Losses, StepError> {
        let (rate, beta1) = (config.learning_rate, config.adam_beta1);
        let fake = self.generate(&batch.noise)?;
        let mut losses = Losses::new();
        if part != Part::Generator {
            let (real_logits, penalty) = if config.r1_gamma > 0.0 {
                let (logits, gradient) = self.discriminator.forward_with_input_gradient(&batch.images)?;
                let penalty = gradient.sqr()?.sum(1)?.mean_all()?.affine(0.5 * config.r1_gamma, 0.0)?;
                (logits, Some(penalty))
            } else {
                (self.discriminator.forward(&batch.images)?, None)
            };
            let fake_logits = self.discriminator.forward(&fake.detach())?;
            let mut loss = (softplus_mean(&real_logits, -1.0)? + softplus_mean(&fake_logits, 1.0)?)?;
            if let Some(penalty) = &penalty {
                loss = (loss + penalty)?;
                losses.push((Series::R1Penalty, penalty.to_scalar::<f32>()?));
            }
            losses.push((Series::DiscriminatorLoss, loss.to_scalar::<f32>()?));
            losses.push((Series::RealScore, mean_score(&real_logits)?));
            StepError::check(&losses)?;
            let gradients = loss.backward()?;
            self.discriminator_optimizer.update(&self.discriminator_parameters, &gradients, rate, beta1)?;
        }
        let logits = self.discriminator.forward_fixed(&fake)?;
        let loss = softplus_mean(&logits, -1.0)?;
        losses.push((Series::GeneratorLoss, loss.to_scalar::<f32>()?));
        losses.push((Series::FakeScore, mean_score(&logits)?));
        StepError::check(&losses)?;
        if part != Part::Discriminator {
            let gradients = loss.backward()?;
            self.generator_optimizer.update(&self.generator_parameters, &gradients, rate, beta1)?;
        }
        Ok(losses)
    }

    /// How real the discriminator finds images that it has not learned from.
    ///
    /// # Errors
    /// If candle fails.
    pub fn test(&self, batch: &Batch) -> Result<Losses> {
        let logits = self.discriminator.forward_fixed(&batch.images)?;
        Ok(vec![(Series::TestRealScore, mean_score(&logits)?)])
    }

    /// The generator as plain data, batch norm folded in.
    ///
    /// # Errors
    /// If candle fails.
    pub fn snapshot(&self, step: u64) -> std::result::Result<Snapshot, StepError> {
        let mut operations = Vec::new();
        for (index, layer) in self.normalized.iter().enumerate() {
            operations.push(layer.operation(index)?);
        }
        let before = operations.len();
        for mut operation in self.output.operations(Activation::Sigmoid)? {
            operation.inputs.iter_mut().for_each(|input| *input += before);
            operations.push(operation);
        }
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
        self.normalized.iter().for_each(|layer| layer.save_statistics(&mut saved.weights));
        Ok(saved)
    }

    /// Takes weights, running statistics and optimisers back.
    ///
    /// # Errors
    /// Names what is missing or does not fit.
    pub fn restore(&mut self, saved: &Saved) -> std::result::Result<(), StepError> {
        self.generator_optimizer = restore("generator", &self.generator_parameters, saved)?;
        self.discriminator_optimizer = restore("discriminator", &self.discriminator_parameters, saved)?;
        self.normalized.iter_mut().for_each(|layer| layer.load_statistics(&saved.weights));
        Ok(())
    }

    /// Parameters in all.
    pub fn parameter_count(&self) -> usize {
        self.generator_parameters.count() + self.discriminator_parameters.count()
    }
}
