//! The thread that packs snapshots into rings and reads past ones back, from rings and from runs: asked for by a list in the
//! order of need, of which the latest wins; read without waiting.

use super::cache::{PastKey, SnapshotCache};
use super::half_snapshot::HalfSnapshot;
use super::ring::{SharedRing, SnapshotRing};
use super::run_weights::RunWeights;
use crate::message::{Explain, Message, message, panic_text};
use crate::snapshot::Snapshot;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

/// Snapshots that wait to be packed, at most: what comes meanwhile is left out.
const MOST_OFFERED: usize = 2;
/// A snapshot of a ring with so many values at most is unpacked by who asks: well below a millisecond.
const QUICK_BYTES: u64 = 256 * 1024 * 2;

/// Where the past of a model lies, with a number unlike that of any other source: a folder may hold another run later.
#[derive(Clone, Debug)]
pub enum PastSource {
    /// In memory.
    Ring(u64, SharedRing),
    /// In a run folder.
    Run(u64, Arc<Path>),
}

/// A step of it.
#[derive(Clone, Debug)]
pub struct PastRequest {
    /// Where it lies.
    pub source: PastSource,
    /// The step.
    pub step: u64,
    /// Whether somebody waits for it; else it is read where there is room for it, because it may be asked for next.
    pub now: bool,
}

/// The ring, whoever may have panicked while it had it.
fn locked(ring: &SharedRing) -> MutexGuard<'_, SnapshotRing> {
    ring.lock().unwrap_or_else(PoisonError::into_inner)
}

impl PastSource {
    /// Unlike that of any other source.
    pub fn id(&self) -> u64 {
        match self {
            Self::Ring(id, _) | Self::Run(id, _) => *id,
        }
    }
}

impl PastRequest {
    fn key(&self) -> PastKey {
        (self.source.id(), self.step)
    }
}

struct StoreState {
    requests: Vec<PastRequest>,
    offered: VecDeque<(SharedRing, Arc<Snapshot>)>,
    cache: SnapshotCache,
    /// What cannot be read, and why.
    failed: BTreeMap<PastKey, Message>,
    /// The source whose run is open for reading: its weights, and a model to read them into.
    open: Option<u64>,
    stop: bool,
}

