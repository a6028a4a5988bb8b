//! Where the axes of a plot have figures.

use egui_plot::GridMark;

/// An axis has at least so many figures.
const LEAST_TICKS: usize = 3;

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
pub(in crate::ui) fn ticks((low, high): (f64, f64)) -> Vec<GridMark> {
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
