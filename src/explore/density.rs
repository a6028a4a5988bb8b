//! The density of points on a plane: a kernel estimate on a grid.
//!
//! A Gaussian kernel whose width follows from the points by Scott's rule, σ·n^(−1/6) along each axis (Scott, *Multivariate
//! Density Estimation*, 1992, with d = 2); computed by linear binning and two passes of a one-dimensional filter (Wand,
//! *Fast computation of multivariate kernel estimators*, 1994). It is done piece by piece, so that a frame takes no longer
//! for many points.

use super::encoded::{EncodedPoints, PlanePoint};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Cells along the longer side of the grid.
const CELLS: f32 = 128.0;
/// Where the kernel ends, in standard deviations.
const REACH: f32 = 3.0;

/// An estimate of the density over a rectangle of the plane.
#[derive(Clone, Debug, PartialEq)]
pub struct DensityGrid {
    /// The lower left corner of the rectangle.
    pub low: [f32; 2],
    /// The upper right corner.
    pub high: [f32; 2],
    /// Columns and rows of cells.
    pub size: [usize; 2],
    /// The share of all points a unit of area, `[rows, columns]`, the highest row first.
    pub values: Vec<f32>,
}

impl DensityGrid {
    /// The highest value; 0 where there are no points.
    pub fn highest(&self) -> f32 {
        self.values.iter().copied().fold(0.0, f32::max)
    }
}

/// What of the points is estimated where.
#[derive(Clone, Debug)]
pub struct DensityRequest {
    /// The points.
    pub points: Arc<EncodedPoints>,
    /// Groups that are left out.
    pub hidden: BTreeSet<usize>,
    /// The lower left corner of what is seen.
    pub low: [f32; 2],
    /// The upper right corner.
    pub high: [f32; 2],
}

/// An estimate that is being made.
#[derive(Debug)]
pub struct DensityTask {
    request: DensityRequest,
    /// Points that the present pass has seen.
    next: usize,
    pass: Pass,
}

#[derive(Debug)]
enum Pass {
    /// Count, sums and sums of squares of the coordinates.
    Moments(Moments),
    /// Points into the cells of a grid.
    Bins(Bins),
}

#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    count: f64,
    sum: [f64; 2],
    squares: [f64; 2],
}

#[derive(Debug)]
struct Bins {
    count: f64,
    /// The kernel's standard deviation along each axis, in cells.
    width: [f32; 2],
    low: [f32; 2],
    cell: [f32; 2],
    size: [usize; 2],
    /// `[rows, columns]`, the lowest row first.
    weights: Vec<f32>,
}

impl DensityTask {
    /// Begins an estimate.
    pub fn new(request: DensityRequest) -> Self {
        Self { request, next: 0, pass: Pass::Moments(Moments::default()) }
    }

    /// Goes on with at most `most` points; gives the estimate once it is made. Every point is seen twice.
    pub fn advance(&mut self, most: usize) -> Option<DensityGrid> {
        let all = &self.request.points.points;
        let end = (self.next + most.max(1)).min(all.len());
        let hidden = &self.request.hidden;
        let shown = |point: &&PlanePoint| {
            point.position.iter().all(|x| x.is_finite()) && !hidden.contains(&(point.group as usize))
        };
        let piece = all.get(self.next..end).unwrap_or_default().iter().filter(shown).map(|point| point.position);
        match &mut self.pass {
            Pass::Moments(moments) => piece.for_each(|position| moments.add(position)),
            Pass::Bins(bins) => piece.for_each(|position| bins.add(position)),
        }
        self.next = end;
        if end < all.len() {
            return None;
        }
        match &mut self.pass {
            Pass::Moments(moments) => {
                let bins = Bins::new(moments, self.request.low, self.request.high);
                (self.next, self.pass) = (0, Pass::Bins(bins));
                None
            }
            Pass::Bins(bins) => Some(bins.smoothed()),
        }
    }
}

impl Moments {
    fn add(&mut self, position: [f32; 2]) {
        self.count += 1.0;
        for ((sum, squares), x) in self.sum.iter_mut().zip(&mut self.squares).zip(position.map(f64::from)) {
            *sum += x;
            *squares += x * x;
        }
    }

    /// The kernel's standard deviation along an axis, by Scott's rule.
    fn scott(&self, axis: usize) -> f32 {
        let count = self.count.max(1.0);
        let mean = self.sum[axis] / count;
        let deviation = (self.squares[axis] / count - mean * mean).max(0.0).sqrt();
        (deviation * count.powf(-1.0 / 6.0)) as f32
    }
}

