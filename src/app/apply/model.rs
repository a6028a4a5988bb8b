//! Commands about models: which there are, their settings and their training.

use crate::app::done::Done;
use crate::app::done::ForkPurpose;
use crate::app::jobs::JobKey;
use crate::app::project::ModelEntry;
use crate::app::runtime::ModelRuntime;
use crate::app::session::Session;
use crate::app::undo::ChangeKind;
use crate::message::{Explain, Message};
use crate::model::{Config, MOST_MODELS, ModelId, Part};
use crate::trainer::{Control, Options, Phase, Trainer};
use crate::ui::command::ModelCommand;
use crate::ui::messages::Level;
use crate::ui::text::{explain, tr, whole};
use rust_i18n::t;

impl Session {
    pub(super) fn apply_to_model(&mut self, command: ModelCommand) {
        if command.trains().is_some_and(|id| self.project.model(id).is_some_and(ModelEntry::is_resting)) {
            return self.shell.say(Level::Note, &tr("resting.tip"));
        }
        match command {
            ModelCommand::Add(preset) => {
                if let Some(config) = self.preset(&preset) {
                    self.add(config, None);
                }
            }
            ModelCommand::Duplicate(id) => {
                if let Some(mut config) = self.project.model(id).map(|model| model.config.clone()) {
                    if let Some(data) =
                        self.services.data.as_ref().filter(|data| config.check_on(data.sample()).is_err())
                    {
                        config.adapt_to_data(data);
                    }
                    self.add(config, Some(id));
                }
            }
            ModelCommand::Remove(id) => self.remove(id),
            ModelCommand::Rename(id, name) => self.change_list(|project| project.rename(id, &name)),
            ModelCommand::Color(id, color) => self.change_list(|project| {
                if let Some(model) = project.model_mut(id) {
                    model.color = color;
                }
            }),
            ModelCommand::Show(slot, id) => match self.project.model(id).and_then(|model| model.rests_with.clone()) {
                Some(source) => self.open_data_to_show(source, (slot, id)),
                None => self.change_list(|project| project.show(slot, id)),
            },
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
            ModelCommand::StartAll => self.start_all(),
            ModelCommand::ToggleAll => self.toggle_all(),
            ModelCommand::Step(id, part) => self.step(id, part),
            ModelCommand::StepAll => self.each(|session, id| session.step(id, Part::Whole)),
            ModelCommand::Try(id, request) => self.fork_before(id, ForkPurpose::Try(request)),
            ModelCommand::StepThrough(id, step) => self.fork_before(id, ForkPurpose::StepThrough(step)),
            ModelCommand::GoBack(id) => self.go_back(id),
            ModelCommand::Reset(id) => self.reset(&[id]),
            ModelCommand::ResetAll => {
                let ids: Vec<ModelId> = self.project.active().map(|model| model.id).collect();
                self.reset(&ids);
            }
            ModelCommand::TrainAtOnce(count) => self.project.train_at_once = count.clamp(1, MOST_MODELS),
        }
    }

