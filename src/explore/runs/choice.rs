//! What a person chose of the table of runs, as a value.

use super::RunId;
use crate::metrics::FigureId;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// Runs whose curves are drawn over each other, at most.
pub const MOST_OVERLAID: usize = 8;
/// Folders that are added, at most.
const MOST_FOLDERS: usize = 100;

/// A column of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunColumn {
    /// What it is called.
    #[default]
    Name,
    /// Its preset.
    Preset,
    /// The data that it learned from.
    Data,
    /// Its seed.
    Seed,
    /// The step of its weights.
    Step,
    /// A figure.
    Figure(FigureId),
}

impl RunColumn {
    /// What is known without measuring.
    pub const PLAIN: [Self; 5] = [Self::Name, Self::Preset, Self::Data, Self::Seed, Self::Step];
}

/// What the rows are in order of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunSort {
    /// The column.
    pub column: RunColumn,
    /// Whether the highest stand first.
    pub falling: bool,
}

/// What is drawn below the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunPlot {
    /// A curve of each run that is chosen.
    #[default]
    Curves,
    /// A point a run: rate and distortion.
    RateDistortion,
}

/// All of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RunTable {
    /// Folders that were added: of one run, or of many.
    pub folders: Vec<PathBuf>,
    /// The order of the rows; as they were added where it is `None`.
    pub sort: Option<RunSort>,
    /// Whether rows that differ only in their seed are one.
    pub by_seed: bool,
    /// The runs whose curves are drawn.
    pub overlaid: Vec<RunId>,
    /// The column of `metrics.csv` that is drawn; the first that there is where it is `None`.
    pub curve: Option<String>,
    /// What is drawn.
    pub plot: RunPlot,
}

impl RunTable {
    /// A table that was read, made one that can be shown.
    #[must_use]
    pub fn made_whole(mut self) -> Self {
        self.folders.truncate(MOST_FOLDERS);
        self.overlaid.truncate(MOST_OVERLAID);
        self
    }

    /// Adds a folder at the end, unless it is there.
    pub fn add(&mut self, folder: PathBuf) {
        if !self.folders.contains(&folder) && self.folders.len() < MOST_FOLDERS {
            self.folders.push(folder);
        }
    }

    /// Whether a run's curve is drawn.
    pub fn is_overlaid(&self, run: &RunId) -> bool {
        self.overlaid.contains(run)
    }

    /// Draws a run's curve or not; of more than can be drawn the first one goes.
    pub fn overlay(&mut self, run: &RunId, on: bool) {
        self.overlaid.retain(|other| other != run);
        if on {
            self.overlaid.push(run.clone());
            let surplus = self.overlaid.len().saturating_sub(MOST_OVERLAID);
            self.overlaid.drain(..surplus);
        }
    }

    /// Sorts by a column: the lowest first, then the highest, then as they were added.
    pub fn sort_by(&mut self, column: RunColumn) {
        self.sort = match self.sort {
            Some(RunSort { column: own, falling: false }) if own == column => Some(RunSort { column, falling: true }),
            Some(RunSort { column: own, falling: true }) if own == column => None,
            _ => Some(RunSort { column, falling: false }),
        };
    }
}