impl Bins {
    /// An empty grid over what is seen, and as far beyond it as the kernel of a point there reaches.
    fn new(moments: &Moments, low: [f32; 2], high: [f32; 2]) -> Self {
        let kernel = [moments.scott(0), moments.scott(1)];
        let seen = [0, 1].map(|axis| (high[axis] - low[axis]).max(f32::MIN_POSITIVE));
        let beyond = [0, 1].map(|axis| REACH * kernel[axis]);
        let span = [0, 1].map(|axis| seen[axis] + 2.0 * beyond[axis]);
        let side = span[0].max(span[1]) / CELLS;
        let size = span.map(|span| ((span / side).ceil() as usize).clamp(4, CELLS as usize + 1));
        let cell = [0, 1].map(|axis| span[axis] / size[axis] as f32);
        // Narrower than a cell it would show the cells.
        let width = [0, 1].map(|axis| (kernel[axis] / cell[axis]).max(0.7));
        let low = [0, 1].map(|axis| low[axis] - beyond[axis]);
        Self { count: moments.count, width, low, cell, size, weights: vec![0.0; size[0] * size[1]] }
    }

    /// Shares a point among the four cells whose middles are nearest to it.
    fn add(&mut self, position: [f32; 2]) {
        let place = [0, 1].map(|axis| (position[axis] - self.low[axis]) / self.cell[axis] - 0.5);
        let first = place.map(f32::floor);
        for [right, up] in [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]] {
            let at = [first[0] + right, first[1] + up];
            let inside = at[0] >= 0.0 && at[1] >= 0.0 && at[0] < self.size[0] as f32 && at[1] < self.size[1] as f32;
            let weight = (1.0 - (place[0] - at[0]).abs()) * (1.0 - (place[1] - at[1]).abs());
            let index = at[1] as usize * self.size[0] + at[0] as usize;
            if let (true, Some(cell)) = (inside, self.weights.get_mut(index)) {
                *cell += weight;
            }
        }
    }

    /// The grid, filtered along both axes, as shares of all points a unit of area.
    fn smoothed(&self) -> DensityGrid {
        let [columns, rows] = self.size;
        let across = filtered(&self.weights, [columns, rows], &kernel(self.width[0]));
        // The second pass goes along the rows of the transposed grid.
        let both = filtered(&transposed(&across, [columns, rows]), [rows, columns], &kernel(self.width[1]));
        let upright = transposed(&both, [rows, columns]);
        let unit = self.count.max(1.0) as f32 * self.cell[0] * self.cell[1];
        let values = upright.chunks_exact(columns).rev().flatten().map(|weight| weight / unit).collect();
        let high = [0, 1].map(|axis| self.low[axis] + self.cell[axis] * self.size[axis] as f32);
        DensityGrid { low: self.low, high, size: self.size, values }
    }
}

/// One half of a Gaussian of `width` cells, from its middle on; the whole sums to 1.
fn kernel(width: f32) -> Vec<f32> {
    let reach = (REACH * width).ceil() as usize;
    let half: Vec<f32> = (0..=reach).map(|i| (-0.5 * (i as f32 / width).powi(2)).exp()).collect();
    let whole = 2.0 * half.iter().sum::<f32>() - half.first().copied().unwrap_or(0.0);
    half.into_iter().map(|value| value / whole).collect()
}

/// Each row of `[rows, columns]` filtered by a symmetric kernel; beyond the ends there is nothing.
fn filtered(values: &[f32], [columns, _]: [usize; 2], half: &[f32]) -> Vec<f32> {
    let mut out = vec![0.0; values.len()];
    for (row, out) in values.chunks_exact(columns.max(1)).zip(out.chunks_exact_mut(columns.max(1))) {
        for (offset, factor) in half.iter().enumerate() {
            for (to, from) in out.iter_mut().zip(row.get(offset..).unwrap_or_default()) {
                *to += factor * from;
            }
            if offset > 0 {
                for (to, from) in out.iter_mut().skip(offset).zip(row) {
                    *to += factor * from;
                }
            }
        }
    }
    out
}

