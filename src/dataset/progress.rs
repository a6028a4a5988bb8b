//! How far a long piece of work is.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far a long piece of work is, shared between who does it and who watches; also carries a request to cancel it.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicU64,
    total: AtomicU64,
    rate: AtomicU64,
    cancelled: AtomicBool,
}

impl Progress {
    /// Says how much there is to do, in units of the work's choice.
    pub fn set_total(&self, total: u64) {
        self.total.store(total, Ordering::Relaxed);
    }

    /// Says how much is done.
    pub fn set_done(&self, done: u64) {
        self.done.store(done, Ordering::Relaxed);
    }

    /// (done, total); total is 0 while it is not known.
    pub fn get(&self) -> (u64, u64) {
        (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed))
    }

    /// Says how many units are done in a second: of data from elsewhere bytes; 0 where nobody knows.
    pub fn set_rate(&self, units_per_s: u64) {
        self.rate.store(units_per_s, Ordering::Relaxed);
    }

    /// How many units are done in a second: of data from elsewhere bytes; 0 where nobody knows.
    pub fn rate(&self) -> u64 {
        self.rate.load(Ordering::Relaxed)
    }

    /// Asks the work to end early.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked the work to end early.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}
