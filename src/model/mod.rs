//! The models: one file a family, the one type that trainers hold last.

mod architecture;
mod batch;
mod change;
mod config;
mod gan;
mod id;
mod metric_id;
mod plain;
mod presets;
mod saved;
mod tested;
mod vae;

pub use batch::{Batch, Batches};
pub use change::{Change, ChangeError, Key, in_force};
pub use config::{Binarize, Config, ConfigError, Family, Likelihood, Network, Schedule};
pub use gan::Gan;
pub use id::{ModelId, PerModel};
pub use metric_id::MetricId;
pub use presets::PRESETS;
pub use saved::Saved;
pub use tested::{Posteriors, Tested, TestedBatch};
pub use vae::{POINT_LOG_VARIANCE, Vae};

use saved::{restore, save};

use crate::dataset::{ImageShape, Split};
use crate::nn::parameters::Parameters;
use crate::snapshot::{Kind, NetworkError, Operation, OperationKind, Snapshot};
use candle_core::Device;
use serde::{Deserialize, Serialize};

/// What one step measured.
pub type Losses = Vec<(MetricId, f32)>;

/// Which networks one step updates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// All of them.
    #[default]
    Whole,
    /// A GAN's discriminator alone.
    Discriminator,
    /// A GAN's generator alone.
    Generator,
}

/// Why a step could not be made.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// A loss is not a number any more.
    #[error("{} became {value}; a smaller learning rate or other data may help", loss.name())]
    NotFinite {
        /// Which.
        loss: MetricId,
        /// Infinite or not a number.
        value: f32,
    },
    /// A saved tensor is missing or has another size.
    #[error("{name}: expected {expected} values, found {found}")]
    Saved {
        /// The tensor.
        name: String,
        /// Values that the model has.
        expected: usize,
        /// Values that were saved.
        found: usize,
    },
    /// The snapshot does not fit together.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// candle's own words.
    #[error(transparent)]
    Candle(#[from] candle_core::Error),
}

impl StepError {
    fn check(losses: &Losses) -> Result<(), Self> {
        match losses.iter().find(|(_, value)| !value.is_finite()) {
            Some((loss, value)) => Err(Self::NotFinite { loss: *loss, value: *value }),
            None => Ok(()),
        }
    }
}

/// Gives a linear operation `count` more outputs that are always `value`.
fn append_constants(operation: &mut Operation, count: usize, value: f32) {
    let OperationKind::Layer(Kind::Linear { inputs, outputs }) = operation.kind else { return };
    let (weight, bias) = (operation.weight.iter().copied(), operation.bias.iter().copied());
    operation.weight = weight.chain(std::iter::repeat_n(0.0, count * inputs)).collect();
    operation.bias = bias.chain(std::iter::repeat_n(value, count)).collect();
    operation.kind = Kind::Linear { inputs, outputs: outputs + count }.into();
}

/// A model of any family, as it trains.
#[derive(Debug)]
pub enum Model {
    /// With or without noise.
    Vae(Box<Vae>),
    /// Generator and discriminator.
    Gan(Box<Gan>),
}

impl Model {
    /// Fresh weights for images of `shape`.
    ///
    /// # Errors
    /// If candle cannot make the tensors.
    pub fn new(config: &Config, shape: ImageShape) -> Result<Self, StepError> {
        Self::with(config, shape, &Parameters::default)
    }

    /// Fresh weights on a device.
    ///
    /// # Errors
    /// If candle cannot make the tensors.
    pub fn on(device: &Device, config: &Config, shape: ImageShape) -> Result<Self, StepError> {
        Self::with(config, shape, &|| Parameters::on(device))
    }

    /// Fresh weights on the CPU, trained by candle's own operations: slow, and what the kernels are tested against.
    ///
    /// # Errors
    /// If candle cannot make the tensors.
    pub fn reference(config: &Config, shape: ImageShape) -> Result<Self, StepError> {
        Self::with(config, shape, &Parameters::reference)
    }

