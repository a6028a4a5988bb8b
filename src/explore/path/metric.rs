//! What is long and what is short in a latent space: the pull-back metric of the decoder, M(z) = J(z)ᵀJ(z) (Arvanitidis,
//! *Latent space oddity*, 2018), and where the data is known a price of leaving it. Without one, shortest paths of a single
//! decoder run through holes, where it changes little (Syrota, *Decoder ensembling for learned latent geometries*, 2024).

use super::descent::{Energy, descend};
use super::support::DataSupport;
use crate::snapshot::{Network, Scratch};
use std::convert::Infallible;

/// Half a difference quotient's span.
const SPAN: f64 = 2e-3;
/// Places at which it is measured how much the decoder changes on the whole.
const MEASURED: usize = 32;
/// Where the data's region ends, a step is as long as so many steps where the decoder changes as it does on the whole.
const AT_THE_EDGE: f64 = 30.0;
/// How far inside the region the price begins, in nats; it grows with the square of what is passed of it.
const MARGIN: f64 = 1.0;
/// Numbers of latents that are decoded between two questions whether to go on, at most: of many dimensions those that differ in
/// one are many.
const TOGETHER: usize = 1 << 20;
/// Pairs of latents that are decoded between them, at most: some decoders take long for each.
const PAIRS_TOGETHER: usize = 64;
/// What the latent space's own length counts, so that there is a shortest path also where the decoder does not change.
const OWN: f64 = 1e-3;

/// The metric: ‖f(z + dz) − f(z)‖² + s²·(price(z) + [`OWN`])·‖dz‖², s² what a step is worth on the whole.
pub struct PathMetric<'a> {
    decoder: &'a Network,
    support: Option<&'a DataSupport>,
    scale: f64,
    scratch: Scratch,
}

impl<'a> PathMetric<'a> {
    /// Of a decoder, with a price off the data's region where that is known and belongs to the same latent space. `None` where
    /// `go_on` says no.
    pub fn new(
        decoder: &'a Network,
        support: Option<&'a DataSupport>,
        waypoints: &[Vec<f32>],
        go_on: &mut dyn FnMut() -> bool,
    ) -> Option<Self> {
        let support = support.filter(|support| support.latent() == decoder.input());
        let mut metric = Self { decoder, support, scale: 1.0, scratch: Scratch::default() };
        let mut places: Vec<f64> = waypoints.iter().take(MEASURED).flatten().map(|z| f64::from(*z)).collect();
        if let Some(support) = support {
            let each = support.means().len().div_ceil(MEASURED).max(1);
            places.extend(support.means().step_by(each).flatten());
        }
        let latent = decoder.input().max(1);
        let mut squares = 0.0;
        metric.differences(&places, go_on, |_, _, forward, back| {
            squares += square_distance(forward, back) / (2.0 * SPAN).powi(2);
        })?;
        let mean = squares / places.len().max(latent) as f64;
        if mean.is_normal() {
            metric.scale = mean;
        }
        Some(metric)
    }

    /// The latent dimensions.
    pub fn latent(&self) -> usize {
        self.decoder.input()
    }

    /// Where the data is.
    pub fn support(&self) -> Option<&DataSupport> {
        self.support
    }

    /// Values that the decoder gives.
    pub(super) fn values(&self) -> usize {
        self.decoder.output()
    }

    /// What the decoder makes of latents `[n, latent]`, `[n, values]`.
    pub(super) fn images(&mut self, latents: &[f64]) -> Vec<f32> {
        let latents: Vec<f32> = latents.iter().map(|z| *z as f32).collect();
        let mut out = Vec::with_capacity(latents.len() / self.latent().max(1) * self.values());
        let Ok(()) = self.decoder.evaluate_each(&latents, &mut self.scratch, |image| {
            out.extend_from_slice(image);
            Ok::<_, Infallible>(())
        });
        out
    }

    /// The price at each of the latents `[n, latent]`.
    pub(super) fn prices(&self, latents: &[f64]) -> Vec<f64> {
        let price = |z: &[f64]| {
            let nats = self.support.map_or(f64::NEG_INFINITY, |support| support.nats_outside(z));
            self.price(nats)
        };
        latents.chunks_exact(self.latent().max(1)).map(price).collect()
    }

    fn price(&self, nats_outside: f64) -> f64 {
        (AT_THE_EDGE * (nats_outside / MARGIN + 1.0).max(0.0)).powi(2)
    }

    /// The square of a short step's length, from what is known of its ends.
    pub(super) fn square_step(&self, images: [&[f32]; 2], prices: [f64; 2], latents: [&[f64]; 2]) -> f64 {
        let own = latents[0].iter().zip(latents[1]).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
        square_distance(images[0], images[1]) + self.scale * ((prices[0] + prices[1]) / 2.0 + OWN) * own
    }

    /// The energy of a chain of corners `[n + 1, latent]`: n times the squares of its steps. No less than its length squared,
    /// and that where all steps are equally long.
    pub fn energy(&mut self, corners: &[f64]) -> f64 {
        let steps = self.square_steps(corners);
        steps.len() as f64 * steps.iter().sum::<f64>()
    }

