//! Carrying out Commands: the only place where the session changes because somebody asked. One file a kind of Command.

mod completion;
mod copy;
mod data;
mod export;
mod export_film;
mod export_plane;
mod export_samples;
mod file;
mod keep;
mod lay;
mod model;
mod pad;
mod picture_panel;
mod plane;
mod timeline;

use crate::app::jobs::JobKey;
use crate::app::kept::{KeptData, KeptModel, KeptState};
use crate::app::project::{ModelEntry, Project};
use crate::app::runtime::ModelRuntime;
use crate::app::session::Session;
use crate::app::undo::{ChangeKind, UndoStep, UndoWay};
use crate::model::ModelId;
use crate::trainer::Control;
use crate::ui::command::{Command, CompareCommand, ViewCommand};
use crate::ui::layout::PanelLayout;
use crate::ui::settings::Settings;
use crate::ui::slot::Slot;

impl Session {
    /// Carries out one Command. Never waits.
    pub fn apply(&mut self, command: impl Into<Command>) {
        match command.into() {
            Command::Data(command) => self.apply_to_data(command),
            Command::Model(command) => self.apply_to_model(command),
            Command::Plane(command) => self.apply_to_plane(command),
            Command::Timeline(command) => self.apply_to_timeline(command),
            Command::Compare(command) => self.apply_to_sheet(command),
            Command::Runs(command) => self.apply_to_runs(command),
            Command::Pad(command) => self.apply_to_pad(command),
            Command::Completion(change) => self.apply_to_completion(change),
            Command::View(command) => self.apply_to_view(command),
            Command::File(command) => self.apply_to_files(command),
            Command::Undo => _ = self.go(UndoWay::Back),
            Command::Redo => _ = self.go(UndoWay::Again),
            Command::UndoTo(number) => while self.undo.has(number) && self.go(UndoWay::Back) {},
        }
    }

    fn apply_to_sheet(&mut self, command: CompareCommand) {
        match command {
            CompareCommand::Refresh => {
                self.services.sheet.requested = true;
                self.services.sheet.afresh = true;
            }
            CompareCommand::Seed(seed) => {
                self.undo.record(ChangeKind::Selection, &self.project);
                self.project.sheet_seed = seed;
                self.services.sheet.requested = true;
            }
            CompareCommand::Select(index) => {
                if index != self.project.selection {
                    self.undo.record(ChangeKind::Selection, &self.project);
                    self.project.selection = index;
                }
                let codes = self.selected_codes();
                self.look_at_codes(&codes);
            }
            CompareCommand::Choose(choice) => {
                let choice = choice.made_whole();
                if choice != self.project.sheet {
                    self.undo.record(ChangeKind::Selection, &self.project);
                    self.services.sheet.requested |= choice.images != self.project.sheet.images;
                    self.project.sheet = choice;
                }
            }
        }
    }

    /// Where the models that are shown have the image that is selected on the compare sheet.
    fn selected_codes(&self) -> Vec<(ModelId, Vec<f32>)> {
        let view = self.view(&[]);
        let code = |slot: Slot| Some((view.slots.id(slot), view.sheet.selected_latent(slot)?.to_vec()));
        Slot::BOTH.into_iter().filter_map(code).collect()
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
            ViewCommand::ResetLayout => self.shell.layout = PanelLayout::default(),
            ViewCommand::Help(open) => self.shell.panels.dialogs.help = open,
        }
    }

    /// Takes the last change back, or makes it again. Where its data has to be opened first, that is begun, and it is done
    /// when the data is there. Whether it was done at once.
    pub(in crate::app) fn go(&mut self, way: UndoWay) -> bool {
        if let Some(source) = self.undo.missing_data(way) {
            self.open_data_for(source, Some(way));
            return false;
        }
        let Some(step) = self.undo.go(way, &self.project) else { return false };
        let (models, data) = self.go_to(step);
        self.undo.keep_replaced(way, models, data);
        true
    }

    /// Puts another project in place of this one, with models as they ran and their data; gives what had learned and is
    /// replaced. What is not a change of the person's work stays: how many models train at once, and how the window looks.
    fn go_to(&mut self, step: UndoStep) -> (Vec<KeptModel>, Option<KeptData>) {
        let UndoStep { project, kept, data, .. } = step;
        let data = match data {
            Some(KeptData::Here(data)) => Some(data),
            Some(KeptData::At(_)) | None => None,
        };
        let settings = Settings { plane: project.settings.plane.clone(), ..self.project.settings.clone() };
        let next_id = self.project.next_id.max(project.next_id);
        let source = data.as_ref().map_or_else(|| self.project.data.clone(), |data| data.source.clone());
        let train_at_once = self.project.train_at_once;
        let project = Project { settings, next_id, data: source, train_at_once, ..project };
        let before = std::mem::replace(&mut self.project, project);
        let restored: Vec<ModelId> = kept.iter().map(KeptModel::id).collect();
        let stays =
            |project: &Project, id: ModelId| project.data_of(id).is_some_and(|data| before.data_of(id) == Some(data));
        let leaves = |(id, model): &(ModelId, &mut ModelRuntime)| {
            restored.contains(id) || (model.has_learned() && !stays(&self.project, *id))
        };
        let models = self.services.models.iter_mut().filter(leaves);
        let replaced = models.map(|(id, model)| KeptModel::running(id, model.take_out())).collect();
        let replaced_data = data.and_then(|data| self.put_data(data)).map(KeptData::Here);
        self.keep_runtimes();
        kept.into_iter().for_each(|model| self.put_back(model));
        let now = self.project.models.clone();
        for entry in now.iter().filter(|entry| !restored.contains(&entry.id)) {
            let id = entry.id;
            match before.model(id).filter(|_| stays(&self.project, id)) {
                Some(_) if entry.is_resting() => _ = self.send(id, Control::Pause),
                Some(before) => {
                    self.edited(id, &before.config);
                    self.wake(id);
                }
                // It was taken off the list and is there again, or learns from other data.
                None => self.begin(id),
            }
        }
        self.services.planes.restore(&self.project.planes);
        self.services.sheet.requested = true;
        (replaced, replaced_data)
    }

    /// Puts a model back where a change took it away.
    fn put_back(&mut self, model: KeptModel) {
        let id = model.id();
        // One that was on its way has come too late.
        self.services.jobs.cancel(&JobKey::Make(id));
        self.services.planes.clear(id);
        let rests = self.project.model(id).is_some_and(ModelEntry::is_resting);
        match model.take() {
            KeptState::OnDisk(run) if rests => self.leave_on_disk(id, &run),
            KeptState::Running(model) if model.trainer.is_some() => _ = self.services.models.insert(id, *model),
            KeptState::OnDisk(run) => self.reopen(id, run),
            KeptState::Running(_) | KeptState::Gone => self.begin(id),
        }
    }
}
