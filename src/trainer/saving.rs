//! What a trainer does to have its run written: copies it at a step boundary, and learns later what came of it.

use super::autosave::{Due, LastWrite};
use super::copy_slot::CopySlot;
use super::message::{Event, Phase};
use super::worker::Worker;
use super::write_request::{Rows, RunState, WriteRequest};
use super::writer::Written;
use crate::disk::atomic;
use crate::message::{Explain, message};
use crate::model::{Losses, ModelCopy};
use crate::run::metrics_file::MetricsRow;
use crate::run::{Checkpoint, RunError};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Rows that wait for the next checkpoint, at most: then they go to the writer by themselves.
const MOST_ROWS: usize = 4096;

/// How long to wait for room before a write is tried again.
const UNTIL_RETRY: Duration = if cfg!(test) { Duration::from_millis(20) } else { Duration::from_secs(2) };

impl Worker {
    /// Keeps what a step measured: in the curves, and for the run's folder.
    pub(super) fn record(&mut self, values: Losses) {
        let (step, seconds) = (self.step, self.train_s as f32);
        self.shared.history.push(step, seconds, &values);
        if self.saving.rows_to.is_none() {
            return;
        }
        self.saving.rows.push(MetricsRow { step, seconds, values });
        if self.saving.rows.len() >= MOST_ROWS
            && let Some(folder) = self.folder.clone()
            && self.saving.rows_to.as_ref() == Some(&folder)
        {
            let rows = Rows::Next(std::mem::take(&mut self.saving.rows));
            self.writer.submit(WriteRequest { folder, step, rows, run: None });
        }
    }

    /// Puts a copy of the model where somebody waits for it.
    pub(super) fn copy_into(&self, slot: &CopySlot) {
        match self.model.save() {
            Ok(saved) => {
                let (step, config, shape) = (self.step, self.config.clone(), self.dataset.shape());
                slot.put(ModelCopy { step, config, shape, saved });
            }
            Err(error) => tracing::warn!("no copy of step {}: {error}", self.step),
        }
        (self.options.wake)();
    }

    /// Copies the run as it is and has it written to `folder`; `requested`: by somebody who waits for the answer.
    pub(super) fn save(&mut self, folder: PathBuf, requested: bool) {
        // Before the copy is made: there are never more than three in memory.
        self.writer.wait_for_room();
        let saved = match self.model.save() {
            Ok(saved) => saved,
            Err(error) => {
                return self.send_event(Event::SaveFailed { path: folder, message: error.message(), waits: false });
            }
        };
        let saving = &mut self.saving;
        saving.last = LastWrite { step: self.step, train_s: self.train_s, took_s: saving.last.took_s };
        saving.changed = false;
        let rows = std::mem::take(&mut saving.rows);
        // A folder that is not known to have the rows before these, or has no room for them, gets all that is kept.
        let goes_on =
            self.folder.as_ref() == Some(&folder) && saving.rows_to.as_ref() == Some(&folder) && saving.retry.is_none();
        let rows = if goes_on { Rows::Next(rows) } else { Rows::Kept(self.shared.history.thinned()) };
        saving.rows_to = Some(folder.clone());
        let autosave = self.options.autosave;
        let unsaved = self.options.autosave_folder.as_ref() == Some(&folder);
        let budget_bytes = if unsaved { autosave.unsaved(&saving.last) } else { autosave }.budget_bytes;
        let run = RunState {
            config: self.run_config.clone(),
            total_steps: self.options.total_steps,
            changes: self.changes.iter().chain(&self.planned).cloned().collect(),
            checkpoint: Checkpoint { step: self.step, train_s: self.train_s, saved },
            budget_bytes,
            requested,
        };
        self.writer.submit(WriteRequest { folder, step: self.step, rows, run: Some(run) });
    }

    /// Has the run written where it has a folder and is not there yet as it is. Not after a fault: a part of the step in
    /// which it happened may have been made.
    pub(super) fn autosave(&mut self) {
        let new = self.step > self.saving.last.step || self.saving.failed || self.saving.changed;
        if new
            && self.phase != Phase::Failed
            && let Some(folder) = self.home()
        {
            self.save(folder, false);
        }
    }

    /// Where the run is written by itself: its folder, or where it is autosaved while nobody has saved it.
    fn home(&self) -> Option<PathBuf> {
        match &self.options.autosave_folder {
            Some(unsaved) if self.folder.as_ref().is_none_or(|folder| folder == unsaved) => {
                // Where it was sent last may be its folder in a moment.
                let home = self.saving.rows_to.clone().unwrap_or_else(|| unsaved.clone());
                (self.step > 0).then_some(home)
            }
            _ => self.folder.clone(),
        }
    }

