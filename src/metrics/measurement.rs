//! What is measured of a model's weights between steps: so seldom that training hardly notices, and at the same steps on every
//! machine.

use crate::dataset::Dataset;
use crate::model::{Family, Losses};
use crate::snapshot::Snapshot;
use std::fmt;

/// Something that is measured of weights between steps: one or more metrics of the table.
#[derive(Clone, Copy, Debug)]
pub struct Measurement {
    /// All of them together take at most one in so many operations of training.
    pub part_of_training: u64,
    /// Multiplications and additions that one takes, about; `None` where there is nothing to measure of such a model.
    pub flops: fn(&MeasurementInput<'_>) -> Option<u64>,
    /// What it is measured with, made when the first is due; `None` where the data has nothing to measure by.
    pub begin: fn(&Dataset) -> Option<Box<dyn Measure>>,
}

/// What would be measured.
#[derive(Clone, Copy, Debug)]
pub struct MeasurementInput<'a> {
    /// The model's family.
    pub family: &'static Family,
    /// Weights of it, as large as all that follow.
    pub snapshot: &'a Snapshot,
    /// What it learns.
    pub dataset: &'a Dataset,
}

/// What a measurement is made with.
pub trait Measure: fmt::Debug + Send + Sync {
    /// Measures these weights, on the threads of the pool that it is called in, which do not change a bit of it. Nothing of a
    /// metric that has no number.
    fn measure(&self, snapshot: &Snapshot) -> Losses;
}

impl Measurement {
    /// Steps from one to the next, where one takes `flops` and a step `step_flops`: so many that all of them take no more than
    /// their part of training.
    pub fn steps_between(&self, flops: u64, step_flops: u64) -> u64 {
        flops.saturating_mul(self.part_of_training).div_ceil(step_flops.max(1)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::MEASUREMENTS;
    use proptest::prelude::*;

    proptest! {
        /// And no more steps than that needs.
        #[test]
        fn measurements_take_no_more_than_their_part_of_the_steps_between_two(
            flops in prop_oneof![0u64..100, 0u64..1 << 50],
            step_flops in prop_oneof![1u64..100, 1u64..1 << 50, Just(u64::MAX)],
        ) {
            for measurement in MEASUREMENTS {
                let between = u128::from(measurement.steps_between(flops, step_flops));
                let all = u128::from(measurement.part_of_training) * u128::from(flops);
                prop_assert!(between * u128::from(step_flops) >= all);
                prop_assert!(between == 1 || (between - 1) * u128::from(step_flops) < all);
            }
        }
    }

    #[test]
    fn what_is_cheap_takes_one_and_a_half_in_a_hundred_operations_of_training_at_most() {
        let (mut costly, mut cheap) = (0.0, 0.0);
        for measurement in MEASUREMENTS {
            let share = 1.0 / measurement.part_of_training as f64;
            *(if share > 0.02 { &mut costly } else { &mut cheap }) += share;
        }
        assert!(costly <= 0.025 && cheap <= 0.015, "{costly} {cheap}");
    }
}
