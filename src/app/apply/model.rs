//! Commands about models: which there are, their settings and their training.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::project::MOST_MODELS;
use crate::app::session::Session;
use crate::app::undo::ChangeKind;
use crate::message::{Explain, Message};
use crate::model::{Config, ModelId, Part};
use crate::trainer::{Control, Phase, Trainer};
use crate::ui::command::ModelCommand;
use crate::ui::messages::Level;
use crate::ui::text::explain;
use crate::ui::text::tr;
use rust_i18n::t;

impl Session {
    pub(super) fn apply_to_model(&mut self, command: ModelCommand) {
        match command {
            ModelCommand::Add(preset) => {
                if let Some(config) = Config::preset(&preset) {
                    self.add(config, None);
                }
            }
            ModelCommand::Duplicate(id) => {
                if let Some(config) = self.project.model(id).map(|model| model.config.clone()) {
                    self.add(config, Some(id));
                }
            }
            ModelCommand::Remove(id) => self.change_list(|project| _ = project.remove(id)),
            ModelCommand::Rename(id, name) => self.change_list(|project| project.rename(id, &name)),
            ModelCommand::Color(id, color) => self.change_list(|project| {
                if let Some(model) = project.model_mut(id) {
                    model.color = color;
                }
            }),
            ModelCommand::Show(slot, id) => self.change_list(|project| project.show(slot, id)),
            ModelCommand::Preset(id, name) => self.set_preset(id, &name),
            ModelCommand::Edit(id, config) => {
                self.undo.record(ChangeKind::Model(id), &self.project);
                if let Some(model) = self.project.model_mut(id) {
                    let before = std::mem::replace(&mut model.config, *config);
                    self.edited(id, &before);
                }
            }
            ModelCommand::Start(id) => self.start(id),
            ModelCommand::Pause(id) => _ = self.send(id, Control::Pause),
            ModelCommand::ToggleAll => self.toggle_all(),
            ModelCommand::Step(id, part) => self.step(id, part),
            ModelCommand::StepAll => self.each(|session, id| session.step(id, Part::Whole)),
            ModelCommand::Reset(id) => self.reset(id),
            ModelCommand::ResetAll => self.each(Self::reset),
            ModelCommand::TrainAtOnce(count) => self.project.train_at_once = count.clamp(1, MOST_MODELS),
        }
    }

    fn each(&mut self, mut action: impl FnMut(&mut Self, ModelId)) {
        let ids: Vec<ModelId> = self.project.models.iter().map(|model| model.id).collect();
        ids.into_iter().for_each(|id| action(self, id));
    }

    /// Changes the list of models, or what is shown of it, as one step of undo.
    fn change_list(&mut self, change: impl FnOnce(&mut crate::app::project::Project)) {
        let before = self.project.clone();
        change(&mut self.project);
        if self.project != before {
            self.undo.record(ChangeKind::List, &before);
            self.keep_runtimes();
            self.services.sheet.requested = true;
        }
    }

    fn add(&mut self, config: Config, behind: Option<ModelId>) {
        let mut added = None;
        self.change_list(|project| added = project.add(config, behind));
        match added {
            Some(id) => self.make(id),
            None => self.shell.say(Level::Note, &t!("toast.most_models", most = MOST_MODELS)),
        }
    }

    fn set_preset(&mut self, id: ModelId, name: &str) {
        let seed = self.project.model(id).map(|model| model.config.seed()).unwrap_or_default();
        let Some(config) = Config::preset(name).and_then(|config| config.with("seed", seed).ok()) else { return };
        self.undo.record(ChangeKind::Model(id), &self.project);
        self.undo.settle();
        let renamed = self.project.is_named_by_preset(id);
        if let Some(model) = self.project.model_mut(id) {
            model.config = config;
        }
        if renamed {
            self.project.name_by_preset(id);
        }
        self.make(id);
    }

    /// A card's settings were others before: what can change while it trains goes to the trainer.
    pub(in crate::app) fn edited(&mut self, id: ModelId, before: &Config) {
        if let (Some(entry), Some(runtime)) = (self.project.model(id), self.services.models.get_mut(id))
            && entry.config != *before
        {
            runtime.edited(before, &entry.config);
        }
    }

