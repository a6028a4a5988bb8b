//! The training thread: one loop that carries out wishes at step boundaries and makes steps in between.

use super::latest::Latest;
use super::message::{Control, Event, Phase, Status};
use super::{Options, SNAPSHOTS_PER_S};
use crate::dataset::Dataset;
use crate::history::History;
use crate::model::{Batch, Batches, Change, Config, Key, Losses, Model, Part, StepError};
use crate::run::{self, Checkpoint, RunConfig, RunError};
use crate::snapshot::Snapshot;
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TryRecvError, TrySendError};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Test images that the curves look at, at most.
const TEST_IMAGES: usize = 1000;
/// When to try again to say what the channel had no room for.
const RETRY: Duration = Duration::from_millis(20);

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
    /// The run's folder, once it has one.
    pub folder: Option<PathBuf>,
    pub phase: Phase,
    pub rate: Rate,
    pub published: Instant,
}

/// Images a second over about the last second.
#[derive(Default)]
pub(super) struct Rate {
    since: Option<Instant>,
    images: u64,
    per_s: f64,
}

impl Rate {
    fn add(&mut self, images: u64) {
        let since = *self.since.get_or_insert_with(Instant::now);
        self.images += images;
        let elapsed = since.elapsed().as_secs_f64();
        if elapsed >= 0.5 {
            self.per_s = self.images as f64 / elapsed;
            self.since = Some(Instant::now());
            self.images = 0;
        }
    }

    fn stop(&mut self) {
        *self = Self::default();
    }
}

impl Worker {
    pub fn run(mut self) {
        self.publish(true);
        loop {
            match self.next_control() {
                Some(Control::Stop) => break,
                Some(control) => self.obey(control),
                None if self.phase == Phase::Training => self.advance(Part::Whole),
                None => {}
            }
            self.flush();
        }
        self.phase = Phase::Stopped;
        self.report();
    }

