//! The models: one file a family and one line in [`FAMILIES`], the one type that trainers hold last.

mod architecture;
mod batch;
mod change;
mod config;
mod config_file;
mod family;
mod field;
mod gan;
mod id;
mod layers;
mod learning;
mod metric_id;
mod pca;
mod pixels;
mod plain;
mod saved;
mod setting;
mod tested;
mod trainable;
mod vae;

pub use batch::{Batch, Batches, Sampling};
pub use change::{Change, ChangeError, Key, in_force};
pub use config::{Config, ConfigError};
pub use family::{FAMILIES, Family, MakeModel, Preset, SteppedPart, presets};
pub use field::{CardInput, CardRow, Field, FieldChange, FieldKind, Section};
pub use id::{ModelId, PerModel};
pub use layers::Layers;
pub use learning::{LearningRate, Schedule};
pub use metric_id::MetricId;
pub use pixels::{Binarize, Likelihood, PixelDistribution};
pub use saved::Saved;
pub use setting::Setting;
pub use tested::{Posteriors, Tested, TestedBatch};
pub use trainable::{Figures, PixelHook, StepInput, Trainable};
pub use vae::{KlWeight, POINT_LOG_VARIANCE};

use crate::message::{Explain, Message, message};
use saved::{restore, save};

use crate::dataset::{ImageShape, Split};
use crate::nn::operations::Linear;
use crate::nn::parameters::Parameters;
use crate::snapshot::{NetworkError, Operation, OperationKind};
use candle_core::Device;
use serde::{Deserialize, Serialize};
use std::ops::{Deref, DerefMut};

/// What one step measured.
pub type Losses = Vec<(MetricId, f32)>;

/// Which networks one step updates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// All of them.
    #[default]
    Whole,
    /// One of [`Family::parts`] alone, the first being 1.
    Only(u8),
}

/// Why a step could not be made.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum StepError {
    /// A loss is not a number any more.
    NotFinite {
        /// Which.
        loss: MetricId,
        /// Infinite or not a number.
        value: f32,
    },
    /// A saved tensor is missing or has another size.
    Saved {
        /// The tensor.
        name: String,
        /// Values that the model has.
        expected: usize,
        /// Values that were saved.
        found: usize,
    },
    /// The snapshot does not fit together.
    Network(#[from] NetworkError),
    /// The configuration is another family's.
    Config(#[from] ConfigError),
    /// candle's own words.
    Candle(#[from] candle_core::Error),
}

impl Explain for StepError {
    fn message(&self) -> Message {
        match self {
            Self::NotFinite { loss, value } => message!(
                "{loss} became {value}; a smaller learning rate or other data may help",
                loss = loss.name(),
                value,
            ),
            Self::Saved { name, expected, found } => {
                message!("{name}: expected {expected} values, found {found}", name, expected, found)
            }
            Self::Network(error) => error.message(),
            Self::Config(error) => error.message(),
            Self::Candle(error) => Message::words(error),
        }
    }
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
    let OperationKind::Linear(Linear { inputs, outputs }) = operation.kind else { return };
    let (weight, bias) = (operation.weight.iter().copied(), operation.bias.iter().copied());
    operation.weight = weight.chain(std::iter::repeat_n(0.0, count * inputs)).collect();
    operation.bias = bias.chain(std::iter::repeat_n(value, count)).collect();
    operation.kind = Linear { inputs, outputs: outputs + count }.into();
}

/// A model of any family, as it trains.
#[derive(Debug)]
pub struct Model(Box<dyn Trainable>);

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
        Ok(Self((config.family().make)(config, shape, parameters)?))
    }

    /// Means of the figures on the first `count` test images, which are not learned from: a batch at a time, so that it takes
    /// no more memory than training. `watch` sees each batch and says whether to go on; where it says no there are none.
    ///
    /// # Errors
    /// If candle fails.
    pub fn test_on(
        &self,
        test: (&Split, usize),
        device: &Device,
        watch: &mut dyn FnMut(TestedBatch<'_>) -> bool,
    ) -> Result<Losses, StepError> {
        trainable::mean_losses(&*self.0, test, device, watch)
    }
}

impl Deref for Model {
    type Target = dyn Trainable;

    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl DerefMut for Model {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut *self.0
    }
}
