//! The training thread: one loop that carries out wishes at step boundaries and makes steps in between.

use super::latest::Latest;
use super::message::{Control, Event, Phase, Status};
use super::rate::Rate;
use super::saving::Saving;
use super::writer::{Writer, Written};
use super::{Options, SNAPSHOTS_PER_S};
use crate::dataset::Dataset;
use crate::history::{Curve, History};
use crate::metrics::TestFolds;
use crate::model::{Batches, Change, ChangeError, Config, Key, Losses, MetricId, Model, Part, StepError, StepInput};
use crate::run::RunConfig;
use crate::snapshot::Snapshot;
use crossbeam_channel::{Receiver, Sender, TryRecvError, TrySendError, select};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use toml::Value;

/// Test images that the curves look at, at most.
const TEST_IMAGES: usize = 1000;
/// When to try again to say what the channel had no room for.
const RETRY: Duration = Duration::from_millis(20);
/// How long to wait for anything at all before looking again.
const LONG: Duration = Duration::from_secs(3600);

/// What the thread hears.
enum Heard {
    Control(Control),
    Written(Written),
    Nothing,
}

/// What handle and thread share.
pub(super) struct Shared {
    pub status: Mutex<Status>,
    pub config: Mutex<Config>,
    pub snapshot: Latest<Snapshot>,
    pub history: Arc<History>,
}

/// Everything that the thread owns.
pub(super) struct Worker {
    pub dataset: Arc<Dataset>,
    pub options: Options,
    pub shared: Arc<Shared>,
    pub controls: Receiver<Control>,
    pub events: Sender<Event>,
    /// What the channel had no room for.
    pub unsaid: VecDeque<Event>,
    /// As at step 0.
    pub initial: Config,
    pub config: Config,
    pub model: Model,
    pub batches: Batches,
    pub step: u64,
    pub train_s: f64,
    /// What was changed, in order of step.
    pub changes: Vec<Change>,
    /// What will be changed, from a run that is repeated or goes on, in order of step.
    pub planned: Vec<Change>,
    /// The run's folder, once it has one.
    pub folder: Option<PathBuf>,
    /// What a new run folder begins with.
    pub run_config: Arc<RunConfig>,
    pub writer: Writer,
    pub saving: Saving,
    pub phase: Phase,
    pub rate: Rate,
    pub published: Instant,
}

impl Worker {
    pub fn run(mut self) {
        self.publish(true);
        loop {
            match self.hear() {
                Heard::Control(Control::Stop) => break,
                Heard::Control(control) => self.obey(control),
                Heard::Written(written) => self.hear_written(written),
                Heard::Nothing if self.phase == Phase::Training => self.advance(Part::Whole),
                Heard::Nothing => {}
            }
            self.flush();
        }
        // What it was given to write is written before the thread ends.
        self.autosave();
        self.phase = Phase::Stopped;
        self.report();
    }

    /// Says what happened. The channel is bounded; what does not fit waits here, in order, and never stalls a step.
    pub(super) fn say(&mut self, event: Event) {
        self.unsaid.push_back(event);
        self.flush();
        (self.options.wake)();
    }

    fn flush(&mut self) {
        while let Some(event) = self.unsaid.pop_front() {
            if let Err(TrySendError::Full(event)) = self.events.try_send(event) {
                self.unsaid.push_front(event);
                return;
            }
        }
    }

    /// The next wish, or what came of a write: without waiting while it trains, and not for long while something is unsaid.
    fn hear(&self) -> Heard {
        if self.phase == Phase::Training {
            if let Ok(written) = self.writer.results.try_recv() {
                return Heard::Written(written);
            }
            return match self.controls.try_recv() {
                Ok(control) => Heard::Control(control),
                Err(TryRecvError::Empty) => Heard::Nothing,
                Err(TryRecvError::Disconnected) => Heard::Control(Control::Stop),
            };
        }
        select! {
            recv(self.controls) -> control => Heard::Control(control.unwrap_or(Control::Stop)),
            recv(self.writer.results) -> written => written.map_or(Heard::Nothing, Heard::Written),
            default(if self.unsaid.is_empty() { LONG } else { RETRY }) => Heard::Nothing,
        }
    }