    /// Removes what was autosaved: the run was saved elsewhere, begins anew, or is wanted by nobody.
    pub(super) fn remove_autosaved(&mut self) {
        if let Some(unsaved) = self.options.autosave_folder.as_deref().filter(|folder| folder.is_dir())
            && let Err(error) = atomic::remove_folder(unsaved)
        {
            tracing::warn!("{} stays: {error}", unsaved.display());
        }
    }

    /// Nobody will want this run again.
    pub(super) fn discard(&mut self) {
        if self.options.autosave_folder.is_none() {
            return;
        }
        let unsaved = self.folder.is_none() || self.folder == self.options.autosave_folder;
        if unsaved {
            self.settle_writes();
            self.folder = None;
        }
        self.remove_autosaved();
        self.options.autosave_folder = None;
    }

    /// Waits for what is being written; whatever comes next is another run.
    pub(super) fn settle_writes(&mut self) {
        self.writer.forget();
        while let Ok(written) = self.writer.results.try_recv() {
            self.handle_written(written);
        }
    }

    /// The same while it trains, when it is time: what the step says always, what the clock says when all that was
    /// written before is on disk.
    pub(super) fn autosave_if_due(&mut self) {
        let Some(home) = self.home() else { return };
        let unsaved = self.options.autosave_folder.as_ref() == Some(&home);
        let autosave = self.options.autosave;
        let autosave = if unsaved { autosave.unsaved(&self.saving.last) } else { autosave };
        match autosave.due(&self.saving.last, self.step, self.train_s) {
            Some(Due::ByStep) => self.autosave(),
            Some(Due::ByTime) if self.writer.is_idle() && self.writer.results.is_empty() => self.autosave(),
            Some(Due::ByTime) | None => {}
        }
    }

    /// Tries again what found no room, when it is time.
    pub(super) fn retry_if_due(&mut self) {
        let is_due = self.saving.retry.is_some_and(|retry| retry <= Instant::now());
        if is_due && self.writer.is_idle() {
            self.saving.retry = Some(Instant::now() + UNTIL_RETRY);
            match self.folder.clone() {
                Some(folder) if self.phase != Phase::Failed => self.save(folder, false),
                _ => self.saving.retry = None,
            }
        }
    }

    pub(super) fn handle_written(&mut self, written: Written) {
        let Written { folder, step, requested, took_s, outcome, run } = written;
        let is_run = run.is_some();
        drop(run);
        self.saving.last.took_s = took_s;
        self.saving.failed = outcome.is_err();
        match outcome {
            Ok(()) => {
                let before = self.folder.replace(folder.clone());
                if before != self.folder && self.options.autosave_folder.as_ref() != Some(&folder) {
                    self.remove_autosaved();
                }
                if is_run {
                    self.saving.saved_step = Some(step);
                    self.report();
                }
                let is_owed = is_run && std::mem::take(&mut self.saving.owed);
                if is_run && self.saving.retry.take().is_some() {
                    self.report();
                    self.send_event(Event::RoomAgain { step });
                }
                if requested || is_owed {
                    self.send_event(Event::Saved { path: folder, step });
                }
            }
            Err(error) => {
                if self.saving.rows_to.as_ref() == Some(&folder) {
                    self.saving.rows_to = None;
                    self.saving.rows.clear();
                }
                self.handle_failed(folder, &error, requested);
            }
        }
    }

    /// A run that lies in its folder waits for room there; whatever else failed is for a person.
    fn handle_failed(&mut self, folder: PathBuf, error: &RunError, requested: bool) {
        // What was given to be written before the failure was known cannot be written after it.
        let follows = matches!(error, RunError::Gap { .. });
        if follows && (self.saving.retry.is_some() || !requested) {
            self.saving.owed |= requested;
            return;
        }
        let unsaved = self.options.autosave_folder.as_ref() == Some(&folder);
        let waits = error.is_full() && self.folder.as_ref() == Some(&folder) && !unsaved;
        let is_known = waits && self.saving.retry.is_some() && !requested;
        if waits {
            self.saving.owed |= requested;
            self.saving.retry = Some(Instant::now() + UNTIL_RETRY);
            self.rate.stop();
            self.report();
        }
        if !is_known {
            let error = error.message();
            let message = if waits { message!("{error}; this run waits until there is room", error) } else { error };
            self.send_event(Event::SaveFailed { path: folder, message, waits });
        }
    }
}
