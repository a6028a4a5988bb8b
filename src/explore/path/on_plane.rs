//! A path over a plane: its waypoints as positions, the places along it, and what a model makes of some of them.

use super::{DataSupport, LatentCurve, PathKind, PathPlan};
use crate::explore::encoded::Encoding;
use crate::explore::plane::Plane;
use crate::explore::tiles::{AtlasLimits, TileGrid};
use crate::explore::viewer::CpuDecoder;
use crate::explore::viewport::Viewport;
use crate::snapshot::{Network, Operation, Snapshot};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Waypoints of a path over a plane, at most.
pub const MOST_WAYPOINTS: usize = 64;
/// Places along a path that is played, from end to end.
const PLACES: usize = 241;
/// Images along it.
pub const PATH_IMAGES: usize = 12;

/// Waypoints on a plane and how one goes from one to the next.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanePath {
    /// Positions on the plane; of one there is no path yet.
    pub waypoints: Vec<[f32; 2]>,
    /// How it goes from waypoint to waypoint.
    pub kind: PathKind,
    /// Whether it goes back from the last to the first.
    pub closed: bool,
}

impl PlanePath {
    /// Whether all its waypoints can lie on a plane; of a path that was read from a file they may not.
    pub fn is_valid(&self) -> bool {
        let finite = self.waypoints.iter().flatten().all(|x| x.abs() <= 2.0 * Viewport::LARGEST);
        finite && (1..=MOST_WAYPOINTS).contains(&self.waypoints.len())
    }

    /// Whether it leads anywhere.
    pub fn leads(&self) -> bool {
        self.waypoints.len() > 1
    }
}

/// What a path is made on.
#[derive(Clone)]
pub struct PathSource {
    /// The weights.
    pub snapshot: Arc<Snapshot>,
    /// The plane.
    pub plane: Arc<Plane>,
    /// The path.
    pub path: PlanePath,
    /// Where the data is, for a shortest way: of latent spaces of two dimensions.
    pub encoding: Option<Arc<Encoding>>,
}

/// A path that was made.
pub struct PathMade {
    /// What it is made of.
    pub source: PathSource,
    /// Positions on the plane from end to end, at equal steps: of the plane, or of a shortest way of what the images look like.
    pub places: Vec<[f32; 2]>,
    /// What the model makes of [`PATH_IMAGES`] of them, in a row.
    pub images: Option<Arc<TileGrid>>,
    /// How long it took.
    pub took: Duration,
}

impl PathSource {
    /// Whether both give the same. The data's codes are those of the weights.
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.snapshot, &other.snapshot)
            && self.encoding.is_some() == other.encoding.is_some()
            && self.plane == other.plane
            && self.path == other.path
    }

    /// The path in the coordinates of the plane; `None` where there is none or `go_on` says no.
    pub fn curve(&self, go_on: &mut dyn FnMut() -> bool) -> Option<LatentCurve> {
        let Self { snapshot, plane, path, encoding } = self;
        let decoder = over(plane, &snapshot.decoder)?;
        // Great circles are about the place of the plane that is nearest to 0: there latents keep their length.
        let middle = match path.kind {
            PathKind::Spherical => plane.plane_from_latent(&vec![0.0; plane.latent()]),
            PathKind::Straight | PathKind::Geodesic => [0.0; 2],
        };
        let moved = |[x, y]: [f32; 2], by: f32| vec![x + by * middle[0], y + by * middle[1]];
        let waypoints = path.waypoints.iter().map(|at| moved(*at, -1.0)).collect();
        let plan = PathPlan { kind: path.kind, closed: path.closed, waypoints };
        let is_geodesic = path.kind == PathKind::Geodesic;
        let codes = encoding.as_deref().filter(|codes| is_geodesic && codes.latent == 2 && plane.latent() == 2);
        let support = codes.and_then(|codes| DataSupport::of(&on_plane(codes, plane)));
        let mut curve = plan.curve(&decoder, support.as_ref(), go_on)?;
        if middle != [0.0; 2] {
            let back = curve.points.chunks_exact(2).flat_map(|at| moved([at[0], at[1]], 1.0)).collect();
            curve.points = back;
        }
        Some(curve)
    }

    /// Positions along the path at equal steps, `count` of them; in a closed one the last is a step before the first.
    pub fn places(&self, curve: &LatentCurve, count: usize) -> Vec<[f32; 2]> {
        let decoder = over(&self.plane, &self.snapshot.decoder).filter(|_| self.path.kind == PathKind::Geodesic);
        curve.sampled(count, decoder.as_ref()).chunks_exact(2).map(|at| [at[0], at[1]]).collect()
    }

    /// Makes it, with images no larger than `limits` allow; `None` where there is none or `go_on` says no.
    pub fn made(self, limits: AtlasLimits, go_on: &mut dyn FnMut() -> bool) -> Option<PathMade> {
        let began = Instant::now();
        let curve = self.curve(go_on)?;
        let closed = self.path.closed;
        let mut places = self.places(&curve, if closed { PLACES - 1 } else { PLACES });
        places.extend(places.first().copied().filter(|_| closed));
        let latents = self.plane.latents_from_plane(&image_places(&places));
        let images = TileGrid::row(&mut CpuDecoder::default(), &self.snapshot, &latents, limits);
        Some(PathMade { source: self, places, images: images.map(Arc::new), took: began.elapsed() })
    }
}