/// `[rows, columns]` to `[columns, rows]`.
fn transposed(values: &[f32], [columns, _]: [usize; 2]) -> Vec<f32> {
    (0..columns).flat_map(|column| values.iter().skip(column).step_by(columns.max(1)).copied()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::explore::encoded::Encoding;
    use crate::explore::plane::Plane;
    use crate::random::{Purpose, normal_rows};
    use std::time::Duration;

    fn points(count: usize) -> Arc<EncodedPoints> {
        let encoding = Encoding {
            step: 0,
            latent: 2,
            mean: normal_rows(3, Purpose::Weights, 0, count, 2),
            log_variance: vec![0.0; 2 * count],
            kl_per_dimension: vec![0.0; 2],
            images: (0..count as u32).collect(),
            labels: (0..count).map(|i| (i % 4) as u8).collect(),
            took: Duration::ZERO,
        };
        Arc::new(EncodedPoints::new(Arc::new(encoding), Arc::new(Plane::of_two())))
    }

    fn request(points: &Arc<EncodedPoints>, half: f32) -> DensityRequest {
        DensityRequest { points: points.clone(), hidden: BTreeSet::new(), low: [-half; 2], high: [half; 2] }
    }

    fn made(request: DensityRequest, most: usize) -> DensityGrid {
        let mut task = DensityTask::new(request);
        loop {
            if let Some(grid) = task.advance(most) {
                return grid;
            }
        }
    }

    /// The middle of a cell.
    fn place(grid: &DensityGrid, column: usize, row: usize) -> [f32; 2] {
        let part = [(column as f32 + 0.5) / grid.size[0] as f32, 1.0 - (row as f32 + 0.5) / grid.size[1] as f32];
        [0, 1].map(|axis| grid.low[axis] + part[axis] * (grid.high[axis] - grid.low[axis]))
    }

    #[test]
    fn it_is_the_kernel_estimate_and_its_integral_is_one() {
        let points = points(2000);
        let grid = made(request(&points, 5.0), 300);
        let cell = (grid.high[0] - grid.low[0]) * (grid.high[1] - grid.low[1]) / grid.values.len() as f32;
        let integral = grid.values.iter().sum::<f32>() * cell;
        assert!((integral - 1.0).abs() < 1e-3, "{integral}");
        let deviation = |axis: usize| {
            let mean = points.points.iter().map(|p| p.position[axis]).sum::<f32>() / 2000.0;
            (points.points.iter().map(|p| (p.position[axis] - mean).powi(2)).sum::<f32>() / 2000.0).sqrt()
        };
        let width = [0, 1].map(|axis| deviation(axis) * 2000f32.powf(-1.0 / 6.0));
        let estimate = |at: [f32; 2]| -> f32 {
            let term = |p: &PlanePoint| {
                let z = [0, 1].map(|axis| (p.position[axis] - at[axis]) / width[axis]);
                (-0.5 * (z[0] * z[0] + z[1] * z[1])).exp()
            };
            let norm = std::f32::consts::TAU * width[0] * width[1] * 2000.0;
            points.points.iter().map(term).sum::<f32>() / norm
        };
        let highest = grid.highest();
        for (column, row) in [(64, 64), (60, 70), (80, 50), (40, 64), (64, 20)] {
            let (found, expected) = (grid.values[row * grid.size[0] + column], estimate(place(&grid, column, row)));
            assert!((found - expected).abs() < 0.03 * highest, "{column} {row}: {found}, not {expected}");
        }
        // About that of the normal distribution, a little lower for the kernel's width.
        assert!((0.13..0.16).contains(&highest), "{highest}");
    }

    #[test]
    fn the_pieces_do_not_matter_and_what_is_hidden_or_far_does_not_show() {
        let points = points(1000);
        assert_eq!(made(request(&points, 3.0), 7), made(request(&points, 3.0), 1_000_000));
        let some = DensityRequest { hidden: [0, 1, 2].into(), ..request(&points, 3.0) };
        assert_ne!(made(some, 100), made(request(&points, 3.0), 100));
        let none = DensityRequest { hidden: (0..4).collect(), ..request(&points, 3.0) };
        assert_eq!(made(none, 100).highest(), 0.0);
        let far = DensityRequest { low: [500.0; 2], high: [501.0; 2], ..request(&points, 3.0) };
        assert_eq!(made(far, 100).highest(), 0.0);
        // Very near, the density is what it is from afar.
        let (near, whole) = (made(request(&points, 0.01), 100), made(request(&points, 5.0), 100));
        let middle = |grid: &DensityGrid| grid.values[grid.size[1] / 2 * grid.size[0] + grid.size[0] / 2];
        assert!((middle(&near) / middle(&whole) - 1.0).abs() < 0.05, "{} {}", middle(&near), middle(&whole));
    }

    /// What bounds the time of a piece: its points, and with the last one a grid and a kernel that are as large for any
    /// number of points and any part of the plane.
    #[test]
    fn a_piece_has_no_more_points_than_were_asked_for_and_the_grid_does_not_grow() {
        for (count, most, half) in [(75_000, 10_000, 3.3), (1000, 7, 0.01), (20, 1000, 500.0), (0, 100, 1.0)] {
            let mut task = DensityTask::new(request(&points(count), half));
            let mut pieces = 0;
            let grid = loop {
                let before = task.next;
                let done = task.advance(most);
                pieces += 1;
                // A pass begins at the first point again.
                let seen = if task.next == 0 { count - before } else { task.next - before };
                assert!(seen <= most, "{seen} of {count}");
                if let Some(grid) = done {
                    break grid;
                }
            };
            assert_eq!(pieces, 2 * count.div_ceil(most).max(1), "{count} points");
            assert!(grid.size.iter().all(|side| *side <= CELLS as usize + 1), "{:?}", grid.size);
            let Pass::Bins(bins) = &task.pass else { panic!("{:?}", task.pass) };
            // The kernel reaches over the margin of the grid, of which there are two.
            let reach = bins.width.map(|width| kernel(width).len());
            assert!(reach.iter().all(|cells| *cells <= CELLS as usize / 2 + 2), "{reach:?}");
        }
    }
}
