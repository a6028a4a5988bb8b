//! Which images are encoded, how many at most, and which of the encoded sets is shown.

use std::sync::Arc;

/// Images of the slice that is encoded whenever tiles are decoded anew.
pub const SLICE: usize = 500;

/// What all encodings of a model may take together, in bytes: those that are shown, and those that will take their place.
pub const ENCODING_BUDGET: usize = 256 << 20;

/// What encoded points keep of each image, in bytes: its posterior (mean and log variance), class and place in the split,
/// where it lies on the plane, and its entries in the index that finds it.
pub const fn bytes_per_point(latent: usize) -> usize {
    2 * latent * size_of::<f32>() + 1 + 4 + 12 + 8
}

/// How many images are encoded at most, so that two encodings stay within [`ENCODING_BUDGET`].
pub const fn most_encoded(latent: usize) -> usize {
    ENCODING_BUDGET / (2 * bytes_per_point(latent))
}

/// The first `count` images of so many, or all of them.
pub fn first_images(all: usize, count: usize) -> Arc<[u32]> {
    (0u32..).take(count.min(all)).collect()
}

/// Whether what the weights of `step` made can stand for those of the `newest` step: they are at most a tenth of the steps
/// older. What is of a later step is of an earlier training.
pub const fn is_fresh(step: u64, newest: u64) -> bool {
    step <= newest && (newest - step) * 10 <= newest
}

/// Which encoded points of a model are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PointChoice {
    /// All that are encoded.
    All,
    /// The slice that follows the tiles.
    Slice,
}

/// The steps of the weights that a model's points were encoded with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PointSteps {
    /// Of all points, where they are there.
    pub all: Option<u64>,
    /// Of all points, the time before.
    pub all_before: Option<u64>,
    /// Of the slice.
    pub slice: Option<u64>,
}

impl PointSteps {
    /// Whether all points come so fast that they are fresh the whole time from one set to the next: two sets in a row are
    /// no more than a tenth of the steps apart, and the last one is no older than that.
    pub fn all_follow(&self, newest: u64) -> bool {
        let steady = |all: u64| self.all_before.is_some_and(|before| is_fresh(before, all));
        self.all.is_some_and(|all| is_fresh(all, newest) && (all == newest || steady(all)))
    }

    /// What is shown: all points where they are of the newest weights or follow them; else the slice, where it is newer.
    pub fn choice(&self, newest: u64) -> PointChoice {
        let current = |step: &u64| *step <= newest;
        let newer = match (self.slice.filter(current), self.all.filter(current)) {
            (Some(slice), Some(all)) => slice > all,
            (slice, _) => slice.is_some(),
        };
        if newer && !self.all_follow(newest) { PointChoice::Slice } else { PointChoice::All }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_shown_is_never_older_than_what_else_there_is_but_by_a_tenth(
            all in prop::option::of(0u64..2000), before in prop::option::of(0u64..2000),
            slice in prop::option::of(0u64..2000), newest in 0u64..2000,
        ) {
            let steps = PointSteps { all, all_before: before, slice };
            let (shown, other) = match steps.choice(newest) {
                PointChoice::All => (all, slice),
                PointChoice::Slice => (slice, all),
            };
            if let Some(other) = other.filter(|other| *other <= newest) {
                let fresh = shown.is_some_and(|shown| shown <= newest && (shown >= other || is_fresh(shown, newest)));
                prop_assert!(fresh, "{:?} at {}", steps, newest);
            }
        }
    }

    #[test]
    fn all_points_come_back_when_they_are_of_the_same_weights_or_follow_steadily() {
        let steps = |all_before, all, slice| PointSteps { all, all_before, slice };
        // Training has begun: what was encoded at rest is old, the slice follows.
        assert_eq!(steps(None, Some(0), Some(40)).choice(40), PointChoice::Slice);
        // A set has come that is fresh now and will not be before the next one comes: it would only flicker.
        assert_eq!(steps(Some(0), Some(400), Some(410)).choice(410), PointChoice::Slice);
        assert_eq!(steps(Some(9_900), Some(10_000), Some(400)).choice(10_090), PointChoice::All);
        // A busy machine: it does not follow any more.
        assert_eq!(steps(Some(9_900), Some(10_000), Some(12_000)).choice(12_000), PointChoice::Slice);
        // Training rests.
        assert_eq!(steps(Some(10_000), Some(12_000), Some(12_000)).choice(12_000), PointChoice::All);
        // It began anew.
        assert_eq!(steps(Some(10_000), Some(12_000), Some(0)).choice(0), PointChoice::Slice);
    }

    #[test]
    fn encodings_are_bound_by_memory() {
        assert!(most_encoded(2) >= 750_000, "{}", most_encoded(2));
        assert!((30_000..40_000).contains(&most_encoded(512)), "{}", most_encoded(512));
        for latent in [1, 2, 20, 64, 512, 4096] {
            assert!(2 * most_encoded(latent) * bytes_per_point(latent) <= ENCODING_BUDGET);
        }
    }
}
