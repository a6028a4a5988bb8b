//! Requests to end, from the keyboard or the system: noted, so that work ends in order, and then meant.

use anyhow::{Context, Result};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Exit status after an interruption.
pub const STATUS: u8 = 130;
/// How long work that holds nothing may go on after a request to end.
pub const SOON: Duration = Duration::from_millis(800);
/// How long a training may: its last checkpoint is on the way.
pub const AFTER_A_CHECKPOINT: Duration = Duration::from_secs(60);

/// Work was ended because somebody asked for it.
#[derive(Debug, thiserror::Error)]
#[error("interrupted")]
pub struct Interrupted;

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// From now on a request to end is noted, and the program ends after `patience`, or at once with the second request,
/// wherever it is.
///
/// # Errors
/// What the system says.
pub fn note_interruptions(patience: Duration) -> Result<()> {
    let end = || std::process::exit(STATUS.into());
    // Called on a thread of its own, not in a signal's handler.
    let requested = move || {
        if REQUESTED.swap(true, Ordering::Relaxed) {
            end();
        }
        let waiting = std::thread::Builder::new().spawn(move || {
            std::thread::sleep(patience);
            end()
        });
        if waiting.is_err() {
            end();
        }
    };
    ctrlc::set_handler(requested).context("interruptions cannot be noticed")
}

/// Whether the user wants the program to end.
pub fn is_interrupted() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}
