//! What is known of the runs of the table: what the panel draws from.

use crate::dataset::Progress;
use crate::explore::compare::FigureStage;
use crate::explore::runs::{FolderRuns, MeasuredRun, RunId, RunTable};
use crate::message::Message;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// What was read of each folder, or why not.
pub type FoundRuns = BTreeMap<PathBuf, Result<Arc<FolderRuns>, Message>>;

/// The newest figures of each run, by the step of the weights.
pub type MeasuredRuns = BTreeMap<RunId, BTreeMap<u64, Arc<MeasuredRun>>>;

/// The table of runs.
#[derive(Clone, Copy)]
pub struct RunsView<'a> {
    /// What a person chose.
    pub table: &'a RunTable,
    /// What was read.
    pub found: &'a FoundRuns,
    /// What was measured.
    pub measured: &'a MeasuredRuns,
    /// What is being measured.
    pub measuring: Option<MeasuringView<'a>>,
    /// Whether a folder is being read.
    pub reading: bool,
}

/// A run that is being measured.
#[derive(Clone, Copy)]
pub struct MeasuringView<'a> {
    /// Which one.
    pub run: &'a RunId,
    /// Runs that are left after it.
    pub waiting: usize,
    /// What is being done.
    pub stage: FigureStage,
    /// How far that is.
    pub progress: &'a Progress,
}
