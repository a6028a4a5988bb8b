//! The leading eigenvectors of a covariance.

use super::super::StepError;
use crate::random::{Purpose, normal_rows};
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::matrix_free::eigen::{PartialEigenParams, partial_self_adjoint_eigen, partial_self_adjoint_eigen_scratch};
use faer::{Col, Mat, Par, Side};

/// Of larger covariances the leading eigenvectors alone are computed: all of them would take minutes, and thrice the memory.
const MOST_DENSE: usize = 1024;
/// Vectors that an iteration works with, for each direction, and at least: faer's own numbers.
const BASIS: [usize; 2] = [2, 64];
/// How far an eigenvector may be from one, relative to the sum of all eigenvalues.
const TOLERANCE: f64 = 1e-13;

/// The leading eigenvectors of a covariance, and what is left.
pub(super) struct LeadingEigen {
    /// Falling, none below 0, `[latent]`.
    pub values: Vec<f64>,
    /// One a column, `[pixels, latent]`.
    pub vectors: Mat<f64>,
    /// The mean of the other eigenvalues.
    pub noise: f64,
}

/// The `latent` leading eigenvectors of a covariance, `[pixels, pixels]`, where `latent` is less than its side.
///
/// # Errors
/// If it has no eigenvalues.
pub(super) fn leading(covariance: &Mat<f64>, latent: usize) -> Result<LeadingEigen, StepError> {
    if covariance.nrows() > MOST_DENSE {
        if let Some(found) = iterated(covariance, latent) {
            return Ok(found);
        }
        tracing::info!("the leading directions did not converge: all are computed");
    }
    all(covariance, latent)
}

fn all(covariance: &Mat<f64>, latent: usize) -> Result<LeadingEigen, StepError> {
    let eigen = covariance.self_adjoint_eigen(Side::Lower).map_err(|error| {
        candle_core::Error::Msg(format!("the covariance of the pixels has no eigenvalues: {error:?}"))
    })?;
    // faer's eigenvalues rise.
    let (pixels, values, vectors) = (covariance.nrows(), eigen.S().column_vector(), eigen.U());
    let value = |place: usize| values[pixels - 1 - place].max(0.0);
    Ok(LeadingEigen {
        values: (0..latent).map(value).collect(),
        vectors: Mat::from_fn(pixels, latent, |row, place| vectors[(row, pixels - 1 - place)]),
        noise: (latent..pixels).map(value).sum::<f64>() / (pixels - latent) as f64,
    })
}

/// By Krylov–Schur iterations (Stewart 2001); `None` where they do not converge, or would need a basis of the whole space.
fn iterated(covariance: &Mat<f64>, latent: usize) -> Option<LeadingEigen> {
    let (pixels, [times, least]) = (covariance.nrows(), BASIS);
    let basis = latent.saturating_mul(times).max(least);
    let trace: f64 = (0..pixels).map(|place| covariance[(place, place)]).sum();
    if basis >= pixels || trace <= 0.0 {
        return None;
    }
    let start = normal_rows(0, Purpose::Weights, 0, 1, pixels);
    let length = start.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt();
    let start = Col::from_fn(pixels, |place| start.get(place).map_or(0.0, |x| f64::from(*x) / length));
    let (mut vectors, mut values) = (Mat::zeros(pixels, latent), vec![0.0; latent]);
    let parameters = PartialEigenParams { max_dim: basis, ..PartialEigenParams::default() };
    let needs = partial_self_adjoint_eigen_scratch(covariance, latent, Par::Seq, parameters);
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
    let is_unit = |vector: faer::ColRef<'_, f64>| (vector.norm_l2() - 1.0).abs() < 1e-6;
    if found.n_converged_eigen < latent || !vectors.col_iter().all(is_unit) {
        return None;
    }
    let mut order: Vec<usize> = (0..latent).collect();
    let value = |place: &usize| values.get(*place).copied().unwrap_or(0.0);
    order.sort_by(|a, b| value(b).total_cmp(&value(a)));
    let sorted: Vec<f64> = order.iter().map(|place| value(place).max(0.0)).collect();
    Some(LeadingEigen {
        vectors: Mat::from_fn(pixels, latent, |row, place| vectors[(row, order[place])]),
        noise: (trace - sorted.iter().sum::<f64>()) / (pixels - latent) as f64,
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