impl PathMade {
    /// The position at a part of the path, 0 to 1; beyond it its ends.
    pub fn at(&self, part: f32) -> [f32; 2] {
        let last = self.places.len().saturating_sub(1);
        let along = part.clamp(0.0, 1.0) * last as f32;
        let (before, rest) = (along.floor() as usize, along.fract());
        let place = |index: usize| self.places.get(index.min(last)).copied().unwrap_or_default();
        let (a, b) = (place(before), place(before + 1));
        [a[0] + rest * (b[0] - a[0]), a[1] + rest * (b[1] - a[1])]
    }

    /// The positions of its images.
    pub fn image_places(&self) -> Vec<[f32; 2]> {
        image_places(&self.places)
    }
}

/// [`PATH_IMAGES`] of the places from end to end.
fn image_places(places: &[[f32; 2]]) -> Vec<[f32; 2]> {
    let last = places.len().saturating_sub(1);
    let chosen = (0..PATH_IMAGES).map(|image| (image * last + (PATH_IMAGES - 1) / 2) / (PATH_IMAGES - 1));
    chosen.filter_map(|place| places.get(place).copied()).collect()
}

/// A decoder that reads positions of a plane.
fn over(plane: &Plane, decoder: &Network) -> Option<Network> {
    if plane.latent() != decoder.input() {
        return None;
    }
    let weight: Vec<f32> = plane.u.iter().zip(&plane.v).flat_map(|(u, v)| [*u, *v]).collect();
    let first = Operation::linear("plane", 0, (weight, plane.origin.clone()), crate::snapshot::Activation::Identity);
    let later = decoder.operations().iter().cloned().map(|mut operation| {
        operation.inputs.iter_mut().for_each(|input| *input += 1);
        operation
    });
    Network::new(2, std::iter::once(first).chain(later).collect()).ok()
}

