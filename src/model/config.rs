//! What a model is and how it is trained, in full: presets, and the numbers that can be changed.

use crate::nn::adversarial::AdversarialLoss;
use crate::nn::optimizer::{Method, Settings};
use serde::{Deserialize, Serialize};

/// How a model learns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Family {
    /// Variational autoencoder (Kingma and Welling 2013).
    Vae,
    /// Autoencoder: the same without noise and without KL.
    Autoencoder,
    /// Generative adversarial network (Goodfellow 2014).
    Gan,
}

/// The distribution of pixels that a decoder's output stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Likelihood {
    /// Independent coin flips, from logits.
    Bernoulli,
    /// Unit-variance normal about the decoder's output: ½(x−x̂)² + ½ ln 2π a pixel.
    Gaussian,
}

/// Whether grey images are made black and white before a Bernoulli likelihood sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Binarize {
    /// Grey values are probabilities.
    None,
    /// Drawn once.
    Static,
    /// Training images drawn anew at every sight of them; test images once.
    Dynamic,
}

/// What a model's networks are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// Dense layers alone.
    #[default]
    Dense,
    /// Convolutions of stride 2 until the side is at most 8, then dense layers; mirrored on the way up (Radford 2015).
    Convolutional,
    /// Convolutions that keep the size, each with max-pooling; upsampling on the way up.
    Pooled,
}

/// How the learning rate goes on after its warm-up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// As it is.
    #[default]
    Constant,
    /// Down half a cosine to a share of it (Loshchilov and Hutter 2016).
    Cosine,
    /// Multiplied by a share of it, again and again.
    Step,
}

impl Schedule {
    /// All, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::Constant, Self::Cosine, Self::Step];
}

/// Every number that a training run depends on, apart from the data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The preset it started from.
    pub preset: String,
    /// How it learns.
    pub family: Family,
    /// What its networks are made of.
    #[serde(default)]
    pub network: Network,
    /// Widths of the decoder's (generator's) hidden dense layers, from latent to pixel; the encoder (critic) mirrors them.
    pub hidden: Vec<usize>,
    /// Channels of the convolution next to the image; each further one has twice as many.
    #[serde(default = "default_channels")]
    pub channels: usize,
    /// Latent dimensions.
    pub latent: usize,
    /// Images a step.
    pub batch: usize,
    /// How gradients become updates.
    #[serde(default)]
    pub optimizer: Method,
    /// Step size, before its schedule.
    pub learning_rate: f64,
    /// A critic's learning rate as a multiple of the generator's (Heusel 2017).
    #[serde(default = "one")]
    pub critic_rate: f64,
    /// Adam's β₁.
    pub adam_beta1: f64,
    /// Adam's β₂.
    #[serde(default = "default_beta2")]
    pub adam_beta2: f64,
    /// AdamW's decay.
    #[serde(default)]
    pub weight_decay: f64,
    /// The longest that a network's gradient may be; 0 for any length.
    #[serde(default)]
    pub gradient_clip: f64,
    /// Share that the average of the weights keeps at an update, which is then what is shown and measured; 0 for none.
    #[serde(default)]
    pub average_decay: f64,
    /// Steps over which the learning rate rises from 0.
    #[serde(default)]
    pub warm_up_steps: u64,
    /// How it goes on.
    #[serde(default)]
    pub schedule: Schedule,
    /// Cosine: steps down to the share, warm-up included. Step: steps between one fall and the next.
    #[serde(default = "default_schedule_steps")]
    pub schedule_steps: u64,
    /// Cosine: the share of the learning rate at its end. Step: what it is multiplied by.
    #[serde(default = "default_schedule_share")]
    pub schedule_share: f64,
    /// Tests in a row without a better test loss after which an autoencoder stops; 0 for never.
    #[serde(default)]
    pub early_stop_tests: u64,
    /// Weight of the KL term; no meaning for other families.
    pub beta: f64,
    /// Steps over which β rises from 0.
    #[serde(default)]
    pub beta_warm_up_steps: u64,
    /// KL of a dimension, mean over a batch, below which it is not pressed, in nats (Kingma 2016); 0 for none.
    #[serde(default)]
    pub free_bits: f64,
    /// Pixel distribution of a VAE.
    pub likelihood: Likelihood,
    /// What is done to grey images first.
    pub binarize: Binarize,
    /// Batch norm in a GAN's generator.
    pub batch_norm: bool,
    /// What generator and critic play for.
    #[serde(default)]
    pub gan_loss: AdversarialLoss,
    /// γ of the R1 penalty γ/2·E‖∇D(x)‖² on real images (Mescheder 2018); 0 for none.
    pub r1_gamma: f64,
    /// λ of the gradient penalty λ·E(‖∇D(x̂)‖ − 1)² between real and generated images (Gulrajani 2017); 0 for none.
    #[serde(default)]
    pub gradient_penalty: f64,
    /// A critic's weights are kept within ± this (Arjovsky 2017); 0 for anywhere.
    #[serde(default)]
    pub weight_clip: f64,
    /// Steps of the critic, each on a batch of its own, for one of the generator.
    #[serde(default = "one_step")]
    pub critic_steps: u64,
    /// Seed of every random stream.
    pub seed: u64,
}

const fn default_channels() -> usize {
    32
}

const fn default_beta2() -> f64 {
    0.999
}

