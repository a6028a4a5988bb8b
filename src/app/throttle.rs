//! Weights that are passed on at most so often.

use crate::app::wake::Waker;
use crate::snapshot::Snapshot;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The weights that were passed on last, and when.
#[derive(Default)]
pub(super) struct Throttle {
    passed: Option<(Arc<Snapshot>, Instant)>,
}

impl Throttle {
    /// The weights to show: the newest, or the last ones where those are too young. Then a repaint is scheduled.
    pub fn pass(&mut self, newest: &Arc<Snapshot>, interval: Duration, waker: &Waker) -> Arc<Snapshot> {
        if let Some((last, at)) = &self.passed {
            let age = at.elapsed();
            if Arc::ptr_eq(last, newest) {
                return last.clone();
            }
            if follows(last, newest) && age < interval {
                waker.later(interval - age);
                return last.clone();
            }
        }
        self.passed = Some((newest.clone(), Instant::now()));
        newest.clone()
    }
}

/// Whether weights can be of the same run as others, and later ones.
pub(super) fn follows(last: &Snapshot, newest: &Snapshot) -> bool {
    last.latent == newest.latent && last.image == newest.image && last.step <= newest.step
}
