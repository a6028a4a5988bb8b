//! The last session comes back: models with their steps, curves and optimisers, paused, in the background.

use crate::app::done::Reopened;
use crate::app::session::Session;
use crate::app::session_files::{self, RunOnDisk};
use crate::message::{Message, message};
use crate::model::ModelId;
use crate::ui::command::ModelCommand;
use crate::ui::messages::Level;
use crate::ui::text::{explain, tr, whole};
use crate::ui::toasts::ToastAction;
use rust_i18n::t;
use std::path::Path;

impl Session {
    /// The models of the last session, as runs on disk.
    fn last_runs(&self) -> Vec<(ModelId, RunOnDisk)> {
        let models = self.services.restoring.models.iter();
        models.filter_map(|(id, record)| Some((id, self.services.session_files.on_disk(record)?))).collect()
    }

    /// A run that is to be opened is not also brought back by itself.
    pub(super) fn leave_to_open(&mut self, run: &Path) {
        let same = |run_of: &RunOnDisk| {
            run_of.folder.canonicalize().ok().is_some_and(|of| Some(of) == run.canonicalize().ok())
        };
        for (id, _) in self.last_runs().into_iter().filter(|(_, run_of)| same(run_of)) {
            self.services.restoring.models.remove(id);
        }
    }

    /// Brings a model of the last session back, if it was one; whether it was.
    pub(super) fn restore(&mut self, id: ModelId) -> bool {
        let Some((_, run)) = self.last_runs().into_iter().find(|(of, _)| *of == id) else {
            self.services.restoring.models.remove(id);
            return false;
        };
        self.reopen(id, run);
        true
    }

    /// A model that was on its way back from disk is there, or is not to be had.
    pub(super) fn reopened(&mut self, id: ModelId, reopened: Result<Reopened, Message>) {
        let Some(run) = self.services.reopening.remove(id) else { return };
        let (name, record) = (self.project.label(id), self.services.restoring.models.remove(id));
        match reopened {
            Ok(Reopened { trainer, damage }) => {
                let status = trainer.status();
                if let Some(damage) = damage {
                    let (step, why) = (whole(status.step), explain(&damage));
                    self.shell.say(Level::Failed, &t!("toast.reopened_before", slot = name, step = step, why = why));
                }
                if let Some(record) = record {
                    let step = whole(status.step);
                    let lost_s = (record.train_s - status.train_s).ceil();
                    let words = if status.step < record.step {
                        t!("last_session.model_behind", slot = name, step = step, seconds = lost_s.max(0.0))
                    } else {
                        t!("last_session.model", slot = name, step = step)
                    };
                    self.services.restoring.back.push((id, words.into_owned()));
                }
                if let Some(entry) = self.project.model_mut(id) {
                    // What was changed by hand after its checkpoint is not in force.
                    entry.config.take_live(&trainer.config());
                }
                let model = self.services.models.entry(id);
                model.made(Ok(trainer));
                model.folder = (!run.unsaved).then_some(run.folder);
            }
            Err(_) if record.is_some() && run.unsaved && !run.folder.exists() => {
                let step = whole(record.map_or(0, |record| record.step));
                let words = t!("last_session.model_anew", slot = name, step = step).into_owned();
                self.services.restoring.back.push((id, words));
                self.begin(id);
            }
            Err(why) => {
                let aside = if run.unsaved { session_files::set_aside(&run.folder) } else { None };
                let why = match aside {
                    Some(kept) => message!("{why}; it is kept as {kept}", why, kept),
                    None => why,
                };
                self.shell.say(Level::Failed, &t!("toast.not_reopened", slot = name, why = explain(&why)));
                self.begin(id);
            }
        }
        self.services.sheet.requested = true;
        self.finish_restoring();
    }

    /// When all of the last session is back, says so and offers to go on.
    pub(super) fn finish_restoring(&mut self) {
        let restoring = &mut self.services.restoring;
        if !restoring.models.is_empty() {
            return;
        }
        if let Some(run) = restoring.then_open.take() {
            self.open_run_on(run, None, self.services.start.data.clone());
        }
        let mut back = std::mem::take(&mut self.services.restoring.back);
        if back.is_empty() {
            return;
        }
        back.sort();
        let back: Vec<String> = back.into_iter().map(|(_, words)| words).collect();
        let key = if self.services.restoring.crashed { "last_session.crashed" } else { "last_session.back" };
        let words = t!(key, models = back.join(&tr("last_session.and"))).into_owned();
        let action = ToastAction { words: tr("last_session.continue"), command: ModelCommand::StartAll.into() };
        self.shell.offer(Level::Note, &words, action);
    }
}
