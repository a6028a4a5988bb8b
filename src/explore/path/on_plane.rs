//! A path that is laid over a plane, made with a model: the places along it, the latents where it leaves the plane, and what the
//! model makes of some of them.

use super::{DataSupport, LatentCurve, PathKind, PathPlan, PlanePath};
use crate::dataset::Split;
use crate::explore::encoded::Encoding;
use crate::explore::plane::Plane;
use crate::explore::tiles::{AtlasLimits, TileGrid};
use crate::explore::viewer::CpuDecoder;
use crate::snapshot::{Network, Operation, Scratch, Snapshot};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Places along a path that is played, from end to end.
const PLACES: usize = 241;
/// Images along it.
pub const PATH_IMAGES: usize = 12;

/// What a path is made on.
#[derive(Clone)]
pub struct PathSource {
    /// The weights.
    pub snapshot: Arc<Snapshot>,
    /// The plane.
    pub plane: Arc<Plane>,
    /// The path.
    pub path: PlanePath,
    /// Where the data is, for a shortest way.
    pub encoding: Option<Arc<Encoding>>,
    /// The images that some waypoints are the codes of, where there are any and an encoder.
    pub test: Option<Split>,
}

/// A path that was made.
pub struct PathMade {
    /// What it is made of.
    pub source: PathSource,
    /// Positions on the plane from end to end, at equal steps: of the plane, or of a shortest way of what the images look like.
    /// Of a path that leaves the plane where it comes nearest.
    pub places: Vec<[f32; 2]>,
    /// Its waypoints on the plane.
    pub waypoints: Vec<[f32; 2]>,
    /// What the model makes of [`PATH_IMAGES`] of them, in a row.
    pub images: Option<Arc<TileGrid>>,
    /// How long it took.
    pub took: Duration,
    /// The latents of the places, `[places, latent]`, where the path leaves the plane.
    latents: Option<Vec<f32>>,
}

impl PathSource {
    /// Whether both give the same. The data's codes are those of the weights.
    pub fn same(&self, other: &Self) -> bool {
        let same_images = match (&self.test, &other.test) {
            (Some(one), Some(other)) => one.same(other),
            (one, other) => one.is_none() && other.is_none(),
        };
        Arc::ptr_eq(&self.snapshot, &other.snapshot)
            && self.encoding.is_some() == other.encoding.is_some()
            && same_images
            && self.plane == other.plane
            && self.path == other.path
    }

    /// Whether it goes through the whole latent space: a shortest way, or one between images, of more than two dimensions.
    pub fn leaves_plane(&self) -> bool {
        let has_codes = self.test.is_some() && !self.path.images.is_empty();
        self.plane.latent() > 2 && (self.path.kind == PathKind::Geodesic || has_codes)
    }

    /// Its waypoints, `[latent]` each.
    fn waypoints(&self) -> Vec<Vec<f32>> {
        let code = |waypoint: usize| {
            let (test, image) = self.test.as_ref().zip(self.path.images.get(&waypoint))?;
            let one = [*image].into();
            let known = (*image as usize) < test.count();
            let encode = || Encoding::of_images(&self.snapshot, test, &one, &mut Scratch::default(), &mut || true);
            known.then(encode).flatten().map(|encoding| encoding.mean)
        };
        let of =
            |(waypoint, at): (usize, &[f32; 2])| code(waypoint).unwrap_or_else(|| self.plane.latent_from_plane(*at));
        self.path.waypoints.iter().enumerate().map(of).collect()
    }

    /// Its waypoints on the plane: a place where it was laid, a code where the plane comes nearest.
    fn waypoint_places(&self) -> Vec<[f32; 2]> {
        let places = self.waypoints().into_iter().zip(&self.path.waypoints).enumerate();
        let place = |(waypoint, (latent, at)): (usize, (Vec<f32>, &[f32; 2]))| {
            let is_code = self.test.is_some() && self.path.images.contains_key(&waypoint);
            if is_code { self.plane.plane_from_latent(&latent) } else { *at }
        };
        places.map(place).collect()
    }