    /// Sends a model's trainer a control, and says so where there is none.
    pub(in crate::app) fn send(&mut self, id: ModelId, control: Control) -> bool {
        let quiet = control == Control::Pause;
        let sent = self.services.models.get_mut(id).is_some_and(|model| model.send(control));
        if !sent && !quiet {
            self.shell.say(Level::Note, &tr("train.no_data"));
        }
        sent
    }

    /// Makes a model's trainer anew where the card's settings changed before its first step.
    fn make_if_stale(&mut self, id: ModelId) {
        let stale = self.project.model(id).zip(self.services.models.get(id));
        if stale.is_some_and(|(entry, model)| model.is_stale(&entry.config)) {
            self.make(id);
        }
    }

    fn step(&mut self, id: ModelId, part: Part) {
        self.make_if_stale(id);
        self.send(id, Control::Step(part));
    }

    /// Trains a model, or lets it wait for its turn where as many train as shall at once.
    fn start(&mut self, id: ModelId) {
        self.make_if_stale(id);
        let room = self.started_models() < self.project.train_at_once;
        let Some(model) = self.services.models.get_mut(id) else { return };
        if room || model.is_started() || !(model.is_making() || model.trainer.is_some()) {
            self.send(id, Control::Start);
        } else {
            model.queued = true;
        }
    }

    fn started_models(&self) -> usize {
        self.services.models.iter().filter(|(_, model)| model.is_started()).count()
    }

    /// Lets models train whose turn has come, in the order of the list.
    pub(in crate::app) fn start_queued(&mut self) {
        while self.started_models() < self.project.train_at_once {
            let waits = |id: &ModelId| self.services.models.get(*id).is_some_and(|model| model.queued);
            let Some(id) = self.project.models.iter().map(|model| model.id).find(waits) else { return };
            if !self.send(id, Control::Start)
                && let Some(model) = self.services.models.get_mut(id)
            {
                model.queued = false;
            }
        }
    }

    fn toggle_all(&mut self) {
        let active =
            self.services.models.iter().any(|(_, model)| model.is_started() || model.is_training() || model.queued);
        if active {
            self.each(|session, id| _ = session.send(id, Control::Pause));
        } else {
            // What is shown comes first.
            let shown = self.project.shown;
            self.start(shown.a);
            self.start(shown.b);
            self.each(|session, id| {
                if id != shown.a && id != shown.b {
                    session.start(id);
                }
            });
        }
    }

    fn reset(&mut self, id: ModelId) {
        let (Some(entry), Some(model)) = (self.project.model(id), self.services.models.get(id)) else { return };
        let Some(trainer) = &model.trainer else {
            if model.failure.is_some() {
                self.make(id);
            }
            return;
        };
        let broken = matches!(trainer.status().phase, Phase::Failed | Phase::Stopped);
        if broken || trainer.config() != entry.config || model.folder.is_some() {
            self.make(id);
        } else {
            self.send(id, Control::Reset);
        }
        self.services.sheet.requested = true;
    }

    /// Makes a new trainer for the card's settings, in the background: making a network is not a frame's work.
    pub(in crate::app) fn make(&mut self, id: ModelId) {
        let Some(data) = self.services.data.clone() else { return };
        let options = self.services.options();
        let Some(config) = self.project.model(id).map(|model| model.config.clone()) else { return };
        self.services.planes.clear(id);
        self.project.planes.remove(id);
        self.services.models.entry(id).begin_making();
        self.services.jobs.start(JobKey::Make(id), move |_| {
            let made = Trainer::spawn(config, data, options).map_err(|error| error.message());
            Done::Made(id, made.map(Box::new))
        });
    }

    /// A model's trainer was made, or why not.
    pub(in crate::app) fn made(&mut self, id: ModelId, made: Result<Trainer, Message>) {
        if let Err(message) = &made {
            let name = self.project.label(id);
            self.shell.say(Level::Failed, &t!("toast.model_failed", slot = name, why = explain(message)));
        }
        if let Some(model) = self.services.models.get_mut(id) {
            model.made(made);
        }
    }
}
