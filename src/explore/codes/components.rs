//! The principal components of codes.

use crate::explore::direction_source::DirectionSource;
use crate::explore::plane::Plane;
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par, Side};

/// Codes that directions are computed from, at most: of more, evenly spread ones are.
pub const MOST_CODES: usize = 4096;

/// The leading principal components of codes.
#[derive(Clone, Debug, PartialEq)]
pub struct Components {
    /// Mean of the codes, `[latent]`.
    pub mean: Vec<f32>,
    /// The components, orthonormal, `[count, latent]`.
    pub directions: Vec<f32>,
    /// The part of the codes' variance along each, falling, `[count]`.
    pub shares: Vec<f32>,
}

impl Components {
    /// The first `count` components (or as many as there are dimensions) of codes `[n, latent]`; codes with a value that is
    /// not finite are left out. `None` where fewer than two are left, or their covariance has no eigenvalues.
    pub fn of(codes: &[f32], latent: usize, count: usize) -> Option<Self> {
        let stride = (codes.len() / latent.max(1)).div_ceil(MOST_CODES).max(1);
        let rows = codes.chunks_exact(latent.max(1)).step_by(stride).filter(|row| row.iter().all(|x| x.is_finite()));
        let rows: Vec<&[f32]> = rows.collect();
        if rows.len() < 2 {
            return None;
        }
        let n = rows.len() as f64;
        let mut mean = vec![0.0f64; latent];
        rows.iter().for_each(|row| mean.iter_mut().zip(*row).for_each(|(sum, x)| *sum += f64::from(*x) / n));
        let centred =
            Mat::from_fn(rows.len(), latent, |row, dimension| f64::from(rows[row][dimension]) - mean[dimension]);
        let mut covariance = Mat::<f64>::zeros(latent, latent);
        matmul(covariance.as_mut(), Accum::Replace, centred.transpose(), centred.as_ref(), 1.0 / (n - 1.0), Par::Seq);
        let eigen = covariance.self_adjoint_eigen(Side::Lower).ok()?;
        let (vectors, values) = (eigen.U(), eigen.S().column_vector());
        let total: f64 = (0..latent).map(|place| values[place].max(0.0)).sum();
        let (mut directions, mut shares) = (Vec::new(), Vec::new());
        // faer's eigenvalues rise.
        for place in (0..latent).rev().take(count) {
            let vector = vectors.col(place);
            // An eigenvector has no sign of its own: the largest of its values is above 0.
            let largest = vector.iter().fold(0.0f64, |largest, x| if x.abs() > largest.abs() { *x } else { largest });
            directions.extend(vector.iter().map(|x| (x * largest.signum()) as f32));
            shares.push(if total > 0.0 { (values[place].max(0.0) / total) as f32 } else { 0.0 });
        }
        Some(Self { mean: mean.into_iter().map(|x| x as f32).collect(), directions, shares })
    }

    /// The plane through the mean along the first two; `None` where there are fewer.
    pub fn plane(&self) -> Option<Plane> {
        let latent = self.mean.len();
        let mut directions = self.directions.chunks_exact(latent.max(1));
        let (u, v) = (directions.next()?.to_vec(), directions.next()?.to_vec());
        let source = |number: u32| {
            let share = self.shares.get(number as usize - 1).copied().unwrap_or(0.0);
            Some(DirectionSource::Component { number, share })
        };
        Some(Plane { u_source: source(1), v_source: source(2), ..Plane::new(self.mean.clone(), u, v) })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::random::{Purpose, normal_rows};
    use proptest::prelude::*;

    proptest! {
        /// Codes that are stretched along a known plane have it as their first two components.
        #[test]
        fn the_stretched_directions_are_found(latent in 3usize..12, seed in any::<u64>()) {
            let plane = Plane { origin: vec![0.5; latent], ..Plane::random(latent, seed) };
            let noise = normal_rows(seed, Purpose::Sample, 0, 600, latent);
            let codes: Vec<f32> = noise.chunks_exact(latent).flat_map(|row| {
                let on = plane.latent_from_plane([8.0 * row[0], 4.0 * row[1]]);
                on.into_iter().zip(row).map(|(z, e)| z + 0.1 * e).collect::<Vec<f32>>()
            }).collect();
            let found = Components::of(&codes, latent, 3).unwrap();
            let laid = found.plane().unwrap();
            let cosine = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>().abs();
            prop_assert!(cosine(&laid.u, &plane.u) > 0.99 && cosine(&laid.v, &plane.v) > 0.99);
            prop_assert!(found.shares[0] > found.shares[1] && found.shares[1] > found.shares[2]);
            prop_assert!(found.shares.iter().sum::<f32>() <= 1.0 + 1e-5);
            prop_assert!(laid.origin.iter().all(|x| (x - 0.5).abs() < 2.0));
        }
    }

    #[test]
    fn too_few_codes_have_none_and_broken_ones_are_left_out() {
        assert_eq!(Components::of(&[1.0, 2.0], 2, 2), None);
        let codes = [0.0, 0.0, f32::NAN, 1.0, 2.0, 0.0, 4.0, 0.0];
        let found = Components::of(&codes, 2, 5).unwrap();
        assert_eq!((found.mean.as_slice(), found.shares.as_slice()), ([2.0, 0.0].as_slice(), [1.0, 0.0].as_slice()));
        assert_eq!(found.plane().unwrap().u, [1.0, 0.0]);
    }
}