/// Codes of two dimensions in the coordinates of a plane, which is the space itself turned.
fn on_plane(codes: &Encoding, plane: &Plane) -> Encoding {
    let mean = codes.mean.chunks_exact(2).flat_map(|mean| plane.plane_from_latent(mean)).collect();
    let turned = |log_variance: &[f32]| {
        let [xx, _, yy] = plane.covariance_from_log_variance(log_variance);
        [xx.ln(), yy.ln()]
    };
    let log_variance = codes.log_variance.chunks_exact(2).flat_map(turned).collect();
    Encoding { mean, log_variance, ..codes.clone() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::dataset::ImageShape;
    use crate::random::{Purpose, normal_rows};
    use crate::snapshot::{Activation, Scratch};

    fn source(latent: usize, path: PlanePath) -> PathSource {
        let draws = |step, count| normal_rows(9, Purpose::Weights, step, 1, count);
        let first = Operation::linear("first", 0, (draws(0, 8 * latent), draws(1, 8)), Activation::Sigmoid);
        let second = Operation::linear("second", 1, (draws(2, 72), draws(3, 9)), Activation::Sigmoid);
        let (decoder, image) = (Network::new(latent, vec![first, second]).unwrap(), ImageShape::grey(3, 3));
        let snapshot =
            Arc::new(Snapshot { step: 4, image, latent, likelihood: None, decoder, encoder: None, critic: None });
        let mut plane = Plane::random(latent, 3);
        if latent > 2 {
            plane.origin.iter_mut().zip(draws(4, latent)).for_each(|(origin, draw)| *origin = 0.3 * draw);
        }
        PathSource { snapshot, plane: Arc::new(plane), path, encoding: None }
    }

    #[test]
    fn a_path_has_its_places_and_the_images_of_some() {
        for latent in [2, 5] {
            for (kind, closed) in PathKind::ALL.into_iter().flat_map(|kind| [(kind, false), (kind, true)]) {
                let waypoints = vec![[-1.0, 0.2], [1.0, 0.5], [0.3, -1.2]];
                let source = source(latent, PlanePath { waypoints: waypoints.clone(), kind, closed });
                let made = source.clone().made(AtlasLimits::default(), &mut || true).unwrap();
                assert_eq!((made.places.len(), made.at(0.0)), (PLACES, made.places[0]));
                let close = |a: [f32; 2], b: [f32; 2]| (a[0] - b[0]).hypot(a[1] - b[1]) < 1e-4;
                assert!(close(made.at(0.0), waypoints[0]), "{:?}", made.at(0.0));
                let end = if closed { waypoints[0] } else { waypoints[2] };
                assert!(close(made.at(1.0), end) && close(made.at(7.0), end), "{kind:?} {:?}", made.at(1.0));
                if closed {
                    assert_eq!(made.at(1.0), made.at(0.0), "loops close to the bit");
                }
                let (images, mut scratch) = (made.images.clone().unwrap(), Scratch::default());
                assert_eq!((images.lattice.columns, images.lattice.rows, images.step), (PATH_IMAGES, 1, 4));
                for (place, at) in made.image_places().into_iter().enumerate() {
                    let latent = source.plane.latent_from_plane(at);
                    let image = source.snapshot.decoder.evaluate(&latent, 1, &mut scratch);
                    let expected = crate::explore::tiles::byte(image[4]);
                    assert_eq!(images.pixels[3 * PATH_IMAGES + 3 * place + 1], expected, "the middle of image {place}");
                }
            }
        }
    }

    #[test]
    fn great_circles_on_a_plane_keep_the_length_of_latents() {
        let path = PlanePath { waypoints: vec![[1.0, 0.0], [0.0, 1.0]], kind: PathKind::Spherical, closed: false };
        let source = source(6, path);
        let middle = source.plane.plane_from_latent(&[0.0; 6]);
        let from = |at: [f32; 2]| [at[0] + middle[0], at[1] + middle[1]];
        let path = PlanePath { waypoints: vec![from([1.0, 0.0]), from([0.0, 1.0])], ..source.path.clone() };
        let made = PathSource { path, ..source }.made(AtlasLimits::default(), &mut || true).unwrap();
        let length = |at: &[f32; 2]| made.source.plane.latent_from_plane(*at).iter().map(|z| z * z).sum::<f32>().sqrt();
        let first = length(&made.places[0]);
        assert!(made.places.iter().all(|at| (length(at) - first).abs() < 1e-3));
    }

    #[test]
    fn what_cannot_lie_on_a_plane_is_no_path() {
        let path = |waypoints: Vec<[f32; 2]>| PlanePath { waypoints, ..PlanePath::default() };
        assert!(path(vec![[0.0, 1.0]]).is_valid() && !path(vec![[0.0, 1.0]]).leads());
        assert!(!path(vec![]).is_valid() && !path(vec![[f32::NAN, 0.0]]).is_valid());
        assert!(!path(vec![[1e30, 0.0]]).is_valid() && !path(vec![[0.0; 2]; MOST_WAYPOINTS + 1]).is_valid());
    }
}
