//! The principal components of codes.

use crate::explore::direction_source::DirectionSource;
use crate::explore::plane::Plane;
use crate::nn::eigen::leading;
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};

/// Codes that directions are computed from, at most: of more, evenly spread ones are.
pub const MOST_CODES: usize = 4096;
/// Codes that are added to the covariance between two questions whether to go on.
const BLOCK: usize = 128;

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
    /// not finite are left out. `None` where fewer than two are left, their covariance has no eigenvalues, or `go_on`, asked
    /// now and then, says no.
    pub fn of(codes: &[f32], latent: usize, count: usize, go_on: &mut dyn FnMut() -> bool) -> Option<Self> {
        let stride = (codes.len() / latent.max(1)).div_ceil(MOST_CODES).max(1);
        let rows = codes.chunks_exact(latent.max(1)).step_by(stride).filter(|row| row.iter().all(|x| x.is_finite()));
        let rows: Vec<&[f32]> = rows.collect();
        if rows.len() < 2 {
            return None;
        }
        let n = rows.len() as f64;
        let mut mean = vec![0.0f64; latent];
        rows.iter().for_each(|row| mean.iter_mut().zip(*row).for_each(|(sum, x)| *sum += f64::from(*x) / n));
        let mut covariance = Mat::<f64>::zeros(latent, latent);
        for some in rows.chunks(BLOCK) {
            if !go_on() {
                return None;
            }
            let centred =
                Mat::from_fn(some.len(), latent, |row, dimension| f64::from(some[row][dimension]) - mean[dimension]);
            let (codes, weight) = (centred.as_ref(), 1.0 / (n - 1.0));
            matmul(covariance.as_mut(), Accum::Add, codes.transpose(), codes, weight, Par::Seq);
        }
        let total: f64 = (0..latent).map(|place| covariance[(place, place)]).sum();
        let eigen = leading(&covariance, count)?;
        let shares = eigen.values.iter().map(|value| if total > 0.0 { (value / total) as f32 } else { 0.0 }).collect();
        let directions = eigen.directions();
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
            let found = Components::of(&codes, latent, 3, &mut || true).unwrap();
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
        assert_eq!(Components::of(&[1.0, 2.0], 2, 2, &mut || true), None);
        let codes = [0.0, 0.0, f32::NAN, 1.0, 2.0, 0.0, 4.0, 0.0];
        let found = Components::of(&codes, 2, 5, &mut || true).unwrap();
        assert_eq!((found.mean.as_slice(), found.shares.as_slice()), ([2.0, 0.0].as_slice(), [1.0, 0.0].as_slice()));
        assert_eq!(found.plane().unwrap().u, [1.0, 0.0]);
    }

    /// As a model has that draws each pixel from its own number: all eigenvectors would take minutes, and a gigabyte.
    #[test]
    fn of_many_dimensions_the_leading_ones_are_found_alone_and_can_be_cancelled() {
        let (latent, count) = (1100, 300);
        let mut codes = normal_rows(3, Purpose::Sample, 0, count, latent);
        codes.chunks_exact_mut(latent).for_each(|row| (row[7], row[900]) = (30.0 * row[7], 15.0 * row[900]));
        let found = Components::of(&codes, latent, 2, &mut || true).unwrap();
        let largest = |direction: &[f32]| (0..latent).max_by(|a, b| direction[*a].total_cmp(&direction[*b])).unwrap();
        let directions: Vec<usize> = found.directions.chunks_exact(latent).map(largest).collect();
        assert_eq!(directions, [7, 900]);
        let own = |place: usize| codes.iter().skip(place).step_by(latent).map(|x| f64::from(*x)).collect::<Vec<_>>();
        let variance = |column: Vec<f64>| {
            let mean = column.iter().sum::<f64>() / count as f64;
            column.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (count - 1) as f64
        };
        let all: f64 = (0..latent).map(|place| variance(own(place))).sum();
        let expected = (variance(own(7)) / all) as f32;
        assert!((found.shares[0] / expected - 1.0).abs() < 0.02, "{} against {expected}", found.shares[0]);
        let mut asked = 0;
        let cancelled = Components::of(&codes, latent, 2, &mut || {
            asked += 1;
            asked < 2
        });
        assert!(cancelled.is_none() && asked == 2, "{asked}");
    }
}