    fn square_steps(&mut self, corners: &[f64]) -> Vec<f64> {
        let (latent, values) = (self.latent().max(1), self.values().max(1));
        let (images, prices) = (self.images(corners), self.prices(corners));
        let images: Vec<&[f32]> = images.chunks_exact(values).collect();
        let latents: Vec<&[f64]> = corners.chunks_exact(latent).collect();
        let pairs = images.windows(2).zip(prices.windows(2)).zip(latents.windows(2));
        pairs.map(|((i, p), z)| self.square_step([i[0], i[1]], [p[0], p[1]], [z[0], z[1]])).collect()
    }

    /// The shortest way from one latent to another in `pieces` steps, `[pieces + 1, latent]`: downhill from the straight line,
    /// or from `around` where that is shorter. Its energy is never above that of the straight line. `None` where `go_on` says
    /// no.
    pub fn shortest(
        &mut self,
        (from, to): (&[f32], &[f32]),
        around: Option<Vec<f64>>,
        pieces: usize,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Option<Vec<f64>> {
        let latent = self.latent();
        let ends: Vec<f64> = from.iter().chain(to).map(|z| f64::from(*z)).collect();
        let straight = self.even(&ends, pieces);
        let line_energy = self.energy(&straight);
        let around = around.map(|corners| self.even(&corners, pieces));
        let better = around.filter(|corners| self.energy(corners) < line_energy);
        let begin = better.unwrap_or_else(|| straight.clone());
        let inner = begin.get(latent..pieces * latent).unwrap_or_default().to_vec();
        let scale = self.scale;
        let mut leg = Leg { metric: self, ends };
        let inner = descend(&mut leg, inner, latent, scale, go_on)?;
        let found = leg.whole(&inner);
        Some(if self.energy(&found) <= line_energy { found } else { straight })
    }

    /// A chain of corners in `pieces` steps that are equally long by the metric between its corners, `[pieces + 1, latent]`.
    fn even(&mut self, corners: &[f64], pieces: usize) -> Vec<f64> {
        let latent = self.latent().max(1);
        let steps: Vec<f64> = match corners.len() / latent {
            2 => vec![1.0],
            _ => self.square_steps(corners).into_iter().map(|square| square.max(f64::MIN_POSITIVE).sqrt()).collect(),
        };
        let total: f64 = steps.iter().sum();
        let (mut out, mut step, mut passed) = (Vec::with_capacity((pieces + 1) * latent), 0, 0.0);
        for piece in 0..=pieces {
            let wanted = total * piece as f64 / pieces as f64;
            while step + 1 < steps.len() && passed + steps[step] < wanted {
                passed += steps[step];
                step += 1;
            }
            let part = steps.get(step).map_or(0.0, |length| ((wanted - passed) / length).clamp(0.0, 1.0));
            let at = |corner: usize| corners.get(corner * latent..(corner + 1) * latent).unwrap_or_default();
            out.extend(at(step).iter().zip(at(step + 1)).map(|(a, b)| a + part * (b - a)));
        }
        out
    }

    /// Gives for each latent and each dimension what the decoder makes a little before and a little after it: the row, the
    /// dimension, the image after, the image before. `None` where `go_on`, asked now and then, says no.
    fn differences(
        &mut self,
        latents: &[f64],
        go_on: &mut dyn FnMut() -> bool,
        mut each: impl FnMut(usize, usize, &[f32], &[f32]),
    ) -> Option<()> {
        let latent = self.latent().max(1);
        let (all, together) = (latents.len() / latent * latent, (TOGETHER / (2 * latent)).clamp(1, PAIRS_TOGETHER));
        let (mut number, mut forward) = (0, Vec::new());
        for first in (0..all).step_by(together) {
            if !go_on() {
                return None;
            }
            let moved = (first..(first + together).min(all)).flat_map(|place| {
                let (row, dimension) = (place / latent, place % latent);
                let z = latents.get(row * latent..(row + 1) * latent).unwrap_or_default();
                [SPAN, -SPAN].into_iter().flat_map(move |by| {
                    z.iter().enumerate().map(move |(k, z)| if k == dimension { (z + by) as f32 } else { *z as f32 })
                })
            });
            let moved: Vec<f32> = moved.collect();
            let Ok(()) = self.decoder.evaluate_each(&moved, &mut self.scratch, |image| {
                if number % 2 == 0 {
                    forward = image.to_vec();
                } else {
                    each(number / 2 / latent, number / 2 % latent, &forward, image);
                }
                number += 1;
                Ok::<_, Infallible>(())
            });
        }
        Some(())
    }
}

/// A leg whose inner corners move.
struct Leg<'m, 'a> {
    metric: &'m mut PathMetric<'a>,
    /// `[2, latent]`.
    ends: Vec<f64>,
}

impl Leg<'_, '_> {
    /// All its corners.
    fn whole(&self, inner: &[f64]) -> Vec<f64> {
        let (from, to) = self.ends.split_at(self.metric.latent());
        [from, inner, to].concat()
    }
}

impl Energy for Leg<'_, '_> {
    fn energy(&mut self, inner: &[f64]) -> f64 {
        let corners = self.whole(inner);
        self.metric.energy(&corners)
    }

