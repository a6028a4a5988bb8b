//! Changes of a run's numbers: by hand, and as planned by the run that is repeated.

use super::message::Event;
use super::worker::Worker;
use crate::message::{Explain, Message};
use crate::model::{Change, ChangeError, Config, Key, Model, Part, StepError};
use std::sync::PoisonError;
use toml::Value;

impl Worker {
    /// Changes a field from the next step on, or sends why it cannot. Whether it is now as it was asked for.
    pub(super) fn change(&mut self, key: Key, value: Value) -> bool {
        let change = Change { step: self.step, key, value };
        let mut changed = self.config.clone();
        let applied = change.apply(&mut changed).and_then(|()| changed.check().map_err(ChangeError::from));
        if let Err(error) = applied {
            self.send_event(Event::Refused { change, message: error.message() });
            return false;
        }
        if !change.is_part() && changed == self.config {
            return true;
        }
        if let Err(error) = self.reconfigure(&changed, change.is_live(&changed)) {
            self.fail(error.message());
            return false;
        }
        self.set_config(changed);
        // A field set twice between two steps is one change: the later. And what a person sets stays until they set it anew.
        let same = |other: &Change| other.key == change.key && other.step == change.step;
        self.changes.retain(|earlier| !same(earlier));
        self.planned.retain(|later| !same(later) && (later.key != change.key || change.is_part()));
        self.changes.push(change.clone());
        self.mark(&change);
        self.saving.changed = true;
        self.send_event(Event::Changed(change));
        true
    }

    /// Applies what is planned after this many steps; gives the part that this one step is about, if one is planned.
    pub(super) fn apply_planned(&mut self) -> Result<Option<Part>, Message> {
        let count = self.planned.iter().take_while(|change| change.step <= self.step).count();
        if count == 0 {
            return Ok(None);
        }
        let now: Vec<Change> = self.planned.drain(..count).collect();
        let mut config = self.config.clone();
        let mut part = None;
        for change in &now {
            change.apply(&mut config).map_err(|error| error.message())?;
            part = change.part().or(part);
        }
        config.check().map_err(|error| error.message())?;
        if config != self.config {
            let live = now.iter().all(|change| change.is_live(&config));
            self.reconfigure(&config, live).map_err(|error| error.message())?;
        }
        self.set_config(config);
        for change in now {
            self.changes.push(change.clone());
            self.mark(&change);
            self.send_event(Event::Repeated(change));
        }
        Ok(part)
    }

    fn mark(&self, change: &Change) {
        if !change.is_part() {
            self.shared.history.mark(self.step, self.train_s as f32, change.into());
        }
    }

    /// Puts a configuration in force.
    pub(super) fn set_config(&mut self, config: Config) {
        self.config = config;
        *self.shared.config.lock().unwrap_or_else(PoisonError::into_inner) = self.config.clone();
    }

    /// The model goes on with another configuration: at once where only `live` fields differ, else made anew around the
    /// weights and the optimiser.
    fn reconfigure(&mut self, config: &Config, live: bool) -> Result<(), StepError> {
        if live {
            return self.model.set_live(config);
        }
        let saved = self.model.save()?;
        let mut model = Model::on(&self.options.device, config, self.dataset.shape())?;
        model.restore(&saved)?;
        self.model = model;
        Ok(())
    }
}
