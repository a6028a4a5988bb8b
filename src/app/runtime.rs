//! What runs of a model: its trainer, and what is shown of it. What it shall learn with is in the project.

use crate::app::past::ModelPast;
use crate::app::session_files::RunOnDisk;
use crate::dataset::{Dataset, Place};
use crate::message::Message;
use crate::model::Config;
use crate::run::Opened;
use crate::snapshot::Snapshot;
use crate::trainer::{Control, Event, Phase, Status, Trainer};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What runs of one model.
#[derive(Default)]
pub struct ModelRuntime {
    /// What trains it, where there is data.
    pub trainer: Option<Trainer>,
    /// Where it was written last, or opened from.
    pub folder: Option<PathBuf>,
    /// Why it ended, if it did.
    pub failure: Option<Message>,
    /// Whether it shall train as soon as it is its turn.
    pub queued: bool,
    /// Whether it was started and has not said since that it holds still.
    started: bool,
    making: bool,
    /// What the trainer that is being made will be told.
    pending: Vec<Control>,
    shown: Option<Arc<Snapshot>>,
    ready_made: bool,
    /// What of its training can be looked back at, and what is.
    pub(super) past: ModelPast,
    /// Whether it was said that it cannot be autosaved.
    autosave_failed: bool,
    /// How many steps a second its trainer was told to make at most.
    steps_per_s: Option<u32>,
    /// Whether its trainer was told to look at no step.
    is_not_diagnosed: bool,
}

/// A model that needs no training to be shown.
#[derive(Clone)]
pub struct ReadyMade {
    preset: String,
    /// Where the data comes from that it learned from.
    place: Place,
    snapshot: Arc<Snapshot>,
}

impl From<Opened> for ReadyMade {
    fn from(opened: Opened) -> Self {
        Self {
            preset: opened.config.model.preset,
            place: opened.config.data.place,
            snapshot: Arc::new(opened.snapshot),
        }
    }
}

impl ModelRuntime {
    /// Where its trainer is.
    pub fn status(&self) -> Option<Status> {
        self.trainer.as_ref().map(Trainer::status)
    }

    /// What is shown of it: the weights that are looked back at, else the newest.
    pub fn shown(&self) -> Option<&Arc<Snapshot>> {
        self.past.shown().map(|past| &past.snapshot).or(self.shown.as_ref())
    }

    /// Its newest weights, or what is shown in their place before it has learned anything.
    pub fn newest(&self) -> Option<&Arc<Snapshot>> {
        self.shown.as_ref()
    }

    /// Whether older weights are shown than the newest.
    pub fn looks_back(&self) -> bool {
        self.past.shown().is_some()
    }

    /// Whether what is shown came with the program.
    pub fn is_ready_made(&self) -> bool {
        self.ready_made && !self.looks_back()
    }

    /// Whether it trains.
    pub fn is_training(&self) -> bool {
        self.status().is_some_and(|status| matches!(status.phase, Phase::Training | Phase::Waiting))
    }

    /// Whether it takes part in training: it trains, or was told to and has not begun.
    pub fn is_started(&self) -> bool {
        self.started
    }

    /// Whether a trainer is being made.
    pub fn is_making(&self) -> bool {
        self.making
    }

    /// Whether it has to be made anew before it can go on with the card's settings.
    pub fn is_stale(&self, config: &Config) -> bool {
        let untouched = self.status().is_some_and(|status| status.step == 0 && status.phase == Phase::Paused);
        let differs = || self.trainer.as_ref().is_some_and(|trainer| trainer.config() != *config);
        (self.failure.is_some() || (untouched && differs())) && !self.making
    }

    /// Whether the card has settings that a trainer on its way will not take before a reset.
    pub fn waits_for_reset(&self, config: &Config) -> bool {
        let (Some(trainer), Some(status)) = (&self.trainer, self.status()) else { return false };
        let mut running = trainer.config();
        // These reach the trainer by themselves, if not in this very step.
        running.take_live(config);
        !self.is_stale(config) && status.step > 0 && running != *config
    }

    /// Whether it has learned anything.
    pub fn has_learned(&self) -> bool {
        self.status().is_some_and(|status| status.step > 0)
    }

    /// Takes it out as it is, holding still, so that it can be put back; what is shown stays.
    pub fn take_out(&mut self) -> Self {
        self.send(Control::Pause);
        let left = Self { shown: self.shown.clone(), ready_made: self.ready_made, ..Self::default() };
        std::mem::replace(self, left)
    }

    /// Whether a write to this folder failed where it is only autosaved, which was said before: from now on it was.
    pub fn is_known_failure(&mut self, path: &Path) -> bool {
        let unsaved = self.trainer.as_ref().is_some_and(|trainer| trainer.autosave_folder() == Some(path));
        unsaved && std::mem::replace(&mut self.autosave_failed, true)
    }

