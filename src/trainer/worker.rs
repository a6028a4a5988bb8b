//! The training thread: one loop that handles controls at step boundaries and makes steps in between.

use super::diagnosing::{Diagnosing, DiagnosisReport};
use super::early_stop::EarlyStop;
use super::latest::Latest;
use super::measuring::{Measuring, MeasuringInput};
use super::message::{Control, Event, Phase, Status};
use super::options::{Options, SNAPSHOTS_PER_S};
use super::pace::Pace;
use super::rate::Rate;
use super::write_state::WriteState;
use super::writer::{Writer, Written};
use crate::dataset::Dataset;
use crate::history::{History, MarkKind};
use crate::message::{Explain, Message, message, panic_text};
use crate::metrics::TestFolds;
use crate::model::{Batches, Change, Config, Key, Losses, Model, Part, StepError, StepInput};
use crate::nn::inspection::{Inspection, InspectionDepth};
use crate::run::RunConfig;
use crate::snapshot::Snapshot;
use crossbeam_channel::{Receiver, Sender, TryRecvError, TrySendError, select};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Test images that the curves look at, at most.
pub const TEST_IMAGES: usize = 1000;
/// When to try again to send what the channel had no room for.
const RETRY: Duration = Duration::from_millis(20);
/// How long to wait for anything at all before looking again.
const LONG: Duration = Duration::from_secs(3600);

/// What the thread receives.
enum Incoming {
    Control(Control),
    Written(Written),
    Nothing,
}

/// What handle and thread share.
pub(super) struct TrainerShared {
    pub status: Mutex<Status>,
    pub config: Mutex<Config>,
    pub snapshot: Latest<Snapshot>,
    pub diagnosis: Latest<DiagnosisReport>,
    pub history: Arc<History>,
    /// Whether nobody waits for the trainer any more: a long step ends early.
    pub is_stopping: AtomicBool,
}

/// Everything that the thread owns.
pub(super) struct Worker {
    pub dataset: Arc<Dataset>,
    pub options: Options,
    pub shared: Arc<TrainerShared>,
    pub controls: Receiver<Control>,
    pub events: Sender<Event>,
    /// What the channel had no room for.
    pub unsent: VecDeque<Event>,
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
    pub saving: WriteState,
    pub early_stop: EarlyStop,
    pub measuring: Measuring,
    pub diagnosing: Diagnosing,
    pub phase: Phase,
    pub rate: Rate,
    pub pace: Pace,
    pub published: Instant,
    /// Steps after which it holds still by itself.
    pub pause_at: Option<u64>,
}

impl Worker {
    pub fn run(mut self) {
        self.publish(true);
        loop {
            let incoming = self.receive();
            if matches!(incoming, Incoming::Control(Control::Stop)) {
                break;
            }
            // A model that cannot be made, a step, a test: a panic ends the run, not the thread that reports it.
            if let Err(panic) = catch_unwind(AssertUnwindSafe(|| self.handle(incoming))) {
                self.fail(message!("the trainer panicked: {what}", what = panic_text(&*panic)));
            }
            self.flush();
        }
        // What it was given to write is written before the thread ends.
        self.autosave();
        self.phase = Phase::Stopped;
        self.report();
    }

    fn handle(&mut self, incoming: Incoming) {
        match incoming {
            Incoming::Control(control) => self.handle_control(control),
            Incoming::Written(written) => self.handle_written(written),
            Incoming::Nothing if self.makes_steps() && self.pace.wait().is_zero() => self.advance(Part::Whole),
            Incoming::Nothing => self.retry_if_due(),
        }
    }

    /// Sends an event. The channel is bounded; what does not fit waits here, in order, and never stalls a step.
    pub(super) fn send_event(&mut self, event: Event) {
        self.unsent.push_back(event);
        self.flush();
        (self.options.wake)();
    }

    fn flush(&mut self) {
        while let Some(event) = self.unsent.pop_front() {
            if let Err(TrySendError::Full(event)) = self.events.try_send(event) {
                self.unsent.push_front(event);
                return;
            }
        }
    }

