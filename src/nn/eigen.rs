//! The leading eigenvectors of a covariance.

use crate::random::{Purpose, normal_rows};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::matrix_free::eigen::{PartialEigenParams, partial_self_adjoint_eigen, partial_self_adjoint_eigen_scratch};
use faer::{Col, ColRef, Mat, Par, Side};

/// Of larger covariances the leading eigenvectors alone are computed: all of them would take minutes, and thrice the memory.
const MOST_DENSE: usize = 1024;
/// Vectors that an iteration works with, for each direction, and at least: faer's own numbers.
const BASIS: [usize; 2] = [2, 64];
/// How far an eigenvector may be from one, relative to the sum of all eigenvalues.
const TOLERANCE: f64 = 1e-13;

/// The leading eigenvectors of a covariance, and what is left.
pub(crate) struct LeadingEigen {
    /// Falling, none below 0, `[count]`.
    pub values: Vec<f64>,
    /// One a column, `[side, count]`.
    vectors: Mat<f64>,
    /// The mean of the other eigenvalues; 0 where there are no others.
    pub noise: f64,
}

impl LeadingEigen {
    /// The eigenvectors, `[count, side]`. None has a sign of its own: the largest of its values is above 0.
    pub fn directions(&self) -> Vec<f32> {
        let with_sign = |vector: ColRef<'_, f64>| {
            let largest = vector.iter().fold(0.0f64, |largest, x| if x.abs() > largest.abs() { *x } else { largest });
            vector.iter().map(|x| (x * largest.signum()) as f32).collect::<Vec<f32>>()
        };
        self.vectors.col_iter().flat_map(with_sign).collect()
    }
}

/// The `count` leading eigenvectors of a covariance, `[side, side]`, or all where there are no more. `None` where it has no
/// eigenvalues.
pub(crate) fn leading(covariance: &Mat<f64>, count: usize) -> Option<LeadingEigen> {
    let count = count.min(covariance.nrows());
    if covariance.nrows() > MOST_DENSE {
        if let Some(found) = iterated(covariance, count) {
            return Some(found);
        }
        tracing::info!("the leading directions did not converge: all are computed");
    }
    all(covariance, count)
}

fn all(covariance: &Mat<f64>, count: usize) -> Option<LeadingEigen> {
    let eigen = covariance.self_adjoint_eigen(Side::Lower).ok()?;
    // faer's eigenvalues rise.
    let (side, values, vectors) = (covariance.nrows(), eigen.S().column_vector(), eigen.U());
    let value = |place: usize| values[side - 1 - place].max(0.0);
    Some(LeadingEigen {
        values: (0..count).map(value).collect(),
        vectors: Mat::from_fn(side, count, |row, place| vectors[(row, side - 1 - place)]),
        noise: (count..side).map(value).sum::<f64>() / (side - count).max(1) as f64,
    })
}

/// By Krylov–Schur iterations (Stewart 2001); `None` where they do not converge, or would need a basis of the whole space.
fn iterated(covariance: &Mat<f64>, count: usize) -> Option<LeadingEigen> {
    let (side, [times, least]) = (covariance.nrows(), BASIS);
    let basis = count.saturating_mul(times).max(least);
    let trace: f64 = (0..side).map(|place| covariance[(place, place)]).sum();
    if basis >= side || trace <= 0.0 {
        return None;
    }
    let start = normal_rows(0, Purpose::Weights, 0, 1, side);
    let length = start.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
    let start = Col::from_fn(side, |place| start.get(place).map_or(0.0, |x| f64::from(*x) / length));
    let (mut vectors, mut values) = (Mat::zeros(side, count), vec![0.0; count]);
    let parameters = PartialEigenParams { max_dim: basis, ..PartialEigenParams::default() };
    let needs = partial_self_adjoint_eigen_scratch(covariance, count, Par::Seq, parameters);
    let mut memory = MemBuffer::try_new(needs).ok()?;
    let found = partial_self_adjoint_eigen(
        vectors.as_mut(),
        &mut values,
        covariance,
        start.as_ref(),
        TOLERANCE * trace,
        Par::Seq,
        MemStack::new(&mut memory),
        parameters,
    );
    let is_unit = |vector: ColRef<'_, f64>| (vector.norm_l2() - 1.0).abs() < 1e-6;
    if found.n_converged_eigen < count || !vectors.col_iter().all(is_unit) {
        return None;
    }
    let mut order: Vec<usize> = (0..count).collect();
    let value = |place: &usize| values.get(*place).copied().unwrap_or(0.0);
    order.sort_by(|a, b| value(b).total_cmp(&value(a)));
    let sorted: Vec<f64> = order.iter().map(|place| value(place).max(0.0)).collect();
    Some(LeadingEigen {
        vectors: Mat::from_fn(side, count, |row, place| vectors[(row, order[place])]),
        noise: (trace - sorted.iter().sum::<f64>()) / (side - count) as f64,
        values: sorted,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn iterations_find_what_the_whole_decomposition_does() {
        assert!(iterated(&Mat::zeros(80, 80), 2).is_none() && iterated(&Mat::identity(60, 60), 2).is_none());
        for (side, latent) in [(80, 1), (80, 2), (200, 16)] {
            let rows = normal_rows(7, Purpose::Sample, 0, 300, side);
            // Falling from direction to direction, so that each eigenvector is one of its own.
            let matrix =
                Mat::from_fn(300, side, |row, place| f64::from(rows[row * side + place]) * 0.97f64.powi(place as i32));
            let covariance = matrix.transpose() * &matrix;
            let (dense, sparse) = (all(&covariance, latent).unwrap(), iterated(&covariance, latent).unwrap());
            assert!((dense.noise - sparse.noise).abs() <= 1e-9 * dense.noise);
            for place in 0..latent {
                assert!((dense.values[place] - sparse.values[place]).abs() <= 1e-9 * dense.values[0]);
                let both = dense.vectors.col(place).transpose() * sparse.vectors.col(place);
                assert!((both.abs() - 1.0).abs() < 1e-9, "{side} {latent} {place}: {both}");
            }
        }
    }
}