    /// The path in the coordinates of the plane, or where it leaves the plane through the latent space, as the command line
    /// makes it. `None` where there is none or `go_on` says no.
    pub fn curve(&self, go_on: &mut dyn FnMut() -> bool) -> Option<LatentCurve> {
        let Self { snapshot, plane, path, encoding, .. } = self;
        if plane.latent() != snapshot.latent || snapshot.decoder.input() != snapshot.latent {
            return None;
        }
        let PlanePath { kind, closed, .. } = *path;
        let codes = encoding.as_deref().filter(|codes| kind == PathKind::Geodesic && codes.latent == plane.latent());
        if self.leaves_plane() {
            let support = codes.and_then(DataSupport::of);
            let plan = PathPlan { kind, closed, waypoints: self.waypoints() };
            return plan.curve(&snapshot.decoder, support.as_ref(), go_on);
        }
        let decoder = over(plane, &snapshot.decoder)?;
        // Great circles are about the place of the plane that is nearest to 0: there latents keep their length.
        let middle = match kind {
            PathKind::Spherical => plane.plane_from_latent(&vec![0.0; plane.latent()]),
            PathKind::Straight | PathKind::Geodesic => [0.0; 2],
        };
        let moved = |[x, y]: [f32; 2], by: f32| vec![x + by * middle[0], y + by * middle[1]];
        let waypoints = self.waypoint_places().into_iter().map(|at| moved(at, -1.0)).collect();
        let support =
            codes.filter(|codes| codes.latent == 2).and_then(|codes| DataSupport::of(&on_plane(codes, plane)));
        let mut curve = PathPlan { kind, closed, waypoints }.curve(&decoder, support.as_ref(), go_on)?;
        if middle != [0.0; 2] {
            let back = curve.points.chunks_exact(2).flat_map(|at| moved([at[0], at[1]], 1.0)).collect();
            curve.points = back;
        }
        Some(curve)
    }

    /// Latents along the path at equal steps, `[count, latent]`; in a closed one the last is a step before the first.
    pub fn latents(&self, curve: &LatentCurve, count: usize) -> Vec<f32> {
        let by_images = self.path.kind == PathKind::Geodesic;
        if self.leaves_plane() {
            return curve.sampled(count, Some(&self.snapshot.decoder).filter(|_| by_images));
        }
        self.plane.latents_from_plane(&self.places(curve, count))
    }

    /// Positions along a path that stays on the plane.
    fn places(&self, curve: &LatentCurve, count: usize) -> Vec<[f32; 2]> {
        let decoder = over(&self.plane, &self.snapshot.decoder).filter(|_| self.path.kind == PathKind::Geodesic);
        curve.sampled(count, decoder.as_ref()).chunks_exact(2).map(|at| [at[0], at[1]]).collect()
    }

    /// Makes it, with images no larger than `limits` allow; `None` where there is none or `go_on` says no.
    pub fn made(self, limits: AtlasLimits, go_on: &mut dyn FnMut() -> bool) -> Option<PathMade> {
        let began = Instant::now();
        let curve = self.curve(go_on)?;
        let (closed, latent) = (self.path.closed, self.plane.latent());
        let count = if closed { PLACES - 1 } else { PLACES };
        let (mut places, mut latents) = match self.leaves_plane() {
            false => (self.places(&curve, count), None),
            true => {
                let latents = self.latents(&curve, count);
                let places = latents.chunks_exact(latent).map(|z| self.plane.plane_from_latent(z)).collect();
                (places, Some(latents))
            }
        };
        places.extend(places.first().copied().filter(|_| closed));
        if let (true, Some(latents)) = (closed, &mut latents) {
            latents.extend_from_within(..latent.min(latents.len()));
        }
        let (waypoints, took) = (self.waypoint_places(), began.elapsed());
        let mut made = PathMade { source: self, places, waypoints, images: None, took, latents };
        let images = made.image_latents();
        let images = TileGrid::row(&mut CpuDecoder::default(), &made.source.snapshot, &images, limits);
        (made.images, made.took) = (images.map(Arc::new), began.elapsed());
        Some(made)
    }
}

