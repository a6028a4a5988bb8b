//! A decoder on a plane: a model of two dimensions of its own.

use crate::explore::plane::Plane;
use crate::metrics::{EvidenceError, ImagePosterior, PixelDensity, PlaneNormal};

/// A decoder restricted to a plane through its latent space, where the prior is standard normal again about the place that is
/// nearest to 0, and q(z|x) is normal: both as they are where the plane is all there is, else given that z lies on it.
///
/// Its coordinates t are positions on the plane, counted from that place.
#[derive(Clone, Debug)]
pub struct PlaneSlice {
    /// p(x|t).
    pub density: PixelDensity,
    /// The position on the plane that is nearest to 0: t = 0.
    pub middle: [f32; 2],
    /// Whether the plane is less than the whole space, so that all of this is said of the slice alone.
    pub is_part: bool,
    plane: Plane,
}

impl PlaneSlice {
    /// A decoder on a plane of its latent space.
    ///
    /// # Errors
    /// If the plane is of another latent space.
    pub fn new(density: &PixelDensity, plane: &Plane) -> Result<Self, EvidenceError> {
        let middle = plane.plane_from_latent(&vec![0.0; plane.latent()]);
        let weight = plane.u.iter().zip(&plane.v).flat_map(|(u, v)| [*u, *v]).collect();
        let density = density.of_coordinates(weight, plane.latent_from_plane(middle))?;
        Ok(Self { density, middle, is_part: plane.latent() > 2, plane: plane.clone() })
    }

    /// Coordinates of a position on the plane.
    pub fn coordinates(&self, [x, y]: [f32; 2]) -> [f32; 2] {
        [x - self.middle[0], y - self.middle[1]]
    }

    /// ln of the prior's density at these coordinates.
    pub fn log_prior(&self, [s, t]: [f32; 2]) -> f64 {
        let (s, t) = (f64::from(s), f64::from(t));
        -0.5 * (s * s + t * t) - std::f64::consts::TAU.ln()
    }

    /// q(t|x): the part of q(z|x) that lies on the plane, which is normal, too.
    pub fn normal(&self, posterior: &ImagePosterior) -> PlaneNormal {
        let (u, v) = (&self.plane.u, &self.plane.v);
        let from = self.plane.latent_from_plane(self.middle);
        let precisions: Vec<f64> = posterior.log_variance.iter().map(|l| (-f64::from(*l)).exp()).collect();
        let sum = |a: &dyn Fn(usize) -> f64, b: &[f32]| -> f64 {
            (precisions.iter().zip(b).enumerate()).map(|(i, (precision, b))| precision * a(i) * f64::from(*b)).sum()
        };
        let of = |direction: &'_ [f32]| {
            let direction = direction.to_vec();
            move |i: usize| direction.get(i).copied().map_or(0.0, f64::from)
        };
        let away = |i: usize| match (posterior.mean.get(i), from.get(i)) {
            (Some(mean), Some(from)) => f64::from(*mean) - f64::from(*from),
            _ => 0.0,
        };
        let (a, b) = (sum(&of(u), u), sum(&of(u), v));
        // Where there is but one dimension, the other one is the prior's.
        let c = if v.iter().all(|v| *v == 0.0) { 1.0 } else { sum(&of(v), v) };
        let (s, t) = (sum(&away, u), sum(&away, v));
        let det = a * c - b * b;
        PlaneNormal { mean: [(c * s - b * t) / det, (a * t - b * s) / det], covariance: [c / det, -b / det, a / det] }
    }
}
