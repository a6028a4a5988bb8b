//! Slow motion: steps that are made at most so many times a second, so that one can see each of them. It changes no bit.

use std::time::{Duration, Instant};

/// When the next step is due.
#[derive(Default)]
pub(super) struct Pace {
    /// From one step to the next, at least.
    interval: Duration,
    last: Option<Instant>,
}

impl Pace {
    /// At most so many steps a second; as many as there is time for where it is not said.
    pub fn set(&mut self, steps_per_s: Option<u32>) {
        self.interval = steps_per_s.map_or(Duration::ZERO, |steps| Duration::from_secs(1) / steps.max(1));
    }

    /// A step begins.
    pub fn begin_step(&mut self) {
        self.last = Some(Instant::now());
    }

    /// How long to wait for the next one.
    pub fn wait(&self) -> Duration {
        self.last.map_or(Duration::ZERO, |last| self.interval.saturating_sub(last.elapsed()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_waits_for_its_share_of_a_second_and_no_longer() {
        let mut pace = Pace::default();
        pace.begin_step();
        assert_eq!(pace.wait(), Duration::ZERO);
        pace.set(Some(5));
        let wait = pace.wait();
        assert!(wait > Duration::from_millis(50) && wait <= Duration::from_millis(200), "{wait:?}");
        pace.set(None);
        assert_eq!(pace.wait(), Duration::ZERO);
    }
}