impl PathMade {
    /// The two places around a part of the path, 0 to 1, and how far it is from the first to the second.
    fn around(&self, part: f32) -> ([usize; 2], f32) {
        let last = self.places.len().saturating_sub(1);
        let along = part.clamp(0.0, 1.0) * last as f32;
        let before = along.floor() as usize;
        ([before.min(last), (before + 1).min(last)], along.fract())
    }

    /// The position at a part of the path, 0 to 1; beyond it its ends.
    pub fn at(&self, part: f32) -> [f32; 2] {
        let (places, rest) = self.around(part);
        let [a, b] = places.map(|place| self.places.get(place).copied().unwrap_or_default());
        [a[0] + rest * (b[0] - a[0]), a[1] + rest * (b[1] - a[1])]
    }

    /// The latent at a part of the path, 0 to 1; beyond it its ends.
    pub fn latent_at(&self, part: f32) -> Vec<f32> {
        let Some(latents) = &self.latents else { return self.source.plane.latent_from_plane(self.at(part)) };
        let (latent, (places, rest)) = (self.source.plane.latent(), self.around(part));
        let [a, b] = places.map(|place| latents.get(place * latent..(place + 1) * latent).unwrap_or_default());
        a.iter().zip(b).map(|(a, b)| a + rest * (b - a)).collect()
    }

    /// Whether it goes through the whole latent space, and not over the plane alone.
    pub fn leaves_plane(&self) -> bool {
        self.latents.is_some()
    }

    /// How far it is from the plane at most; 0 where it stays on it.
    pub fn farthest(&self) -> f32 {
        let Some(latents) = &self.latents else { return 0.0 };
        let away = |(latent, place): (&[f32], &[f32; 2])| {
            let on = self.source.plane.latent_from_plane(*place);
            latent.iter().zip(on).map(|(z, on)| (z - on).powi(2)).sum::<f32>().sqrt()
        };
        latents.chunks_exact(self.source.plane.latent().max(1)).zip(&self.places).map(away).fold(0.0, f32::max)
    }

    /// The positions of its images.
    pub fn image_places(&self) -> Vec<[f32; 2]> {
        self.image_parts().map(|part| self.at(part)).collect()
    }

    /// Where on the path its images are, 0 to 1.
    pub fn image_parts(&self) -> impl Iterator<Item = f32> {
        let last = self.places.len().saturating_sub(1);
        let place = move |image: usize| (image * last + (PATH_IMAGES - 1) / 2) / (PATH_IMAGES - 1);
        (0..PATH_IMAGES).map(move |image| place(image) as f32 / last.max(1) as f32)
    }

    /// The latents of its images, `[PATH_IMAGES, latent]`.
    fn image_latents(&self) -> Vec<f32> {
        self.image_parts().flat_map(|part| self.latent_at(part)).collect()
    }
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
    use crate::snapshot::Activation;

    fn decoding(image: ImageShape, decoder: Network) -> Snapshot {
        let (latent, prior) = (decoder.input(), Default::default());
        Snapshot { step: 4, image, latent, likelihood: None, decoder, encoder: None, critic: None, prior }
    }

    fn source(latent: usize, path: PlanePath) -> PathSource {
        let draws = |step, count| normal_rows(9, Purpose::Weights, step, 1, count);
        let first = Operation::linear("first", 0, (draws(0, 8 * latent), draws(1, 8)), Activation::Sigmoid);
        let second = Operation::linear("second", 1, (draws(2, 72), draws(3, 9)), Activation::Sigmoid);
        let snapshot = decoding(ImageShape::grey(3, 3), Network::new(latent, vec![first, second]).unwrap());
        let snapshot = Arc::new(snapshot);
        let mut plane = Plane::random(latent, 3);
        if latent > 2 {
            plane.origin.iter_mut().zip(draws(4, latent)).for_each(|(origin, draw)| *origin = 0.3 * draw);
        }
        PathSource { snapshot, plane: Arc::new(plane), path, encoding: None, test: None }
    }

