//! Models that a change takes away: kept for undo, and how a person is told so; and those that go back to a checkpoint.

use crate::app::jobs::JobKey;
use crate::app::kept::KeptModel;
use crate::app::runtime::ModelRuntime;
use crate::app::session::Session;
use crate::model::ModelId;
use crate::ui::command::{Command, FileCommand};
use crate::ui::messages::Level;
use crate::ui::text::tr;
use crate::ui::toasts::ToastAction;
use std::path::PathBuf;

impl Session {
    /// Steps that a model has made.
    pub(super) fn step_of(&self, id: ModelId) -> u64 {
        let rests_at = self.services.resting.get(id).map(|record| record.step);
        let runs_at = self.services.models.get(id).and_then(ModelRuntime::status).map(|status| status.step);
        rests_at.or(runs_at).unwrap_or(0)
    }

    /// Keeps a model with the change that was recorded last: undo brings it back as it is.
    pub(in crate::app) fn keep_for_undo(&mut self, id: ModelId) {
        if let Some(kept) = self.take_for_undo(id) {
            self.undo.keep(kept);
        }
    }

    /// Takes a model out for undo.
    pub(super) fn take_for_undo(&mut self, id: ModelId) -> Option<KeptModel> {
        if let Some(run) = self.services.reopening.remove(id) {
            // It was on its way back from disk, where it stays.
            self.services.jobs.cancel(&JobKey::Make(id));
            self.services.restoring.models.remove(id);
            self.finish_restoring();
            return Some(KeptModel::on_disk(id, run));
        }
        let restoring = &mut self.services.restoring.models;
        if let Some(run) = restoring.remove(id).and_then(|of| self.services.session_files.on_disk(&of)) {
            // Nothing of the last session is back yet.
            return Some(KeptModel::on_disk(id, run));
        }
        if let Some(run) = self.services.resting.get(id).and_then(|of| self.services.session_files.on_disk(of)) {
            return Some(KeptModel::on_disk(id, run));
        }
        Some(KeptModel::running(id, self.services.models.get_mut(id)?.take_out()))
    }

    /// Says what was written, with a button that shows its folder.
    pub(in crate::app) fn offer_folder(&mut self, text: &str, folder: PathBuf) {
        let command = FileCommand::ShowFolder(folder).into();
        self.shell.offer(Level::Done, text, ToastAction { words: tr("toast.show_folder"), command });
    }

    /// Says what was done, with a button that takes the change back that was recorded last.
    pub(in crate::app) fn offer_undo(&mut self, text: &str) {
        match self.undo.newest() {
            Some(number) => {
                let action = ToastAction { words: tr("menu.undo"), command: Command::UndoTo(number) };
                self.shell.offer(Level::Done, text, action);
            }
            None => self.shell.say(Level::Done, text),
        }
    }

    /// A model that failed goes on from its newest checkpoint; what came after it in its curves goes.
    pub(super) fn go_back(&mut self, id: ModelId) {
        let Some(model) = self.services.models.get_mut(id).filter(|model| model.failure.is_some()) else { return };
        if let Some(run) = model.on_disk() {
            // It ends without writing anything: nobody else may hold its folder.
            model.trainer = None;
            self.reopen(id, run);
        }
    }
}
