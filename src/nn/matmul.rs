//! Matrix multiplication on one thread, safe to call: the one place that hands slices to `gemm`.
#![allow(unsafe_code)]

use super::vector::dot;
use gemm::Parallelism;

/// A matrix as it lies in a slice.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_step: usize,
    column_step: usize,
}

impl<'a> Matrix<'a> {
    /// `[rows, columns]`, row by row.
    pub fn new(values: &'a [f32], rows: usize, columns: usize) -> Self {
        Self { values, rows, columns, row_step: columns, column_step: 1 }
    }

    /// The same values, rows and columns exchanged.
    pub fn transposed(self) -> Self {
        Self { rows: self.columns, columns: self.rows, row_step: self.column_step, column_step: self.row_step, ..self }
    }

    /// Some of the rows, `from` and `count` of them.
    ///
    /// # Panics
    /// If there are fewer: a bug in the caller.
    pub fn some_rows(self, from: usize, count: usize) -> Self {
        assert!(from + count <= self.rows, "rows of a matrix");
        let start = (from * self.row_step).min(self.values.len());
        Self { values: &self.values[start..], rows: count, ..self }
    }

    /// Whether each row's values lie one after another.
    fn has_whole_rows(&self) -> bool {
        self.column_step == 1 || self.columns == 1
    }

    fn reaches(&self) -> usize {
        match (self.rows, self.columns) {
            (0, _) | (_, 0) => 0,
            (rows, columns) => (rows - 1) * self.row_step + (columns - 1) * self.column_step + 1,
        }
    }
}

/// Values of a result up to which `gemm` picks another kernel, with other bits.
pub const SMALL: usize = 16 * 16;
/// Rows and columns up to which `gemm` cuts long sums at other places.
pub const FEW: usize = 64;

/// `out = lhs·rhs` (`out += lhs·rhs` where `add`), all on this thread.
///
/// `out` is `[lhs.rows, rhs.columns]` row by row. The bits of a row do not depend on how many rows are asked for at once, if
/// that is more than one, the result has always more than [`SMALL`] values, and there are either more than [`FEW`] columns or
/// always (or never) more than [`FEW`] rows: `gemm` goes by these.
///
/// # Panics
/// If the sizes do not fit: a bug in the caller.
pub fn matmul(out: &mut [f32], lhs: Matrix<'_>, rhs: Matrix<'_>, add: bool) {
    let (m, n, k) = (lhs.rows, rhs.columns, lhs.columns);
    assert!(rhs.rows == k && out.len() >= m * n, "matrix sizes");
    assert!(lhs.reaches() <= lhs.values.len() && rhs.reaches() <= rhs.values.len(), "matrix values");
    if m == 0 || n == 0 {
        return;
    }
    if (m == 1 || n == 1) && lhs.has_whole_rows() && rhs.transposed().has_whole_rows() {
        return inner_products(out, lhs, rhs.transposed(), add);
    }
    // Sound: the assertions above cover every element that the steps reach, and `out` is borrowed mutably.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            1,
            n as isize,
            add,
            lhs.values.as_ptr(),
            lhs.column_step as isize,
            lhs.row_step as isize,
            rhs.values.as_ptr(),
            rhs.column_step as isize,
            rhs.row_step as isize,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// `out[i, j] = left[i]·right[j]` (added where `add`), row with row: for results so small that [`matmul`]'s bits would
/// depend on how the rows are split.
///
/// # Panics
/// If rows do not lie whole, or the slices are too short: a bug in the caller.
pub fn inner_products(out: &mut [f32], left: Matrix<'_>, right: Matrix<'_>, add: bool) {
    for (i, out) in out.chunks_exact_mut(right.rows).take(left.rows).enumerate() {
        let row = &left.values[i * left.row_step..][..left.columns];
        for (j, value) in out.iter_mut().enumerate() {
            let sum = dot(row, &right.values[j * right.row_step..][..right.columns]);
            *value = if add { *value + sum } else { sum };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(lhs: &[f32], rhs: &[f32], (m, n, k): (usize, usize, usize)) -> Vec<f32> {
        let mut out = vec![0.0; m * n];
        for i in 0..m {
            for j in 0..n {
                out[i * n + j] = (0..k).map(|l| lhs[i * k + l] * rhs[l * n + j]).sum();
            }
        }
        out
    }

    fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
        (0..columns).flat_map(|j| (0..rows).map(move |i| values[i * columns + j])).collect()
    }

    proptest! {
        #[test]
        fn matmuls_are_right_however_the_matrices_lie(m in 1usize..20, n in 1usize..20, k in 1usize..40, seed in any::<u64>()) {
            let draws = crate::random::normal_rows(seed, crate::random::Purpose::Sample, 0, 1, m * k + k * n);
            let (lhs, rhs) = draws.split_at(m * k);
            let expected = naive(lhs, rhs, (m, n, k));
            let (across, down) = (transposed(lhs, m, k), transposed(rhs, k, n));
            for l in [Matrix::new(lhs, m, k), Matrix::new(&across, k, m).transposed()] {
                for r in [Matrix::new(rhs, k, n), Matrix::new(&down, n, k).transposed()] {
                    let mut out = vec![1.0; m * n];
                    matmul(&mut out, l, r, false);
                    for (a, b) in out.iter().zip(&expected) {
                        prop_assert!((a - b).abs() < 1e-4);
                    }
                    matmul(&mut out, l, r, true);
                    for (a, b) in out.iter().zip(&expected) {
                        prop_assert!((a - 2.0 * b).abs() < 2e-4);
                    }
                }
            }
        }

        #[test]
        fn the_bits_of_a_row_do_not_depend_on_the_split(
            n in 33usize..140, k in 1usize..700, split in 8usize..64, seed in any::<u64>(),
        ) {
            let m = if n > FEW { 128 } else { FEW };
            let draws = crate::random::normal_rows(seed, crate::random::Purpose::Sample, 0, 1, m * k + k * n);
            let (lhs, rhs) = draws.split_at(m * k);
            for r in [Matrix::new(rhs, k, n), Matrix::new(rhs, n, k).transposed()] {
                let mut whole = vec![0.0; m * n];
                matmul(&mut whole, Matrix::new(lhs, m, k), r, false);
                let mut parts = vec![0.0; m * n];
                for from in (0..m).step_by(split) {
                    let rows = split.min(m - from);
                    // A shard of a batch is never smaller than 8 rows.
                    let (from, rows) = if rows < 8 { (m - 8, 8) } else { (from, rows) };
                    matmul(&mut parts[from * n..], Matrix::new(&lhs[from * k..], rows, k), r, false);
                }
                prop_assert!(whole == parts);
            }
        }
    }
}
