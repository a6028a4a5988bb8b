//! A model as plain data: what another thread makes the same one of.

use super::{Config, Model, Saved, StepError};
use crate::dataset::ImageShape;

/// All that it takes to make a model that trained once more.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelCopy {
    /// Steps made.
    pub step: u64,
    /// The configuration in force.
    pub config: Config,
    /// What it learns from.
    pub shape: ImageShape,
    /// All that it has learned.
    pub saved: Saved,
}

impl ModelCopy {
    /// The model, on the CPU.
    ///
    /// # Errors
    /// Names what is missing or does not fit.
    pub fn model(&self) -> Result<Model, StepError> {
        let mut model = Model::new(&self.config, self.shape)?;
        model.restore(&self.saved)?;
        Ok(model)
    }
}