    fn obey(&mut self, control: Control) {
        match control {
            Control::Start if matches!(self.phase, Phase::Paused | Phase::Finished) => {
                if self.is_complete() {
                    return self.finish();
                }
                self.phase = Phase::Training;
                self.report();
                self.say(Event::Started { step: self.step });
            }
            Control::Pause if self.phase == Phase::Training => {
                self.pause();
                self.autosave();
            }
            Control::Step(part) if self.phase != Phase::Failed => {
                if let Part::Only(number) = part
                    && !self.change(Key::PART, f64::from(number).into())
                {
                    return;
                }
                self.advance(part);
                if self.phase != Phase::Failed {
                    self.pause();
                }
            }
            Control::Reset => self.reset(),
            Control::Set(key, value) => {
                self.change(key, value);
            }
            Control::Save(folder) => self.save(folder, true),
            Control::Start | Control::Pause | Control::Step(_) | Control::Stop => {}
        }
    }

    fn pause(&mut self) {
        self.phase = Phase::Paused;
        self.rate.stop();
        self.publish(true);
        self.say(Event::Paused { step: self.step });
    }

    fn is_complete(&self) -> bool {
        let most = self.options.total_steps.into_iter().chain(self.config.family().most_steps).min();
        most.is_some_and(|most| self.step >= most)
    }

    fn finish(&mut self) {
        self.phase = Phase::Finished;
        self.rate.stop();
        self.publish(true);
        self.autosave();
        self.say(Event::Finished { step: self.step });
    }

    /// Changes a field, or says why it cannot. Whether it is now as it was asked for.
    fn change(&mut self, key: Key, value: Value) -> bool {
        let change = Change { step: self.step, key, value };
        let mut changed = self.config.clone();
        let applied = change.apply(&mut changed).and_then(|()| changed.check().map_err(ChangeError::from));
        if let Err(error) = applied {
            self.say(Event::Refused { change, message: error.to_string() });
            return false;
        }
        if !change.is_part() && changed == self.config {
            return true;
        }
        if let Err(error) = self.reconfigure(&changed, change.is_live(&changed)) {
            self.fail(error.to_string());
            return false;
        }
        self.config = changed;
        // A number set twice between two steps is one change: the later. And what a person sets stays until he sets it anew.
        let same = |other: &Change| other.key == change.key && other.step == change.step;
        self.changes.retain(|earlier| !same(earlier));
        self.planned.retain(|later| !same(later) && (later.key != change.key || change.is_part()));
        self.changes.push(change.clone());
        self.saving.changed = true;
        *self.shared.config.lock().unwrap_or_else(PoisonError::into_inner) = self.config.clone();
        self.say(Event::Changed(change));
        true
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

    fn reset(&mut self) {
        self.autosave();
        // The curves are about to be forgotten: what is being written still needs them.
        self.writer.forget();
        while let Ok(written) = self.writer.results.try_recv() {
            self.hear_written(written);
        }
        self.config = self.initial.clone();
        match Model::on(&self.options.device, &self.config, self.dataset.shape()) {
            Ok(model) => self.model = model,
            Err(error) => return self.fail(error.to_string()),
        }
        (self.step, self.train_s, self.phase) = (0, 0.0, Phase::Paused);
        self.changes.clear();
        self.planned = self.options.changes.clone();
        (self.folder, self.saving) = (None, Saving::default());
        self.shared.history.clear();
        self.rate.stop();
        *self.shared.config.lock().unwrap_or_else(PoisonError::into_inner) = self.config.clone();
        self.publish(true);
        self.say(Event::Reset);
    }

    /// One step with everything that belongs to it: repeated changes, history, tests, snapshot, status.
    fn advance(&mut self, part: Part) {
        let started = Instant::now();
        let part = match self.repeat_changes() {
            Ok(planned) => planned.unwrap_or(part),
            Err(message) => return self.fail(message),
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| self.make_step(part)));
        match outcome {
            Ok(Ok(mut losses)) => {
                self.step += 1;
                self.train_s += started.elapsed().as_secs_f64();
                if self.step.is_multiple_of(self.options.test_interval_steps.max(1)) || self.step == 1 {
                    match self.test() {
                        Ok(tested) => losses.extend(tested),
                        Err(error) => return self.fail(error.to_string()),
                    }
                }
                self.shared.history.push(self.step, self.train_s as f32, &losses);
                self.rate.add(self.config.images_per_step(self.dataset.train.count()) as u64);
                self.publish(false);
                if self.is_complete() || self.has_stalled(&losses) {
                    self.finish();
                } else {
                    self.autosave_if_due();
                }
            }
            Ok(Err(error)) => self.fail(error.to_string()),
            Err(panic) => {
                let text = panic.downcast_ref::<&str>().map(ToString::to_string);
                let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
                self.fail(format!("the trainer panicked: {text}"));
            }
        }
    }

