//! Square-ish cells of a plane that can be split: where their middles are, and how much prior a cell holds.

use super::evidence_error::EvidenceError;
use super::posteriors::PlaneNormal;

/// Parts a side that a cell is split into.
const PARTS: u64 = 2;
/// Cells that a cell is split into.
pub(super) const CHILDREN: u64 = PARTS * PARTS;
/// The prior is covered to so many standard deviations, and each posterior too.
const REACH: f64 = 5.0;

/// A rectangle of the latent plane in `side × side` cells. A cell is a number: its row and column in the plane, row by
/// row, and after each split its place among its siblings in two more bits; so children are in the order of their
/// parents.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cells {
    /// Smallest and largest value along each dimension.
    bounds: [[f64; 2]; 2],
    side: u64,
    /// How often the cells of the plane have been split.
    splits: u32,
}

impl Cells {
    /// Unsplit cells over all that the prior and the `posteriors` reach.
    ///
    /// # Errors
    /// If a posterior is not finite.
    pub fn covering(posteriors: &[PlaneNormal], side: usize) -> Result<Self, EvidenceError> {
        let mut bounds = [[-REACH, REACH]; 2];
        for (image, posterior) in posteriors.iter().enumerate() {
            if !posterior.is_finite() {
                return Err(EvidenceError::NotFinite { image });
            }
            for ((bounds, mean), deviation) in bounds.iter_mut().zip(posterior.mean).zip(posterior.deviations()) {
                let reach = REACH * deviation;
                *bounds = [bounds[0].min(mean - reach), bounds[1].max(mean + reach)];
            }
        }
        Ok(Self { bounds, side: side as u64, splits: 0 })
    }

    /// Whether a posterior lies within.
    pub fn cover(&self, posterior: &PlaneNormal) -> bool {
        let within = self.bounds.iter().zip(posterior.mean).zip(posterior.deviations());
        posterior.is_finite()
            && within.into_iter().all(|((bounds, mean), deviation)| {
                mean - REACH * deviation >= bounds[0] && mean + REACH * deviation <= bounds[1]
            })
    }

    /// As many unsplit cells over a plane of twice the reach about the same middle.
    pub fn widened(self) -> Self {
        let bounds = self.bounds.map(|[least, most]| {
            let more = 0.5 * (most - least);
            [least - more, most + more]
        });
        Self { bounds, splits: 0, ..self }
    }

    /// Whether a cell is one of the outermost.
    pub fn is_at_edge(&self, cell: u64) -> bool {
        let last = self.side * PARTS.pow(self.splits) - 1;
        let (row, column) = self.place(cell);
        [row, column].into_iter().any(|place| place == 0 || place == last)
    }

    /// How many cells there are in all.
    pub fn count(&self) -> u64 {
        self.side * self.side * CHILDREN.pow(self.splits)
    }

    /// The same plane with every cell split.
    pub fn split(self) -> Self {
        Self { splits: self.splits + 1, ..self }
    }

    /// (row, column) of a cell among all cells of its size.
    fn place(&self, cell: u64) -> (u64, u64) {
        let root = cell / CHILDREN.pow(self.splits);
        (0..self.splits).rev().fold((root / self.side, root % self.side), |(row, column), level| {
            let child = cell / CHILDREN.pow(level) % CHILDREN;
            (PARTS * row + child / PARTS, PARTS * column + child % PARTS)
        })
    }

    /// Which of the four grids with middles twice as far apart a cell is of, 0 to 3: even or odd rows and columns.
    pub fn quarter(&self, cell: u64) -> usize {
        let (row, column) = self.place(cell);
        (row % 2 * 2 + column % 2) as usize
    }

    /// The middle of a cell.
    pub fn middle(&self, cell: u64) -> [f64; 2] {
        let (row, column) = self.place(cell);
        let [first, second] = self.bounds.map(|[least, _]| least);
        let [width, height] = self.size();
        [first + width * (column as f64 + 0.5), second + height * (row as f64 + 0.5)]
    }

    /// Lengths of a cell's sides.
    fn size(&self) -> [f64; 2] {
        let along = (self.side * PARTS.pow(self.splits)) as f64;
        self.bounds.map(|[least, most]| (most - least) / along)
    }

    /// ln of a cell's area times the standard normal density at its middle.
    pub fn log_prior(&self, cell: u64) -> f64 {
        let ([a, b], [width, height]) = (self.middle(cell), self.size());
        (width * height).ln() - 0.5 * (a * a + b * b) - std::f64::consts::TAU.ln()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn cells_cover_the_plane_and_children_their_parent() {
        let posterior = PlaneNormal { mean: [7.0, 0.0], covariance: [1.0, 0.0, 1.0] };
        assert!(Cells::covering(&[posterior], 6).unwrap().cover(&posterior));
        assert!(!Cells::covering(&[], 6).unwrap().cover(&posterior));
        let cells = Cells::covering(&[posterior], 6).unwrap();
        assert_eq!(cells.bounds, [[-5.0, 12.0], [-5.0, 5.0]]);
        assert_eq!(cells.split().widened().bounds, [[-13.5, 20.5], [-10.0, 10.0]]);
        for (cells, outermost) in [(cells, 20), (cells.split(), 44)] {
            assert_eq!((0..cells.count()).filter(|cell| cells.is_at_edge(*cell)).count(), outermost);
        }
        for cells in [cells, cells.split()] {
            let mass: f64 = (0..cells.count()).map(|cell| cells.log_prior(cell).exp()).sum();
            assert!((mass - 1.0).abs() < 2e-2, "{mass}");
            for quarter in 0..4 {
                let of_it = (0..cells.count()).filter(|cell| cells.quarter(*cell) == quarter).count() as u64;
                assert_eq!(4 * of_it, cells.count());
            }
            for cell in 0..cells.count() {
                let (middle, [width, height]) = (cells.middle(cell), cells.size());
                let children = (cell * CHILDREN..(cell + 1) * CHILDREN).map(|child| cells.split().middle(child));
                for child in children {
                    assert!((child[0] - middle[0]).abs() < 0.5 * width && (child[1] - middle[1]).abs() < 0.5 * height);
                }
            }
        }
        let lost = PlaneNormal { mean: [0.0, f64::NAN], covariance: [1.0, 0.0, 1.0] };
        assert_eq!(Cells::covering(&[lost], 6).unwrap_err(), EvidenceError::NotFinite { image: 0 });
    }
}
