//! A plane through a latent space: an origin and two directions.

use super::direction_source::DirectionSource;
use crate::random::{Purpose, normal_rows};

/// A plane through a latent space. A position `[a, b]` on it means the latent `origin + a·u + b·v`.
///
/// `u` and `v` are orthonormal; where the latent space has one dimension, `v` is 0.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Plane {
    /// Where `[0, 0]` lies, `[latent]`.
    pub origin: Vec<f32>,
    /// The first direction, `[latent]`.
    pub u: Vec<f32>,
    /// The second direction, `[latent]`.
    pub v: Vec<f32>,
    /// Where the first direction comes from; `None` for a dimension or a random direction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub u_source: Option<DirectionSource>,
    /// Where the second direction comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub v_source: Option<DirectionSource>,
}

/// One of the two directions of a plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaneAxis {
    /// `u`, to the right.
    X,
    /// `v`, upwards.
    Y,
}

impl PlaneAxis {
    /// Both, in order.
    pub const BOTH: [Self; 2] = [Self::X, Self::Y];

    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::X => Self::Y,
            Self::Y => Self::X,
        }
    }
}

/// The cosine above which a direction counts as the same.
const UNTURNED: f32 = 0.9999;

impl Plane {
    /// The plane through `origin` along two orthonormal directions, `[latent]` each.
    pub const fn new(origin: Vec<f32>, u: Vec<f32>, v: Vec<f32>) -> Self {
        Self { origin, u, v, u_source: None, v_source: None }
    }

    /// The plane of a latent space of two dimensions: the space itself.
    pub fn of_two() -> Self {
        Self::of_axes(2, 0, 1)
    }

    /// The plane through 0 along the axes `first` and `second` of `latent` dimensions; an axis that does not exist is 0.
    pub fn of_axes(latent: usize, first: usize, second: usize) -> Self {
        let axis = |place: usize| (0..latent).map(|i| if i == place { 1.0 } else { 0.0 }).collect::<Vec<f32>>();
        let v = if second == first { vec![0.0; latent] } else { axis(second) };
        Self::new(vec![0.0; latent], axis(first), v)
    }

    /// The plane through 0 along two seeded random orthonormal directions; the space itself where `latent` is 1 or 2.
    pub fn random(latent: usize, seed: u64) -> Self {
        if latent <= 2 {
            return Self::of_axes(latent, 0, 1);
        }
        let draws = normal_rows(seed, Purpose::Plane, 0, 2, latent);
        let (first, second) = draws.split_at(latent);
        let fallback = Self::of_axes(latent, 0, 1);
        let u = normalised(first).unwrap_or(fallback.u);
        let along = dot(second, &u);
        let rest: Vec<f32> = second.iter().zip(&u).map(|(s, u)| s - along * u).collect();
        let v = normalised(&rest).unwrap_or(fallback.v);
        Self::new(vec![0.0; latent], u, v)
    }

    /// The plane through 0 along the two dimensions of highest KL (nats, `[latent]`), the higher one first. Of equals the
    /// earlier one; a KL that is not a number counts as lowest. The space itself where there are one or two dimensions.
    pub fn of_highest_kl(kl_per_dimension: &[f32]) -> Self {
        let latent = kl_per_dimension.len();
        match Self::by_kl(kl_per_dimension)[..] {
            [first, second, _, ..] => Self::of_axes(latent, first, second),
            _ => Self::of_axes(latent, 0, 1),
        }
    }

    /// The dimensions (from 0) in the order of their KL, the highest first; those whose KL is not a number at the end.
    pub fn by_kl(kl_per_dimension: &[f32]) -> Vec<usize> {
        let kl = |place: &usize| kl_per_dimension.get(*place).copied().filter(|kl| !kl.is_nan()).unwrap_or(f32::MIN);
        let mut order: Vec<usize> = (0..kl_per_dimension.len()).collect();
        order.sort_by(|a, b| kl(b).total_cmp(&kl(a)));
        order
    }

    /// A direction of it, `[latent]`.
    pub fn direction(&self, axis: PlaneAxis) -> &[f32] {
        match axis {
            PlaneAxis::X => &self.u,
            PlaneAxis::Y => &self.v,
        }
    }

    /// The dimension that a direction runs along, from 0; `None` where it runs along several.
    pub fn dimension(&self, axis: PlaneAxis) -> Option<usize> {
        let mut others = self.direction(axis).iter().enumerate().filter(|(_, x)| **x != 0.0);
        let (dimension, length) = others.next()?;
        (*length == 1.0 && others.next().is_none()).then_some(dimension)
    }

