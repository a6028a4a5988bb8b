//! One model of the two: the numbers on its card, its trainer, and what is shown of it.

use crate::dataset::Dataset;
use crate::model::{Config, Key};
use crate::run::Opened;
use crate::snapshot::Snapshot;
use crate::trainer::{Control, Event, Options, Phase, Status, Trainer};
use crate::ui::command::Slot;
use crate::ui::view::ModelView;
use std::path::PathBuf;
use std::sync::Arc;

/// One model.
pub struct ModelSlot {
    slot: Slot,
    /// The numbers on the card.
    pub config: Config,
    /// What trains it, where there is data.
    pub trainer: Option<Trainer>,
    /// Where it was written last, or opened from.
    pub folder: Option<PathBuf>,
    /// Why it ended, if it did.
    pub failure: Option<String>,
    shown: Option<Arc<Snapshot>>,
    ready_made: bool,
}

/// A model that needs no training to be shown.
#[derive(Clone)]
pub struct ReadyMade {
    preset: String,
    snapshot: Arc<Snapshot>,
}

impl From<Opened> for ReadyMade {
    fn from(opened: Opened) -> Self {
        Self { preset: opened.config.model.preset, snapshot: Arc::new(opened.snapshot) }
    }
}

impl ModelSlot {
    /// A model without a trainer.
    pub fn new(slot: Slot, config: Config) -> Self {
        Self { slot, config, trainer: None, folder: None, failure: None, shown: None, ready_made: false }
    }

    /// Where its trainer is.
    pub fn status(&self) -> Option<Status> {
        self.trainer.as_ref().map(Trainer::status)
    }

    /// What is shown of it.
    pub fn shown(&self) -> Option<&Arc<Snapshot>> {
        self.shown.as_ref()
    }

    /// Whether it trains.
    pub fn is_training(&self) -> bool {
        self.status().is_some_and(|status| status.phase == Phase::Training)
    }

    /// Whether the card's numbers differ from the trainer's.
    fn differs(&self) -> bool {
        self.trainer.as_ref().is_some_and(|trainer| trainer.config() != self.config)
    }

    /// Makes a new trainer for the card's numbers, which holds still.
    ///
    /// # Errors
    /// What is wrong with the numbers, or why no thread could be made: one sentence.
    pub fn make(&mut self, data: &Arc<Dataset>, options: Options) -> Result<(), String> {
        self.trainer = None;
        self.failure = None;
        self.folder = None;
        self.config.check().map_err(|error| error.to_string())?;
        let trainer = Trainer::spawn(self.config.clone(), data.clone(), options).map_err(|error| error.to_string())?;
        self.trainer = Some(trainer);
        Ok(())
    }

    /// Takes a trainer that goes on with a run.
    pub fn take(&mut self, trainer: Trainer, folder: PathBuf) {
        self.config = trainer.config();
        self.trainer = Some(trainer);
        self.folder = Some(folder);
        self.failure = None;
    }

    /// Says something to the trainer.
    pub fn send(&self, control: Control) {
        if let Some(trainer) = &self.trainer {
            trainer.send(control);
        }
    }

    /// Whether it has to be made anew before it can go on with the card's numbers.
    pub fn is_stale(&self) -> bool {
        let untouched = self.status().is_some_and(|status| status.step == 0 && status.phase == Phase::Paused);
        self.failure.is_some() || (untouched && self.differs())
    }

    /// Changes the card's numbers. What can change while it trains goes to the trainer at once.
    pub fn edit(&mut self, config: Config) {
        let before = std::mem::replace(&mut self.config, config);
        if self.status().is_none_or(|status| status.step == 0) {
            return;
        }
        for (key, before, after) in [
            (Key::LearningRate, before.learning_rate, self.config.learning_rate),
            (Key::Beta, before.beta, self.config.beta),
            (Key::R1Gamma, before.r1_gamma, self.config.r1_gamma),
        ] {
            if before != after && self.config.check().is_ok() {
                self.send(Control::Set(key, after));
            }
        }
    }

    /// What happened since the last frame; remembers what the panels need of it.
    pub fn drain(&mut self) -> Vec<Event> {
        let events = self.trainer.as_ref().map(Trainer::drain).unwrap_or_default();
        for event in &events {
            match event {
                Event::Failed { message, .. } => self.failure = Some(message.clone()),
                Event::Saved { path, .. } => self.folder = Some(path.clone()),
                Event::Reset => self.failure = None,
                _ => {}
            }
        }
        events
    }

    /// Decides what is shown: what it has learned, else a ready-made model that fits, else its beginning.
    pub fn choose(&mut self, ready: &[ReadyMade], data: Option<&Arc<Dataset>>) {
        let own = self.trainer.as_ref().and_then(Trainer::snapshot);
        if let Some(learned) = own.as_ref().filter(|snapshot| snapshot.step > 0) {
            self.shown = Some(learned.clone());
            self.ready_made = false;
            return;
        }
        let fits = |ready: &&ReadyMade| {
            ready.preset == self.config.preset
                && ready.snapshot.latent == self.config.latent
                && data.is_none_or(|data| data.shape() == ready.snapshot.image)
        };
        let ready = ready.iter().find(fits).map(|ready| ready.snapshot.clone());
        self.ready_made = ready.is_some();
        self.shown = ready.or(own);
    }

    /// What panels may look at.
    pub fn view(&self) -> ModelView<'_> {
        let status = self.status();
        let waits = !self.is_stale() && self.differs_beyond_live(status);
        ModelView {
            slot: self.slot,
            config: &self.config,
            mistake: self.config.check().err().map(|error| error.to_string()),
            waits_for_reset: waits,
            status,
            history: self.trainer.as_ref().map(Trainer::history),
            snapshot: self.shown.as_ref(),
            ready_made: self.ready_made,
            failure: self.failure.as_deref(),
            folder: self.folder.as_deref(),
        }
    }

    fn differs_beyond_live(&self, status: Option<Status>) -> bool {
        let (Some(trainer), Some(status)) = (&self.trainer, status) else { return false };
        let mut running = trainer.config();
        // These reach the trainer by themselves, if not in this very step.
        running.learning_rate = self.config.learning_rate;
        running.beta = self.config.beta;
        running.r1_gamma = self.config.r1_gamma;
        status.step > 0 && running != self.config
    }
}
