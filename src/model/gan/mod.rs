//! The generative adversarial network (Goodfellow 2014) with any of its losses, and penalties on the critic's gradient; with or
//! without an encoder that reads latents from images; and told the class of images or not. Beside it the variational autoencoder
//! whose decoder is such a generator.

mod class_planes;
mod conditional;
mod discriminator;
mod features;
mod info;
mod latent_encoder;
mod table;
mod vae_gan;
mod vae_gan_table;

pub use conditional::CONDITIONAL_GAN;
pub(super) use discriminator::Discriminator;
pub use info::INFO_GAN;
pub use table::GAN;
pub use vae_gan_table::VAE_GAN;

use super::classes::{CLASSES, ClassIntervals, one_hot};
use super::layers::LayerSettings;
use super::learning::Updates;
use super::network::{LearningNetwork, names, save};
use super::trainable::{Figures, StepInput, Trainable};
use super::{
    Batch, ConfigValues, Losses, Part, Sampling, Saved, SavedNames, StepError, Tested, TestedBatch, architecture,
};
use crate::dataset::{ImageShape, Split};
use crate::nn::inspection::Inspector;
use crate::nn::parameters::Parameters;
use crate::random::Purpose;
use crate::snapshot::{Activation, Prior, Snapshot};
use candle_core::Tensor;
use latent_encoder::LatentEncoder;

type Result<T> = std::result::Result<T, StepError>;

impl Part {
    /// A GAN's discriminator alone.
    pub const DISCRIMINATOR: Self = Self::Only(1);
    /// A GAN's generator alone.
    pub const GENERATOR: Self = Self::Only(2);
}

/// A GAN as it trains.
#[derive(Debug)]
struct Gan {
    shape: ImageShape,
    latent: usize,
    /// The generator's last activation.
    output: Activation,
    sampling: Sampling,
    updates: Updates,
    generator: LearningNetwork,
    discriminator: Discriminator,
    /// What reads the latents from generated images; it is updated with the generator.
    encoder: Option<LatentEncoder>,
    /// Which class the last latent number chooses, where both networks are told it; counted by the first step.
    classes: Option<ClassIntervals>,
}

impl Gan {
    /// Fresh weights, U(±1/√fan_in), from the seed's own stream; each network has parameters of its own.
    fn new(config: &ConfigValues, shape: ImageShape, parameters: &dyn Fn() -> Parameters) -> Result<Self> {
        let classes = config.whole(CLASSES.key).unwrap_or(0) as usize;
        let read: LayerSettings = config.read()?;
        let noise = if classes > 0 { read.latent.saturating_sub(1) } else { read.latent };
        let layers = LayerSettings { latent: noise + classes, ..read };
        let generator = |parameters: &mut Parameters| architecture::generator(&layers, shape, parameters);
        let generator = LearningNetwork::new("generator", parameters(), generator)?;
        let discriminator = Discriminator::new(config, &layers, (shape, classes), parameters())?;
        Ok(Self {
            shape,
            latent: config.latent(),
            output: layers.generator_output.activation(),
            sampling: Sampling {
                latent: noise,
                classes,
                noise: Purpose::Latent,
                between: discriminator.asks_between(),
                ..config.read()?
            },
            updates: config.read()?,
            generator,
            discriminator,
            encoder: None,
            classes: (classes > 0).then(|| ClassIntervals::equal(classes)),
        })
    }

    /// The same with an encoder.
    fn with_encoder(config: &ConfigValues, shape: ImageShape, parameters: &dyn Fn() -> Parameters) -> Result<Self> {
        let encoder = LatentEncoder::new(config, shape, parameters())?;
        Ok(Self { encoder: Some(encoder), ..Self::new(config, shape, parameters)? })
    }

    /// What the generator reads: the noise, and the classes of the real images where it is told them.
    fn latents(&self, batch: &Batch) -> Result<Tensor> {
        let Some(classes) = &self.classes else { return Ok(batch.noise.clone()) };
        let told = one_hot(&batch.classes, classes.classes(), batch.noise.device())?;
        match self.sampling.latent {
            0 => Ok(told),
            _ => Ok(Tensor::cat(&[&batch.noise, &told], 1)?),
        }
    }

    fn networks(&self) -> Vec<&LearningNetwork> {
        let encoder = self.encoder.as_ref().map(|encoder| &encoder.network);
        [&self.generator, &self.discriminator.network].into_iter().chain(encoder).collect()
    }
}

