//! How much each dimension of a latent space changes the image, against random directions.

use crate::explore::plane::normalised;
use crate::random::{Purpose, normal_rows};
use crate::snapshot::{Scratch, Snapshot};
use std::convert::Infallible;
use std::ops::Range;
use std::time::{Duration, Instant};

/// Random directions that dimensions are measured against.
const RANDOM: usize = 16;
/// Places that steps are made from: at least, and at most.
const DRAWS: (usize, usize) = (2, 24);
/// Values of latents that are decoded between two questions whether to go on: 4 MiB.
const MOST_VALUES: usize = 1 << 20;
/// Floating-point operations that it costs, at most, as long as there are [`DRAWS`]' least.
const MOST_FLOPS: u64 = 12_000_000_000;
/// A slider reaches so many units each way where its dimension changes as much as a random direction does.
const REACH: f32 = 3.0;
/// A slider's reach is so many times that at least, and at most: beyond, no turn would look like another's.
const REACHES: (f32, f32) = (0.25, 4.0);

/// The pixel effect of each dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct DimensionEffects {
    /// The step of the weights.
    pub step: u64,
    /// Mean over pixels of how much they change with one unit along a random direction, in [0, 1].
    pub random: f32,
    /// The same of each dimension over that of a random direction, `[latent]`: 1 changes as much, 0 changes nothing.
    pub effects: Vec<f32>,
    /// Places that steps were made from.
    pub draws: usize,
    /// The length of the steps: the codes' spread a dimension, 1 where there is a prior.
    pub unit: f32,
    /// How long it took, to know how often it can be asked for.
    pub took: Duration,
}

impl DimensionEffects {
    /// Decodes ± one unit along each dimension and along 16 random directions. The places are seeded draws of the prior, or
    /// codes `[n, latent]` where there is none. `None` where `go_on` (told how many steps are
    /// done, of how many) says no, or there is no dimension.
    pub fn of(
        snapshot: &Snapshot,
        seed: u64,
        codes: Option<&[f32]>,
        go_on: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Option<Self> {
        let latent = snapshot.latent;
        if latent == 0 || snapshot.decoder.input() != latent {
            return None;
        }
        let began = Instant::now();
        let directions = latent + RANDOM;
        let each = (2 * directions) as u64 * snapshot.decoder.flops().max(1);
        let draws = ((MOST_FLOPS / each) as usize).clamp(DRAWS.0, DRAWS.1);
        let codes = codes.filter(|codes| codes.len() >= latent);
        let unit = codes.map_or(1.0, |codes| spread(codes, latent));
        let normal = snapshot.draws(seed, Purpose::Sample, 0, draws);
        let random = normal_rows(seed, Purpose::Plane, 1, RANDOM, latent);
        let random: Vec<Vec<f32>> = random.chunks_exact(latent).filter_map(normalised).collect();
        let (mut sums, mut scratch) = (vec![0.0f64; directions], Scratch::default());
        let together = (MOST_VALUES / (2 * latent)).max(1);
        for draw in 0..draws {
            let place: Vec<f32> = match codes {
                Some(codes) => {
                    let rows = codes.len() / latent;
                    codes[draw * rows / draws * latent..][..latent].to_vec()
                }
                None => normal.get(draw * latent..(draw + 1) * latent)?.to_vec(),
            };
            for first in (0..directions).step_by(together) {
                if !go_on(draw * directions + first, draws * directions) {
                    return None;
                }
                let batch = steps(&place, first..(first + together).min(directions), &random, unit);
                let (mut before, mut at): (Option<Vec<f32>>, usize) = (None, first);
                let Ok(()) = snapshot.decoder.evaluate_each(&batch, &mut scratch, |image| {
                    match before.take() {
                        None => before = Some(image.to_vec()),
                        Some(other) => {
                            let change: f64 = image.iter().zip(&other).map(|(a, b)| f64::from((a - b).abs())).sum();
                            sums[at] += change / 2.0 / image.len().max(1) as f64 / draws as f64;
                            at += 1;
                        }
                    }
                    Ok::<_, Infallible>(())
                });
            }
        }
        let (own, others) = sums.split_at(latent);
        let mean = others.iter().sum::<f64>() / others.len().max(1) as f64;
        let relative = |sum: &f64| if mean > 0.0 { (sum / mean) as f32 } else { 0.0 };
        let effects = own.iter().map(relative).collect();
        Some(Self { step: snapshot.step, random: mean as f32, effects, draws, unit, took: began.elapsed() })
    }

    /// How far a dimension's slider reaches each way, in latent units, so that equal turns look equally large.
    pub fn reach(&self, dimension: usize) -> f32 {
        let effect = self.effects.get(dimension).copied().unwrap_or(1.0).max(f32::MIN_POSITIVE);
        REACH * self.unit * (1.0 / effect).clamp(REACHES.0, REACHES.1)
    }

    /// The dimensions (from 0) in the order of their effect, the largest first.
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.effects.len()).collect();
        order.sort_by(|a, b| self.effects[*b].total_cmp(&self.effects[*a]));
        order
    }
}

