//! Carrying out Commands: the only place where the session changes because somebody asked. One file a kind of Command.

mod data;
mod file;
mod model;
mod plane;

use crate::app::jobs::JobKey;
use crate::app::project::Project;
use crate::app::runtime::ModelRuntime;
use crate::app::session::Session;
use crate::app::undo::{ChangeKind, KeptModel};
use crate::model::ModelId;
use crate::ui::command::{Command, CompareCommand, ViewCommand};
use crate::ui::layout::Layout;
use crate::ui::settings::Settings;

impl Session {
    /// Carries out one Command. Never waits.
    pub fn apply(&mut self, command: impl Into<Command>) {
        match command.into() {
            Command::Data(command) => self.apply_to_data(command),
            Command::Model(command) => self.apply_to_model(command),
            Command::Plane(command) => self.apply_to_plane(command),
            Command::Compare(command) => self.apply_to_sheet(command),
            Command::View(command) => self.apply_to_view(command),
            Command::File(command) => self.apply_to_files(command),
            Command::Undo => {
                if let Some((project, kept)) = self.undo.undo(&self.project) {
                    let replaced = self.go_to(project, kept);
                    self.undo.keep_replaced(replaced, true);
                }
            }
            Command::Redo => {
                if let Some((project, kept)) = self.undo.redo(&self.project) {
                    let replaced = self.go_to(project, kept);
                    self.undo.keep_replaced(replaced, false);
                }
            }
        }
    }

    fn apply_to_sheet(&mut self, command: CompareCommand) {
        match command {
            CompareCommand::Refresh => self.services.sheet.requested = true,
            CompareCommand::Seed(seed) => {
                self.undo.record(ChangeKind::Selection, &self.project);
                self.project.sheet_seed = seed;
                self.services.sheet.requested = true;
            }
            CompareCommand::Select(row) => {
                if row != self.project.selection {
                    self.undo.record(ChangeKind::Selection, &self.project);
                    self.project.selection = row;
                }
            }
        }
    }

    fn apply_to_view(&mut self, command: ViewCommand) {
        match command {
            ViewCommand::Settings(settings) => {
                if settings.plane != self.project.settings.plane {
                    self.undo.record(ChangeKind::Plane, &self.project);
                }
                self.project.settings = *settings;
                rust_i18n::set_locale(self.project.settings.language.locale());
            }
            ViewCommand::TogglePane(pane) => self.shell.layout.toggle(&pane),
            ViewCommand::Maximise(pane) => self.shell.layout.maximise(pane),
            ViewCommand::FullScreen(on) => self.shell.full_screen = Some(on),
            ViewCommand::Present(on) => self.shell.present(on),
            ViewCommand::ResetLayout => self.shell.layout = Layout::default(),
            ViewCommand::Help(open) => self.shell.panels.dialogs.help = open,
        }
    }

    /// Puts another project in place of this one, with models as they ran, and gives what had learned and is replaced. What
    /// is not a change of the person's work stays: data, how many models
    /// train at once, and how the window looks.
    fn go_to(&mut self, project: Project, kept: Vec<KeptModel>) -> Vec<KeptModel> {
        let settings = Settings { plane: project.settings.plane.clone(), ..self.project.settings.clone() };
        let next_id = self.project.next_id.max(project.next_id);
        let (data, train_at_once) = (self.project.data.clone(), self.project.train_at_once);
        let project = Project { settings, next_id, data, train_at_once, ..project };
        let before = std::mem::replace(&mut self.project, project);
        let restored: Vec<ModelId> = kept.iter().map(|(id, _)| *id).collect();
        let leaves = |(id, model): &(ModelId, &mut ModelRuntime)| {
            restored.contains(id) || (model.has_learned() && self.project.model(*id).is_none())
        };
        let models = self.services.models.iter_mut().filter(leaves);
        let replaced = models.map(|(id, model)| (id, model.take_out())).collect();
        self.keep_runtimes();
        for (id, model) in kept {
            // One that was on its way has come too late.
            self.services.jobs.cancel(&JobKey::Make(id));
            let was_made = model.trainer.is_some();
            self.services.planes.clear(id);
            self.services.models.insert(id, model);
            if !was_made {
                self.make(id);
            }
        }
        let now = self.project.models.clone();
        for entry in &now {
            match before.model(entry.id) {
                Some(before) => self.edited(entry.id, &before.config),
                None if restored.contains(&entry.id) => {}
                // It was taken off the list and is there again.
                None => self.make(entry.id),
            }
        }
        self.services.planes.restore(&self.project.planes);
        self.services.sheet.requested = true;
        replaced
    }
}