    /// What is added to a position's coordinate to give that of the dimension which the direction runs along; 0 where it
    /// runs along several.
    pub fn offset(&self, axis: PlaneAxis) -> f32 {
        self.dimension(axis).and_then(|dimension| self.origin.get(dimension)).copied().unwrap_or(0.0)
    }

    /// The same plane with one direction along a dimension (from 0). The other direction stays, made orthogonal to it; where
    /// it ran along this very dimension, the two change places. `None` where there is no such dimension, or but one.
    pub fn along(&self, axis: PlaneAxis, dimension: usize) -> Option<Self> {
        let latent = self.latent();
        if dimension >= latent || latent < 2 {
            return None;
        }
        let chosen: Vec<f32> = (0..latent).map(|i| if i == dimension { 1.0 } else { 0.0 }).collect();
        self.towards(axis, &chosen, None)
    }

    /// The same plane with one direction along another, `[latent]` of any length. The other direction stays, made orthogonal
    /// to it; where it ran along this very one, the two change places. `None` where it has no length or another number of
    /// dimensions, or there is but one dimension.
    pub fn towards(&self, axis: PlaneAxis, direction: &[f32], source: Option<DirectionSource>) -> Option<Self> {
        let latent = self.latent();
        let chosen = normalised(direction).filter(|chosen| chosen.len() == latent && latent > 1)?;
        let across = |direction: &[f32]| {
            let along = dot(direction, &chosen);
            normalised(&direction.iter().zip(&chosen).map(|(x, c)| x - along * c).collect::<Vec<f32>>())
        };
        let (before, other) = (self.direction(axis), self.direction(axis.other()));
        let least = (0..latent).min_by(|a, b| chosen[*a].abs().total_cmp(&chosen[*b].abs())).unwrap_or(0);
        let spare = || across(&Self::of_axes(latent, least, least).u);
        let other_now = across(other).or_else(|| across(before)).or_else(spare)?;
        // A direction that had to be turned is no longer what it was called by.
        let stays = |axis: PlaneAxis| dot(self.direction(axis), &other_now) > UNTURNED;
        let other_source = PlaneAxis::BOTH.into_iter().find(|axis| stays(*axis));
        let other_source = other_source.and_then(|axis| self.source(axis)).cloned();
        let origin = self.origin.clone();
        Some(match axis {
            PlaneAxis::X => Self { origin, u: chosen, v: other_now, u_source: source, v_source: other_source },
            PlaneAxis::Y => Self { origin, u: other_now, v: chosen, u_source: other_source, v_source: source },
        })
    }

    /// Where a direction comes from; `None` for a dimension or a random direction.
    pub const fn source(&self, axis: PlaneAxis) -> Option<&DirectionSource> {
        match axis {
            PlaneAxis::X => self.u_source.as_ref(),
            PlaneAxis::Y => self.v_source.as_ref(),
        }
    }

    /// Dimensions of the latent space.
    pub fn latent(&self) -> usize {
        self.origin.len()
    }

    /// Whether all three vectors have `latent` finite values; a plane that was read from a file may not.
    pub fn is_valid(&self, latent: usize) -> bool {
        [&self.origin, &self.u, &self.v].iter().all(|x| x.len() == latent && x.iter().all(|x| x.is_finite()))
    }

    /// The latent at a position on the plane, `[latent]`.
    pub fn latent_from_plane(&self, position: [f32; 2]) -> Vec<f32> {
        let mut out = Vec::with_capacity(self.latent());
        self.extend_latent(position, &mut out);
        out
    }

    /// The latents at many positions, one after another, `[positions.len(), latent]`.
    pub fn latents_from_plane(&self, positions: &[[f32; 2]]) -> Vec<f32> {
        let mut out = Vec::with_capacity(positions.len() * self.latent());
        positions.iter().for_each(|position| self.extend_latent(*position, &mut out));
        out
    }

    fn extend_latent(&self, [a, b]: [f32; 2], out: &mut Vec<f32>) {
        out.extend(self.origin.iter().zip(&self.u).zip(&self.v).map(|((o, u), v)| o + a * u + b * v));
    }

    /// Where the plane comes nearest to a latent: its orthogonal projection.
    pub fn plane_from_latent(&self, latent: &[f32]) -> [f32; 2] {
        let along = |direction: &[f32]| {
            latent.iter().zip(&self.origin).zip(direction).map(|((z, o), d)| (z - o) * d).sum::<f32>()
        };
        [along(&self.u), along(&self.v)]
    }

