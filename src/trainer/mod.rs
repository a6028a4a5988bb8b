//! A model trained on a thread of its own, in a thread pool of its own; watched and steered by a [`Trainer`] handle.

mod autosave;
mod changes;
mod copy_slot;
mod diagnose;
mod diagnosing;
mod early_stop;
mod ending;
#[cfg(test)]
mod full_disk;
mod latest;
mod measuring;
mod message;
mod options;
mod own_folder;
mod pace;
mod rate;
mod saving;
#[cfg(test)]
mod unsaved;
mod worker;
mod write_request;
mod write_state;
mod writer;

pub use crate::history::{Axis, Curve, CurveMark, History, MarkKind};
pub use crate::model::{MetricId, Part};
pub use autosave::Autosave;
pub use copy_slot::CopySlot;
pub use diagnosing::{Diagnosing, DiagnosisReport};
pub use ending::wait_for_ended;
pub use latest::Latest;
pub use measuring::{Measuring, MeasuringInput};
pub use message::{Control, Event, Phase, Status};
pub use options::{BatchHook, Options, SNAPSHOTS_PER_S};
pub use writer::WriteHook;

use crate::dataset::Dataset;
use crate::message::{Explain, Message, message};
use crate::model::{Batches, Change, Config, Model, StepError};
use crate::run::metrics_file::MetricsFile;
use crate::run::{self, Lock, Opened, RunConfig, RunError};
use crate::snapshot::Snapshot;
use crossbeam_channel::{Receiver, Sender};
use early_stop::EarlyStop;
use own_folder::OwnFolder;
use pace::Pace;
use rate::Rate;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
pub use worker::TEST_IMAGES;
use worker::{TrainerShared, Worker};
use write_state::WriteState;
use writer::Writer;

/// State changes that may wait to be read before the trainer keeps them itself.
const EVENTS: usize = 64;
/// How long opening a run waits for a trainer that was dropped to write it.
const LAST_WRITE: Duration = Duration::from_secs(30);
/// What a trainer holds of each parameter: the weight, two moments, and a snapshot's copy.
const COPIES: u64 = 4;
/// candle walks a graph by recursion.
const STACK_BYTES: usize = 64 << 20;

