//! What is written of a run, as far as its trainer knows.

use super::autosave::LastWrite;
use crate::run::metrics_file::MetricsRow;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What is written, as far as the trainer knows.
#[derive(Debug, Default)]
pub(super) struct WriteState {
    pub last: LastWrite,
    /// The step of the newest checkpoint that is on disk.
    pub saved_step: Option<u64>,
    /// Whether the last write failed.
    pub failed: bool,
    /// When a write that found no room is tried again.
    pub retry: Option<Instant>,
    /// Whether somebody still waits for what found no room.
    pub owed: bool,
    /// Whether something was changed by hand since.
    pub changed: bool,
    /// Where the rows before `rows` went to; `None` where it is nowhere, or not known to be whole.
    pub rows_to: Option<PathBuf>,
    /// What was measured since.
    pub rows: Vec<MetricsRow>,
}

impl WriteState {
    /// The run goes on from a checkpoint of this step in a folder.
    pub fn resumed(folder: &Path, step: u64, train_s: f64) -> Self {
        let last = LastWrite { step, train_s, took_s: 0.0 };
        Self { last, saved_step: Some(step), rows_to: Some(folder.to_owned()), ..Self::default() }
    }
}
