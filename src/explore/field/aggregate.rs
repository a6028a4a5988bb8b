//! The aggregate posterior q(z): the mean of the test examples' posteriors q(z|x), over a plane.
//!
//! Of a plane in a larger latent space it is the density of the posteriors' shadows on it. Of each cell it is the mean over the
//! cell, not the value in its middle: posteriors are often narrower than a cell, and the masses sum to 1 all the same.

use super::{FieldFigure, FieldScratch, FieldSource, FieldValues};
use crate::explore::encoded::Encoding;
use crate::explore::plane::Plane;
use crate::explore::tiles::Lattice;
use std::f64::consts::{SQRT_2, TAU};
use std::sync::Arc;

/// Beyond so many standard deviations there is nothing of a posterior: 6·10⁻⁷ of it.
const REACH: f64 = 5.0;
/// The share of the encodings' mass that a place is supported with: it lies where the densest 99 % of it are.
const SUPPORTED: f64 = 0.99;
/// The radius within which the unsupported share of the plane is stated, in standard deviations of the prior.
const RADIUS: f32 = 3.0;
/// Cells a side of the grid that the level is found on.
const CELLS: usize = 128;
/// A density that shows as nothing is this far below the level, in nats.
const BELOW: f32 = 3.0;
/// Posteriors between two looks at whether to go on.
const PIECE: usize = 512;

/// What is known of q(z) on a plane, whatever part of it is seen.
#[derive(Clone, Debug)]
pub struct AggregatePosterior {
    encoding: Arc<Encoding>,
    plane: Arc<Plane>,
    /// The densest places that hold 99 % of it are those where it is no less than this, a unit of area.
    pub level: f64,
    /// The share of the plane within 3 standard deviations of the prior where it is less.
    pub unsupported_share: f64,
    /// KL(q(z) ‖ p(z)) on the plane, in nats (Hoffman and Johnson 2016, *ELBO surgery*).
    pub marginal_kl: f64,
}

impl AggregatePosterior {
    /// Finds the level; `None` where `go_on` says no or the encoding is of another space.
    pub fn of(encoding: &Arc<Encoding>, plane: &Arc<Plane>, go_on: &mut dyn FnMut() -> bool) -> Option<Self> {
        let half = encoding_reach(encoding, plane).max(f64::from(RADIUS) + 0.5) as f32;
        let cell = 2.0 * half / CELLS as f32;
        let first = -(CELLS as i64) / 2;
        let lattice = Lattice { cell, column: first, row: first, columns: CELLS, rows: CELLS };
        let density = masses(encoding, plane, lattice, go_on)?;
        let area = f64::from(cell) * f64::from(cell);
        let mut sorted = density.clone();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let (mut mass, mut level) = (0.0, 0.0);
        for value in sorted {
            if mass >= SUPPORTED {
                break;
            }
            (mass, level) = (mass + value * area, value);
        }
        let (mut within, mut unsupported, mut marginal_kl) = (0usize, 0usize, 0.0);
        for (position, value) in lattice.middles().into_iter().zip(&density) {
            if position[0].hypot(position[1]) <= RADIUS {
                within += 1;
                unsupported += usize::from(*value < level);
            }
            if *value > 0.0 {
                marginal_kl += area * value * (value.ln() - log_prior(plane, position));
            }
        }
        let unsupported_share = unsupported as f64 / within.max(1) as f64;
        let (encoding, plane) = (encoding.clone(), plane.clone());
        Some(Self { encoding, plane, level, unsupported_share, marginal_kl })
    }

    /// That of a source, kept from the last time where it is the same.
    fn kept<'a>(source: &FieldSource, kept: &'a mut Option<Self>, go_on: &mut dyn FnMut() -> bool) -> Option<&'a Self> {
        let encoding = source.encoding.as_ref()?;
        let serves = |one: &Self| Arc::ptr_eq(&one.encoding, encoding) && one.plane == source.plane;
        if !kept.as_ref().is_some_and(serves) {
            *kept = Some(Self::of(encoding, &source.plane, go_on)?);
        }
        kept.as_ref()
    }
}