/// Why a trainer cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum OpenError {
    /// The folder cannot be read.
    Run(#[from] RunError),
    /// No thread could be made.
    Thread(#[from] std::io::Error),
    /// The network could not be made.
    Model(#[from] StepError),
    /// The configuration has a number that no run can have.
    Config(#[from] crate::model::ConfigError),
    /// There are fewer images than a batch takes.
    Small {
        /// Images a step.
        batch: usize,
        /// Images there are.
        images: usize,
    },
    /// The run is of other data.
    OtherData {
        /// The run.
        path: PathBuf,
        /// The checksum it was trained with.
        expected: String,
        /// That of the data given.
        found: String,
        /// The data given.
        data: String,
    },
}

impl Explain for OpenError {
    fn message(&self) -> Message {
        match self {
            Self::Run(error) => error.message(),
            Self::Thread(error) => message!("no thread for training could be made: {error}", error),
            Self::Model(error) => error.message(),
            Self::Config(error) => error.message(),
            Self::Small { batch, images } => {
                message!("a batch of {batch} needs as many images, the data has {images}", batch, images)
            }
            Self::OtherData { path, expected, found, data } => message!(
                "{path}: expected data with checksum {expected}…, found {found}… in {data}",
                path,
                expected = format!("{expected:.12}"),
                found = format!("{found:.12}"),
                data,
            ),
        }
    }
}

/// A run that goes on from its folder.
struct Resumed {
    opened: Opened,
    own: OwnFolder,
    history: History,
    early_stop: EarlyStop,
}

/// The handle of a training thread. Dropping it ends the thread at the next step boundary, a pass over all images within its next block; a run that has a folder is then
/// written there, which [`wait_for_ended`] waits for.
pub struct Trainer {
    shared: Arc<TrainerShared>,
    controls: Sender<Control>,
    events: Receiver<Event>,
    thread: Option<JoinHandle<()>>,
    autosave_folder: Option<PathBuf>,
    model_bytes: u64,
}

impl Trainer {
    /// Starts the thread; it holds still until it is started, and publishes a snapshot of step 0 at once.
    ///
    /// # Errors
    /// If the configuration cannot be trained on this data, or the thread or its pool cannot be made.
    pub fn spawn(config: Config, dataset: Arc<Dataset>, options: Options) -> Result<Self, OpenError> {
        Self::begin(config, dataset, options, None)
    }

    /// The same, going on from a run folder's newest checkpoint, or one that the options name: weights, optimiser, history;
    /// holds still until it is started.
    /// Waits for a trainer of the same run that was dropped just before.
    ///
    /// # Errors
    /// If the run cannot be read, is trained by somebody else, is of other data, or the thread cannot be made.
    pub fn open(folder: &Path, dataset: Arc<Dataset>, options: Options) -> Result<Self, OpenError> {
        let mut lock = None;
        if folder.join("config.toml").exists() {
            let taken = Lock::take(folder).or_else(|_| {
                wait_for_ended(LAST_WRITE);
                Lock::take(folder)
            });
            lock = Some(taken?);
        }
        let opened = run::open_at(folder, options.from_step)?;
        if opened.config.data_checksum != dataset.id.as_str() {
            return Err(OpenError::OtherData {
                path: folder.to_owned(),
                expected: opened.config.data_checksum,
                found: dataset.id.to_string(),
                data: dataset.name.clone(),
            });
        }
        let Some(lock) = lock else {
            return Err(
                RunError::unexpected(&folder.join("config.toml"), message!("a file"), message!("nothing")).into()
            );
        };
        run::clean(folder)?;
        if options.from_step.is_some() {
            for aside in run::put_aside_after(folder, opened.checkpoint.step)? {
                tracing::info!("a later checkpoint was put aside: {}", aside.display());
            }
        }
        let (history, mut early_stop) = (History::default(), EarlyStop::default());
        let metrics = MetricsFile::open(folder, opened.checkpoint.step, &mut |row| {
            history.push(row.step, row.seconds, &row.values);
            early_stop.add(&row.values);
        })?;
        let step = opened.checkpoint.step;
        let made = opened.changes.iter().filter(|change| change.step <= step && !change.is_part());
        let mut happened: Vec<(u64, MarkKind)> = made.map(|change| (change.step, change.into())).collect();
        match run::read_origin(folder) {
            Ok(origin) => happened.extend(origin.map(|origin| (origin.step, MarkKind::Forked))),
            // A mark beside the curves is no reason to refuse a run.
            Err(error) => tracing::debug!("{error}"),
        }
        if step > 0 && !happened.contains(&(step, MarkKind::Forked)) {
            happened.push((step, MarkKind::Resumed));
        }
        history.mark_read(happened);
        let own = OwnFolder::opened(folder.to_owned(), lock, metrics);
        Self::begin(opened.initial.clone(), dataset, options, Some(Resumed { opened, own, history, early_stop }))
    }

    fn begin(
        initial: Config,
        dataset: Arc<Dataset>,
        options: Options,
        resumed: Option<Resumed>,
    ) -> Result<Self, OpenError> {
        initial.check_on_data(&dataset)?;
        let images = dataset.train.count();
        let batch = initial.images_per_step(images).max(1);
        if images < batch {
            return Err(OpenError::Small { batch, images });
        }
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(options.threads.max(1))
            .stack_size(STACK_BYTES)
            .thread_name({
                let preset = initial.preset.clone();
                move |index| format!("{preset}-{index}")
            })
            .build()
            .map_err(std::io::Error::other)?;
        let (events, received_events) = crossbeam_channel::bounded(EVENTS);
        let (controls, received_controls) = crossbeam_channel::unbounded();
        let (opened, own, history, early_stop) = match resumed {
            Some(Resumed { opened, own, history, early_stop }) => (Some(opened), Some(own), history, early_stop),
            None => (None, None, History::default(), EarlyStop::default()),
        };
        let autosave_folder = options.autosave_folder.clone();
        let config = opened.as_ref().map_or_else(|| initial.clone(), |opened| opened.config.model.clone());
        let shared = Arc::new(TrainerShared {
            status: Mutex::default(),
            config: Mutex::new(config.clone()),
            snapshot: Latest::default(),
            diagnosis: Latest::default(),
            history: Arc::new(history),
            is_stopping: AtomicBool::new(false),
        });
        let mut planned = options.changes.clone();
        planned.sort_by_key(|change| change.step);
        let mut worker = Worker {
            model: Model::on(&options.device, &config, dataset.shape())?,
            batches: Batches::new(dataset.clone()),
            run_config: Arc::new(RunConfig::new(initial.clone(), &dataset)),
            writer: Writer::new(&config.preset, own, options.write_hook.clone())?,
            saving: WriteState::default(),
            early_stop,
            measuring: Measuring::default(),
            diagnosing: Diagnosing::new(options.diagnoses, config.clone(), shared.history.clone()),
            dataset,
            options,
            shared: shared.clone(),
            controls: received_controls,
            events,
            unsent: VecDeque::new(),
            initial,
            config,
            step: 0,
            train_s: 0.0,
            changes: Vec::new(),
            planned,
            folder: None,
            phase: Phase::Paused,
            rate: Rate::default(),
            pace: Pace::default(),
            published: Instant::now(),
            pause_at: None,
        };
        if let Some(opened) = opened {
            worker.model.restore(&opened.checkpoint.saved)?;
            let step = opened.checkpoint.step;
            (worker.step, worker.train_s) = (step, opened.checkpoint.train_s);
            worker.saving = WriteState::resumed(&opened.folder, step, worker.train_s);
            // What the run changed up to here is in force; what it changed later it changes again.
            let is_past = |change: &Change| change.step < step || (change.step == step && !change.is_part());
            (worker.changes, worker.planned) = opened.changes.into_iter().partition(is_past);
            worker.folder = Some(opened.folder);
        }
        worker.report();
        let model_bytes = COPIES * 4 * worker.model.parameter_count() as u64;
        let name = format!("trainer-{}", worker.config.preset);
        let thread = thread::Builder::new().name(name).spawn(move || pool.install(|| worker.run()))?;
        Ok(Self { shared, controls, events: received_events, thread: Some(thread), autosave_folder, model_bytes })
    }

    /// Sends it a control; never waits.
    pub fn send(&self, control: Control) {
        // A trainer that has ended receives nothing; its last event said why.
        let _ = self.controls.send(control);
    }

    /// What has happened since the last call, oldest first. Everything that ever happened comes out here, once.
    pub fn drain(&self) -> Vec<Event> {
        self.events.try_iter().collect()
    }

    /// Waits for the next thing to happen, not longer than `timeout`. Not for the UI thread.
    pub fn wait(&self, timeout: Duration) -> Option<Event> {
        self.events.recv_timeout(timeout).ok()
    }

    /// Where it is.
    pub fn status(&self) -> Status {
        *self.shared.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest weights, `None` before the first are published.
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        self.shared.snapshot.get()
    }

    /// What was found to go wrong, and the newest look at a step; `None` before the first.
    pub fn diagnosis(&self) -> Option<Arc<DiagnosisReport>> {
        self.shared.diagnosis.get()
    }

    /// Its curves.
    pub fn history(&self) -> &Arc<History> {
        &self.shared.history
    }

    /// Where it is autosaved while nobody has saved it.
    pub fn autosave_folder(&self) -> Option<&Path> {
        self.autosave_folder.as_deref()
    }

    /// About what it holds in memory, in bytes: weights, their gradients' two moments, the newest snapshot, and curves.
    pub fn held_bytes(&self) -> u64 {
        self.model_bytes + self.shared.history.held_bytes()
    }

    /// The configuration in force, changes included.
    pub fn config(&self) -> Config {
        self.shared.config.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Trainer {
    fn drop(&mut self) {
        self.shared.is_stopping.store(true, Ordering::Relaxed);
        self.send(Control::Stop);
        // The thread ends within a step and a write by itself; waiting for it here could make a window wait.
        if let Some(thread) = self.thread.take() {
            ending::remember(thread);
        }
    }
}