    #[test]
    fn a_path_has_its_places_and_the_images_of_some() {
        for latent in [2, 5] {
            for (kind, closed) in PathKind::ALL.into_iter().flat_map(|kind| [(kind, false), (kind, true)]) {
                let waypoints = vec![[-1.0, 0.2], [1.0, 0.5], [0.3, -1.2]];
                let source =
                    source(latent, PlanePath { waypoints: waypoints.clone(), kind, closed, ..PlanePath::default() });
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
                assert_eq!(made.leaves_plane(), kind == PathKind::Geodesic && latent > 2);
                for (place, part) in made.image_parts().enumerate() {
                    let latent = made.latent_at(part);
                    let image = source.snapshot.decoder.evaluate(&latent, 1, &mut scratch);
                    let expected = crate::explore::tiles::byte(image[4]);
                    assert_eq!(images.pixels[3 * PATH_IMAGES + 3 * place + 1], expected, "the middle of image {place}");
                }
            }
        }
    }

    #[test]
    fn great_circles_on_a_plane_keep_the_length_of_latents() {
        let path =
            PlanePath { waypoints: vec![[1.0, 0.0], [0.0, 1.0]], kind: PathKind::Spherical, ..PlanePath::default() };
        let source = source(6, path);
        let middle = source.plane.plane_from_latent(&[0.0; 6]);
        let from = |at: [f32; 2]| [at[0] + middle[0], at[1] + middle[1]];
        let path = PlanePath { waypoints: vec![from([1.0, 0.0]), from([0.0, 1.0])], ..source.path.clone() };
        let made = PathSource { path, ..source }.made(AtlasLimits::default(), &mut || true).unwrap();
        let length = |at: &[f32; 2]| made.source.plane.latent_from_plane(*at).iter().map(|z| z * z).sum::<f32>().sqrt();
        let first = length(&made.places[0]);
        assert!(made.places.iter().all(|at| (length(at) - first).abs() < 1e-3));
    }

    /// Codes of three dimensions on an arch over the plane of the first two, and a decoder that shows latents as they are.
    fn arch(path: PlanePath, encoded: bool) -> PathSource {
        let weight: Vec<f32> = (0..9).map(|place| if place % 4 == 0 { 1.0 } else { 0.0 }).collect();
        let same = Operation::linear("same", 0, (weight, vec![0.0; 3]), Activation::Identity);
        let snapshot = decoding(ImageShape::grey(1, 3), Network::new(3, vec![same]).unwrap());
        let count = 400;
        let angle = |index: usize| std::f32::consts::PI * index as f32 / (count - 1) as f32;
        let mean = (0..count).flat_map(|index| [-2.0 * angle(index).cos(), 0.0, 2.0 * angle(index).sin()]).collect();
        let encoding = Encoding {
            step: 4,
            latent: 3,
            mean,
            log_variance: vec![2.0 * 0.1f32.ln(); 3 * count],
            kl_per_dimension: vec![1.0; 3],
            images: (0..count as u32).collect(),
            labels: vec![0; count],
            took: Duration::ZERO,
        };
        let (plane, encoding) = (Arc::new(Plane::of_axes(3, 0, 1)), encoded.then(|| Arc::new(encoding)));
        PathSource { snapshot: Arc::new(snapshot), plane, path, encoding, test: None }
    }