struct StoreShared {
    state: Mutex<StoreState>,
    work: Condvar,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl StoreShared {
    fn lock(&self) -> MutexGuard<'_, StoreState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The handle of the thread `timeline`; dropping it ends the thread with what it has in hand.
pub struct TimelineStore {
    shared: Arc<StoreShared>,
    thread: Option<JoinHandle<()>>,
}

/// What comes next.
enum Task {
    Pack(SharedRing, Arc<Snapshot>),
    Read(PastRequest),
}

impl TimelineStore {
    /// Starts the thread. Snapshots that were read may hold so many bytes; `wake` is called from the thread when one is there
    /// that somebody waits for: it must be quick.
    ///
    /// # Errors
    /// If no thread can be made.
    pub fn spawn(cache_bytes: u64, wake: Arc<dyn Fn() + Send + Sync>) -> std::io::Result<Self> {
        let state = StoreState {
            requests: Vec::new(),
            offered: VecDeque::new(),
            cache: SnapshotCache::new(cache_bytes),
            failed: BTreeMap::new(),
            open: None,
            stop: false,
        };
        let shared = Arc::new(StoreShared { state: Mutex::new(state), work: Condvar::new(), wake });
        let worker = shared.clone();
        let thread = std::thread::Builder::new().name("timeline".into()).spawn(move || run(&worker))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Has a snapshot packed into a ring; whether there was room for it.
    pub fn keep(&self, ring: &SharedRing, snapshot: &Arc<Snapshot>) -> bool {
        let mut state = self.shared.lock();
        let room = state.offered.len() < MOST_OFFERED;
        if room {
            state.offered.push_back((ring.clone(), snapshot.clone()));
            self.shared.work.notify_one();
        }
        room
    }

    /// Asks for these, in this order; what was asked for before and is not among them is not read.
    pub fn request(&self, requests: Vec<PastRequest>) {
        let mut state = self.shared.lock();
        state.requests = requests;
        if state.next_request().is_some() {
            self.shared.work.notify_one();
        }
    }

    /// A past snapshot where it is there; a small one of a ring is unpacked here.
    pub fn get(&self, request: &PastRequest) -> Option<Arc<Snapshot>> {
        let key = request.key();
        if let Some(snapshot) = self.shared.lock().cache.get(key) {
            return Some(snapshot);
        }
        let PastSource::Ring(_, ring) = &request.source else { return None };
        let half = locked(ring).get(request.step).filter(|half| half.bytes() <= QUICK_BYTES).cloned()?;
        let snapshot = Arc::new(half.snapshot().ok()?);
        self.shared.lock().cache.insert(key, snapshot.clone());
        Some(snapshot)
    }

    /// Why a past snapshot cannot be read; it is not tried again before this was asked.
    pub fn take_failure(&self, request: &PastRequest) -> Option<Message> {
        self.shared.lock().failed.remove(&request.key())
    }

    /// Forgets what is of no source that `keep` says.
    pub fn retain(&self, keep: impl Fn(u64) -> bool) {
        let mut state = self.shared.lock();
        state.cache.retain(&keep);
        state.failed.retain(|(source, _), _| keep(*source));
        if state.open.is_some_and(|source| !keep(source)) {
            state.open = None;
            self.shared.work.notify_one();
        }
    }
}

impl Drop for TimelineStore {
    fn drop(&mut self) {
        self.shared.lock().stop = true;
        self.shared.work.notify_all();
        if let Some(thread) = self.thread.take() {
            // It ends with what it has in hand; panics in that are caught.
            let _ = thread.join();
        }
    }
}

impl StoreState {
    fn next_request(&self) -> Option<&PastRequest> {
        let missing = |request: &&PastRequest| {
            let key = request.key();
            !self.cache.contains(key) && !self.failed.contains_key(&key) && (request.now || self.cache.has_room(key))
        };
        self.requests.iter().find(missing)
    }

    /// What somebody waits for, then what is offered, then what may be asked for next.
    fn next(&mut self) -> Option<Task> {
        let request = self.next_request().cloned();
        if let Some(request) = request.clone().filter(|request| request.now) {
            return Some(Task::Read(request));
        }
        match self.offered.pop_front() {
            Some((ring, snapshot)) => Some(Task::Pack(ring, snapshot)),
            None => request.map(Task::Read),
        }
    }
}

fn run(shared: &StoreShared) {
    let mut reader: Option<(u64, RunWeights)> = None;
    let mut state = shared.lock();
    loop {
        if state.stop {
            return;
        }
        let Some(task) = state.next() else {
            if state.open.is_none() {
                reader = None;
            }
            state = shared.work.wait(state).unwrap_or_else(PoisonError::into_inner);
            continue;
        };
        drop(state);
        match task {
            Task::Pack(ring, snapshot) => {
                let began = Instant::now();
                let half = HalfSnapshot::of(&snapshot);
                let mut ring = locked(&ring);
                ring.push(half);
                ring.set_took(began.elapsed());
            }
            Task::Read(request) => {
                let read = catch_unwind(AssertUnwindSafe(|| read(&request, &mut reader)));
                let read = read.unwrap_or_else(|panic| {
                    reader = None;
                    Err(message!(
                        "looking back at step {step} failed by a fault of the program: {what}",
                        step = request.step,
                        what = panic_text(&*panic)
                    ))
                });
                let mut state = shared.lock();
                // The source may be gone meanwhile.
                let asked: BTreeSet<u64> = state.requests.iter().map(|request| request.source.id()).collect();
                state.open = reader.as_ref().map(|(source, _)| *source).filter(|source| asked.contains(source));
                match read {
                    _ if !asked.contains(&request.source.id()) => {}
                    Ok(snapshot) => state.cache.insert(request.key(), Arc::new(snapshot)),
                    Err(message) => _ = state.failed.insert(request.key(), message),
                }
                drop(state);
                if request.now {
                    (shared.wake)();
                }
            }
        }
        state = shared.lock();
    }
}

/// Reads a past snapshot.
fn read(request: &PastRequest, reader: &mut Option<(u64, RunWeights)>) -> Result<Snapshot, Message> {
    let step = request.step;
    match &request.source {
        PastSource::Ring(_, ring) => {
            let half = locked(ring).get(step).cloned();
            let half = half.ok_or_else(|| message!("step {step} is not kept any more", step))?;
            half.snapshot().map_err(|error| error.message())
        }
        PastSource::Run(id, folder) => {
            let known = reader.take().filter(|(known, _)| known == id);
            let (_, run) = reader.insert(known.unwrap_or_else(|| (*id, RunWeights::new(folder.clone()))));
            run.read(step).map_err(|error| error.message())
        }
    }
}
