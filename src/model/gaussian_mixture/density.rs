//! The density of a component of a mixture of normal distributions.

use faer::linalg::matmul::matmul;
use faer::{Accum, MatMut, MatRef, Par, Side};

/// A component: a normal distribution and its weight.
#[derive(Clone, Debug, PartialEq)]
pub struct MixtureNormal {
    mean: Vec<f64>,
    /// L⁻¹ of covariance = L·Lᵀ, lower, `[dims, dims]`.
    inverse: Vec<f64>,
    /// log weight − log √|2π·covariance|.
    base: f64,
}

impl MixtureNormal {
    /// Of covariance `[dims, dims]`, of whose factor no squared diagonal is below half the floor, whatever was restored.
    pub fn new(weight: f64, mean: Vec<f64>, covariance: &[f64], floor: f64) -> Self {
        let dims = mean.len();
        let factor = cholesky(covariance, dims, 0.5 * floor);
        let inverse = inverted(&factor, dims);
        let logs: f64 = factor.iter().step_by(dims + 1).map(|x| x.ln()).sum();
        let base = weight.ln() - logs - 0.5 * dims as f64 * std::f64::consts::TAU.ln();
        Self { mean, inverse, base }
    }

    /// log p(component, code) in nats of codes `[count, dims]`, into `out`; `work` is as large as the codes.
    pub fn log_densities<'a>(&self, codes: &[f64], work: &mut [f64], out: impl Iterator<Item = &'a mut f64>) {
        let dims = self.mean.len();
        let count = codes.len() / dims.max(1);
        let inverse = MatRef::from_row_major_slice(&self.inverse, dims, dims);
        let whitened = MatMut::from_row_major_slice_mut(work, count, dims);
        let codes = MatRef::from_row_major_slice(codes, count, dims);
        matmul(whitened, Accum::Replace, codes, inverse.transpose(), 1.0, Par::Seq);
        let rows = self.inverse.chunks_exact(dims.max(1));
        let mean: Vec<f64> = rows.map(|row| row.iter().zip(&self.mean).map(|(a, b)| a * b).sum()).collect();
        for (row, out) in work.chunks_exact(dims.max(1)).zip(out) {
            *out = self.base - 0.5 * row.iter().zip(&mean).map(|(x, mean)| (x - mean).powi(2)).sum::<f64>();
        }
    }
}

/// A covariance `[dims, dims]` whose eigenvalues below the floor are raised to it; one that has none becomes the floor's.
pub fn clipped(covariance: &[f64], dims: usize, floor: f64) -> Vec<f64> {
    let eigen = MatRef::from_row_major_slice(covariance, dims, dims).self_adjoint_eigen(Side::Lower);
    let mut raised = vec![0.0; dims * dims];
    match eigen.ok().filter(|_| covariance.iter().all(|x| x.is_finite())) {
        None => raised.iter_mut().step_by(dims + 1).for_each(|value| *value = floor),
        Some(eigen) => {
            for (value, vector) in eigen.S().column_vector().iter().zip(eigen.U().col_iter()) {
                let value = value.max(floor);
                for (row, a) in raised.chunks_exact_mut(dims).zip(vector.iter()) {
                    row.iter_mut().zip(vector.iter()).for_each(|(sum, b)| *sum += value * a * b);
                }
            }
        }
    }
    raised
}

/// Lower L with L·Lᵀ the matrix, whose squared diagonal is no less than `least`.
fn cholesky(matrix: &[f64], dims: usize, least: f64) -> Vec<f64> {
    let mut factor = vec![0.0; dims * dims];
    for row in 0..dims {
        for column in 0..=row {
            let [a, b] = [row, column].map(|at| &factor[at * dims..at * dims + column]);
            let rest = matrix[row * dims + column] - a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            let diagonal = factor[column * dims + column];
            factor[row * dims + column] = if row == column { rest.max(least).sqrt() } else { rest / diagonal };
        }
    }
    factor
}

/// The inverse of a lower matrix, row by row.
fn inverted(factor: &[f64], dims: usize) -> Vec<f64> {
    let mut inverse = vec![0.0; dims * dims];
    for row in 0..dims {
        let own = &factor[row * dims..row * dims + dims];
        for column in 0..=row {
            let unit = if row == column { 1.0 } else { 0.0 };
            let known: f64 = (column..row).map(|at| own[at] * inverse[at * dims + column]).sum();
            inverse[row * dims + column] = (unit - known) / own[row];
        }
    }
    inverse
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    const COVARIANCE: [f64; 9] = [4.0, 1.0, 0.5, 1.0, 2.0, -0.3, 0.5, -0.3, 1.0];

    fn product(a: &[f64], b: &[f64], transpose: bool) -> Vec<f64> {
        let b = |row: usize, column: usize| if transpose { b[column * 3 + row] } else { b[row * 3 + column] };
        (0..9).map(|at| (0..3).map(|k| a[at / 3 * 3 + k] * b(k, at % 3)).sum()).collect()
    }

    #[test]
    fn factors_multiply_back() {
        let factor = cholesky(&COVARIANCE, 3, 1e-9);
        assert!(product(&factor, &factor, true).iter().zip(COVARIANCE).all(|(a, b)| (a - b).abs() < 1e-12));
        let unit = product(&factor, &inverted(&factor, 3), false);
        assert!(unit.iter().enumerate().all(|(at, x)| (x - if at % 4 == 0 { 1.0 } else { 0.0 }).abs() < 1e-12));
        assert!(cholesky(&[-1.0], 1, 0.25) == [0.5]);
    }

    #[test]
    fn eigenvalues_are_raised_and_nothing_else_is_changed() {
        assert!(clipped(&COVARIANCE, 3, 0.1).iter().zip(COVARIANCE).all(|(a, b)| (a - b).abs() < 1e-12));
        // Of eigenvalues 2 along (1, 1) and 0 along (1, −1).
        let raised = clipped(&[1.0, 1.0, 1.0, 1.0], 2, 0.5);
        assert!(raised.iter().zip([1.25, 0.75, 0.75, 1.25]).all(|(a, b)| (a - b).abs() < 1e-12));
        assert_eq!(clipped(&[f64::NAN; 4], 2, 0.5), [0.5, 0.0, 0.0, 0.5]);
    }

    #[test]
    fn a_density_sums_to_one() {
        let parts = [(0.3, vec![1.0, -1.0], [1.0, 0.4, 0.4, 0.5]), (0.7, vec![-1.0, 0.5], [0.6, -0.2, -0.2, 0.9])];
        let axis = || (-80..=80).map(|at| f64::from(at) * 0.1);
        let codes: Vec<f64> = axis().flat_map(|x| axis().flat_map(move |y| [x, y])).collect();
        let (mut work, mut logs) = (codes.clone(), vec![0.0; codes.len() / 2]);
        let mut sum = 0.0;
        for (weight, mean, covariance) in parts {
            MixtureNormal::new(weight, mean, &covariance, 1e-6).log_densities(&codes, &mut work, logs.iter_mut());
            sum += logs.iter().map(|log| log.exp()).sum::<f64>() * 0.01;
        }
        assert!((sum - 1.0).abs() < 1e-6, "{sum}");
        MixtureNormal::new(1.0, vec![0.0], &[4.0], 1e-6).log_densities(&[2.0], &mut [0.0], logs.iter_mut());
        assert!((logs[0] - (-0.5 - 0.5 * (8.0 * std::f64::consts::PI).ln())).abs() < 1e-12);
    }
}
