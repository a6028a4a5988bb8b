//! The models: one file a family, the one type that trainers hold last.

mod batch;
mod change;
mod config;
mod gan;
mod layer;
mod saved;
mod series;
mod vae;

pub use batch::{Batch, Batches};
pub use change::{Change, ChangeError, Key, in_force};
pub use config::{Binarize, Config, ConfigError, Family, Likelihood, PRESETS};
pub use gan::Gan;
pub use saved::Saved;
pub use series::Series;
pub use vae::{POINT_LOG_VARIANCE, Vae};

use saved::{restore, save};

use crate::dataset::ImageShape;
use crate::snapshot::{NetworkError, Operation, OperationKind, Snapshot};
use serde::{Deserialize, Serialize};

/// What one step measured.
pub type Losses = Vec<(Series, f32)>;

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
    #[error("{} became {value}; a smaller learning rate or other data may help", series.name())]
    NotFinite {
        /// Which.
        series: Series,
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
            Some((series, value)) => Err(Self::NotFinite { series: *series, value: *value }),
            None => Ok(()),
        }
    }
}

/// Gives a linear operation `count` more outputs that are always `value`.
fn append_constants(operation: &mut Operation, count: usize, value: f32) {
    let OperationKind::Linear { weight, bias, .. } = &mut operation.kind;
    let inputs = weight.len() / bias.len().max(1);
    *weight = weight.iter().copied().chain(std::iter::repeat_n(0.0, count * inputs)).collect();
    *bias = bias.iter().copied().chain(std::iter::repeat_n(value, count)).collect();
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
        Ok(match config.family {
            Family::Vae | Family::Autoencoder => Self::Vae(Box::new(Vae::new(config, shape)?)),
            Family::Gan => Self::Gan(Box::new(Gan::new(config, shape)?)),
        })
    }

    /// One training step. `part` has a meaning for a GAN alone.
    ///
    /// # Errors
    /// If a loss is not a number; the weights are then those before the step (a GAN's discriminator may be newer).
    pub fn step(&mut self, batch: &Batch, config: &Config, part: Part) -> Result<Losses, StepError> {
        match self {
            Self::Vae(vae) => vae.step(batch, config),
            Self::Gan(gan) => gan.step(batch, config, part),
        }
    }

    /// Figures on images that are not learned from.
    ///
    /// # Errors
    /// If candle fails.
    pub fn test(&self, batch: &Batch) -> Result<Losses, StepError> {
        Ok(match self {
            Self::Vae(vae) => vae.test(batch)?,
            Self::Gan(gan) => gan.test(batch)?,
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

    /// Trainable numbers in all.
    pub fn parameter_count(&self) -> usize {
        match self {
            Self::Vae(vae) => vae.parameter_count(),
            Self::Gan(gan) => gan.parameter_count(),
        }
    }
}
