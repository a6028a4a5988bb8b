//! When a run that has a folder is written by itself.

use crate::run::retention;

/// How often a run that has a folder is written while it trains. It is written besides when it pauses, finishes or ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Autosave {
    /// Seconds of training between two checkpoints; 0 for never.
    pub every_s: f64,
    /// Steps between two checkpoints; 0 for never.
    pub every_steps: u64,
    /// Whether the first steps that reach 1, 2, 4, 8, … are written too: what [`retention::keep`] makes its series of.
    pub series: bool,
    /// What the checkpoints of a run may take on disk, in bytes.
    pub budget_bytes: u64,
}

impl Default for Autosave {
    fn default() -> Self {
        Self { every_s: 60.0, every_steps: 0, series: true, budget_bytes: retention::BUDGET_BYTES }
    }
}

/// Time between checkpoints is at least this many times what the last one took to write.
const WRITES_BETWEEN: f64 = 20.0;

/// What was written last, or tried.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Last {
    /// Steps made then.
    pub step: u64,
    /// Seconds of training then.
    pub train_s: f64,
    /// What writing took, in seconds.
    pub took_s: f64,
}

impl Autosave {
    /// Whether it is time to write.
    pub(super) fn is_due(&self, last: &Last, step: u64, train_s: f64) -> bool {
        if step <= last.step {
            return false;
        }
        let steps = self.every_steps > 0 && step - last.step >= self.every_steps;
        let wait_s = self.every_s.max(WRITES_BETWEEN * last.took_s);
        let time = self.every_s > 0.0 && train_s - last.train_s >= wait_s;
        let series = self.series && 1 << step.ilog2() > last.step;
        steps || time || series
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_steps_by_time_and_by_the_series() {
        let never = Autosave { every_s: 0.0, every_steps: 0, series: false, budget_bytes: 0 };
        let last = Last { step: 10, train_s: 5.0, took_s: 0.0 };
        assert!(!never.is_due(&last, 1_000_000, 1e9));
        let steps = Autosave { every_steps: 7, ..never };
        assert!(!steps.is_due(&last, 16, 1e9) && steps.is_due(&last, 17, 0.0));
        let time = Autosave { every_s: 60.0, ..never };
        assert!(!time.is_due(&last, 11, 64.0) && time.is_due(&last, 11, 65.0));
        let slow = Last { took_s: 10.0, ..last };
        assert!(
            !time.is_due(&slow, 11, 100.0) && time.is_due(&slow, 11, 205.0),
            "a slow disk is written to less often"
        );
        let series = Autosave { series: true, ..never };
        assert!(!series.is_due(&last, 15, 1e9) && series.is_due(&last, 16, 0.0) && series.is_due(&last, 19, 0.0));
        let first = Last::default();
        assert!(!series.is_due(&first, 0, 0.0) && series.is_due(&first, 1, 0.0));
    }
}
