//! What part of a plot is seen, and where its axes have figures.

use egui_plot::GridMark;

/// Points from which on the largest and smallest do not decide what is seen.
const MANY: usize = 20;
/// Of the points by their x, the part that the first steps are.
const FIRST_STEPS: f64 = 0.1;
/// An axis has at least so many figures.
const LEAST_TICKS: usize = 3;

/// From the 2nd to the 98th percentile of the y of `points` after the first steps, and a twentieth more at either side; of
/// few points all of it, as where `all` is asked for. `None` without points.
pub(super) fn y_range(points: &[[f64; 2]], all: bool) -> Option<(f64, f64)> {
    let first = points.iter().map(|point| point[0]).fold(f64::INFINITY, f64::min);
    let last = points.iter().map(|point| point[0]).fold(f64::NEG_INFINITY, f64::max);
    let begin = first + FIRST_STEPS * (last - first);
    let is_later = |point: &&[f64; 2]| all || points.len() < MANY || point[0] >= begin;
    let mut values: Vec<f64> = points.iter().filter(is_later).map(|point| point[1]).collect();
    if values.is_empty() {
        return None;
    }
    // Nobody needs the others in order.
    let last = (values.len() - 1) as f64;
    let mut at = |share: f64| *values.select_nth_unstable_by((last * share).round() as usize, f64::total_cmp).1;
    let shares = if all || last < (MANY - 1) as f64 { [0.0, 1.0] } else { [0.02, 0.98] };
    let [low, high] = shares.map(&mut at);
    let margin = if high > low { 0.05 * (high - low) } else { 0.1 * high.abs().max(0.1) };
    Some((low - margin, high + margin))
}

/// The distance between the figures of an axis from `low` to `high`: 1, 2 or 5 times a power of ten, as large as it can
/// be with [`LEAST_TICKS`] of them.
fn step(low: f64, high: f64) -> f64 {
    let span = (high - low).max(f64::MIN_POSITIVE);
    let count = |step: f64| (high / step).floor() - (low / step).ceil() + 1.0;
    let power = 10f64.powf(span.log10().floor());
    let steps = [5.0, 2.0, 1.0, 0.5, 0.2, 0.1, 0.05].map(|factor| factor * power);
    steps.into_iter().find(|step| count(*step) >= LEAST_TICKS as f64).unwrap_or(0.05 * power)
}

/// The figures of an axis from `low` to `high`.
pub(super) fn ticks((low, high): (f64, f64)) -> Vec<GridMark> {
    if !(low.is_finite() && high.is_finite() && low < high) {
        return Vec::new();
    }
    let step_size = step(low, high);
    let first = (low / step_size).ceil() as i64;
    let last = (high / step_size).floor() as i64;
    (first..=last.min(first.saturating_add(40)))
        .map(|place| GridMark { value: place as f64 * step_size, step_size })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_first_steps_do_not_decide_what_is_seen() {
        let falling: Vec<[f64; 2]> =
            (0..1000).map(|step| [f64::from(step), 150.0 + 400.0 * (-f64::from(step) / 30.0).exp()]).collect();
        let (low, high) = y_range(&falling, false).unwrap_or_default();
        assert!(low < 150.0 && high < 170.0, "{low} {high}");
        let (_, high) = y_range(&falling, true).unwrap_or_default();
        assert!(high > 550.0);
        assert_eq!(y_range(&[], false), None);
        let (low, high) = y_range(&[[3.0, 2.0]], false).unwrap_or_default();
        assert!(low < 2.0 && high > 2.0);
    }

    proptest! {
        #[test]
        fn an_axis_has_three_figures_and_not_too_many(low in -1e6f64..1e6, size in -6i32..8, share in 0.1f64..1.0) {
            let high = low + share * 10f64.powi(size);
            let ticks = ticks((low, high));
            // Where the axis is finer than its numbers are, there are none to tell apart.
            prop_assume!((high - low) > 1e-9 * low.abs().max(1.0));
            prop_assert!((LEAST_TICKS..=8).contains(&ticks.len()), "{} {}: {}", low, high, ticks.len());
            prop_assert!(ticks.iter().all(|tick| tick.value >= low - 1e-6 * tick.step_size && tick.value <= high + 1e-6 * tick.step_size));
        }
    }
}