    /// Where what it has learned lies on disk when its trainer has ended, or lies already; `None` for nowhere.
    pub fn on_disk(&self) -> Option<RunOnDisk> {
        let (trainer, status) = (self.trainer.as_ref()?, self.status()?);
        let step = if status.phase == Phase::Failed { status.saved_step? } else { status.step };
        let unsaved = self.folder.is_none();
        let folder = self.folder.clone().or_else(|| Some(trainer.autosave_folder()?.to_owned()))?;
        Some(RunOnDisk { folder, step: Some(step), unsaved })
    }

    /// Forgets its trainer, which nobody wants any more; one that is being made will take its place.
    pub fn begin_making(&mut self) {
        if let Some(trainer) = &self.trainer {
            trainer.send(Control::Discard);
        }
        *self = Self { making: true, shown: self.shown.take(), ready_made: self.ready_made, ..Self::default() };
    }

    /// A trainer that was made, or why not.
    pub fn made(&mut self, result: Result<Trainer, Message>) {
        self.making = false;
        let pending = std::mem::take(&mut self.pending);
        match result {
            Ok(trainer) => {
                pending.into_iter().for_each(|control| trainer.send(control));
                self.trainer = Some(trainer);
            }
            Err(message) => {
                (self.started, self.queued) = (false, false);
                self.failure = Some(message);
            }
        }
    }

    /// Takes a trainer that goes on with a run.
    pub fn take(&mut self, trainer: Trainer, folder: PathBuf) {
        *self = Self { trainer: Some(trainer), folder: Some(folder), ..Self::default() };
    }

    /// Sends the trainer a control; one that is being made receives it when it is there. False where there is none.
    pub fn send(&mut self, control: Control) -> bool {
        match control {
            Control::Start => (self.started, self.queued) = (true, false),
            Control::Pause => (self.started, self.queued) = (false, false),
            _ => {}
        }
        match &self.trainer {
            Some(trainer) => trainer.send(control),
            None if self.making => self.pending.push(control),
            None => {
                self.started = false;
                return false;
            }
        }
        true
    }

    /// Lets its trainer make at most so many steps a second.
    pub fn keep_pace(&mut self, steps_per_s: Option<u32>) {
        if let Some(trainer) = self.trainer.as_ref().filter(|_| self.steps_per_s != steps_per_s) {
            trainer.send(Control::Pace(steps_per_s));
            self.steps_per_s = steps_per_s;
        }
    }

    /// Lets its trainer look at steps, or not.
    pub fn keep_diagnosing(&mut self, is_off: bool) {
        if let Some(trainer) = self.trainer.as_ref().filter(|_| self.is_not_diagnosed != is_off) {
            trainer.send(Control::Diagnose(!is_off));
            self.is_not_diagnosed = is_off;
        }
    }

    /// The card's settings were changed: what can change while it trains goes to the trainer at once.
    pub fn edited(&mut self, before: &Config, after: &Config) {
        if self.status().is_none_or(|status| status.step == 0) || after.check().is_err() {
            return;
        }
        let live = after.fields().filter(|(field, _)| field.is_live());
        let changed = live.filter(|(field, value)| before.get(field.key) != Some(value));
        for (field, value) in changed {
            self.send(Control::Set(field.key.into(), value.into()));
        }
    }

    /// What happened since the last frame; remembers what the panels need of it. The card follows what the run does by
    /// itself.
    pub fn drain(&mut self, config: &mut Config) -> Vec<Event> {
        let events = self.trainer.as_ref().map(Trainer::drain).unwrap_or_default();
        for event in &events {
            match event {
                Event::Failed { message, .. } => {
                    (self.started, self.queued) = (false, false);
                    self.failure = Some(message.clone());
                }
                Event::Finished { .. } | Event::Paused { .. } => self.started = false,
                Event::Started { .. } => self.started = true,
                Event::Saved { path, .. } => self.folder = Some(path.clone()),
                Event::Reset => {
                    (self.failure, self.started) = (None, false);
                    self.past = ModelPast::default();
                }
                Event::Repeated(change) => {
                    // A name that the card does not know is none of its settings.
                    let _ = change.apply(config);
                }
                _ => {}
            }
        }
        events
    }

    /// Decides what is shown: what it has learned, else a ready-made model that fits, else its beginning.
    pub fn choose(&mut self, config: &Config, ready: &[ReadyMade], data: Option<&Arc<Dataset>>) {
        let own = self.trainer.as_ref().and_then(Trainer::snapshot);
        if let Some(learned) = own.as_ref().filter(|snapshot| snapshot.step > 0) {
            self.shown = Some(learned.clone());
            self.ready_made = false;
            return;
        }
        let fits = |ready: &&ReadyMade| {
            ready.preset == config.preset
                && ready.snapshot.latent == config.latent()
                && data.is_none_or(|data| data.source.place == ready.place && data.shape() == ready.snapshot.image)
        };
        let ready = ready.iter().find(fits).map(|ready| ready.snapshot.clone());
        self.ready_made = ready.is_some();
        self.shown = ready.or(own);
    }
}
