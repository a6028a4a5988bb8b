//! What of one model's training can be looked back at, and what is looked at.

use crate::explore::tiles::fresh_id;
use crate::explore::timeline::{
    KeptIn, PastSource, RingEntry, SharedRing, SnapshotRing, TimelineMark, TimelineStore, TimelineTrack,
};
use crate::snapshot::Snapshot;
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Snapshots go into the ring at most this often.
const INTERVAL: Duration = Duration::from_millis(100);
/// Packing them takes at most this part of a core: one of so many.
const SHARE: u32 = 50;

/// Older weights that are shown.
#[derive(Clone, Debug)]
pub struct PastShown {
    /// The weights.
    pub snapshot: Arc<Snapshot>,
    /// Where they come from.
    pub kept: KeptIn,
}

/// The checkpoints that a run is known to keep.
struct ListedRun {
    folder: Arc<Path>,
    steps: Vec<u64>,
}

/// What of one model's training can be looked back at.
pub(super) struct ModelPast {
    ring: SharedRing,
    /// Numbers of the ring and of the run as sources.
    ids: (u64, u64),
    listed: Option<ListedRun>,
    /// The folder and its newest checkpoint that were asked for last.
    asked: Option<(PathBuf, u64)>,
    /// The step that went into the ring last, and when.
    offered: Option<(u64, Instant)>,
    shown: Option<PastShown>,
}

impl Default for ModelPast {
    fn default() -> Self {
        let ring = Arc::new(std::sync::Mutex::new(SnapshotRing::new(0)));
        Self { ring, ids: (fresh_id(), fresh_id()), listed: None, asked: None, offered: None, shown: None }
    }
}

impl ModelPast {
    fn ring(&self) -> MutexGuard<'_, SnapshotRing> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// At most so many earlier weights of the second half of training that are kept in memory, evenly spread.
    pub fn earlier(&self, newest: u64, count: usize) -> Vec<RingEntry> {
        let ring = self.ring();
        let steps: Vec<u64> = ring.steps().into_iter().filter(|step| (newest / 2..newest).contains(step)).collect();
        let count = count.min(steps.len());
        let chosen = (0..count).filter_map(|place| steps.get(place * steps.len() / count.max(1)));
        chosen.filter_map(|step| ring.get(*step).cloned()).collect()
    }

    /// Older weights that are shown in place of the newest.
    pub fn shown(&self) -> Option<&PastShown> {
        self.shown.as_ref()
    }

    /// Shows older weights, or the newest.
    pub fn show(&mut self, shown: Option<PastShown>) {
        self.shown = shown;
    }

    /// What the ring holds, in bytes.
    pub fn held_bytes(&self) -> u64 {
        self.ring().bytes()
    }

    /// The numbers of its sources.
    pub fn is_source(&self, id: u64) -> bool {
        id == self.ids.0 || id == self.ids.1
    }

    /// The number of the run as a source.
    pub fn run_id(&self) -> u64 {
        self.ids.1
    }

    /// Has the newest weights kept in memory where they are others than those before and it is time; how long until it is,
    /// where it is not.
    pub fn keep(
        &mut self,
        newest: &Arc<Snapshot>,
        (budget_bytes, training): (u64, bool),
        store: &TimelineStore,
    ) -> Option<Duration> {
        let took = {
            let mut ring = self.ring();
            ring.set_budget(budget_bytes);
            ring.took()
        };
        if let Some((step, at)) = self.offered {
            let interval = if training { INTERVAL.max(took * SHARE) } else { Duration::ZERO };
            if step == newest.step || at.elapsed() < interval {
                return None;
            }
        }
        if !store.keep(&self.ring, newest) {
            return Some(INTERVAL);
        }
        self.offered = Some((newest.step, Instant::now()));
        None
    }

    /// The folder whose checkpoints have to be listed: another one than the last time, or with a newer checkpoint.
    pub fn take_unlisted(&mut self, model: Option<(PathBuf, u64)>) -> Option<PathBuf> {
        if model == self.asked {
            return None;
        }
        self.asked = model;
        if self.asked.is_none() {
            self.listed = None;
        }
        self.asked.as_ref().map(|(folder, _)| folder.clone())
    }

    /// The checkpoints of a folder are known.
    pub fn list(&mut self, folder: &Path, steps: Vec<u64>) {
        if self.asked.as_ref().is_some_and(|(asked, _)| asked == folder) {
            self.listed = Some(ListedRun { folder: folder.into(), steps });
        }
    }

    /// A checkpoint cannot be read.
    pub fn forget(&mut self, step: u64) {
        if let Some(listed) = &mut self.listed {
            listed.steps.retain(|kept| *kept != step);
        }
    }

    /// What can be seen of a model whose newest step is this; `places` as of [`TimelineTrack::new`].
    pub fn track(&self, newest: u64, places: impl FnOnce(&[u64]) -> Vec<f64>) -> TimelineTrack {
        let run = self.listed.as_ref().map_or(&[][..], |listed| &listed.steps);
        TimelineTrack::new(run, &self.ring().steps(), newest, places)
    }

    /// Where the weights of a mark are read from; `None` of the newest.
    pub fn source(&self, mark: &TimelineMark) -> Option<PastSource> {
        match mark.kept {
            KeptIn::Newest => None,
            KeptIn::Memory => Some(PastSource::Ring(self.ids.0, self.ring.clone())),
            KeptIn::Run => Some(PastSource::Run(self.ids.1, self.listed.as_ref()?.folder.clone())),
        }
    }
}