/// ln q(z), its reference ln p(z); the colours go from a little below the level to the highest.
pub(super) fn density(
    source: &FieldSource,
    scratch: &mut FieldScratch,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<FieldValues> {
    let aggregate = AggregatePosterior::kept(source, &mut scratch.aggregate, go_on)?;
    let (level, figure) = (aggregate.level.ln() as f32, aggregate.marginal_kl);
    let density = masses(source.encoding.as_ref()?, &source.plane, source.lattice, go_on)?;
    let values: Vec<f32> =
        density.iter().map(|value| if *value > 0.0 { value.ln() as f32 } else { f32::NAN }).collect();
    let reference = source.lattice.middles().into_iter().map(|at| log_prior(&source.plane, at) as f32).collect();
    let made = FieldValues::of(values);
    let low = level - BELOW;
    let figures = vec![FieldFigure { name: "marginal_kl", value: figure }];
    Some(FieldValues { range: [low, made.range[1].max(low + 1.0)], reference, figures, ..made })
}

/// ln q(z) above the level of the densest 99 %: below 0 where less than 1 % of the encodings live.
pub(super) fn unsupported(
    source: &FieldSource,
    scratch: &mut FieldScratch,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<FieldValues> {
    let aggregate = AggregatePosterior::kept(source, &mut scratch.aggregate, go_on)?;
    let (level, share) = (aggregate.level, aggregate.unsupported_share);
    let density = masses(source.encoding.as_ref()?, &source.plane, source.lattice, go_on)?;
    let above = |value: &f64| if *value > 0.0 { (value / level).ln() as f32 } else { f32::NEG_INFINITY };
    let figures = vec![FieldFigure { name: "unsupported", value: share }];
    Some(FieldValues { figures, ..FieldValues::of(density.iter().map(above).collect()) })
}

/// ln of the prior's density on the plane, N(0, 1) of each direction about where the origin lies along it.
fn log_prior(plane: &Plane, [x, y]: [f32; 2]) -> f64 {
    let along = |direction: &[f32]| plane.origin.iter().zip(direction).map(|(o, d)| f64::from(o * d)).sum::<f64>();
    let [x, y] = [f64::from(x) + along(&plane.u), f64::from(y) + along(&plane.v)];
    -0.5 * (x * x + y * y) - TAU.ln()
}

/// How far from its origin the posteriors reach on the plane.
fn encoding_reach(encoding: &Encoding, plane: &Plane) -> f64 {
    let reach = |index: usize| {
        let (mean, log_variance) = encoding.posterior(index)?;
        let [xx, _, yy] = plane.covariance_from_log_variance(log_variance).map(f64::from);
        let [x, y] = plane.plane_from_latent(mean).map(|x| f64::from(x).abs());
        let reach = (x + REACH * xx.sqrt()).max(y + REACH * yy.sqrt());
        reach.is_finite().then_some(reach)
    };
    (0..encoding.count()).filter_map(reach).fold(0.0, f64::max)
}

/// The mean of q(z) over each cell, a unit of area, from the upper left, row by row.
fn masses(encoding: &Encoding, plane: &Plane, lattice: Lattice, go_on: &mut dyn FnMut() -> bool) -> Option<Vec<f64>> {
    if plane.latent() != encoding.latent || encoding.count() == 0 {
        return None;
    }
    let Lattice { columns, rows, .. } = lattice;
    let cell = f64::from(lattice.cell);
    let (low, _) = lattice.bounds();
    let mut sums = vec![0.0f64; columns * rows];
    let (mut across, mut upwards) = (Vec::new(), Vec::new());
    for index in 0..encoding.count() {
        if index % PIECE == 0 && !go_on() {
            return None;
        }
        let Some((mean, log_variance)) = encoding.posterior(index) else { continue };
        let [xx, xy, yy] = plane.covariance_from_log_variance(log_variance).map(f64::from);
        let [x, y] = plane.plane_from_latent(mean).map(f64::from);
        if ![x, y, xx, xy, yy].iter().all(|value| value.is_finite()) {
            continue;
        }
        // The shadow along x, and for each column that along y given x: exact where the directions are independent.
        let first = cells(x, xx.sqrt(), f64::from(low[0]), cell, columns, &mut across);
        let slope = if xx > 0.0 { xy / xx } else { 0.0 };
        let spread = (yy - slope * xy).max(0.0).sqrt();
        let mut from = None;
        for (column, part) in (first..).zip(&across) {
            if from.is_none() || slope != 0.0 {
                let middle = f64::from(low[0]) + (column as f64 + 0.5) * cell;
                from = Some(cells(y + slope * (middle - x), spread, f64::from(low[1]), cell, rows, &mut upwards));
            }
            for (row, share) in (from.unwrap_or(0)..).zip(&upwards) {
                if let Some(sum) = sums.get_mut((rows - 1 - row) * columns + column) {
                    *sum += part * share;
                }
            }
        }
    }
    let unit = encoding.count() as f64 * cell * cell;
    sums.iter_mut().for_each(|sum| *sum /= unit);
    Some(sums)
}

/// How much of a normal distribution lies in each of `count` cells from `low` on, into `out`, for those that it reaches; gives
/// the first of them.
fn cells(mean: f64, deviation: f64, low: f64, cell: f64, count: usize, out: &mut Vec<f64>) -> usize {
    out.clear();
    let place = |at: f64| ((at - low) / cell).floor().clamp(0.0, count as f64) as usize;
    let reach = REACH * deviation;
    let (first, last) = (place(mean - reach), place(mean + reach).min(count.saturating_sub(1)));
    if mean + reach < low || first >= count {
        return 0;
    }
    let below = |edge: usize| {
        let at = low + edge as f64 * cell - mean;
        // All of what has no width lies in one cell.
        if deviation > 0.0 { 0.5 * libm::erfc(-at / (deviation * SQRT_2)) } else { f64::from(u8::from(at > 0.0)) }
    };
    let mut before = below(first);
    for edge in first + 1..=last + 1 {
        let next = below(edge);
        out.push(next - before);
        before = next;
    }
    first
}
