//! Snapshots of one model in memory: a number of bytes at most, dense at both ends of training and ever sparser in
//! between.

use super::half_snapshot::HalfSnapshot;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Snapshots that are kept at most, however small they are.
const MOST: usize = 512;

/// A snapshot that is kept.
pub type RingEntry = Arc<HalfSnapshot>;

/// A ring that a thread fills while the window looks at it.
pub type SharedRing = Arc<Mutex<SnapshotRing>>;

/// Snapshots by rising step.
#[derive(Debug)]
pub struct SnapshotRing {
    entries: Vec<RingEntry>,
    bytes: u64,
    budget_bytes: u64,
    took: Duration,
}

impl SnapshotRing {
    /// An empty ring that may hold so many bytes.
    pub fn new(budget_bytes: u64) -> Self {
        Self { entries: Vec::new(), bytes: 0, budget_bytes, took: Duration::ZERO }
    }

    /// What packing took the last time.
    pub fn took(&self) -> Duration {
        self.took
    }

    /// Takes note of what packing took.
    pub fn set_took(&mut self, took: Duration) {
        self.took = took;
    }

    /// What it holds, in bytes.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The steps that it keeps, rising.
    pub fn steps(&self) -> Vec<u64> {
        self.entries.iter().map(|entry| entry.step()).collect()
    }

    /// The newest step.
    pub fn newest(&self) -> Option<u64> {
        self.entries.last().map(|entry| entry.step())
    }

    /// The snapshot of a step.
    pub fn get(&self, step: u64) -> Option<&RingEntry> {
        let place = self.entries.binary_search_by_key(&step, |entry| entry.step()).ok()?;
        self.entries.get(place)
    }

    /// Lets it hold so many bytes from now on.
    pub fn set_budget(&mut self, bytes: u64) {
        if bytes != self.budget_bytes {
            self.budget_bytes = bytes;
            self.thin();
        }
    }

    /// Keeps a snapshot. What is of an earlier step than the newest is of a training that began anew: what was kept goes. One
    /// of the newest step itself is kept already.
    pub fn push(&mut self, snapshot: HalfSnapshot) {
        match self.newest() {
            Some(newest) if snapshot.step() == newest => return,
            Some(newest) if snapshot.step() < newest => (self.entries, self.bytes) = (Vec::new(), 0),
            _ => {}
        }
        self.bytes += snapshot.bytes();
        self.entries.push(Arc::new(snapshot));
        self.thin();
    }

    /// Lets go until the rest fits: the first and the newest last.
    fn thin(&mut self) {
        while self.bytes > self.budget_bytes || self.entries.len() > MOST {
            let goes = if self.entries.len() > 2 { self.most_crowded() } else { 0 };
            if self.entries.is_empty() {
                return;
            }
            self.bytes -= self.entries.remove(goes).bytes();
        }
    }

    /// The one that is missed least: whose neighbours are closest, as measured by how far it is from the nearer end. What is
    /// left is spread evenly on a logarithmic scale from either end: early training changes more in ten steps than late
    /// training in ten thousand, and what has just happened is looked at most.
    fn most_crowded(&self) -> usize {
        let steps = self.steps();
        let (first, newest) = (steps.first().copied().unwrap_or(0), steps.last().copied().unwrap_or(0));
        let gap = |place: usize| {
            let at = |place: usize| steps.get(place).copied().unwrap_or(newest);
            let from_ends = 1.0 / (at(place) - first + 1) as f64 + 1.0 / (newest - at(place) + 1) as f64;
            (at(place + 1) - at(place - 1)) as f64 * from_ends
        };
        let inner = 1..steps.len().saturating_sub(1);
        inner.min_by(|one, other| gap(*one).total_cmp(&gap(*other))).unwrap_or(0)
    }
}
