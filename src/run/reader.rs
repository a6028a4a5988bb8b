//! One checkpoint of a run after another, for looking back: their weights alone, by one model.

use super::changes::read_changes;
use super::checkpoint::Checkpoint;
use super::error::RunError;
use super::folder::{RunConfig, misfit, most_values, read_config};
use crate::message::{Explain, message};
use crate::model::{Change, Config, Model, in_force};
use crate::snapshot::Snapshot;
use std::path::{Path, PathBuf};

/// Reads the checkpoints of a run. What the run changes after it was made it does not know.
#[derive(Debug)]
pub struct CheckpointReader {
    folder: PathBuf,
    config: RunConfig,
    changes: Vec<Change>,
    /// The numbers that the model was made of, and the model.
    model: Option<(Config, Model)>,
}

impl CheckpointReader {
    /// Of a run folder.
    ///
    /// # Errors
    /// Names the file, what was expected and what was found.
    pub fn open(folder: &Path) -> Result<Self, RunError> {
        let config = read_config(&folder.join("config.toml"))?;
        let changes = read_changes(folder, &config.model)?;
        Ok(Self { folder: folder.to_owned(), config, changes, model: None })
    }

    /// The weights of the checkpoint of `step` as plain data, to the bit those of a run that was stopped there; all checksums
    /// but the optimiser's are compared.
    ///
    /// # Errors
    /// Names the file, what was expected and what was found.
    pub fn snapshot(&mut self, step: u64) -> Result<Snapshot, RunError> {
        let (folder, path) = (&self.folder, Checkpoint::path(&self.folder, step));
        let numbers = in_force(&self.config.model, &self.changes, step).map_err(|error| {
            let expected = message!("changes that this run can make");
            RunError::unexpected(&folder.join("changes.toml"), expected, error.message())
        })?;
        let (image, mut model) = (self.config.image, self.model.take());
        let weights = Checkpoint::read_weights_at(folder, step, &self.changes, |weights_bytes| {
            let made = model.take().filter(|(known, _)| *known == numbers);
            let made = match made {
                Some((_, made)) => made,
                None => {
                    let most = most_values(weights_bytes);
                    Model::within(&numbers, image, most).map_err(misfit(&path))?
                }
            };
            let most_bytes = Checkpoint::most_bytes(made.parameter_count());
            model = Some((numbers.clone(), made));
            Ok(most_bytes)
        })?;
        let Some((numbers, mut made)) = model else {
            return Err(RunError::unexpected(&path, message!("a checkpoint"), message!("none")));
        };
        let restored = made.restore(&weights).and_then(|()| {
            let (own, saved) = (made.names(), weights.names());
            match saved.surplus_to(&own) {
                Some(name) => Err(crate::model::StepError::Surplus { name }),
                None => made.snapshot(step),
            }
        });
        let snapshot = restored.map_err(misfit(&path))?;
        self.model = Some((numbers, made));
        Ok(snapshot)
    }
}