/// The latents one unit before and behind a place along some directions, the dimensions and then the random ones:
/// `[2 · directions, latent]`.
fn steps(place: &[f32], directions: Range<usize>, random: &[Vec<f32>], unit: f32) -> Vec<f32> {
    let mut steps = Vec::with_capacity(2 * directions.len() * place.len());
    for direction in directions {
        for sign in [unit, -unit] {
            let from = steps.len();
            steps.extend_from_slice(place);
            match random.get(direction.wrapping_sub(place.len())) {
                Some(random) => steps[from..].iter_mut().zip(random).for_each(|(z, x)| *z += sign * x),
                None => steps[from..].iter_mut().skip(direction).take(1).for_each(|z| *z += sign),
            }
        }
    }
    steps
}

/// Root of the mean variance of codes `[n, latent]` a dimension; 1 where they do not vary.
fn spread(codes: &[f32], latent: usize) -> f32 {
    let count = (codes.len() / latent) as f64;
    let (mut sums, mut squares) = (vec![0.0f64; latent], 0.0f64);
    for z in codes.chunks_exact(latent) {
        for (sum, x) in sums.iter_mut().zip(z) {
            *sum += f64::from(*x);
            squares += f64::from(*x).powi(2);
        }
    }
    let means: f64 = sums.iter().map(|sum| (sum / count).powi(2)).sum();
    let variance = (squares / count - means) / latent as f64;
    if variance > 1e-12 && variance.is_finite() { variance.sqrt() as f32 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::ImageShape;
    use crate::snapshot::{Activation, Network, Operation};

    /// A linear decoder whose dimension `i` changes one pixel by `weights[i]` a unit.
    fn snapshot(weights: &[f32]) -> Snapshot {
        let n = weights.len();
        let mut matrix = vec![0.0; n * n];
        weights.iter().enumerate().for_each(|(i, weight)| matrix[i * n + i] = *weight);
        let layer = Operation::linear("layer", 0, (matrix, vec![0.5; n]), Activation::Identity);
        let decoder = Network::new(n, vec![layer]).unwrap();
        Snapshot {
            step: 3,
            image: ImageShape::grey(1, n),
            latent: n,
            likelihood: None,
            decoder,
            encoder: None,
            critic: None,
            prior: Default::default(),
        }
    }

    #[test]
    fn a_dimension_that_changes_twice_as_much_has_twice_the_effect_and_half_the_reach() {
        let found = DimensionEffects::of(&snapshot(&[0.2, 0.1, 0.0, 0.1]), 7, None, &mut |_, _| true).unwrap();
        assert_eq!(found.order(), [0, 1, 3, 2]);
        assert!((found.effects[0] / found.effects[1] - 2.0).abs() < 1e-3, "{found:?}");
        assert!((found.reach(1) / found.reach(0) - 2.0).abs() < 1e-3);
        assert_eq!((found.effects[2], found.reach(2)), (0.0, REACH * REACHES.1), "a dead one has an end, too");
        assert_eq!(found, DimensionEffects { took: found.took, ..again() });
        fn again() -> DimensionEffects {
            DimensionEffects::of(&snapshot(&[0.2, 0.1, 0.0, 0.1]), 7, None, &mut |_, _| true).unwrap()
        }
    }

    #[test]
    fn equal_dimensions_of_a_decoder_of_many_change_less_than_a_random_direction_and_stopping_stops() {
        let found = DimensionEffects::of(&snapshot(&[0.1; 30]), 1, None, &mut |_, _| true).unwrap();
        // A random direction changes all 30 pixels by 1/√30 each, mean of |x|: √(2/π).
        let expected = 1.0 / (30.0f32.sqrt() * (2.0 / std::f32::consts::PI).sqrt());
        assert!(found.effects.iter().all(|effect| (effect / expected - 1.0).abs() < 0.1), "{found:?} {expected}");
        assert_eq!(DimensionEffects::of(&snapshot(&[0.1; 3]), 1, None, &mut |draw, _| draw < 1), None);
        let codes: Vec<f32> = (0..300).map(|i| if i / 3 % 2 == 0 { 5.0 } else { -5.0 }).collect();
        let wide = DimensionEffects::of(&snapshot(&[0.1; 3]), 1, Some(&codes), &mut |_, _| true).unwrap();
        assert!((wide.unit - 5.0).abs() < 1e-3 && wide.reach(0) > 5.0);
    }

    /// As a model has that draws each pixel from its own number.
    #[test]
    fn of_thousands_of_dimensions_a_part_is_in_hand_at_a_time() {
        let weights: Vec<f32> = (0..1500).map(|place| if place == 1499 { 0.2 } else { 0.1 }).collect();
        let mut asked = Vec::new();
        let found = DimensionEffects::of(&snapshot(&weights), 5, None, &mut |done, total| {
            asked.push((done, total));
            true
        });
        let found = found.unwrap();
        assert_eq!((found.order()[0], found.draws), (1499, DRAWS.0));
        assert!((found.effects[1499] / found.effects[7] - 2.0).abs() < 1e-2, "{}", found.effects[1499]);
        assert_eq!(asked.len(), 2 * (1500 + RANDOM).div_ceil(MOST_VALUES / 3000));
        assert!(asked.is_sorted() && asked.iter().all(|(done, total)| *total == 2 * (1500 + RANDOM) && done < total));
        let mut left = 3;
        let stopped = DimensionEffects::of(&snapshot(&weights), 5, None, &mut |_, _| {
            left -= 1;
            left > 0
        });
        assert_eq!((stopped, left), (None, 0));
    }
}
