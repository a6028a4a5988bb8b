//! Trainers that were dropped and still have something to write.

use std::sync::{Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

static ENDING: Mutex<Vec<JoinHandle<()>>> = Mutex::new(Vec::new());
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// A trainer was asked to end.
pub(super) fn remember(thread: JoinHandle<()>) {
    let mut ending = ENDING.lock().unwrap_or_else(PoisonError::into_inner);
    ending.retain(|thread| !thread.is_finished());
    ending.push(thread);
}

/// Waits until all trainers that were dropped have ended and their runs are on disk, not longer than `limit`; whether
/// they have. For the end of the program, and not for a thread that draws.
pub fn wait_for_ended(limit: Duration) -> bool {
    let started = Instant::now();
    loop {
        let mut ending = ENDING.lock().unwrap_or_else(PoisonError::into_inner);
        ending.retain(|thread| !thread.is_finished());
        let done = ending.is_empty();
        drop(ending);
        if done || started.elapsed() > limit {
            return done;
        }
        thread::sleep(LOOK_AGAIN);
    }
}
