//! The thread that puts a run on disk, so that training does not wait for it: one write at a time, the newest wins.

use crate::history::History;
use crate::model::Change;
use crate::run::{self, Checkpoint, Lock, RunConfig, RunError};
use crossbeam_channel::{Receiver, Sender};
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Instant;

/// A run as it was at a step boundary.
pub(super) struct Job {
    pub folder: PathBuf,
    pub config: Arc<RunConfig>,
    pub total_steps: Option<u64>,
    pub changes: Vec<Change>,
    /// May have grown since: what is later than the checkpoint is not written.
    pub history: Arc<History>,
    pub checkpoint: Checkpoint,
    pub budget_bytes: u64,
    /// Whether somebody asked for it and waits to be told.
    pub asked: bool,
}

/// What came of a job.
pub(super) struct Written {
    pub folder: PathBuf,
    pub step: u64,
    pub asked: bool,
    pub took_s: f64,
    pub outcome: Result<(), RunError>,
}

/// The run folder that is this run's own.
struct Own {
    folder: PathBuf,
    _lock: Lock,
    changes: Option<Vec<Change>>,
    total_steps: Option<u64>,
}

#[derive(Default)]
struct State {
    /// One a folder.
    waiting: VecDeque<Job>,
    writing: bool,
    closed: bool,
    own: Option<Own>,
}

#[derive(Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

impl Desk {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
}

/// The handle. Dropping it lets the thread finish what it was given, and waits for it.
pub(super) struct Writer {
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
    /// What came of jobs, in order.
    pub results: Receiver<Written>,
    /// Keeps `results` connected.
    _sender: Sender<Written>,
}

impl Writer {
    /// Starts the thread; `opened` is the folder that the run goes on in, with its lock.
    pub fn new(name: &str, opened: Option<(PathBuf, Lock)>) -> std::io::Result<Self> {
        let own = opened.map(|(folder, lock)| Own { folder, _lock: lock, changes: None, total_steps: None });
        let desk = Arc::new(Desk { state: Mutex::new(State { own, ..State::default() }), changed: Condvar::new() });
        // Bounded by the jobs: one is made when the one before it has been taken.
        let (sender, results) = crossbeam_channel::unbounded();
        let (at, said) = (desk.clone(), sender.clone());
        let thread = thread::Builder::new().name(format!("writer-{name}")).spawn(move || work(&at, &said))?;
        Ok(Self { desk, thread: Some(thread), results, _sender: sender })
    }

    /// Gives it a run to write, in place of one for the same folder that it has not begun with. Never waits.
    pub fn submit(&self, mut job: Job) {
        let mut state = self.desk.lock();
        let replaced = match state.waiting.iter_mut().find(|waiting| waiting.folder == job.folder) {
            Some(waiting) => {
                job.asked |= waiting.asked;
                Some(std::mem::replace(waiting, job))
            }
            None => {
                state.waiting.push_back(job);
                None
            }
        };
        drop(state);
        self.desk.changed.notify_all();
        // Freeing megabytes takes a while: not under the lock.
        drop(replaced);
    }

    /// Whether it has nothing to do.
    pub fn is_idle(&self) -> bool {
        let state = self.desk.lock();
        !state.writing && state.waiting.is_empty()
    }

    /// Waits until it has nothing to do, and forgets the run's folder: what comes next is another run.
    pub fn forget(&self) {
        let mut state = self.desk.lock();
        while state.writing || !state.waiting.is_empty() {
            state = self.desk.wait(state);
        }
        state.own = None;
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.desk.lock().closed = true;
        self.desk.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A fault of its own was said when it happened.
            let _ = thread.join();
        }
    }
}

fn work(desk: &Desk, said: &Sender<Written>) {
    let mut state = desk.lock();
    loop {
        let Some(job) = state.waiting.pop_front() else {
            if state.closed {
                return;
            }
            state = desk.wait(state);
            continue;
        };
        state.writing = true;
        let mut own = state.own.take();
        drop(state);
        let started = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| write(&job, &mut own))).unwrap_or_else(|_| {
            Err(RunError::unexpected(&job.folder, "a run that can be written", "a fault of the program"))
        });
        if let Err(error) = &outcome {
            tracing::error!("step {} was not written: {error}", job.checkpoint.step);
        }
        let Job { folder, checkpoint, asked, .. } = job;
        let took_s = started.elapsed().as_secs_f64();
        let written = Written { folder, step: checkpoint.step, asked, took_s, outcome };
        drop(checkpoint);
        let _ = said.send(written);
        state = desk.lock();
        state.writing = false;
        state.own = own;
        desk.changed.notify_all();
    }
}

/// Configuration, changes and metrics first: a checkpoint is then never without them.
fn write(job: &Job, own: &mut Option<Own>) -> Result<(), RunError> {
    let folder = &job.folder;
    if own.as_ref().is_none_or(|own| own.folder != *folder) {
        if folder.join("config.toml").exists() {
            return Err(RunError::unexpected(folder, "a folder without a run", "another run"));
        }
        run::write_begin(folder, &job.config)?;
        let lock = Lock::take(folder)?;
        *own = Some(Own { folder: folder.clone(), _lock: lock, changes: None, total_steps: None });
    }
    let Some(own) = own else { return Ok(()) };
    if own.changes.is_none() {
        run::renew_config(folder)?;
    }
    if let Some(total) = job.total_steps
        && own.total_steps != Some(total)
    {
        run::write_total(folder, total)?;
        own.total_steps = Some(total);
    }
    if own.changes.as_ref() != Some(&job.changes) {
        run::write_changes(folder, &job.changes)?;
        own.changes = Some(job.changes.clone());
    }
    run::metrics_file::write(folder, &job.history, job.checkpoint.step)?;
    job.checkpoint.write(folder)?;
    if let Err(error) = run::prune(folder, job.budget_bytes) {
        // The run is safe; it only takes more room than it should.
        tracing::warn!("old checkpoints stay: {error}");
    }
    Ok(())
}
