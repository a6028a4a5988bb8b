//! Work that takes longer than a frame: each piece on threads of its own that end with it, a bounded number of pieces at a time,
//! one channel back. A job is keyed by what it is about: a newer one of the same key cancels the older, whose late answer is dropped.

#[cfg(test)]
mod tests;

use crate::app::done::Done;
use crate::app::wake::Waker;
use crate::dataset::Progress;
use crate::message::{Message, message};
use crate::model::ModelId;
use crossbeam_channel::{Receiver, Sender};
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

/// Jobs that run at a time; more wait for their turn.
const THREADS: usize = 8;

/// What a job is about: of each there is one at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JobKey {
    /// Data, a run or a fork is opened: all three end in what is open.
    Open,
    /// A model is made.
    Make(ModelId),
    /// The models that come with the program are read.
    Pretrained,
    /// The steps of which a run keeps checkpoints are looked up.
    Checkpoints,
    /// The checkpoints of a model are looked up that can be looked back at.
    Past(ModelId),
    /// The system's file dialog is open.
    Dialog,
    /// It is looked up which data sets are in the cache.
    Cache,
    /// A path to start from is looked for.
    Suggestion,
    /// Paths that begin with what is typed are looked for.
    Completion,
    /// Some images of a folder are decoded, to be looked at before it is opened.
    Preview,
    /// Free folders are looked for, for these models.
    Folders(Vec<ModelId>),
    /// A compare sheet is made.
    Sheet,
    /// An image is completed by a model.
    CompleteImage(ModelId),
    /// The classes of the data are learned.
    Classifier,
    /// The same, so well that a plane can be divided by them.
    ClassNetwork,
    /// A model's samples are counted.
    Shares(ModelId),
    /// What a model has learned of points is made for the data plane.
    DataPlane(ModelId),
    /// Directions are computed from a model's codes.
    Lay(ModelId),
    /// The pixel effect of a model's dimensions is measured.
    Effects(ModelId),
    /// A model's anchors are decoded.
    Anchors(ModelId),
    /// A model's points are laid out as a map.
    PointMap(ModelId),
    /// Test images are selected.
    Select,
    /// It is measured which images a model's encoder serves worst.
    Gaps(ModelId),
    /// A folder of runs is read for the table.
    ReadRuns(PathBuf),
    /// A run of the table is measured.
    Figures,
    /// A path over a model's plane is made.
    Path(ModelId),
    /// Examples are searched and sorted.
    ListExamples,
    /// Small pictures of a stretch of the examples that are listed are made.
    Thumbnails(usize),
    /// What all examples are like is computed.
    Statistics,
    /// An example is read and encoded.
    ReadExample,
    /// An image is made for the clipboard.
    CopyImage,
    /// A picture of a panel is cut out of the window's.
    PicturePanel,
    /// This file, or a file of this run folder, is written.
    Write(PathBuf),
    /// The state file is written.
    State,
    /// Autosaved runs that nothing refers to any more are removed.
    LeftOver,
    /// The system's file manager is called.
    Show,
}

impl JobKey {
    /// The model that something is computed of which nobody needs where that model is gone.
    pub fn model(&self) -> Option<ModelId> {
        match self {
            Self::Shares(id)
            | Self::DataPlane(id)
            | Self::Lay(id)
            | Self::Effects(id)
            | Self::Anchors(id)
            | Self::PointMap(id)
            | Self::Gaps(id)
            | Self::Path(id) => Some(*id),
            _ => None,
        }
    }

    /// Whether it is given all threads: a person asked for it and waits. What else is made leaves them to what trains.
    fn takes_all_threads(&self) -> bool {
        matches!(self, Self::Open | Self::Preview | Self::Write(_))
    }

    /// What a message that it broke calls it; in English its thread's name.
    pub fn name(&self) -> Message {
        match self {
            Self::Open => message!("open"),
            Self::Make(_) => message!("make a model"),
            Self::Pretrained => message!("pretrained models"),
            Self::Checkpoints | Self::Past(_) => message!("list checkpoints"),
            Self::Dialog => message!("file dialog"),
            Self::Cache => message!("look into the cache"),
            Self::Suggestion => message!("suggest a path"),
            Self::Completion => message!("complete a path"),
            Self::Preview => message!("preview of a folder"),
            Self::Folders(_) => message!("free folders"),
            Self::Sheet => message!("compare sheet"),
            Self::CompleteImage(_) => message!("complete an image"),
            Self::Classifier | Self::ClassNetwork => message!("learn the classes"),
            Self::Shares(_) => message!("class shares"),
            Self::DataPlane(_) => message!("data plane"),
            Self::Lay(_) => message!("directions of a plane"),
            Self::Effects(_) => message!("effect of dimensions"),
            Self::Anchors(_) => message!("anchors"),
            Self::PointMap(_) => message!("map of points"),
            Self::Select => message!("select images"),
            Self::Gaps(_) => message!("worst-encoded images"),
            Self::ReadRuns(_) => message!("read runs"),
            Self::Figures => message!("figures of a run"),
            Self::Path(_) => message!("path over a plane"),
            Self::ListExamples => message!("list examples"),
            Self::Thumbnails(_) => message!("thumbnails"),
            Self::Statistics => message!("data statistics"),
            Self::ReadExample => message!("read an example"),
            Self::CopyImage => message!("copy an image"),
            Self::PicturePanel => message!("picture of a panel"),
            Self::Write(_) => message!("write a file"),
            Self::State => message!("state file"),
            Self::LeftOver => message!("remove old autosaves"),
            Self::Show => message!("show a folder"),
        }
    }
}