    /// The covariance on the plane, `[xx, xy, yy]`, of a Gaussian with independent log variances `[latent]`.
    pub fn covariance_from_log_variance(&self, log_variance: &[f32]) -> [f32; 3] {
        let sum =
            |x: &[f32], y: &[f32]| log_variance.iter().zip(x).zip(y).map(|((l, x), y)| l.exp() * x * y).sum::<f32>();
        [sum(&self.u, &self.u), sum(&self.u, &self.v), sum(&self.v, &self.v)]
    }

    /// The covariance on the plane, `[xx, xy, yy]`, of a Gaussian with this covariance, `[latent, latent]`.
    pub fn covariance_of(&self, covariance: &[f32]) -> [f32; 3] {
        let rows = || covariance.chunks_exact(self.latent().max(1));
        let along = |direction: &[f32]| rows().map(|row| dot(row, direction)).collect::<Vec<f32>>();
        let (of_u, of_v) = (along(&self.u), along(&self.v));
        [dot(&of_u, &self.u), dot(&of_u, &self.v), dot(&of_v, &self.v)]
    }
}

/// A closed ring of `count` positions at `sigmas` standard deviations of a Gaussian on the plane, given by its mean and
/// covariance `[xx, xy, yy]`.
pub fn ellipse(mean: [f32; 2], [xx, xy, yy]: [f32; 3], sigmas: f32, count: usize) -> Vec<[f32; 2]> {
    // Cholesky of the 2×2 covariance maps the unit circle onto the ellipse of one standard deviation.
    let l00 = xx.max(0.0).sqrt();
    let l10 = if l00 > 0.0 { xy / l00 } else { 0.0 };
    let l11 = (yy - l10 * l10).max(0.0).sqrt();
    (0..count)
        .map(|i| {
            let (sin, cos) = (i as f32 / count as f32 * std::f32::consts::TAU).sin_cos();
            [mean[0] + sigmas * l00 * cos, mean[1] + sigmas * (l10 * cos + l11 * sin)]
        })
        .collect()
}

pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