    /// The next control, or what came of a write: without waiting while a step is due, and not for long while an event is
    /// unsent.
    fn receive(&self) -> Incoming {
        if self.makes_steps() && self.pace.wait().is_zero() {
            if let Ok(written) = self.writer.results.try_recv() {
                return Incoming::Written(written);
            }
            return match self.controls.try_recv() {
                Ok(control) => Incoming::Control(control),
                Err(TryRecvError::Empty) => Incoming::Nothing,
                Err(TryRecvError::Disconnected) => Incoming::Control(Control::Stop),
            };
        }
        select! {
            recv(self.controls) -> control => Incoming::Control(control.unwrap_or(Control::Stop)),
            recv(self.writer.results) -> written => written.map_or(Incoming::Nothing, Incoming::Written),
            default(self.patience()) => Incoming::Nothing,
        }
    }

    /// Whether it trains, and not only would.
    fn makes_steps(&self) -> bool {
        self.phase == Phase::Training && self.saving.retry.is_none()
    }

    /// How long to wait for anything at all.
    fn patience(&self) -> Duration {
        let step = if self.makes_steps() { self.pace.wait() } else { LONG };
        let retry = self.saving.retry.map_or(step, |retry| retry.saturating_duration_since(Instant::now()));
        if self.unsent.is_empty() { retry } else { retry.min(RETRY) }
    }

    fn handle_control(&mut self, control: Control) {
        match control {
            Control::Start if matches!(self.phase, Phase::Paused | Phase::Finished) => {
                if self.is_complete() {
                    return self.finish();
                }
                self.phase = Phase::Training;
                self.report();
                self.send_event(Event::Started { step: self.step });
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
                // A step that is made by hand is looked at in all its parts.
                self.diagnosing.keeps_values = true;
                self.advance(part);
                if self.phase != Phase::Failed {
                    self.pause();
                }
            }
            Control::Pace(steps_per_s) => self.pace.set(steps_per_s),
            Control::PauseAt(step) => self.pause_at = Some(step),
            Control::Reset => self.reset(),
            Control::Diagnose(is_on) => self.diagnosing.is_on = is_on,
            Control::Set(key, value) => {
                // What is shown may be of the field, and no step publishes it now.
                if self.change(key, value) && self.phase == Phase::Paused {
                    self.publish(true);
                }
            }
            Control::Save(folder) => self.save(folder, true),
            Control::Copy(slot) => self.copy_into(&slot),
            Control::Discard => self.discard(),
            Control::Start | Control::Pause | Control::Step(_) | Control::Stop => {}
        }
    }

    fn pause(&mut self) {
        (self.phase, self.pause_at) = (Phase::Paused, None);
        self.rate.stop();
        self.publish(true);
        self.send_event(Event::Paused { step: self.step });
    }

    fn is_complete(&self) -> bool {
        let most = self.options.total_steps.into_iter().chain(self.config.most_steps()).min();
        most.is_some_and(|most| self.step >= most)
    }

    fn finish(&mut self) {
        self.phase = Phase::Finished;
        self.rate.stop();
        self.publish(true);
        self.autosave();
        self.send_event(Event::Finished { step: self.step });
    }

    fn reset(&mut self) {
        self.autosave();
        // The curves are about to be forgotten: what is being written still needs them.
        self.settle_writes();
        self.remove_autosaved();
        self.set_config(self.initial.clone());
        match Model::on(&self.options.device, &self.config, self.dataset.shape()) {
            Ok(model) => self.model = model,
            Err(error) => return self.fail(error.message()),
        }
        (self.step, self.train_s, self.phase) = (0, 0.0, Phase::Paused);
        (self.changes, self.pause_at) = (Vec::new(), None);
        self.planned = self.options.changes.clone();
        (self.folder, self.saving, self.early_stop) = (None, WriteState::default(), EarlyStop::default());
        self.shared.history.clear();
        self.shared.diagnosis.set(DiagnosisReport::default());
        self.diagnosing.clear();
        self.rate.stop();
        self.publish(true);
        self.send_event(Event::Reset);
    }

