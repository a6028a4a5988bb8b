//! The run folder that a trainer writes into, on the writer's side.

use super::write_request::{Rows, RunState};
use crate::message::message;
use crate::model::Change;
use crate::run::metrics_file::{MetricsFile, rows_of};
use crate::run::{self, Lock, MadeWith, RunError};
use std::path::{Path, PathBuf};

/// A folder that is this run's own, and what is in it as far as this program wrote it.
pub(super) struct OwnFolder {
    folder: PathBuf,
    _lock: Lock,
    changes: Option<Vec<Change>>,
    total_steps: Option<u64>,
    metrics: Option<MetricsFile>,
    /// SHA-256 of `config.toml`, once it is as it stays.
    config_sum: Option<String>,
    /// Whether rows are missing, because there are none yet or some could not be written: only what the history keeps
    /// fills the gap.
    has_gap: bool,
}

impl OwnFolder {
    /// A run that goes on.
    pub fn opened(folder: PathBuf, lock: Lock, metrics: MetricsFile) -> Self {
        let (changes, total_steps) = (None, None);
        Self { folder, _lock: lock, changes, total_steps, metrics: Some(metrics), config_sum: None, has_gap: false }
    }

    /// Writes into a folder, which becomes the own one where it is not; it must then be without a run.
    /// Configuration, changes and rows of metrics come first, and the rows are synced: a checkpoint is never without them.
    pub fn write(own: &mut Option<Self>, folder: &Path, rows: Rows, run: Option<&RunState>) -> Result<(), RunError> {
        if own.as_ref().is_none_or(|own| own.folder != *folder) {
            let Some(run) = run else {
                return Err(RunError::unexpected(folder, message!("the run's own folder"), message!("another")));
            };
            *own = Some(Self::begin(folder, run)?);
        }
        let Some(own) = own else { return Ok(()) };
        own.append(rows)?;
        run.map_or(Ok(()), |run| own.write_run(run))
    }

    fn begin(folder: &Path, run: &RunState) -> Result<Self, RunError> {
        let lock = run::begin(folder, &run.config)?;
        let (folder, changes, total_steps, metrics, config_sum) = (folder.to_owned(), None, None, None, None);
        Ok(Self { folder, _lock: lock, changes, total_steps, metrics, config_sum, has_gap: true })
    }

    fn append(&mut self, rows: Rows) -> Result<(), RunError> {
        let has_gap = std::mem::replace(&mut self.has_gap, true);
        match (&mut self.metrics, rows) {
            (None, Rows::Kept(curves)) => self.metrics = Some(MetricsFile::create(&self.folder, curves)?),
            (Some(metrics), Rows::Kept(curves)) => _ = metrics.append(rows_of(curves))?,
            (Some(metrics), Rows::Next(rows)) if !has_gap => _ = metrics.append(rows.into_iter())?,
            (_, Rows::Next(_)) => {
                return Err(RunError::Gap { path: self.folder.clone() });
            }
        }
        self.has_gap = false;
        Ok(())
    }

    fn write_run(&mut self, run: &RunState) -> Result<(), RunError> {
        let folder = &self.folder;
        if self.changes.is_none() {
            run::renew_config(folder)?;
        }
        if let Some(metrics) = &self.metrics {
            metrics.sync()?;
        }
        if let Some(total) = run.total_steps
            && self.total_steps != Some(total)
        {
            run::write_total(folder, total)?;
            self.total_steps = Some(total);
        }
        if self.changes.as_ref() != Some(&run.changes) {
            run::write_changes(folder, &run.changes)?;
            self.changes = Some(run.changes.clone());
        }
        let config = match &self.config_sum {
            Some(sum) => sum.clone(),
            None => self.config_sum.insert(run::sum_of(&folder.join("config.toml"))?).clone(),
        };
        let changes = run::sum_of_changes(&run.changes, run.checkpoint.step);
        // Before the new one is written: on a full disk what goes makes room for it.
        let next = (run.checkpoint.step, run.checkpoint.saved.bytes());
        if folder.join("checkpoints").exists()
            && let Err(error) = run::prune(folder, Some(next), run.budget_bytes)
        {
            // The run is safe; it only takes more room than it should.
            tracing::warn!("old checkpoints stay: {error}");
        }
        run.checkpoint.write(folder, &MadeWith { config, changes })
    }
}