pub(super) fn normalised(values: &[f32]) -> Option<Vec<f32>> {
    let length = dot(values, values).sqrt();
    (length > 1e-6).then(|| values.iter().map(|x| x / length).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_position_survives_the_way_through_the_latent_space(
            latent in 2usize..70, seed in any::<u64>(), a in -5.0f32..5.0, b in -5.0f32..5.0, shift in -2.0f32..2.0,
        ) {
            let mut plane = Plane::random(latent, seed);
            plane.origin.fill(shift);
            let [x, y] = plane.plane_from_latent(&plane.latent_from_plane([a, b]));
            prop_assert!((x - a).abs() < 1e-3 && (y - b).abs() < 1e-3);
        }

        #[test]
        fn random_directions_are_orthonormal_and_repeat(latent in 2usize..100, seed in any::<u64>()) {
            let plane = Plane::random(latent, seed);
            prop_assert!((dot(&plane.u, &plane.u) - 1.0).abs() < 1e-4);
            prop_assert!((dot(&plane.v, &plane.v) - 1.0).abs() < 1e-4);
            prop_assert!(dot(&plane.u, &plane.v).abs() < 1e-4);
            prop_assert_eq!(Plane::random(latent, seed), plane);
        }

        #[test]
        fn a_batch_is_its_positions_one_after_another(seed in any::<u64>(), n in 0usize..9) {
            let plane = Plane::random(5, seed);
            let positions: Vec<[f32; 2]> = (0..n).map(|i| [i as f32, -(i as f32)]).collect();
            let single: Vec<f32> = positions.iter().flat_map(|p| plane.latent_from_plane(*p)).collect();
            prop_assert_eq!(plane.latents_from_plane(&positions), single);
        }
    }

    #[test]
    fn two_dimensions_are_the_space_itself() {
        assert_eq!(Plane::of_two().latent_from_plane([0.5, -2.0]), [0.5, -2.0]);
        assert_eq!(Plane::random(2, 7), Plane::of_two());
    }

    #[test]
    fn one_dimension_has_no_second_direction() {
        for plane in [Plane::random(1, 3), Plane::of_highest_kl(&[1.0])] {
            assert_eq!(plane.latent_from_plane([2.0, 9.0]), [2.0]);
            assert_eq!(plane.plane_from_latent(&[2.0]), [2.0, 0.0]);
        }
    }

    #[test]
    fn the_dimensions_of_highest_kl_are_taken_in_order() {
        let plane = Plane::of_highest_kl(&[0.1, f32::NAN, 3.0, 0.0, 4.0]);
        assert_eq!(plane.latent_from_plane([1.0, 2.0]), [0.0, 0.0, 2.0, 0.0, 1.0]);
    }

    proptest! {
        #[test]
        fn any_direction_can_be_put_along_any_dimension(
            latent in 2usize..9, seed in any::<u64>(), places in prop::collection::vec((0usize..9, any::<bool>()), 1..6),
        ) {
            let mut plane = Plane::random(latent, seed);
            for (dimension, x) in places {
                let axis = if x { PlaneAxis::X } else { PlaneAxis::Y };
                let Some(next) = plane.along(axis, dimension) else {
                    prop_assert!(dimension >= latent);
                    continue;
                };
                prop_assert_eq!(next.dimension(axis), Some(dimension));
                for axis in PlaneAxis::BOTH {
                    let direction = next.direction(axis);
                    prop_assert!((dot(direction, direction) - 1.0).abs() < 1e-4);
                }
                prop_assert!(dot(&next.u, &next.v).abs() < 1e-4);
                plane = next;
            }
        }
    }

    proptest! {
        #[test]
        fn any_direction_can_be_laid_on_and_the_other_stays_as_near_as_it_can(
            latent in 2usize..9, seed in any::<u64>(), x in any::<bool>(),
        ) {
            let axis = if x { PlaneAxis::X } else { PlaneAxis::Y };
            let plane = Plane::random(latent, seed);
            let direction = normal_rows(seed ^ 1, Purpose::Plane, 0, 1, latent);
            let next = plane.towards(axis, &direction, Some(DirectionSource::Anchors)).unwrap();
            let length = dot(&direction, &direction).sqrt();
            prop_assert!((dot(next.direction(axis), &direction) - length).abs() < 1e-3 * length);
            let (is, was) = (next.direction(axis.other()), plane.direction(axis.other()));
            prop_assert!((dot(is, is) - 1.0).abs() < 1e-4 && dot(&next.u, &next.v).abs() < 1e-3);
            // What is orthogonal to the direction and farthest along what it was.
            let along = dot(was, next.direction(axis));
            prop_assert!((dot(is, was) - (1.0 - along * along).max(0.0).sqrt()).abs() < 2e-2);
            prop_assert_eq!(next.source(axis), Some(&DirectionSource::Anchors));
            let again = next.towards(axis, &direction, None).unwrap();
            prop_assert_eq!(again.source(axis), None);
        }
    }

    #[test]
    fn a_source_stays_with_its_direction_until_that_is_turned() {
        let plane =
            Plane::of_axes(4, 0, 1).towards(PlaneAxis::Y, &[0.0, 1.0, 1.0, 0.0], Some(DirectionSource::Anchors));
        let plane = plane.unwrap();
        let kept = plane.along(PlaneAxis::X, 3).unwrap();
        assert_eq!(kept.source(PlaneAxis::Y), Some(&DirectionSource::Anchors));
        let turned = plane.along(PlaneAxis::X, 1).unwrap();
        assert_eq!(turned.source(PlaneAxis::Y), None);
        let swapped = plane.towards(PlaneAxis::X, &plane.v, None).unwrap();
        assert_eq!(swapped.direction(PlaneAxis::Y), plane.u.as_slice());
        assert_eq!(plane.towards(PlaneAxis::X, &[0.0; 4], None), None);
        assert_eq!(plane.towards(PlaneAxis::X, &[1.0; 3], None), None);
    }

    #[test]
    fn directions_along_the_same_dimension_change_places() {
        let plane = Plane::of_axes(5, 3, 1).along(PlaneAxis::X, 1).unwrap();
        assert_eq!(PlaneAxis::BOTH.map(|axis| plane.dimension(axis)), [Some(1), Some(3)]);
        assert_eq!(Plane::random(5, 1).dimension(PlaneAxis::X), None);
        let moved = Plane { origin: vec![0.0, 0.5, 0.0, -2.0, 9.0], ..plane };
        assert_eq!(PlaneAxis::BOTH.map(|axis| moved.offset(axis)), [0.5, -2.0]);
    }

    #[test]
    fn an_ellipse_lies_at_its_sigmas() {
        let covariance = [2.0f32, 0.6, 0.5];
        let [xx, xy, yy] = covariance;
        let determinant = xx * yy - xy * xy;
        for [x, y] in ellipse([1.0, -1.0], covariance, 2.0, 16) {
            let (x, y) = (x - 1.0, y + 1.0);
            let distance = (yy * x * x - 2.0 * xy * x * y + xx * y * y) / determinant;
            assert!((distance.sqrt() - 2.0).abs() < 1e-4);
        }
    }
}
