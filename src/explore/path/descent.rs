//! L-BFGS for curves (Nocedal and Wright, *Numerical Optimization*, algorithm 7.4): beyond its memory the inverse Hessian is
//! that of a curve's own energy, so that the number of steps does not grow with the number of pieces.

use std::collections::VecDeque;

/// Steps that are remembered.
const MEMORY: usize = 8;
/// Steps, at most.
const STEPS: usize = 60;
/// Halvings of a step, at most.
const HALVINGS: usize = 20;
/// A step that gains less of the energy than this is the last.
const GAIN: f64 = 1e-5;

/// What is to be made small: inner corners `[n, latent]` to their energy and its gradient.
pub(super) trait Energy {
    fn energy(&mut self, corners: &[f64]) -> f64;

    /// `None` where `go_on`, asked now and then, says no.
    fn gradient(&mut self, corners: &[f64], go_on: &mut dyn FnMut() -> bool) -> Option<Vec<f64>>;
}

/// Moves corners downhill; what it gives is never above where it began. `None` where `go_on` says no.
pub(super) fn descend(
    energy: &mut dyn Energy,
    begin: Vec<f64>,
    latent: usize,
    scale: f64,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<Vec<f64>> {
    let mut at = begin;
    let mut value = energy.energy(&at);
    let mut slope = energy.gradient(&at, go_on)?;
    let mut memory: VecDeque<(Vec<f64>, Vec<f64>)> = VecDeque::new();
    for _ in 0..STEPS {
        let mut direction = direction(&memory, &slope, latent, scale);
        let mut downhill = dot(&direction, &slope);
        if downhill >= 0.0 || !downhill.is_finite() {
            memory.clear();
            direction = self::direction(&memory, &slope, latent, scale);
            downhill = dot(&direction, &slope);
        }
        let (mut step, mut found) = (1.0, None);
        for _ in 0..HALVINGS {
            if !go_on() {
                return None;
            }
            let next: Vec<f64> = at.iter().zip(&direction).map(|(z, d)| z + step * d).collect();
            let below = energy.energy(&next);
            if below <= value + 1e-4 * step * downhill {
                found = Some((next, below));
                break;
            }
            step /= 2.0;
        }
        let Some((next, below)) = found else { break };
        let next_slope = energy.gradient(&next, go_on)?;
        let moved: Vec<f64> = next.iter().zip(&at).map(|(a, b)| a - b).collect();
        let turned: Vec<f64> = next_slope.iter().zip(&slope).map(|(a, b)| a - b).collect();
        if dot(&moved, &turned) > 1e-12 * dot(&turned, &turned).sqrt() * dot(&moved, &moved).sqrt() {
            memory.push_back((moved, turned));
            if memory.len() > MEMORY {
                memory.pop_front();
            }
        }
        let gained = value - below;
        (at, value, slope) = (next, below, next_slope);
        if gained <= GAIN * value.abs() {
            break;
        }
    }
    Some(at)
}

/// The two loops.
fn direction(memory: &VecDeque<(Vec<f64>, Vec<f64>)>, slope: &[f64], latent: usize, scale: f64) -> Vec<f64> {
    let mut out: Vec<f64> = slope.iter().map(|x| -x).collect();
    let mut weights = Vec::new();
    for (moved, turned) in memory.iter().rev() {
        let weight = dot(moved, &out) / dot(moved, turned);
        out.iter_mut().zip(turned).for_each(|(x, y)| *x -= weight * y);
        weights.push(weight);
    }
    smooth(&mut out, latent, scale);
    for ((moved, turned), weight) in memory.iter().zip(weights.into_iter().rev()) {
        let back = dot(turned, &out) / dot(moved, turned);
        out.iter_mut().zip(moved).for_each(|(x, s)| *x += (weight - back) * s);
    }
    out
}

/// Solves (2·n·scale·L) x = b for each dimension, L the second difference between fixed ends: the Hessian of the energy of a
/// curve where every direction is worth `scale`.
fn smooth(values: &mut [f64], latent: usize, scale: f64) {
    let inner = values.len() / latent.max(1);
    let weight = 2.0 * (inner + 1) as f64 * scale;
    for dimension in 0..latent {
        let mut column: Vec<f64> = values.iter().skip(dimension).step_by(latent).map(|x| x / weight).collect();
        // Thomas's algorithm with 2 on the diagonal and −1 beside it: its factors are k / (k + 1).
        for k in 1..inner {
            column[k] += column[k - 1] * k as f64 / (k + 1) as f64;
        }
        for k in (0..inner).rev() {
            let factor = (k + 1) as f64 / (k + 2) as f64;
            let after = column.get(k + 1).copied().unwrap_or(0.0);
            column[k] = factor * (column[k] + after);
        }
        values.iter_mut().skip(dimension).step_by(latent).zip(column).for_each(|(value, x)| *value = x);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_smoothed_solves_the_second_difference() {
        let (latent, scale, wanted) = (2, 1.5, [0.3, -1.0, 2.0, 0.5, -0.7, 4.0, 1.0, 1.0]);
        let at = |k: usize, d: usize| if (1..=4).contains(&k) { wanted[(k - 1) * latent + d] } else { 0.0 };
        let mut values: Vec<f64> = (1..=4)
            .flat_map(|k| (0..latent).map(move |d| (k, d)))
            .map(|(k, d)| 2.0 * 5.0 * scale * (2.0 * at(k, d) - at(k - 1, d) - at(k + 1, d)))
            .collect();
        smooth(&mut values, latent, scale);
        assert!(values.iter().zip(wanted).all(|(a, b)| (a - b).abs() < 1e-12), "{values:?}");
    }
}
