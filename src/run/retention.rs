//! Which checkpoints of a run are kept: the newest for going on, and a series that thins out towards the end for looking
//! back. Early training changes more in ten steps than late training in ten thousand.

/// What a run's checkpoints may take on disk unless told otherwise, in bytes: 1 GiB.
pub const BUDGET_BYTES: u64 = 1 << 30;
/// The newest checkpoints, which are always kept.
pub const NEWEST: usize = 3;
/// Checkpoints of the series between a step and ten times that step, at most.
const A_DECADE: f64 = 8.0;

/// Which of the checkpoints to keep. `steps` are in rising order and without doubles, `sizes` are theirs in bytes.
///
/// Always kept: step 0 and the last [`NEWEST`]. Of the others one in each of eight parts of a decade: the power of two
/// where there is one, which the step alone decides, else the first. Where all of that takes more than `budget` bytes,
/// the series is thinned where it is closest, powers of two last, until it fits or nothing is left of it.
pub fn keep(steps: &[u64], sizes: &[u64], budget: u64) -> Vec<bool> {
    let count = steps.len().min(sizes.len());
    let always = |index: usize| index + NEWEST >= count || steps[index] == 0;
    let mut kept = vec![false; steps.len()];
    let part = |index: usize| (steps[index] > 0).then(|| ((steps[index] as f64).log10() * A_DECADE).floor() as i64);
    // Of the series: powers of two are further apart than a part is long.
    let mut chosen = None;
    for index in 0..count {
        match chosen {
            Some(before) if part(before) == part(index) => {
                if steps[index].is_power_of_two() {
                    kept[before] = always(before);
                    (kept[index], chosen) = (true, Some(index));
                }
            }
            _ => (kept[index], chosen) = (true, Some(index)),
        }
        kept[index] |= always(index);
    }
    let total = |kept: &[bool]| -> u64 {
        sizes.iter().zip(kept).filter(|(_, kept)| **kept).fold(0, |sum, (size, _)| sum.saturating_add(*size))
    };
    while total(&kept) > budget {
        let series: Vec<usize> = (0..count).filter(|index| kept[*index]).collect();
        // How far the neighbours of each would be apart without it.
        let gap = |place: usize| {
            let at = |place: usize| series.get(place).map_or(f64::INFINITY, |index| (steps[*index] as f64).ln_1p());
            at(place + 1) - place.checked_sub(1).map_or(f64::NEG_INFINITY, at)
        };
        let closest = (0..series.len()).filter(|place| !always(series[*place])).min_by(|one, other| {
            let is_power = |place: usize| steps[series[place]].is_power_of_two();
            is_power(*one).cmp(&is_power(*other)).then(gap(*one).total_cmp(&gap(*other)))
        });
        match closest {
            Some(place) => kept[series[place]] = false,
            None => break,
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    fn of(steps: &[u64], budget: u64) -> Vec<u64> {
        let kept = keep(steps, &vec![1; steps.len()], budget);
        steps.iter().zip(kept).filter_map(|(step, kept)| kept.then_some(*step)).collect()
    }

    #[test]
    fn a_series_and_the_newest_remain() {
        let all: Vec<u64> = (0..=1000).collect();
        let kept = of(&all, u64::MAX);
        assert_eq!(kept[..12], [0, 1, 2, 3, 4, 5, 6, 8, 10, 16, 18, 24], "{kept:?}");
        assert!(kept.ends_with(&[998, 999, 1000]), "{kept:?}");
        assert!(kept.len() < 32, "{kept:?}");
        assert_eq!(of(&all, 0), [0, 998, 999, 1000], "what is always kept is kept on a full disk too");
        let half = of(&all, 12);
        assert_eq!(half.len(), 12);
        assert!(half.iter().filter(|step| (1..100).contains(*step)).count() >= 3, "{half:?}");
        assert_eq!(of(&[], 5), [0u64; 0]);
        assert_eq!(of(&[7], 0), [7]);
    }

    proptest! {
        #[test]
        fn the_rules_hold_for_any_steps(
            steps in prop::collection::btree_set(0u64..2_000_000, 0..120),
            sizes in prop::collection::vec(0u64..1000, 120),
            budget in 0u64..60_000,
        ) {
            let steps: Vec<u64> = steps.into_iter().collect();
            let sizes = &sizes[..steps.len()];
            let kept = keep(&steps, sizes, budget);
            prop_assert_eq!(kept.len(), steps.len());
            let always = |index: usize| steps[index] == 0 || index + NEWEST >= steps.len();
            prop_assert!((0..steps.len()).all(|index| kept[index] || !always(index)));
            let total: u64 = sizes.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(size, _)| size).sum();
            let only = (0..steps.len()).all(|index| kept[index] == always(index));
            prop_assert!(total <= budget || only, "{} bytes of {}", total, budget);
            // Keeping again takes nothing more away.
            let left = |values: &[u64]| -> Vec<u64> {
                values.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(value, _)| *value).collect()
            };
            let again = keep(&left(&steps), &left(sizes), budget);
            prop_assert!(again.into_iter().all(|kept| kept));
            // What the clock wrote displaces nothing of the series that the steps say.
            let unbounded = keep(&steps, sizes, u64::MAX);
            prop_assert!((0..steps.len()).all(|index| unbounded[index] || !steps[index].is_power_of_two()));
            // No part of a decade has more than one, apart from what is always kept.
            let parts: Vec<i64> = (0..steps.len())
                .filter(|index| kept[*index] && !always(*index))
                .map(|index| ((steps[index] as f64).log10() * A_DECADE).floor() as i64)
                .collect();
            prop_assert!(parts.windows(2).all(|pair| pair[0] < pair[1]), "{:?}", parts);
        }
    }
}
