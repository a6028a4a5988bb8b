//! Requests to end, from the keyboard or the system: noted, so that work ends in order, and then meant.

use anyhow::{Context, Result};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Exit status after an interruption.
pub const STATUS: u8 = 130;
/// How long work that holds nothing may go on after a request to end.
pub const SOON: Duration = Duration::from_millis(800);
/// How long the writing of a film may: it ends with a frame, and nothing is left beside it.
pub const AFTER_A_FRAME: Duration = Duration::from_secs(10);
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

/// Ends the writing of a file that nobody wants any more.
///
/// # Errors
/// If the user wants the program to end; [`end_of`] then says so.
pub fn go_on() -> io::Result<()> {
    if is_interrupted() { Err(io::Error::other(Interrupted)) } else { Ok(()) }
}

/// What came of work that [`go_on`] may have ended.
///
/// # Errors
/// [`Interrupted`], or the work's own.
pub fn end_of(written: Result<()>) -> Result<()> {
    if written.is_err() && is_interrupted() { Err(Interrupted.into()) } else { written }
}

/// Whether the user wants the program to end.
pub fn is_interrupted() -> bool {
    REQUESTED.load(Ordering::Relaxed)
}
