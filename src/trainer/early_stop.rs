//! Whether tests have stopped getting better.

use crate::model::MetricId;

/// The best test so far, and how many have come since. Made of the tests alone: a run that goes on from its
/// `metrics.csv` decides as one that never stopped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct EarlyStop {
    best: f32,
    since_best: u64,
}

impl Default for EarlyStop {
    fn default() -> Self {
        Self { best: f32::INFINITY, since_best: 0 }
    }
}

impl EarlyStop {
    /// Takes in what one step measured; whether a test was among it.
    pub fn add(&mut self, measured: &[(MetricId, f32)]) -> bool {
        let Some((_, test)) = measured.iter().find(|(id, _)| *id == MetricId::TEST_TOTAL) else { return false };
        if *test < self.best {
            *self = Self { best: *test, since_best: 0 };
        } else {
            self.since_best += 1;
        }
        true
    }

    /// Whether so many tests in a row were no better than the best before them; never for 0.
    pub fn has_stalled(&self, patience: u64) -> bool {
        patience > 0 && self.since_best >= patience
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The same as looking at all tests each time; what is no number is no better.
        #[test]
        fn it_decides_as_a_look_at_all_tests(
            tests in prop::collection::vec(prop_oneof![-3i32..3, Just(9)], 0..60), patience in 0u64..6,
        ) {
            let tests: Vec<f32> = tests.iter().map(|test| if *test == 9 { f32::NAN } else { *test as f32 }).collect();
            let mut stop = EarlyStop::default();
            for end in 1..=tests.len() {
                prop_assert!(!stop.add(&[(MetricId::TOTAL, -100.0)]), "a step without a test");
                prop_assert!(stop.add(&[(MetricId::TOTAL, 1.0), (MetricId::TEST_TOTAL, tests[end - 1])]));
                let best = tests[..end].iter().copied().fold(f32::INFINITY, f32::min);
                let since = match tests[..end].iter().position(|test| *test == best) {
                    Some(place) => (end - 1 - place) as u64,
                    None => end as u64,
                };
                prop_assert_eq!(stop.has_stalled(patience), patience > 0 && since >= patience);
            }
        }
    }
}
