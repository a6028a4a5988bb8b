//! The weights of one checkpoint of a run after another, while the run may go on.

use crate::run::{CheckpointReader, RunError};
use crate::snapshot::Snapshot;
use std::path::Path;
use std::sync::Arc;

/// Reads the checkpoints of a folder; what has changed in it since its reader was made is read anew.
#[derive(Debug)]
pub(super) struct RunWeights {
    folder: Arc<Path>,
    reader: Option<CheckpointReader>,
}

impl RunWeights {
    pub fn new(folder: Arc<Path>) -> Self {
        Self { folder, reader: None }
    }

    /// The weights of a step.
    pub fn read(&mut self, step: u64) -> Result<Snapshot, RunError> {
        if let Some(snapshot) = self.reader.as_mut().and_then(|reader| reader.snapshot(step).ok()) {
            return Ok(snapshot);
        }
        self.reader = None;
        let mut reader = CheckpointReader::open(&self.folder)?;
        let snapshot = reader.snapshot(step)?;
        self.reader = Some(reader);
        Ok(snapshot)
    }
}