    #[test]
    fn a_shortest_way_goes_where_the_data_is_off_the_plane_as_the_command_line_goes() {
        let waypoints = vec![[-2.0, 0.0], [2.0, 0.0]];
        for closed in [false, true] {
            let path =
                PlanePath { waypoints: waypoints.clone(), kind: PathKind::Geodesic, closed, ..PlanePath::default() };
            let straight = arch(path.clone(), false).made(AtlasLimits::default(), &mut || true).unwrap();
            assert!(straight.farthest() < 0.05, "without data nothing leads away: {}", straight.farthest());
            let source = arch(path, true);
            let made = source.clone().made(AtlasLimits::default(), &mut || true).unwrap();
            assert!((1.5..2.3).contains(&made.farthest()), "over the arch: {}", made.farthest());
            let support = DataSupport::of(source.encoding.as_ref().unwrap()).unwrap();
            let latents: Vec<Vec<f32>> = (0..=100).map(|part| made.latent_at(part as f32 / 100.0)).collect();
            let inside = |z: &Vec<f32>| support.is_supported(&z.iter().map(|x| f64::from(*x)).collect::<Vec<_>>());
            assert!(latents.iter().filter(|z| inside(z)).count() > 95, "it keeps to the data");
            // Drawn where it comes nearest, and it ends where it was laid.
            for (part, latent) in latents.iter().enumerate() {
                let [x, y] = made.at(part as f32 / 100.0);
                assert!((x - latent[0]).abs() < 1e-4 && (y - latent[1]).abs() < 1e-4);
            }
            assert_eq!(made.at(0.0), waypoints[0]);
            assert_eq!(made.latent_at(1.0), [if closed { -2.0 } else { 2.0 }, 0.0, 0.0]);
            // A film goes through the same latents, by the same plan as `latentarium film`.
            let plan = PathPlan { kind: PathKind::Geodesic, closed, waypoints: source.waypoints() };
            let expected = plan.curve(&source.snapshot.decoder, Some(&support), &mut || true).unwrap();
            let curve = source.curve(&mut || true).unwrap();
            assert_eq!(curve, expected);
            let frames = source.latents(&curve, 30);
            assert_eq!(frames, expected.sampled(30, Some(&source.snapshot.decoder)));
            let height = frames.chunks_exact(3).map(|z| z[2]).fold(0.0, f32::max);
            assert!(height > 1.5, "{height}");
            assert!(source.curve(&mut || false).is_none());
        }
    }

    #[test]
    fn a_waypoint_that_is_an_image_is_its_code() {
        let path = PlanePath { waypoints: vec![[0.0; 2], [1.0, 1.0]], images: [(1, 2)].into(), ..PlanePath::default() };
        let mut source = arch(path, false);
        // The code is the image itself.
        let weight: Vec<f32> = (0..18).map(|place| if place % 4 == 0 && place < 9 { 1.0 } else { 0.0 }).collect();
        let encoder = Operation::linear("code", 0, (weight, vec![0.0; 6]), Activation::Identity);
        let snapshot = Arc::make_mut(&mut source.snapshot);
        snapshot.encoder = Some(Network::new(3, vec![encoder]).unwrap());
        source.test =
            Some(Split::of_bytes(ImageShape::grey(1, 3), (0..9).map(|x| 25 * x).collect::<Vec<u8>>(), vec![]));
        let code = [150.0, 175.0, 200.0].map(|byte: f32| byte / 255.0);
        let made = source.clone().made(AtlasLimits::default(), &mut || true).unwrap();
        let end = made.latent_at(1.0);
        assert!(end.iter().zip(code).all(|(z, code)| (z - code).abs() < 1e-6), "{end:?}");
        assert!(made.leaves_plane() && (made.farthest() - code[2]).abs() < 1e-5);
        assert!((made.waypoints[1][0] - code[0]).abs() < 1e-6 && made.waypoints[0] == [0.0; 2]);
        // An image that is not there, and a model without an encoder: the place that was clicked.
        source.path.images = [(1, 99)].into();
        assert_eq!(source.clone().made(AtlasLimits::default(), &mut || true).unwrap().at(1.0), [1.0, 1.0]);
        source.test = None;
        assert_eq!(source.made(AtlasLimits::default(), &mut || true).unwrap().latent_at(1.0), [1.0, 1.0, 0.0]);
    }
}
