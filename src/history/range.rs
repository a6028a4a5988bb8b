//! What part of some curves is seen.

/// Points from which on the largest and smallest do not decide what is seen.
const MANY: usize = 20;
/// Of the points by their x, the part that the first steps are.
const FIRST_STEPS: f64 = 0.1;

/// From the 2nd to the 98th percentile of the y of `points` after the first steps, and a twentieth more at either side; of
/// few points all of it, as where `all` is asked for. `None` without points.
pub fn y_range(points: &[[f64; 2]], all: bool) -> Option<(f64, f64)> {
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