    /// Says what happened. The channel is bounded; what does not fit waits here, in order, and never stalls a step.
    fn say(&mut self, event: Event) {
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

    /// The next wish: without waiting while it trains, and not for long while something is unsaid.
    fn next_control(&self) -> Option<Control> {
        let ended = Some(Control::Stop);
        match self.phase {
            Phase::Training => match self.controls.try_recv() {
                Ok(control) => Some(control),
                Err(TryRecvError::Empty) => None,
                Err(TryRecvError::Disconnected) => ended,
            },
            _ if self.unsaid.is_empty() => self.controls.recv().ok().or(ended),
            _ => match self.controls.recv_timeout(RETRY) {
                Ok(control) => Some(control),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => ended,
            },
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
            Control::Pause if self.phase == Phase::Training => self.pause(),
            Control::Step(part) if self.phase != Phase::Failed => {
                if part != Part::Whole {
                    self.change(Key::Part, if part == Part::Discriminator { 1.0 } else { 2.0 });
                }
                self.advance(part);
                if self.phase != Phase::Failed {
                    self.pause();
                }
            }
            Control::Reset => self.reset(),
            Control::Set(key, value) => self.change(key, value),
            Control::Save(folder) => self.save(folder),
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
        self.options.total_steps.is_some_and(|total| self.step >= total)
    }

    fn finish(&mut self) {
        self.phase = Phase::Finished;
        self.rate.stop();
        self.publish(true);
        self.say(Event::Finished { step: self.step });
    }

    fn change(&mut self, key: Key, value: f64) {
        let change = Change { step: self.step, key, value };
        let mut changed = self.config.clone();
        change.apply(&mut changed);
        if changed.check().is_err() || (key != Key::Part && changed == self.config) {
            return;
        }
        self.config = changed;
        // A number set twice between two steps is one change: the later.
        self.changes.retain(|earlier| (earlier.step, earlier.key) != (change.step, change.key));
        self.changes.push(change);
        *self.shared.config.lock().unwrap_or_else(PoisonError::into_inner) = self.config.clone();
        self.say(Event::Changed(change));
    }

    fn reset(&mut self) {
        self.config = self.initial.clone();
        match Model::new(&self.config, self.dataset.shape()) {
            Ok(model) => self.model = model,
            Err(error) => return self.fail(error.to_string()),
        }
        (self.step, self.train_s, self.phase) = (0, 0.0, Phase::Paused);
        self.changes.clear();
        self.folder = None;
        self.shared.history.clear();
        self.rate.stop();
        *self.shared.config.lock().unwrap_or_else(PoisonError::into_inner) = self.config.clone();
        self.publish(true);
        self.say(Event::Reset);
    }

    /// One step with everything that belongs to it: repeated changes, history, tests, snapshot, status.
    fn advance(&mut self, part: Part) {
        let started = Instant::now();
        let part = self.repeat_changes().unwrap_or(part);
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
                self.rate.add(self.config.batch as u64);
                self.publish(false);
                if self.is_complete() {
                    self.finish();
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

    /// Applies what an earlier run changed after this many steps; gives the part that this one step is about, if told.
    fn repeat_changes(&mut self) -> Option<Part> {
        let mut part = None;
        for change in self.options.changes.iter().filter(|change| change.step == self.step) {
            change.apply(&mut self.config);
            if change.key == Key::Part {
                part = Some(if change.value == 1.0 { Part::Discriminator } else { Part::Generator });
            }
            if !self.changes.contains(change) {
                self.changes.push(*change);
            }
            *self.shared.config.lock().unwrap_or_else(PoisonError::into_inner) = self.config.clone();
        }
        part
    }

    fn make_step(&mut self, part: Part) -> Result<Losses, StepError> {
        let mut pixels = self.batches.pixels(self.step, &self.config);
        if let Some(look) = &self.options.batch_hook {
            look(self.step, &mut pixels);
        }
        let batch = self.batches.batch(pixels, self.step, &self.config)?;
        self.model.step(self.step, &batch, &self.config, part)
    }

    fn test(&self) -> Result<Losses, StepError> {
        let count = self.dataset.test.count().min(TEST_IMAGES);
        match count {
            0 => Ok(Losses::new()),
            _ => {
                let batch = Batch::of_test(&self.dataset.test, (0, count), &self.config)?;
                self.model.test(&batch, &self.config)
            }
        }
    }

    fn fail(&mut self, message: String) {
        self.phase = Phase::Failed;
        self.rate.stop();
        self.report();
        tracing::error!(step = self.step + 1, preset = self.config.preset, "{message}");
        self.say(Event::Failed { step: self.step + 1, message: format!("step {}: {message}", self.step + 1) });
    }

    fn report(&mut self) {
        let status = Status {
            phase: self.phase,
            step: self.step,
            steps_per_epoch: self.batches.steps_per_epoch(&self.config),
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

    fn save(&mut self, folder: PathBuf) {
        match self.write(&folder) {
            Ok(()) => {
                self.folder = Some(folder.clone());
                self.say(Event::Saved { path: folder, step: self.step });
            }
            Err(error) => {
                tracing::error!("{error}");
                self.say(Event::SaveFailed { path: folder, message: error.to_string() });
            }
        }
    }

    /// Configuration, changes and metrics first: a checkpoint is then never without them.
    fn write(&self, folder: &Path) -> Result<(), RunError> {
        if self.folder.as_deref() != Some(folder) {
            if folder.join("config.toml").exists() {
                return Err(RunError::unexpected(folder, "a folder without a run", "another run"));
            }
            run::write_begin(folder, &RunConfig::new(self.initial.clone(), &self.dataset))?;
        }
        run::write_changes(folder, &self.changes)?;
        run::metrics_file::write(folder, &self.shared.history)?;
        let saved = self.model.save().map_err(|error| RunError::unexpected(folder, "weights", error))?;
        Checkpoint { step: self.step, train_s: self.train_s, saved }.write(folder)
    }
}
