//! A table of runs: those of the models on the list and those of run folders, side by side, with their figures and curves.

mod arranged;
mod choice;
mod reading;
mod row;

pub use arranged::{ArrangedRow, arranged, columns, figure_table, rate_distortion};
pub use choice::{MOST_OVERLAID, RunColumn, RunPlot, RunSort, RunTable};
pub use reading::{BrokenRun, FolderRun, FolderRuns, read_runs};
pub use row::{MeasuredRun, RunRow, RunSameness};

use crate::model::ModelId;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A run of the table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunId {
    /// That of a model of the list.
    Model(ModelId),
    /// That in a folder.
    Folder(PathBuf),
}