    fn with(config: &Config, shape: ImageShape, parameters: &dyn Fn() -> Parameters) -> Result<Self, StepError> {
        Ok(match config.family {
            Family::Vae | Family::Autoencoder => Self::Vae(Box::new(Vae::new(config, shape, parameters())?)),
            Family::Gan => Self::Gan(Box::new(Gan::new(config, shape, [parameters(), parameters()])?)),
        })
    }

    /// The training step after `step` others. `part` has a meaning for a GAN alone.
    ///
    /// # Errors
    /// If a loss is not a number; the weights are then those before the step (a GAN's discriminator may be newer).
    pub fn step(&mut self, step: u64, batch: &Batch, config: &Config, part: Part) -> Result<Losses, StepError> {
        match self {
            Self::Vae(vae) => vae.step(step, batch, config),
            Self::Gan(gan) => gan.step(step, batch, config, part),
        }
    }

    /// Means of the figures on the first `count` test images, which are not learned from: a batch at a time, so that it takes
    /// no more memory than training. `watch` sees each batch and says whether to go on; where it says no there are none.
    ///
    /// # Errors
    /// If candle fails.
    pub fn test_on(
        &self,
        (test, count): (&Split, usize),
        config: &Config,
        device: &Device,
        watch: &mut dyn FnMut(TestedBatch<'_>) -> bool,
    ) -> Result<Losses, StepError> {
        let mut sums: Vec<(MetricId, f64)> = Vec::new();
        for from in (0..count).step_by(config.batch.max(1)) {
            let to = (from + config.batch).min(count);
            let tested = self.test(&Batch::of_test(test, (from, to), config)?.on(device)?, config)?;
            for (metric, value) in &tested.losses {
                let share = f64::from(*value) * (to - from) as f64 / count as f64;
                match sums.iter_mut().find(|(other, _)| other == metric) {
                    Some((_, sum)) => *sum += share,
                    None => sums.push((*metric, share)),
                }
            }
            if !watch(TestedBatch { done: to, tested: &tested }) {
                return Ok(Losses::new());
            }
        }
        Ok(sums.into_iter().map(|(metric, sum)| (metric, sum as f32)).collect())
    }

    /// Figures on one batch of images that are not learned from.
    ///
    /// # Errors
    /// If candle fails.
    pub fn test(&self, batch: &Batch, config: &Config) -> Result<Tested, StepError> {
        Ok(match self {
            Self::Vae(vae) => vae.test(batch)?,
            Self::Gan(gan) => gan.test(batch, config)?,
        })
    }

    /// The weights as plain data, copied.
    ///
    /// # Errors
    /// If candle fails.
    pub fn snapshot(&self, step: u64) -> Result<Snapshot, StepError> {
        match self {
            Self::Vae(vae) => vae.snapshot(step),
            Self::Gan(gan) => gan.snapshot(step),
        }
    }

    /// All that has to be written to go on later.
    ///
    /// # Errors
    /// If candle fails.
    pub fn save(&self) -> Result<Saved, StepError> {
        Ok(match self {
            Self::Vae(vae) => vae.save()?,
            Self::Gan(gan) => gan.save()?,
        })
    }

    /// Takes what was written back.
    ///
    /// # Errors
    /// Names what is missing or does not fit.
    pub fn restore(&mut self, saved: &Saved) -> Result<(), StepError> {
        match self {
            Self::Vae(vae) => vae.restore(saved),
            Self::Gan(gan) => gan.restore(saved),
        }
    }

    /// Multiplications and additions that a step's products need at least, an image.
    pub fn flops(&self, config: &Config) -> u64 {
        match self {
            Self::Vae(vae) => vae.flops(),
            Self::Gan(gan) => gan.flops(config),
        }
    }

    /// Trainable numbers in all.
    pub fn parameter_count(&self) -> usize {
        match self {
            Self::Vae(vae) => vae.parameter_count(),
            Self::Gan(gan) => gan.parameter_count(),
        }
    }
}
