//! What is known of the runs of the table, and which ones wait to be measured.

use crate::explore::compare::FigureReference;
use crate::explore::runs::RunId;
use crate::ui::runs::known::{FoundRuns, MeasuredRuns};
use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// What is known of the runs, and which ones wait to be measured.
#[derive(Default)]
pub(super) struct RunTableService {
    pub found: FoundRuns,
    pub measured: MeasuredRuns,
    /// What runs of the open data are measured against, with that data's checksum.
    pub reference: Option<(String, Arc<FigureReference>)>,
    /// The run that is measured, then those that wait.
    pub queue: VecDeque<RunId>,
    /// What is done for that, as a number.
    pub stage: Arc<AtomicUsize>,
}
