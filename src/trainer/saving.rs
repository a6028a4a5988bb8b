//! What a trainer does to have its run written: copies it at a step boundary, and hears later what came of it.

use super::autosave::Last;
use super::message::{Event, Phase};
use super::worker::Worker;
use super::writer::{Job, Written};
use crate::run::Checkpoint;
use std::path::PathBuf;

/// What is written, as far as the trainer knows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Saving {
    last: Last,
    /// Whether the last write failed.
    failed: bool,
    /// Whether something was changed by hand since.
    pub changed: bool,
}

impl Saving {
    /// The run goes on from a checkpoint of this step.
    pub fn go_on(&mut self, step: u64, train_s: f64) {
        *self = Self { last: Last { step, train_s, took_s: 0.0 }, ..Self::default() };
    }
}

impl Worker {
    /// Copies the run as it is and has it written to `folder`; `asked`: by somebody who waits to be told.
    pub(super) fn save(&mut self, folder: PathBuf, asked: bool) {
        let saved = match self.model.save() {
            Ok(saved) => saved,
            Err(error) => return self.say(Event::SaveFailed { path: folder, message: error.to_string() }),
        };
        let took_s = self.saving.last.took_s;
        self.saving.last = Last { step: self.step, train_s: self.train_s, took_s };
        self.saving.changed = false;
        self.writer.submit(Job {
            folder,
            config: self.run_config.clone(),
            total_steps: self.options.total_steps,
            changes: self.changes.iter().chain(&self.planned).cloned().collect(),
            history: self.shared.history.clone(),
            checkpoint: Checkpoint { step: self.step, train_s: self.train_s, saved },
            budget_bytes: self.options.autosave.budget_bytes,
            asked,
        });
    }

    /// Has the run written where it has a folder and is not there yet as it is. Not after a fault: a part of the step in
    /// which it happened may have been made.
    pub(super) fn autosave(&mut self) {
        let new = self.step > self.saving.last.step || self.saving.failed || self.saving.changed;
        if let Some(folder) = self.folder.clone().filter(|_| new && self.phase != Phase::Failed) {
            self.save(folder, false);
        }
    }

    /// The same while it trains: when it is time, and when what was written before is on disk.
    pub(super) fn autosave_if_due(&mut self) {
        let due = self.folder.is_some() && self.options.autosave.is_due(&self.saving.last, self.step, self.train_s);
        if due && self.writer.is_idle() {
            self.autosave();
        }
    }

    pub(super) fn hear_written(&mut self, written: Written) {
        let Written { folder, step, asked, took_s, outcome } = written;
        self.saving.last.took_s = took_s;
        self.saving.failed = outcome.is_err();
        match outcome {
            Ok(()) => {
                self.folder = Some(folder.clone());
                if asked {
                    self.say(Event::Saved { path: folder, step });
                }
            }
            Err(error) => self.say(Event::SaveFailed { path: folder, message: error.to_string() }),
        }
    }
}