    /// Whether this step was tested and is one of so many tests in a row that were no better than the best before them.
    fn has_stalled(&self, losses: &Losses) -> bool {
        let patience = self.config.early_stop_tests();
        if patience == 0 || !losses.iter().any(|(id, _)| *id == MetricId::TEST_TOTAL) {
            return false;
        }
        let since_best = |curve: &Curve| {
            let tests = curve.points().map(|(_, _, value)| value);
            tests.fold(
                (f32::INFINITY, 0),
                |(best, since), value| {
                    if value < best { (value, 0) } else { (best, since + 1) }
                },
            )
        };
        self.shared.history.with(MetricId::TEST_TOTAL, since_best).is_some_and(|(_, since)| since >= patience)
    }

    /// Applies what is planned after this many steps; gives the part that this one step is about, if told.
    fn repeat_changes(&mut self) -> Result<Option<Part>, String> {
        let count = self.planned.iter().take_while(|change| change.step <= self.step).count();
        if count == 0 {
            return Ok(None);
        }
        let now: Vec<Change> = self.planned.drain(..count).collect();
        let mut config = self.config.clone();
        let mut part = None;
        for change in &now {
            change.apply(&mut config).map_err(|error| error.to_string())?;
            part = change.part().or(part);
        }
        config.check().map_err(|error| error.to_string())?;
        if config != self.config {
            let live = now.iter().all(|change| change.is_live(&config));
            self.reconfigure(&config, live).map_err(|error| error.to_string())?;
        }
        self.config = config;
        *self.shared.config.lock().unwrap_or_else(PoisonError::into_inner) = self.config.clone();
        for change in now {
            self.changes.push(change.clone());
            self.say(Event::Repeated(change));
        }
        Ok(part)
    }

    fn make_step(&mut self, part: Part) -> Result<Losses, StepError> {
        let (device, hook) = (self.options.device.clone(), self.options.batch_hook.as_deref());
        self.model.step(&mut StepInput { step: self.step, part, batches: &mut self.batches, device, hook })
    }

    fn test(&self) -> Result<Losses, StepError> {
        let count = self.dataset.test.count().min(TEST_IMAGES);
        let mut folds = TestFolds::default();
        let images = (&self.dataset.test, count);
        let mut losses = self.model.test_on(images, &self.options.device, &mut |batch| {
            folds.add(batch.tested);
            true
        })?;
        losses.extend(folds.losses());
        Ok(losses)
    }

    fn fail(&mut self, message: String) {
        self.phase = Phase::Failed;
        self.rate.stop();
        self.report();
        tracing::error!(step = self.step + 1, preset = self.config.preset, "{message}");
        self.say(Event::Failed { step: self.step + 1, message: format!("step {}: {message}", self.step + 1) });
    }

    pub(super) fn report(&mut self) {
        let status = Status {
            phase: self.phase,
            step: self.step,
            steps_per_epoch: self.batches.steps_per_epoch(self.config.images_per_step(self.dataset.train.count())),
            samples_per_s: self.rate.per_s,
            train_s: self.train_s,
        };
        *self.shared.status.lock().unwrap_or_else(PoisonError::into_inner) = status;
    }

    /// Gives status and weights to whoever looks: at once if `now`, else at most so many times a second.
    fn publish(&mut self, now: bool) {
        self.report();
        if !now && self.published.elapsed() < Duration::from_secs(1) / SNAPSHOTS_PER_S {
            return;
        }
        self.published = Instant::now();
        match self.model.snapshot(self.step) {
            Ok(snapshot) => self.shared.snapshot.set(snapshot),
            Err(error) => tracing::warn!("no snapshot of step {}: {error}", self.step),
        }
        (self.options.wake)();
    }
}