/// What came of a job.
pub struct Finished {
    /// What it was about.
    pub key: JobKey,
    /// `None` where the work itself panicked.
    pub done: Option<Done>,
}

/// The newest job of a key.
struct Ticket {
    number: u64,
    progress: Arc<Progress>,
}

/// A job that waits for a thread.
struct Waiting {
    key: JobKey,
    number: u64,
    work: Box<dyn FnOnce() -> Done + Send>,
}

/// Starts jobs and receives what came of them.
pub struct Jobs {
    sender: Sender<(Finished, u64)>,
    receiver: Receiver<(Finished, u64)>,
    waker: Arc<Waker>,
    threads: usize,
    newest: BTreeMap<JobKey, Ticket>,
    waiting: VecDeque<Waiting>,
    running: usize,
    started: u64,
}

impl Jobs {
    /// Nothing runs yet; `waker` is called when something is done; `threads` is how many all are.
    pub fn new(waker: Arc<Waker>, threads: usize) -> Self {
        let (sender, receiver) = crossbeam_channel::unbounded();
        let (newest, waiting) = (BTreeMap::new(), VecDeque::new());
        Self { sender, receiver, waker, threads, newest, waiting, running: 0, started: 0 }
    }

    /// Runs `work`, with the progress that it reports and by which it can be cancelled. An older job of the same key is
    /// cancelled.
    pub fn start(&mut self, key: JobKey, work: impl FnOnce(&Progress) -> Done + Send + 'static) {
        self.cancel(&key);
        self.started += 1;
        let (number, progress) = (self.started, Arc::new(Progress::default()));
        self.newest.insert(key.clone(), Ticket { number, progress: progress.clone() });
        self.waiting.push_back(Waiting { key, number, work: Box::new(move || work(&progress)) });
        self.run_waiting();
    }

    /// Cancels the job of a key; whether there was one. What it gives all the same is dropped.
    pub fn cancel(&mut self, key: &JobKey) -> bool {
        let Some(ticket) = self.newest.remove(key) else { return false };
        ticket.progress.cancel();
        self.waiting.retain(|waiting| waiting.number != ticket.number);
        true
    }

    /// Cancels those whose key is one of these.
    pub fn cancel_all(&mut self, is_one: impl Fn(&JobKey) -> bool) {
        let keys: Vec<JobKey> = self.newest.keys().filter(|key| is_one(key)).cloned().collect();
        keys.iter().for_each(|key| _ = self.cancel(key));
    }

    /// Whether a job of this key runs or waits.
    pub fn is_running(&self, key: &JobKey) -> bool {
        self.newest.contains_key(key)
    }

    /// Whether no job runs or waits.
    pub fn is_idle(&self) -> bool {
        self.newest.is_empty()
    }

    /// What runs or waits, in words.
    pub fn names(&self) -> Vec<Message> {
        self.newest.keys().map(JobKey::name).collect()
    }

    /// How far the job of a key is.
    pub fn progress(&self, key: &JobKey) -> Option<&Progress> {
        self.newest.get(key).map(|ticket| &*ticket.progress)
    }

    /// The next job that is finished, if any is; those that were cancelled are passed over.
    pub fn next(&mut self) -> Option<Finished> {
        while let Ok((finished, number)) = self.receiver.try_recv() {
            self.running = self.running.saturating_sub(1);
            self.run_waiting();
            if self.newest.get(&finished.key).is_some_and(|ticket| ticket.number == number) {
                self.newest.remove(&finished.key);
                return Some(finished);
            }
        }
        None
    }

    fn run_waiting(&mut self) {
        while self.running < THREADS
            && let Some(Waiting { key, number, work }) = self.waiting.pop_front()
        {
            self.running += 1;
            let (sender, waker, name) = (self.sender.clone(), self.waker.clone(), key.name().to_string());
            let at_once = key.clone();
            let threads = if key.takes_all_threads() { self.threads } else { 1 };
            let spawned = std::thread::Builder::new().name(name.clone()).spawn(move || {
                let done = catch_unwind(AssertUnwindSafe(|| on_own_threads(threads, work))).ok();
                // These follow training by themselves; for everything else a person waits.
                let follows = matches!(
                    key,
                    JobKey::Sheet
                        | JobKey::CompleteImage(_)
                        | JobKey::Classifier
                        | JobKey::ClassNetwork
                        | JobKey::Shares(_)
                        | JobKey::DataPlane(_)
                        | JobKey::Effects(_)
                        | JobKey::Anchors(_)
                        | JobKey::Past(_)
                        | JobKey::Path(_)
                );
                // Nobody receives any more only where the program ends.
                let _ = sender.send((Finished { key, done }, number));
                if follows { waker.learned() } else { waker.now() }
            });
            if let Err(error) = spawned {
                tracing::error!(name, %error, "no thread could be made");
                let _ = self.sender.send((Finished { key: at_once, done: None }, number));
            }
        }
    }
}

/// Does work in a pool that ends with it, and with what its threads hold for the next time.
pub fn on_own_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let own = std::thread::current().name().map(str::to_owned).unwrap_or_default();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).thread_name(move |_| own.clone()).build();
    match pool {
        Ok(pool) => pool.install(work),
        Err(error) => {
            tracing::error!(%error, "no threads could be made: one does the work");
            work()
        }
    }
}