    fn each(&mut self, mut action: impl FnMut(&mut Self, ModelId)) {
        let ids: Vec<ModelId> = self.project.active().map(|model| model.id).collect();
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

    fn remove(&mut self, id: ModelId) {
        let mut after = self.project.clone();
        // The last one stays.
        if !after.remove(id) {
            return;
        }
        let (name, step) = (self.project.label(id), self.step_of(id));
        let kept = self.take_for_undo(id);
        self.change_list(|project| *project = after);
        if let Some(kept) = kept {
            self.undo.keep(kept);
        }
        if step > 0 {
            self.offer_undo(&t!("toast.removed", slot = name, step = whole(step)));
        }
    }

    pub(in crate::app) fn add(&mut self, config: Config, behind: Option<ModelId>) -> Option<ModelId> {
        let mut added = None;
        self.change_list(|project| added = project.add(config, behind));
        match added {
            Some(id) => self.make(id),
            None => self.shell.say(Level::Note, &t!("toast.most_models", most = MOST_MODELS)),
        }
        added
    }

    /// A preset as it is on the data that is open.
    fn preset(&self, name: &str) -> Option<Config> {
        let mut config = Config::preset(name)?;
        if let Some(data) = &self.services.data {
            config.adapt_to_data(data);
        }
        Some(config)
    }

    fn set_preset(&mut self, id: ModelId, name: &str) {
        let seed = self.project.model(id).map(|model| model.config.seed()).unwrap_or_default();
        let Some(config) = self.preset(name).and_then(|config| config.with("seed", seed).ok()) else { return };
        self.undo.record(ChangeKind::Model(id), &self.project);
        self.undo.settle();
        let renamed = self.project.is_named_by_preset(id);
        if let Some(model) = self.project.model_mut(id) {
            model.config = config;
        }
        if renamed {
            self.project.name_by_preset(id);
        }
        let step = self.step_of(id);
        let label = self.project.label(id);
        self.keep_for_undo(id);
        self.make(id);
        if step > 0 {
            self.offer_undo(&t!("toast.preset", slot = label, preset = name, step = whole(step)));
        }
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

    /// Makes a model's trainer anew where the card's settings changed before its first step, or where it failed.
    fn make_if_stale(&mut self, id: ModelId) {
        let stale = self.project.model(id).zip(self.services.models.get(id));
        if stale.is_some_and(|(entry, model)| model.is_stale(&entry.config)) {
            let learned = self.services.models.get(id).is_some_and(ModelRuntime::has_learned);
            if learned { self.reset(&[id]) } else { self.make(id) }
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
            // Its card may have changed while it waited.
            self.make_if_stale(id);
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
            self.start_all();
        }
    }

    fn start_all(&mut self) {
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

    /// Back to step 0, as one step of undo: what was learned can be had again.
    fn reset(&mut self, ids: &[ModelId]) {
        let models = ids.iter().map(|id| (*id, self.step_of(*id)));
        let learned: Vec<(ModelId, u64)> = models.filter(|(_, step)| *step > 0).collect();
        if !learned.is_empty() {
            self.undo.record(ChangeKind::List, &self.project);
        }
        for (id, step) in &learned {
            self.keep_for_undo(*id);
            self.make(*id);
            let name = self.project.label(*id);
            self.offer_undo(&t!("toast.reset", slot = name, step = whole(*step)));
        }
        let untouched = ids.iter().filter(|id| learned.iter().all(|(learned, _)| learned != *id));
        untouched.for_each(|id| self.begin_anew(*id));
        self.services.sheet.requested = true;
    }

    /// A model at step 0, which its card or a fault may have left behind.
    fn begin_anew(&mut self, id: ModelId) {
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
        }
    }

    /// Makes a new trainer for the card's settings, in the background: making a network is not a frame's work.
    pub(in crate::app) fn make(&mut self, id: ModelId) {
        if self.services.data.is_none() || self.project.model(id).is_none() {
            return;
        }
        self.project.planes.remove(id);
        self.begin(id);
    }

    /// The same where its plane stays where a person put it.
    pub(in crate::app) fn begin(&mut self, id: ModelId) {
        if self.services.data.is_none() || self.project.model(id).is_none() {
            return;
        }
        self.services.planes.clear(id);
        self.services.reopening.remove(id);
        self.services.models.entry(id).begin_making();
        self.spawn_trainer(id);
    }

    fn spawn_trainer(&mut self, id: ModelId) {
        let Some(data) = self.services.data.clone() else { return };
        let Some(config) = self.project.model(id).map(|model| model.config.clone()) else { return };
        let options = Options { autosave_folder: self.services.new_autosave_folder(), ..self.services.options() };
        self.services.jobs.start(JobKey::Make(id), move |_| {
            let made = Trainer::spawn(config, data, options).map_err(|error| error.message());
            Done::Made(id, made.map(Box::new))
        });
    }

    /// A model's trainer was made, or why not. One whose card has changed meanwhile is made once more, and is told then what
    /// this one would have been told.
    pub(in crate::app) fn made(&mut self, id: ModelId, made: Result<Trainer, Message>) {
        let config = self.project.model(id).map(|entry| &entry.config);
        if let (Ok(trainer), Some(config)) = (&made, config)
            && trainer.config() != *config
            && config.check().is_ok()
        {
            return self.spawn_trainer(id);
        }
        if let Err(message) = &made {
            let name = self.project.label(id);
            self.shell.say(Level::Failed, &t!("toast.model_failed", slot = name, why = explain(message)));
        }
        if let Some(model) = self.services.models.get_mut(id) {
            model.made(made);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::app::start::Start;
    use crate::dataset::{Column, Dataset, ImageShape, Source, Split};
    use crate::ui::slot::Slot;
    use eframe::egui;
    use std::sync::Arc;
    use std::time::{Duration, Instant};

    /// A session with a few small images, in which one model trains at once.
    fn session() -> Session {
        let nothing = Source::parse("/nothing/is/here");
        let mut session = Session::new(Start { data: Some(nothing), threads: 1, ..Start::default() });
        until(&mut session, |session| !session.is_opening());
        let pixels: Vec<u8> = (0..256u32 * 16).map(|i| (i * 7 % 256) as u8).collect();
        let columns = vec![Column::class(vec![0u8; 256], vec!["0".to_owned()])];
        let split = Split::of_bytes(ImageShape::grey(4, 4), pixels, columns);
        session.services.data = Some(Arc::new(Dataset::new(Source::default(), "small", split.clone(), split)));
        session.apply(ModelCommand::TrainAtOnce(1));
        session
    }

    fn until(session: &mut Session, reached: impl Fn(&Session) -> bool) {
        let (began, context) = (Instant::now(), egui::Context::default());
        while !reached(session) {
            session.logic(&context, Duration::ZERO);
            assert!(began.elapsed() < Duration::from_secs(60), "not within a minute");
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    fn edit(session: &mut Session, slot: Slot, batch: u64) {
        let config = session.model(slot).config.with("batch", batch).unwrap();
        session.apply(ModelCommand::Edit(session.id(slot), Box::new(config)));
    }

    fn trains_with(session: &Session, slot: Slot, batch: u64) -> bool {
        let model = session.model(slot);
        let config = model.trainer.as_ref().map(Trainer::config);
        model.status().is_some_and(|status| status.step > 0) && config.unwrap().whole("batch") == Some(batch)
    }

    #[test]
    fn a_card_that_changes_while_its_model_is_made_or_waits_is_what_it_trains_with() {
        let mut session = session();
        let (a, b) = (session.id(Slot::A), session.id(Slot::B));
        session.make(a);
        session.apply(ModelCommand::Start(a));
        edit(&mut session, Slot::A, 16);
        until(&mut session, |session| trains_with(session, Slot::A, 16));
        session.make(b);
        until(&mut session, |session| !session.model(Slot::B).is_making());
        session.apply(ModelCommand::Start(b));
        assert!(session.model(Slot::B).queued);
        edit(&mut session, Slot::B, 8);
        assert!(session.model(Slot::B).queued && !session.model(Slot::B).is_started());
        session.apply(ModelCommand::Pause(a));
        until(&mut session, |session| trains_with(session, Slot::B, 8));
    }

    #[test]
    fn how_many_train_at_once_is_not_taken_back() {
        let mut session = session();
        edit(&mut session, Slot::A, 16);
        session.apply(ModelCommand::TrainAtOnce(3));
        session.apply(crate::ui::command::Command::Undo);
        assert_eq!(session.project().train_at_once, 3);
        assert_eq!(session.model(Slot::A).config.whole("batch"), Config::vae_dense().whole("batch"));
    }
}