    fn gradient(&mut self, inner: &[f64], go_on: &mut dyn FnMut() -> bool) -> Option<Vec<f64>> {
        let (latent, values) = (self.metric.latent(), self.metric.values());
        let corners = self.whole(inner);
        let images = self.metric.images(&corners);
        let image = |corner: usize| images.get(corner * values..(corner + 1) * values).unwrap_or_default();
        let pieces = (corners.len() / latent.max(1)).saturating_sub(1) as f64;
        let mut slopes = vec![0.0; inner.len()];
        // Of the images: 2n·Jᵀ(2f(zᵢ) − f(zᵢ₋₁) − f(zᵢ₊₁)).
        self.metric.differences(inner, go_on, |row, dimension, after, before| {
            let (own, [left, right]) = (image(row + 1), [image(row), image(row + 2)]);
            let bent = own
                .iter()
                .zip(left)
                .zip(right)
                .map(|((own, left), right)| 2.0 * f64::from(*own) - f64::from(*left) - f64::from(*right));
            let sum: f64 = bent.zip(after.iter().zip(before)).map(|(bent, (a, b))| bent * f64::from(a - b)).sum();
            if let Some(slope) = slopes.get_mut(row * latent + dimension) {
                *slope += 2.0 * pieces * sum / (2.0 * SPAN);
            }
        })?;
        // Of the latent space's own length and the price.
        let prices = self.metric.prices(&corners);
        let at = |corner: usize| corners.get(corner * latent..(corner + 1) * latent).unwrap_or_default();
        let worth = |corner: usize| (prices[corner] + prices[corner + 1]) / 2.0 + OWN;
        let mut upward = vec![0.0; latent];
        for (row, slope) in slopes.chunks_exact_mut(latent.max(1)).enumerate() {
            let (left, own, right) = (at(row), at(row + 1), at(row + 2));
            let squares: f64 =
                own.iter().zip(left).zip(right).map(|((z, l), r)| (z - l).powi(2) + (z - r).powi(2)).sum();
            // The price is the square of what is passed of the margin: d price = −2·sqrt(price)·edge / margin · d ln q.
            let steep = -2.0 * prices[row + 1].sqrt() * AT_THE_EDGE / MARGIN;
            upward.fill(0.0);
            if let (true, Some(support)) = (prices[row + 1] > 0.0, self.metric.support) {
                support.with_gradient(own, Some(&mut upward));
            }
            for (k, slope) in slope.iter_mut().enumerate() {
                let pulled = 2.0 * (worth(row) * (own[k] - left[k]) + worth(row + 1) * (own[k] - right[k]));
                *slope += pieces * self.metric.scale * (pulled + 0.5 * steep * upward[k] * squares);
            }
        }
        Some(slopes)
    }
}

pub(super) fn square_distance(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(a - b).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::explore::encoded::Encoding;
    use crate::random::{Purpose, normal_rows};
    use crate::snapshot::{Activation, Operation};
    use std::time::Duration;

    #[test]
    fn the_gradient_is_that_of_the_energy() {
        let (latent, draws) = (3, |step, count| normal_rows(5, Purpose::Weights, step, 1, count));
        let first = Operation::linear("first", 0, (draws(0, 24), draws(1, 8)), Activation::Sigmoid);
        let second = Operation::linear("second", 1, (draws(2, 40), draws(3, 5)), Activation::Identity);
        let decoder = Network::new(latent, vec![first, second]).unwrap();
        let (mean, log_variance) = (draws(4, 30), vec![-2.0; 30]);
        let (images, labels, kl_per_dimension) = ((0..10).collect(), vec![0; 10], vec![1.0; latent]);
        let took = Duration::ZERO;
        let codes = Encoding { step: 0, latent, mean, log_variance, kl_per_dimension, images, labels, took };
        let support = DataSupport::of(&codes).unwrap();
        for support in [None, Some(&support)] {
            let mut metric = PathMetric::new(&decoder, support, &[vec![0.0; 3]], &mut || true).unwrap();
            let all: Vec<f64> = draws(6, 5 * latent).into_iter().map(|z| 0.5 * f64::from(z)).collect();
            let (inner, ends) = (all[latent..4 * latent].to_vec(), [&all[..latent], &all[4 * latent..]].concat());
            let mut leg = Leg { metric: &mut metric, ends };
            let found = leg.gradient(&inner, &mut || true).unwrap();
            for (place, found) in found.iter().enumerate() {
                let mut at = |by: f64| {
                    let mut moved = inner.clone();
                    moved[place] += by;
                    leg.energy(&moved)
                };
                let expected = (at(1e-3) - at(-1e-3)) / 2e-3;
                let most = 2e-2 * (expected.abs() + found.abs()) + 1e-2;
                assert!((found - expected).abs() < most, "{place}: {found} against {expected}");
            }
        }
    }
}
