//! The models: one file or folder a family and one line in [`FAMILIES`]; at the end, the one type that trainers hold.

mod architecture;
mod autoregressive;
mod batch;
mod bernoulli_mixture;
mod change;
mod chow_liu;
mod classes;
mod completion;
mod config;
mod config_file;
mod copy;
mod data;
mod error;
mod exact;
mod families;
mod family;
mod field;
mod flow;
mod gan;
mod gaussian_mixture;
mod hidden_markov;
mod id;
mod layers;
mod learning;
mod metric_id;
mod network;
mod pca;
mod pixels;
mod plain;
mod points;
mod recurrent;
mod regression;
mod saved;
mod setting;
mod step;
mod tested;
mod trainable;
mod vae;
mod values;

pub use batch::{Batch, Batches, Sampling};
pub use change::{Change, Key, in_force};
pub use completion::{Completion, CompletionDraws, KeptPixels};
pub use config::Config;
pub use copy::ModelCopy;
pub use error::{ChangeError, ConfigError, StepError};
pub use families::{FAMILIES, presets};
pub use family::{Family, MakeModel, Preset, SteppedPart};
pub use field::{CardInput, CardRow, Field, FieldChange, FieldKind, Follow, Section};
pub use id::{MOST_MODELS, ModelId, PerModel};
pub use layers::Layers;
pub use learning::{LearningRate, Schedule};
pub use metric_id::MetricId;
pub use pixels::{Binarize, Likelihood};
pub use saved::{Saved, SavedNames};
pub use setting::Setting;
pub use step::{Losses, Part};
pub use tested::{Posteriors, Tested, TestedBatch};
pub use trainable::{Figures, PixelHook, StepInput, Trainable};
pub use vae::{KlWeight, POINT_LOG_VARIANCE};
pub use values::ConfigValues;

use crate::dataset::{ImageShape, Split};
use crate::nn::parameters::{Parameters, copied};
use candle_core::Device;
use std::ops::{Deref, DerefMut};

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

    /// The same, refused before memory is taken where it would have more parameters than these.
    ///
    /// # Errors
    /// If it would, or candle cannot make the tensors.
    pub fn within(config: &Config, shape: ImageShape, most: usize) -> Result<Self, StepError> {
        Self::with(config, shape, &|| Parameters::default().at_most(most))
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

    /// Completes the test image that the draws are numbered by, as the model sees it: binarised once where it learns from binary
    /// images. `kept` says which pixels stay, `[pixels]`; `None` where the family has no way to.
    ///
    /// # Errors
    /// If candle fails.
    pub fn complete_test(
        &self,
        test: &Split,
        kept: &[bool],
        draws: CompletionDraws,
    ) -> Result<Option<Completion>, StepError> {
        let batch = Batch::of_test_places(test, &[draws.image as usize], self.sampling())?;
        self.complete(KeptPixels { image: &copied(&batch.images)?, kept }, draws)
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
