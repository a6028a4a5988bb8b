//! What is put into a run folder.

use crate::history::CurvePoint;
use crate::model::{Change, MetricId};
use crate::run::metrics_file::MetricsRow;
use crate::run::{Checkpoint, RunConfig};
use std::path::PathBuf;
use std::sync::Arc;

/// Rows of metrics to append.
pub(super) enum Rows {
    /// Those since the request before this one.
    Next(Vec<MetricsRow>),
    /// All that the history keeps, for a folder that may have none of it.
    Kept(Vec<(MetricId, Vec<CurvePoint>)>),
}

/// Something to put into a run folder.
pub(super) struct WriteRequest {
    pub folder: PathBuf,
    /// Steps made.
    pub step: u64,
    pub rows: Rows,
    /// `None` where it is the rows alone.
    pub run: Option<RunState>,
}

/// A run as it was at a step boundary.
pub(super) struct RunState {
    pub config: Arc<RunConfig>,
    pub total_steps: Option<u64>,
    pub changes: Vec<Change>,
    pub checkpoint: Checkpoint,
    pub budget_bytes: u64,
    /// Whether somebody asked for it and waits for the answer.
    pub requested: bool,
}
