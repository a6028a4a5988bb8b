//! Work that takes longer than a frame: a named thread each, and one channel back.

use crate::app::wake::Waker;
use crate::dataset::Dataset;
use crate::explore::compare::Sheet;
use crate::explore::plane::Plane;
use crate::run::Opened;
use crate::trainer::Trainer;
use crate::ui::command::Slot;
use crate::ui::dialogs::Ask;
use crossbeam_channel::{Receiver, Sender};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

/// What came of a piece of work.
pub enum Done {
    /// A data set was opened.
    Data(Result<Box<Dataset>, String>),
    /// A run was opened, with its data where that is another than before; for this place, or for the one that suits it.
    Run(Option<Slot>, Result<Box<OpenedRun>, String>),
    /// The steps of which a run keeps checkpoints.
    Kept(PathBuf, Result<Vec<u64>, String>),
    /// A model's trainer was made; the number says for which wish.
    Made(Slot, u64, Result<Box<Trainer>, String>),
    /// The models that come with the program.
    Pretrained(Result<Vec<Opened>, String>),
    /// The system's file dialog was closed; `None` where nothing was chosen.
    Picked(Ask, Option<PathBuf>),
    /// Folders that are free for runs.
    Folders(Vec<(Slot, PathBuf)>),
    /// A path to start from when asking for one.
    Suggested(Ask, PathBuf),
    /// A compare sheet.
    Sheet(Box<Sheet>),
    /// A picture was written.
    Exported(Result<PathBuf, String>),
    /// A run's plane was written beside it.
    PlaneWritten(Result<(), String>),
    /// The state file was written.
    StateWritten(Result<(), String>),
    /// The work itself broke: its name.
    Broke(&'static str),
}

/// A run that can go on.
pub struct OpenedRun {
    /// What lay in the folder.
    pub opened: Opened,
    /// The plane that it was looked at by, where one was kept and fits.
    pub plane: Option<Plane>,
    /// The trainer that goes on with it.
    pub trainer: Trainer,
    /// The data that it is trained on.
    pub data: Arc<Dataset>,
}

/// Starts work and receives what came of it.
pub struct Jobs {
    sender: Sender<Done>,
    receiver: Receiver<Done>,
    waker: Arc<Waker>,
}

impl Jobs {
    /// Nothing runs yet; `waker` is told when something is done.
    pub fn new(waker: Arc<Waker>) -> Self {
        let (sender, receiver) = crossbeam_channel::unbounded();
        Self { sender, receiver, waker }
    }

    /// Runs `work` on a thread of its own.
    pub fn run(&self, name: &'static str, work: impl FnOnce() -> Done + Send + 'static) {
        let (sender, waker) = (self.sender.clone(), self.waker.clone());
        let spawned = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            let done = catch_unwind(AssertUnwindSafe(work)).unwrap_or(Done::Broke(name));
            // Sheets follow training by themselves; for everything else a person waits.
            let follows = matches!(done, Done::Sheet(_));
            // Nobody listens any more only where the program ends.
            let _ = sender.send(done);
            if follows { waker.learned() } else { waker.now() }
        });
        if let Err(error) = spawned {
            tracing::error!(name, %error, "no thread could be made");
            let _ = self.sender.send(Done::Broke(name));
        }
    }

    /// The next thing that is done, if any is.
    pub fn next(&self) -> Option<Done> {
        self.receiver.try_recv().ok()
    }
}
