//! When a run that has a folder is written by itself.

use crate::run::retention;

/// How often a run that has a folder is written while it trains. It is written besides when it pauses, finishes or ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Autosave {
    /// Seconds of training between two checkpoints; 0 for never. One is left out while the disk is still busy.
    pub every_s: f64,
    /// A checkpoint at each multiple of so many steps; 0 for never. None is left out: training waits for a slow disk.
    pub every_steps: u64,
    /// Whether steps 1, 2, 4, 8, … are written too: what [`retention::keep`] makes its series of. None is left out.
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

/// A run that nobody has saved is written for the first time after so many seconds of training, and then each time that it
/// has trained for as long again, up to the interval: what is young is worth little, and fails most.
const FIRST_S: f64 = 10.0;

/// What was written last, or tried.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct LastWrite {
    /// Steps made then.
    pub step: u64,
    /// Seconds of training then.
    pub train_s: f64,
    /// What writing took, in seconds.
    pub took_s: f64,
}

/// Why it is time to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Due {
    /// The step says so: the same in each repetition of a run.
    ByStep,
    /// The clock says so.
    ByTime,
}

impl Autosave {
    /// The same for a run that nobody has saved: its newest checkpoints alone, by the clock alone.
    pub(super) fn unsaved(self, last: &LastWrite) -> Self {
        let every_s = self.every_s.min(FIRST_S.max(last.train_s));
        Self { every_s, every_steps: 0, series: false, budget_bytes: 0 }
    }

    /// Whether it is time to write, and why.
    pub(super) fn due(&self, last: &LastWrite, step: u64, train_s: f64) -> Option<Due> {
        if step <= last.step {
            return None;
        }
        let steps = self.every_steps > 0 && step / self.every_steps > last.step / self.every_steps;
        let series = self.series && 1 << step.ilog2() > last.step;
        if steps || series {
            return Some(Due::ByStep);
        }
        let wait_s = self.every_s.max(WRITES_BETWEEN * last.took_s);
        (self.every_s > 0.0 && train_s - last.train_s >= wait_s).then_some(Due::ByTime)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_steps_by_time_and_by_the_series() {
        let never = Autosave { every_s: 0.0, every_steps: 0, series: false, budget_bytes: 0 };
        let last = LastWrite { step: 10, train_s: 5.0, took_s: 0.0 };
        assert_eq!(never.due(&last, 1_000_000, 1e9), None);
        let steps = Autosave { every_steps: 7, ..never };
        assert_eq!((steps.due(&last, 13, 1e9), steps.due(&last, 14, 0.0)), (None, Some(Due::ByStep)));
        let time = Autosave { every_s: 60.0, ..never };
        assert_eq!((time.due(&last, 11, 64.0), time.due(&last, 11, 65.0)), (None, Some(Due::ByTime)));
        let slow = LastWrite { took_s: 10.0, ..last };
        let (early, late) = (time.due(&slow, 11, 100.0), time.due(&slow, 11, 205.0));
        assert_eq!((early, late), (None, Some(Due::ByTime)), "a slow disk is written to less often");
        let series = Autosave { series: true, ..never };
        assert_eq!((series.due(&last, 15, 1e9), series.due(&slow, 16, 0.0)), (None, Some(Due::ByStep)));
        assert_eq!(series.due(&last, 19, 0.0), Some(Due::ByStep));
        let first = LastWrite::default();
        assert_eq!((series.due(&first, 0, 0.0), series.due(&first, 1, 0.0)), (None, Some(Due::ByStep)));
    }

    #[test]
    fn what_nobody_saved_is_written_by_the_clock_and_early_the_first_time() {
        let autosave = Autosave { every_steps: 7, ..Autosave::default() };
        let due = |train_s, now| {
            let last = LastWrite { step: u64::from(train_s > 0), train_s: f64::from(train_s), took_s: 0.0 };
            autosave.unsaved(&last).due(&last, 64, f64::from(now))
        };
        assert_eq!((due(0, 9), due(0, 10)), (None, Some(Due::ByTime)));
        assert_eq!((due(20, 39), due(20, 40)), (None, Some(Due::ByTime)));
        assert_eq!((due(300, 359), due(300, 360)), (None, Some(Due::ByTime)));
    }

    #[test]
    fn what_the_clock_wrote_moves_nothing_that_the_step_says() {
        let both = Autosave { every_s: 0.0, every_steps: 5, series: true, budget_bytes: 0 };
        let written = |by_time: &[u64]| {
            let mut last = LastWrite::default();
            let mut steps = Vec::new();
            for step in 1..=70 {
                if both.due(&last, step, 0.0) == Some(Due::ByStep) {
                    steps.push(step);
                    last.step = step;
                } else if by_time.contains(&step) {
                    last.step = step;
                }
            }
            steps
        };
        assert_eq!(written(&[3, 14, 31, 33, 63, 64]), written(&[]));
        assert!(written(&[]).starts_with(&[1, 2, 4, 5, 8, 10, 15, 16]));
    }
}
