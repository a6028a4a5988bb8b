//! What was done, what it took, and what panicked: so that it can be done again.

use crate::window::{FrameWork, own_work_ms};
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Actions that are shown where something fails.
const LAST: usize = 50;
/// And where a frame was slow.
const BEFORE_SLOW: usize = 10;
/// Frames are counted by tenths of a millisecond, those of more than a second together: what is measured is not to grow with
/// their number.
const BINS_PER_MS: f64 = 10.0;
const BINS: usize = 10_000;

/// Panics of any thread.
static PANICS: Mutex<Vec<String>> = Mutex::new(Vec::new());

#[derive(Default)]
struct Seen {
    actions: u64,
    frames: u64,
    last: VecDeque<String>,
    work_bins: Vec<u64>,
    worst: FrameWork,
    before_worst: String,
    longest_wait: Duration,
    before_wait: String,
}

/// Prints the last actions where it is dropped by a panic.
pub struct Record {
    seed: u64,
    seen: RefCell<Seen>,
}

impl Record {
    pub fn begin(seed: u64) -> Self {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PANICS.lock().unwrap_or_else(PoisonError::into_inner).push(info.to_string());
            usual(info);
        }));
        Self { seed, seen: RefCell::new(Seen { work_bins: vec![0; BINS], ..Seen::default() }) }
    }

    pub fn did(&self, action: &str) {
        let mut seen = self.seen.borrow_mut();
        seen.actions += 1;
        if seen.last.len() == LAST {
            seen.last.pop_front();
        }
        seen.last.push_back(action.to_owned());
    }

    pub fn frame(&self, work: FrameWork) {
        let mut seen = self.seen.borrow_mut();
        seen.frames += 1;
        let bin = (own_work_ms(work) * BINS_PER_MS) as usize;
        seen.work_bins[bin.min(BINS - 1)] += 1;
        if own_work_ms(work) > own_work_ms(seen.worst) {
            (seen.worst, seen.before_worst) = (work, last(&seen.last, BEFORE_SLOW));
        }
        if work.waited > seen.longest_wait {
            (seen.longest_wait, seen.before_wait) = (work.waited, last(&seen.last, BEFORE_SLOW));
        }
    }

    /// Fails where a thread has panicked.
    pub fn check_threads(&self) {
        let panics = std::mem::take(&mut *PANICS.lock().unwrap_or_else(PoisonError::into_inner));
        assert!(panics.is_empty(), "a thread panicked: {panics:#?}");
    }

    /// What the slowest frame took, and what was done before it.
    pub fn worst(&self) -> (FrameWork, String) {
        let seen = self.seen.borrow();
        (seen.worst, seen.before_worst.clone())
    }

    pub fn report(&self, after: Duration) -> String {
        let seen = self.seen.borrow();
        let part = |part: f64| {
            let mut left = seen.frames as f64 * part;
            let reaches = |frames: &u64| {
                left -= *frames as f64;
                left <= 0.0
            };
            (seen.work_bins.iter().position(reaches).unwrap_or(BINS) + 1) as f64 / BINS_PER_MS
        };
        let (half, most) = (part(0.5), part(0.99));
        format!(
            "seed {}: {} actions, {} frames in {:.0} s; of the window's own work a frame: half at most {half:.1} ms, 99 % at most {most:.1} ms, worst {:?} after\n{}\nlongest wait {:.0} ms after\n{}",
            self.seed,
            seen.actions,
            seen.frames,
            after.as_secs_f64(),
            seen.worst,
            seen.before_worst,
            seen.longest_wait.as_secs_f64() * 1e3,
            seen.before_wait
        )
    }
}

fn last(actions: &VecDeque<String>, count: usize) -> String {
    let skipped = actions.len().saturating_sub(count);
    actions.iter().skip(skipped).map(|action| format!("    {action}")).collect::<Vec<_>>().join("\n")
}

impl Drop for Record {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let seen = self.seen.borrow();
            eprintln!("seed {}: failed after {} actions, {} frames; the last:", self.seed, seen.actions, seen.frames);
            eprintln!("{}", last(&seen.last, LAST));
            eprintln!("the longest frame, {:.0} ms, came after\n{}", own_work_ms(seen.worst), seen.before_worst);
        }
    }
}
