//! A set of examples as rows of numbers, and the products of all rows of two sets, a block at a time.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par};
use rayon::prelude::*;
use std::ops::Range;

/// Rows of the one set that a thread works on at a time.
const ROWS: usize = 128;
/// Rows of the other set that are multiplied at a time.
const COLUMNS: usize = 1024;

/// Examples as rows of the same width: features, or pixels.
#[derive(Clone, Debug)]
pub struct FeatureSet {
    values: Vec<f32>,
    width: usize,
    /// ‖x‖² of each row.
    squares: Vec<f32>,
}

impl FeatureSet {
    /// Of `[count, width]`; a last row that is not whole is none.
    pub fn new(mut values: Vec<f32>, width: usize) -> Self {
        let width = width.max(1);
        values.truncate(values.len() / width * width);
        let square = |row: &[f32]| row.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>() as f32;
        let squares = values.par_chunks_exact(width).map(square).collect();
        Self { values, width, squares }
    }

    /// Rows.
    pub fn count(&self) -> usize {
        self.squares.len()
    }

    /// Values a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// All rows, `[count, width]`.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// Row by row.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f32]> {
        self.values.chunks_exact(self.width)
    }

    /// ‖x‖² of each row.
    pub fn squares(&self) -> &[f32] {
        &self.squares
    }

    fn matrix(&self) -> MatRef<'_, f32> {
        MatRef::from_row_major_slice(&self.values, self.count(), self.width)
    }

    /// Whether all values are numbers.
    pub fn is_finite(&self) -> bool {
        self.squares.iter().all(|square| square.is_finite())
    }

    /// Only the rows at these places.
    pub fn chosen(&self, places: &[usize]) -> Self {
        let rows = places.iter().filter_map(|place| self.values.chunks_exact(self.width).nth(*place));
        Self::new(rows.flatten().copied().collect(), self.width)
    }
}

/// The products of some rows of one set with some rows of another.
pub(super) struct ProductBlock<'a> {
    /// Places in the one set.
    pub rows: Range<usize>,
    /// Places in the other.
    pub columns: Range<usize>,
    /// `[rows, columns]`, to be overwritten.
    pub products: &'a mut [f32],
}

impl ProductBlock<'_> {
    /// Each row of products with its place.
    pub fn each_row(&mut self) -> impl Iterator<Item = (usize, &mut [f32])> {
        let width = self.columns.len().max(1);
        self.rows.clone().zip(self.products.chunks_exact_mut(width))
    }

    /// Squared distances in place of the products.
    pub fn square_distances(&mut self, left: &FeatureSet, right: &FeatureSet) {
        let squares = &right.squares[self.columns.clone()];
        for (row, products) in self.each_row() {
            let own = left.squares[row];
            products.iter_mut().zip(squares).for_each(|(value, other)| *value = (own + other - 2.0 * *value).max(0.0));
        }
    }
}

/// Folds the products of all rows of `left` with all rows of `right`: for every few rows of `left`, in the pool that it is called
/// in, `begin` makes a state and `fold` is given one block after another, in order. Gives the states in order.
pub(super) fn fold_products<T: Send>(
    left: &FeatureSet,
    right: &FeatureSet,
    begin: impl Fn(Range<usize>) -> T + Sync,
    fold: impl Fn(&mut T, ProductBlock<'_>) + Sync,
) -> Vec<T> {
    let starts: Vec<usize> = (0..left.count()).step_by(ROWS).collect();
    let stripe = |from: &usize| {
        let rows = *from..(from + ROWS).min(left.count());
        let mut state = begin(rows.clone());
        let mut products = vec![0.0; rows.len() * COLUMNS.min(right.count())];
        // faer's kernels take half the time of `nn::matmul`'s where the processor has AVX-512.
        let own = left.matrix().subrows(rows.start, rows.len());
        for start in (0..right.count()).step_by(COLUMNS) {
            let columns = start..(start + COLUMNS).min(right.count());
            let products = &mut products[..rows.len() * columns.len()];
            let out = MatMut::from_row_major_slice_mut(products, rows.len(), columns.len());
            let other = right.matrix().subrows(start, columns.len()).transpose();
            matmul(out, Accum::Replace, own, other, 1.0, Par::Seq);
            fold(&mut state, ProductBlock { rows: rows.clone(), columns, products });
        }
        state
    };
    starts.par_iter().with_max_len(1).map(stripe).collect()
}