impl Trainable for Gan {
    /// The discriminator, then (where it is the generator's turn) the generator through the new discriminator on the same fake
    /// batch, and the encoder with it; or one of them alone.
    fn step(&mut self, input: &mut StepInput<'_>) -> Result<Losses> {
        let batch = input.batch(&self.sampling)?;
        let counted = match &self.classes {
            Some(classes) if input.step == 0 => Some(ClassIntervals::of(input.train(), classes.classes())?),
            _ => None,
        };
        let (part, settings) = (input.part, self.updates.at(input.step));
        let fake = self.generator.layers.forward(&self.latents(&batch)?)?;
        let mut losses = Losses::new();
        if part != Part::GENERATOR {
            losses.extend(self.discriminator.learn(&batch, &fake, settings)?);
        }
        if part == Part::GENERATOR || self.discriminator.generator_learns_at(input.step) {
            let (mut loss, judged) = self.discriminator.judge_generated(&fake, &batch)?;
            losses.extend(judged);
            if let Some(encoder) = &self.encoder {
                let (of_latents, error) = encoder.loss(&fake, &batch.noise)?;
                losses.push(error);
                loss = (loss + of_latents)?;
            }
            StepError::check(&losses)?;
            if part != Part::DISCRIMINATOR {
                let gradients = loss.backward()?;
                self.generator.learn(&gradients, settings)?;
                if let Some(encoder) = &mut self.encoder {
                    encoder.learn(&gradients, settings)?;
                }
            }
        }
        if counted.is_some() {
            self.classes = counted;
        }
        Ok(losses)
    }

    fn set_live(&mut self, config: &ConfigValues) -> Result<()> {
        self.updates = config.read()?;
        if let Some(encoder) = &mut self.encoder {
            encoder.set_live(config)?;
        }
        self.discriminator.set_live(config)
    }

    fn sampling(&self) -> &Sampling {
        &self.sampling
    }

    /// What its matmuls need at least, averaged over the generator's turns.
    fn flops(&self) -> u64 {
        let (up, up_first) = self.generator.layers.flops();
        let encoder = self.encoder.as_ref().map_or(0, LatentEncoder::flops);
        let generator = 2 * up - up_first + self.discriminator.judging_flops() + encoder;
        up + self.discriminator.flops() + generator / self.discriminator.critic_steps()
    }

    /// What the discriminator says of images that it has not learned from.
    fn test(&self, batch: &Batch) -> Result<Tested> {
        self.discriminator.test(batch)
    }

    fn judge(&self, test: &Split, places: &[usize]) -> Result<Vec<f32>> {
        self.discriminator.judge(test, places, &self.sampling)
    }

    /// Of a model with an encoder, how far it is from the latents of samples.
    fn evaluate(&self, _: &Split, _: &mut dyn FnMut(TestedBatch<'_>) -> bool) -> Result<Figures> {
        match &self.encoder {
            Some(_) => Ok(latent_encoder::figures(&self.snapshot(0)?, self.sampling.seed)),
            None => Ok(Figures::new()),
        }
    }

    /// The networks as plain data, batch norm folded in. There is no critic of images alone where it is told their classes.
    fn snapshot(&self, step: u64) -> Result<Snapshot> {
        let generator = self.generator.plain(self.output, None)?;
        Ok(Snapshot {
            step,
            image: self.shape,
            latent: self.latent,
            likelihood: None,
            decoder: match &self.classes {
                Some(classes) => classes.decoder(self.latent, generator.operations())?,
                None => generator,
            },
            encoder: self.encoder.as_ref().map(LatentEncoder::plain).transpose()?,
            critic: match &self.classes {
                Some(_) => None,
                None => Some(self.discriminator.plain()?),
            },
            prior: Prior::StandardNormal,
        })
    }

    /// Running statistics too.
    fn save(&self) -> Result<Saved> {
        let mut saved = save(&self.networks())?;
        saved.weights.extend(self.classes.as_ref().map(ClassIntervals::save));
        Ok(saved)
    }

    fn names(&self) -> SavedNames {
        let mut names = names(&self.networks());
        names.weights.extend(self.classes.as_ref().map(|classes| classes.save().0));
        names
    }

    fn restore(&mut self, saved: &Saved) -> Result<()> {
        if let Some(encoder) = &mut self.encoder {
            encoder.network.restore(saved)?;
        }
        self.generator.restore(saved)?;
        self.discriminator.network.restore(saved)?;
        if let Some(classes) = &mut self.classes {
            *classes = classes.saved(saved)?;
        }
        Ok(())
    }

    fn part_steps(&self) -> [u64; 2] {
        [&self.discriminator.network, &self.generator].map(LearningNetwork::updates)
    }

    fn inspectors(&self) -> Vec<&Inspector> {
        self.networks().into_iter().map(LearningNetwork::inspector).collect()
    }

    fn parameter_count(&self) -> usize {
        self.networks().into_iter().map(|network| network.parameters.count()).sum()
    }
}
