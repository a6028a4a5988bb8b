//! The thread that puts a run on disk, so that training does not wait for it: one write at a time, in order.

use super::own_folder::OwnFolder;
use super::write_request::{RunState, WriteRequest};
use crate::message::message;
use crate::run::RunError;
use crossbeam_channel::{Receiver, Sender};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

/// Called from the writer's thread before the checkpoint of a step is written.
pub type WriteHook = Arc<dyn Fn(u64) + Send + Sync>;

/// What came of a request.
pub(super) struct Written {
    pub folder: PathBuf,
    pub step: u64,
    pub requested: bool,
    pub took_s: f64,
    pub outcome: Result<(), RunError>,
    /// What was written goes back to the thread that copied it and is dropped there: memory that another thread frees stays
    /// with the allocator until its owner asks for some of that size again, which is megabytes a checkpoint.
    pub run: Option<Box<RunState>>,
}

#[derive(Default)]
struct QueueState {
    waiting: VecDeque<WriteRequest>,
    writing: bool,
    closed: bool,
    own: Option<OwnFolder>,
}

impl QueueState {
    fn outstanding(&self) -> usize {
        self.waiting.len() + usize::from(self.writing)
    }
}

#[derive(Default)]
struct WriteQueue {
    state: Mutex<QueueState>,
    changed: Condvar,
}

impl WriteQueue {
    fn lock(&self) -> MutexGuard<'_, QueueState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, QueueState>) -> MutexGuard<'a, QueueState> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
}

/// The handle. Dropping it lets the thread finish what it was given, and waits for it.
pub(super) struct Writer {
    queue: Arc<WriteQueue>,
    thread: Option<JoinHandle<()>>,
    /// What came of requests, in order.
    pub results: Receiver<Written>,
    /// Keeps `results` connected.
    _sender: Sender<Written>,
}

impl Writer {
    /// Starts the thread; `own` is the folder that the run goes on in.
    pub fn new(name: &str, own: Option<OwnFolder>, hook: Option<WriteHook>) -> std::io::Result<Self> {
        let state = QueueState { own, ..QueueState::default() };
        let queue = Arc::new(WriteQueue { state: Mutex::new(state), changed: Condvar::new() });
        // Bounded by the requests, and those by `wait_for_room`.
        let (sender, results) = crossbeam_channel::unbounded();
        let (own_queue, own_sender) = (queue.clone(), sender.clone());
        let work = move || work(&own_queue, &own_sender, hook.as_ref());
        let thread = thread::Builder::new().name(format!("writer-{name}")).spawn(work)?;
        Ok(Self { queue, thread: Some(thread), results, _sender: sender })
    }

    /// Gives it something to write, after all that it was given before. Never waits.
    pub fn submit(&self, request: WriteRequest) {
        self.queue.lock().waiting.push_back(request);
        self.queue.changed.notify_all();
    }

    /// Waits while more than one request is outstanding: a disk that is slower than training slows it down.
    pub fn wait_for_room(&self) {
        let mut state = self.queue.lock();
        while state.outstanding() > 1 {
            state = self.queue.wait(state);
        }
    }

    /// Whether it has nothing to do.
    pub fn is_idle(&self) -> bool {
        self.queue.lock().outstanding() == 0
    }

    /// Waits until it has nothing to do, and forgets the run's folder: what comes next is another run.
    pub fn forget(&self) {
        let mut state = self.queue.lock();
        while state.outstanding() > 0 {
            state = self.queue.wait(state);
        }
        state.own = None;
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue.lock().closed = true;
        self.queue.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A fault of its own was reported when it happened.
            let _ = thread.join();
        }
    }
}

fn work(queue: &WriteQueue, results: &Sender<Written>, hook: Option<&WriteHook>) {
    let mut state = queue.lock();
    loop {
        let Some(request) = state.waiting.pop_front() else {
            if state.closed {
                return;
            }
            state = queue.wait(state);
            continue;
        };
        state.writing = true;
        let mut own = state.own.take();
        drop(state);
        if let Some(written) = handle(request, &mut own, hook) {
            let _ = results.send(written);
        }
        state = queue.lock();
        state.writing = false;
        state.own = own;
        queue.changed.notify_all();
    }
}

/// Writes; says what came of it, unless rows alone were written as they should be.
fn handle(request: WriteRequest, own: &mut Option<OwnFolder>, hook: Option<&WriteHook>) -> Option<Written> {
    let started = Instant::now();
    let WriteRequest { folder, step, rows, run } = request;
    let write = || {
        if let (Some(hook), Some(_)) = (hook, &run) {
            hook(step);
        }
        OwnFolder::write(own, &folder, rows, run.as_ref())
    };
    let outcome = catch_unwind(AssertUnwindSafe(write)).unwrap_or_else(|_| {
        Err(RunError::unexpected(&folder, message!("a run that can be written"), message!("a fault of the program")))
    });
    let took_s = started.elapsed().as_secs_f64();
    match &outcome {
        // Whoever steers the trainer hears of it by an event, and says so once.
        Err(error) => tracing::debug!("step {step} was not written: {error}"),
        Ok(()) => tracing::debug!(step, took_ms = 1e3 * took_s, is_checkpoint = run.is_some(), "written"),
    }
    let requested = run.as_ref().is_some_and(|run| run.requested);
    let is_said = run.is_some() || outcome.is_err();
    is_said.then(|| Written { folder, step, requested, took_s, outcome, run: run.map(Box::new) })
}