const fn one() -> f64 {
    1.0
}

const fn one_step() -> u64 {
    1
}

const fn default_schedule_steps() -> u64 {
    10_000
}

const fn default_schedule_share() -> f64 {
    0.1
}

impl Config {
    /// Says what is wrong with the numbers, in one sentence.
    ///
    /// # Errors
    /// Names the key, what is allowed and what was found.
    pub fn check(&self) -> Result<(), ConfigError> {
        let whole = |key: &'static str, value: usize, most: usize| {
            if (1..=most).contains(&value) { Ok(()) } else { Err(ConfigError::new(key, format!("1 to {most}"), value)) }
        };
        let real = |key: &'static str, value: f64, least: f64, most: f64| {
            if (least..=most).contains(&value) {
                Ok(())
            } else {
                Err(ConfigError::new(key, format!("{least} to {most}"), value))
            }
        };
        whole("latent", self.latent, 512)?;
        whole("batch", self.batch, 4096)?;
        if self.hidden.len() > 8 || (self.hidden.is_empty() && self.network == Network::Dense) {
            return Err(ConfigError::new("hidden layers", "1 to 8".into(), self.hidden.len()));
        }
        whole("channels", self.channels, 256)?;
        for width in &self.hidden {
            whole("hidden", *width, 8192)?;
        }
        real("learning_rate", self.learning_rate, 0.0, 1.0)?;
        real("critic_rate", self.critic_rate, 0.0, 1000.0)?;
        real("adam_beta1", self.adam_beta1, 0.0, 0.9999)?;
        real("adam_beta2", self.adam_beta2, 0.0, 0.999_999)?;
        real("weight_decay", self.weight_decay, 0.0, 10.0)?;
        real("gradient_clip", self.gradient_clip, 0.0, 1e9)?;
        real("average_decay", self.average_decay, 0.0, 0.999_999)?;
        real("schedule_share", self.schedule_share, 0.0, 1.0)?;
        real("free_bits", self.free_bits, 0.0, 100.0)?;
        real("beta", self.beta, 0.0, 1000.0)?;
        real("r1_gamma", self.r1_gamma, 0.0, 1000.0)?;
        real("gradient_penalty", self.gradient_penalty, 0.0, 1000.0)?;
        real("weight_clip", self.weight_clip, 0.0, 1000.0)?;
        for (key, value) in [("schedule_steps", self.schedule_steps), ("critic_steps", self.critic_steps)] {
            if value == 0 {
                return Err(ConfigError::new(key, "1 or more".into(), value));
            }
        }
        if self.family == Family::Gan && self.batch_norm && self.batch < 2 {
            return Err(ConfigError::new("batch", "2 or more with batch norm".into(), self.batch));
        }
        if self.likelihood == Likelihood::Gaussian && self.binarize != Binarize::None {
            return Err(ConfigError::new(
                "binarize",
                "none with a Gaussian likelihood".into(),
                format!("{:?}", self.binarize),
            ));
        }
        Ok(())
    }

    /// The learning rate of the step after `step` others, warm-up and schedule included.
    pub fn learning_rate_at(&self, step: u64) -> f64 {
        let warmth = if step < self.warm_up_steps { (step + 1) as f64 / self.warm_up_steps as f64 } else { 1.0 };
        let share = match self.schedule {
            Schedule::Constant => 1.0,
            Schedule::Cosine => {
                let before = self.warm_up_steps.min(self.schedule_steps);
                let length = (self.schedule_steps - before).max(1);
                let place = step.saturating_sub(before).min(length) as f64 / length as f64;
                self.schedule_share + (1.0 - self.schedule_share) * 0.5 * (1.0 + (std::f64::consts::PI * place).cos())
            }
            Schedule::Step => self.schedule_share.powf((step / self.schedule_steps.max(1)) as f64),
        };
        warmth * share * self.learning_rate
    }

    /// The numbers of the update after `step` steps, of the critic or of another network.
    pub(super) fn settings(&self, step: u64, critic: bool) -> Settings {
        Settings {
            method: self.optimizer,
            learning_rate: self.learning_rate_at(step) * if critic { self.critic_rate } else { 1.0 },
            beta1: self.adam_beta1,
            beta2: self.adam_beta2,
            weight_decay: self.weight_decay,
            gradient_clip: self.gradient_clip,
            weight_clip: if critic { self.weight_clip } else { 0.0 },
            average_decay: if critic { 0.0 } else { self.average_decay },
        }
    }

    /// β of the step after `step` others.
    pub fn beta_at(&self, step: u64) -> f64 {
        match step < self.beta_warm_up_steps {
            true => self.beta * (step + 1) as f64 / self.beta_warm_up_steps as f64,
            false => self.beta,
        }
    }

    /// Whether the generator learns in the step after `step` others.
    pub fn generator_learns_at(&self, step: u64) -> bool {
        (step + 1).is_multiple_of(self.critic_steps.max(1))
    }

    /// Whether it has an encoder.
    pub fn encodes(&self) -> bool {
        self.family != Family::Gan
    }
}

/// A number that no run can have.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("{key}: expected {expected}, found {found}")]
pub struct ConfigError {
    key: &'static str,
    expected: String,
    found: String,
}

impl ConfigError {
    fn new(key: &'static str, expected: String, found: impl ToString) -> Self {
        Self { key, expected, found: found.to_string() }
    }
}
