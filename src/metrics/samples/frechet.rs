//! Fréchet distance of two normal distributions (Dowson and Landau 1982): ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2·(Σ₁^½ Σ₂ Σ₁^½)^½).

use super::feature_set::FeatureSet;
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par, Side};

/// Rows at a time.
const BLOCK: usize = 1024;

/// Mean and covariance of a set, in double precision.
#[derive(Clone, Debug)]
pub struct FeatureMoments {
    mean: Vec<f64>,
    /// Over n − 1.
    covariance: Mat<f64>,
}

impl FeatureMoments {
    /// Of the rows of a set, each as often as `counts` says. On this thread. `None` where there are fewer than two, or one is not
    /// finite.
    pub fn of(set: &FeatureSet, counts: impl Iterator<Item = f32>) -> Option<Self> {
        let width = set.width();
        let counts: Vec<f64> = counts.take(set.count()).map(f64::from).collect();
        let total: f64 = counts.iter().sum();
        if total < 2.0 || !set.is_finite() {
            return None;
        }
        let rows = || set.rows().zip(&counts).filter(|(_, count)| **count > 0.0);
        let mut mean = vec![0.0f64; width];
        for (row, count) in rows() {
            mean.iter_mut().zip(row).for_each(|(sum, x)| *sum += count * f64::from(*x));
        }
        mean.iter_mut().for_each(|sum| *sum /= total);
        let mut covariance = Mat::<f64>::zeros(width, width);
        let (mut centred, mut weighted) = (Vec::with_capacity(BLOCK * width), Vec::with_capacity(BLOCK * width));
        let mut add = |centred: &mut Vec<f64>, weighted: &mut Vec<f64>| {
            let rows = centred.len() / width;
            let right = MatRef::from_row_major_slice(centred, rows, width);
            let left = MatRef::from_row_major_slice(weighted, rows, width).transpose();
            matmul(&mut covariance, Accum::Add, left, right, 1.0 / (total - 1.0), Par::Seq);
            centred.clear();
            weighted.clear();
        };
        for (row, count) in rows() {
            for (x, mean) in row.iter().zip(&mean) {
                let off = f64::from(*x) - mean;
                centred.push(off);
                weighted.push(count * off);
            }
            if centred.len() >= BLOCK * width {
                add(&mut centred, &mut weighted);
            }
        }
        add(&mut centred, &mut weighted);
        Some(Self { mean, covariance })
    }

    fn trace(&self) -> f64 {
        self.covariance.diagonal().column_vector().iter().sum()
    }
}

/// A distribution that others are compared with.
#[derive(Clone, Debug)]
pub struct FrechetReference {
    moments: FeatureMoments,
    /// Σ^½.
    root: Mat<f64>,
}

impl FrechetReference {
    /// Of moments; `None` where the covariance has no eigenvalues.
    pub fn new(moments: FeatureMoments) -> Option<Self> {
        let eigen = moments.covariance.self_adjoint_eigen(Side::Lower).ok()?;
        let (vectors, values) = (eigen.U(), eigen.S().column_vector());
        let size = moments.mean.len();
        // What is below 0 is rounding: a covariance has no such eigenvalue.
        let scaled = Mat::from_fn(size, size, |i, j| vectors[(i, j)] * values[j].max(0.0).sqrt());
        let mut root = Mat::zeros(size, size);
        matmul(&mut root, Accum::Replace, &scaled, vectors.transpose(), 1.0, Par::Seq);
        Some(Self { moments, root })
    }

    /// The distance of another distribution of the same width, 0 or above; `None` where there are no eigenvalues. On this thread.
    pub fn distance(&self, other: &FeatureMoments) -> Option<f64> {
        let size = self.moments.mean.len();
        let (mut half, mut product) = (Mat::<f64>::zeros(size, size), Mat::<f64>::zeros(size, size));
        matmul(&mut half, Accum::Replace, &self.root, &other.covariance, 1.0, Par::Seq);
        matmul(&mut product, Accum::Replace, &half, &self.root, 1.0, Par::Seq);
        let eigenvalues = product.self_adjoint_eigenvalues(Side::Lower).ok()?;
        let trace_of_root: f64 = eigenvalues.iter().map(|value| value.max(0.0).sqrt()).sum();
        let means = self.moments.mean.iter().zip(&other.mean).map(|(a, b)| (a - b).powi(2));
        let distance = means.sum::<f64>() + self.moments.trace() + other.trace() - 2.0 * trace_of_root;
        Some(distance.max(0.0))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::random::{Purpose, normal_rows};

    fn set(seed: u64, count: usize, width: usize) -> FeatureSet {
        FeatureSet::new(normal_rows(seed, Purpose::Sample, 0, count, width), width)
    }

    fn moments(set: &FeatureSet) -> FeatureMoments {
        FeatureMoments::of(set, std::iter::repeat(1.0)).unwrap()
    }

    #[test]
    fn a_shift_and_a_scale_are_what_the_formula_says() {
        let one = set(1, 3000, 4);
        let other = FeatureSet::new(one.values().iter().map(|x| 3.0 * x + 1.0).collect(), 4);
        let (one, other) = (moments(&one), moments(&other));
        // ‖μ₁ − μ₂‖² + tr Σ·(1 − 3)².
        let means: f64 = one.mean.iter().zip(&other.mean).map(|(a, b)| (a - b).powi(2)).sum();
        let expected = means + 4.0 * one.trace();
        let found = FrechetReference::new(one).unwrap().distance(&other).unwrap();
        assert!((found - expected).abs() < 1e-4, "{found} {expected}");
    }

    /// Fewer examples than features: the covariances have no full rank.
    #[test]
    fn two_hundred_examples_of_many_features_have_a_distance_of_zero_to_themselves_and_above_zero_to_others() {
        let (one, other) = (set(1, 200, 256), set(2, 200, 256));
        let reference = FrechetReference::new(moments(&one)).unwrap();
        let itself = reference.distance(&moments(&one)).unwrap();
        assert!((0.0..1e-3).contains(&itself), "{itself}");
        let distance = reference.distance(&moments(&other)).unwrap();
        assert!(distance.is_finite() && distance > 1.0, "{distance}");
        let alike = FeatureSet::new(vec![0.5; 200 * 256], 256);
        assert!(reference.distance(&moments(&alike)).unwrap().is_finite());
    }

    #[test]
    fn what_is_no_number_has_no_moments() {
        assert!(
            FeatureMoments::of(&FeatureSet::new(vec![1.0, f32::NAN, 2.0, 0.0], 2), std::iter::repeat(1.0)).is_none()
        );
        assert!(FeatureMoments::of(&FeatureSet::new(vec![1.0, 2.0], 2), std::iter::repeat(1.0)).is_none());
    }
}
