//! One model of the two: the numbers on its card, its trainer, and what is shown of it.

use crate::dataset::Dataset;
use crate::gpu::Decoding;
use crate::model::Config;
use crate::run::Opened;
use crate::snapshot::Snapshot;
use crate::trainer::{Control, Event, Phase, Status, Trainer};
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
    making: Option<u64>,
    pending: Vec<Control>,
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
        Self {
            slot,
            config,
            trainer: None,
            folder: None,
            failure: None,
            making: None,
            pending: Vec::new(),
            shown: None,
            ready_made: false,
        }
    }

    /// Which one it is.
    pub fn slot(&self) -> Slot {
        self.slot
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

    /// Forgets its trainer; the one with this ticket will take its place.
    pub fn wait_for(&mut self, ticket: u64) {
        self.trainer = None;
        self.failure = None;
        self.folder = None;
        self.making = Some(ticket);
        self.pending.clear();
    }

    /// A trainer that was made, or why not. Whether it was the one that is waited for.
    pub fn made(&mut self, ticket: u64, result: Result<Trainer, String>) -> Result<bool, String> {
        if self.making != Some(ticket) {
            return Ok(false);
        }
        self.making = None;
        let pending = std::mem::take(&mut self.pending);
        let trainer = result.inspect_err(|message| self.failure = Some(message.clone()))?;
        for control in pending {
            trainer.send(control);
        }
        self.trainer = Some(trainer);
        Ok(true)
    }

    /// Takes a trainer that goes on with a run.
    pub fn take(&mut self, trainer: Trainer, folder: PathBuf) {
        self.making = None;
        self.pending.clear();
        self.config = trainer.config();
        self.trainer = Some(trainer);
        self.folder = Some(folder);
        self.failure = None;
    }

    /// Says something to the trainer; one that is being made hears it when it is there. False where there is none.
    pub fn send(&mut self, control: Control) -> bool {
        match &self.trainer {
            Some(trainer) => trainer.send(control),
            None if self.making.is_some() => self.pending.push(control),
            None => return false,
        }
        true
    }

    /// Whether a trainer is being made.
    pub fn is_making(&self) -> bool {
        self.making.is_some()
    }

    /// Whether it has to be made anew before it can go on with the card's numbers.
    pub fn is_stale(&self) -> bool {
        let untouched = self.status().is_some_and(|status| status.step == 0 && status.phase == Phase::Paused);
        (self.failure.is_some() || (untouched && self.differs())) && self.making.is_none()
    }

    /// Changes the card's numbers. What can change while it trains goes to the trainer at once.
    pub fn edit(&mut self, config: Config) {
        let before = std::mem::replace(&mut self.config, config);
        if self.status().is_none_or(|status| status.step == 0) {
            return;
        }
        if self.config.check().is_err() {
            return;
        }
        let live = self.config.fields().filter(|(field, _)| field.is_live());
        let changed = live.filter(|(field, value)| before.get(field.key) != Some(value));
        let controls: Vec<Control> =
            changed.map(|(field, value)| Control::Set(field.key.into(), value.into())).collect();
        for control in controls {
            self.send(control);
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
                Event::Repeated(change) => {
                    // The card follows what the run does by itself; a name that it does not know is none of its numbers.
                    let _ = change.apply(&mut self.config);
                }
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
                && ready.snapshot.latent == self.config.latent()
                && data.is_none_or(|data| data.shape() == ready.snapshot.image)
        };
        let ready = ready.iter().find(fits).map(|ready| ready.snapshot.clone());
        self.ready_made = ready.is_some();
        self.shown = ready.or(own);
    }

    /// What panels may look at, and who decodes it.
    pub fn view(&self, decoding: Decoding) -> ModelView<'_> {
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
            decoding,
        }
    }

    fn differs_beyond_live(&self, status: Option<Status>) -> bool {
        let (Some(trainer), Some(status)) = (&self.trainer, status) else { return false };
        let mut running = trainer.config();
        // These reach the trainer by themselves, if not in this very step.
        running.take_live(&self.config);
        status.step > 0 && running != self.config
    }
}
