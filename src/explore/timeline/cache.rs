//! Snapshots that were read or unpacked: a number of bytes at most, those that were looked at last.

use super::half_snapshot::whole_bytes;
use crate::snapshot::Snapshot;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What tells a past snapshot from all others: the number of its source, and its step.
pub(super) type PastKey = (u64, u64);

struct Cached {
    snapshot: Arc<Snapshot>,
    bytes: u64,
    used: u64,
}

/// The cache.
pub(super) struct SnapshotCache {
    entries: BTreeMap<PastKey, Cached>,
    bytes: u64,
    budget_bytes: u64,
    clock: u64,
}

impl SnapshotCache {
    pub fn new(budget_bytes: u64) -> Self {
        Self { entries: BTreeMap::new(), bytes: 0, budget_bytes, clock: 0 }
    }

    pub fn contains(&self, key: PastKey) -> bool {
        self.entries.contains_key(&key)
    }

    pub fn get(&mut self, key: PastKey) -> Option<Arc<Snapshot>> {
        self.clock += 1;
        let cached = self.entries.get_mut(&key)?;
        cached.used = self.clock;
        Some(cached.snapshot.clone())
    }

    /// Whether so many more such snapshots would fit without another going.
    pub fn has_room(&self, key: PastKey) -> bool {
        let largest = self.entries.values().map(|cached| cached.bytes).max().unwrap_or(0);
        self.contains(key) || self.bytes + largest <= self.budget_bytes
    }

    /// Keeps one; those that were not looked at for longest go. The newest stays whatever it takes.
    pub fn insert(&mut self, key: PastKey, snapshot: Arc<Snapshot>) {
        self.clock += 1;
        let bytes = whole_bytes(&snapshot);
        if let Some(before) = self.entries.insert(key, Cached { snapshot, bytes, used: self.clock }) {
            self.bytes -= before.bytes;
        }
        self.bytes += bytes;
        while self.bytes > self.budget_bytes && self.entries.len() > 1 {
            let oldest = self.entries.iter().min_by_key(|(_, cached)| cached.used).map(|(key, _)| *key);
            let Some(cached) = oldest.and_then(|oldest| self.entries.remove(&oldest)) else { break };
            self.bytes -= cached.bytes;
        }
    }

    /// Forgets what is of no source that `keep` says.
    pub fn retain(&mut self, keep: impl Fn(u64) -> bool) {
        self.entries.retain(|(source, _), _| keep(*source));
        self.bytes = self.entries.values().map(|cached| cached.bytes).sum();
    }

    #[cfg(test)]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}