    /// One step with everything that belongs to it: planned changes, history, tests, snapshot, status.
    fn advance(&mut self, part: Part) {
        let started = Instant::now();
        self.pace.begin_step();
        let part = match self.apply_planned() {
            Ok(planned) => planned.unwrap_or(part),
            Err(message) => return self.fail(message),
        };
        let (made, inspection) = self.make_step(part, self.diagnosing.depth(self.step));
        let mut losses = match made {
            Ok(losses) => losses,
            // The control that ends the trainer is next.
            Err(StepError::Cancelled) => return,
            Err(error) => {
                if let StepError::NotFinite { loss, value } = &error {
                    // The curve goes on to where it left the numbers.
                    self.shared.history.push(self.step + 1, self.train_s as f32, &[(*loss, *value)]);
                    self.diagnose_failure(part, inspection);
                }
                return self.fail(error.message());
            }
        };
        self.step += 1;
        self.train_s += started.elapsed().as_secs_f64();
        // Of a family whose steps are few each is worth a test.
        let is_one_of_few = self.config.most_steps().is_some();
        if is_one_of_few || self.step.is_multiple_of(self.options.test_interval_steps.max(1)) || self.step == 1 {
            match self.test() {
                Ok(tested) => losses.extend(tested),
                Err(error) => return self.fail(error.message()),
            }
        }
        let has_stalled = self.early_stop.add(&losses) && self.early_stop.has_stalled(self.config.early_stop_tests());
        self.record(losses);
        self.diagnose(self.step - 1, inspection);
        self.rate.add(self.config.images_per_step(self.dataset.train.count()) as u64);
        self.publish(false);
        if self.is_complete() || has_stalled {
            self.finish();
        } else if self.pause_at == Some(self.step) {
            self.pause();
            self.autosave();
        } else {
            self.autosave_if_due();
        }
    }

    /// Makes a step, looked at `depth`; gives what was seen of it too.
    pub(super) fn make_step(
        &mut self,
        part: Part,
        depth: InspectionDepth,
    ) -> (Result<Losses, StepError>, Option<Inspection>) {
        let (step, device, hook) = (self.step, self.options.device.clone(), self.options.batch_hook.as_deref());
        let (batches, shared) = (&mut self.batches, &self.shared);
        let go_on = || !shared.is_stopping.load(Ordering::Relaxed);
        self.diagnosing.step(&mut self.model, depth, &self.dataset.test, |model, seen| {
            model.step(&mut StepInput { step, part, batches, device, hook, seen, go_on: Some(&go_on) })
        })
    }

    fn test(&mut self) -> Result<Losses, StepError> {
        let count = self.dataset.test.count().min(TEST_IMAGES);
        let mut folds = TestFolds::default();
        let images = (&self.dataset.test, count);
        let mut losses = self.model.test_on(images, &self.options.device, &mut |batch| {
            folds.add(batch.tested);
            true
        })?;
        losses.extend(folds.losses());
        let input = MeasuringInput {
            model: &self.model,
            config: &self.config,
            dataset: &self.dataset,
            step: self.step,
            test_interval_steps: self.options.test_interval_steps,
        };
        losses.extend(self.measuring.losses(&input)?);
        Ok(losses)
    }

    pub(super) fn fail(&mut self, message: Message) {
        self.phase = Phase::Failed;
        self.rate.stop();
        self.report();
        // Who steers the trainer hears of it by the event, and says so once.
        tracing::debug!(step = self.step + 1, preset = self.config.preset, "{message}");
        let step = self.step + 1;
        self.shared.history.mark(step, self.train_s as f32, MarkKind::Failed);
        self.send_event(Event::Failed { step, message: message!("step {step}: {message}", step, message) });
    }

    pub(super) fn report(&mut self) {
        let waits = self.phase == Phase::Training && self.saving.retry.is_some();
        let status = Status {
            phase: if waits { Phase::Waiting } else { self.phase },
            step: self.step,
            steps_per_epoch: self.batches.steps_per_epoch(self.config.images_per_step(self.dataset.train.count())),
            samples_per_s: self.rate.per_s,
            train_s: self.train_s,
            saved_step: self.saving.saved_step,
            part_steps: self.model.part_steps(),
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
