//! Test images as an encoder sees them: posteriors, what each dimension says, and where they lie on a plane.

use super::coloring::PointColoring;
use super::pick::PointIndex;
use super::plane::Plane;
pub use super::plane_point::PlanePoint;
use super::point_choice::first_images;
use super::tiles::fresh_id;
use crate::dataset::Split;
use crate::snapshot::{Scratch, Snapshot};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Images that are encoded between two checks whether to go on.
const CHUNK: usize = 128;

/// Posteriors of some images of a split.
#[derive(Clone, Debug)]
pub struct Encoding {
    /// The step of the weights.
    pub step: u64,
    /// Latent dimensions.
    pub latent: usize,
    /// Posterior means, `[count, latent]`.
    pub mean: Vec<f32>,
    /// Posterior log variances, `[count, latent]`.
    pub log_variance: Vec<f32>,
    /// KL from the prior, mean over the images, in nats a dimension, `[latent]`.
    pub kl_per_dimension: Vec<f32>,
    /// The places of the images in the split, rising, `[count]`.
    pub images: Arc<[u32]>,
    /// The classes of the images, `[count]`; all 0 where the data has no classes.
    pub labels: Vec<u8>,
    /// How long it took, to know how often it can be asked for.
    pub took: Duration,
}

impl Encoding {
    /// Encodes the first `count` images (or all there are), as [`Self::of_images`] does.
    pub fn of(
        snapshot: &Snapshot,
        split: &Split,
        count: usize,
        scratch: &mut Scratch,
        current: &mut dyn FnMut() -> bool,
    ) -> Option<Self> {
        Self::of_images(snapshot, split, &first_images(split.count(), count), scratch, current)
    }

    /// Encodes the images at these places of the split, which rise; `None` where `current` (asked every 128 images)
    /// returned false, or where the snapshot has no encoder for such images.
    pub fn of_images(
        snapshot: &Snapshot,
        split: &Split,
        images: &Arc<[u32]>,
        scratch: &mut Scratch,
        current: &mut dyn FnMut() -> bool,
    ) -> Option<Self> {
        let encoder = snapshot.encoder.as_ref()?;
        let (latent, values) = (snapshot.latent, split.shape().values());
        if encoder.input() != values || encoder.output() != 2 * latent || latent == 0 {
            return None;
        }
        let began = Instant::now();
        let mut mean = Vec::with_capacity(images.len() * latent);
        let mut log_variance = Vec::with_capacity(images.len() * latent);
        let mut batch = vec![0.0; CHUNK * values];
        for places in images.chunks(CHUNK) {
            if !current() {
                return None;
            }
            for (place, image) in places.iter().zip(batch.chunks_exact_mut(values)) {
                split.read(*place as usize, image);
            }
            let Ok(()) = encoder.evaluate_each(&batch[..places.len() * values], scratch, |posterior| {
                let (m, l) = posterior.split_at(latent);
                mean.extend_from_slice(m);
                log_variance.extend_from_slice(l);
                Ok::<_, Infallible>(())
            });
        }
        let kl_per_dimension = kl_per_dimension(&mean, &log_variance, latent);
        let labels = images.iter().map(|image| split.class(*image as usize).unwrap_or(0) as u8).collect();
        let (step, took, images) = (snapshot.step, began.elapsed(), images.clone());
        Some(Self { step, latent, mean, log_variance, kl_per_dimension, images, labels, took })
    }

    /// Images in it.
    pub fn count(&self) -> usize {
        self.labels.len()
    }

    /// Mean and log variance of one image's posterior, `[latent]` each.
    pub fn posterior(&self, index: usize) -> Option<(&[f32], &[f32])> {
        let range = index * self.latent..(index + 1) * self.latent;
        Some((self.mean.get(range.clone())?, self.log_variance.get(range)?))
    }
}

/// KL(N(μ, σ²) ‖ N(0, 1)) = ½(μ² + σ² − 1 − log σ²), mean over the rows of `[count, latent]`, in nats a dimension.
pub fn kl_per_dimension(mean: &[f32], log_variance: &[f32], latent: usize) -> Vec<f32> {
    let mut sums = vec![0.0f64; latent];
    let mut count = 0u32;
    for (means, logs) in mean.chunks_exact(latent.max(1)).zip(log_variance.chunks_exact(latent.max(1))) {
        for ((sum, m), l) in sums.iter_mut().zip(means).zip(logs) {
            *sum += 0.5 * f64::from(m * m + l.exp() - 1.0 - l);
        }
        count += 1;
    }
    sums.iter().map(|sum| (sum / f64::from(count.max(1))) as f32).collect()
}

/// An encoding laid onto a plane, ready to be drawn and picked from.
#[derive(Clone, Debug)]
pub struct EncodedPoints {
    /// Unlike that of any other points in this process.
    pub id: u64,
    /// The posteriors.
    pub encoding: Arc<Encoding>,
    /// The plane that they are laid onto.
    pub plane: Arc<Plane>,
    /// Where each posterior mean lies on the plane, and its group, `[count]`.
    pub points: Vec<PlanePoint>,
    /// What the groups mean.
    pub coloring: Arc<PointColoring>,
    index: PointIndex,
}

impl EncodedPoints {
    /// Lays the posterior means onto the plane, grouped by class.
    pub fn new(encoding: Arc<Encoding>, plane: Arc<Plane>) -> Self {
        Self::colored(encoding, plane, Arc::default())
    }

    /// Lays the posterior means onto the plane.
    pub fn colored(encoding: Arc<Encoding>, plane: Arc<Plane>, coloring: Arc<PointColoring>) -> Self {
        let means = encoding.mean.chunks_exact(encoding.latent.max(1));
        let known = encoding.images.iter().zip(&encoding.labels);
        let point = |(mean, (image, label)): (&[f32], (&u32, &u8))| PlanePoint {
            position: plane.plane_from_latent(mean),
            group: u32::from(coloring.group(*image, *label)),
        };
        let points: Vec<PlanePoint> = means.zip(known).map(point).collect();
        let index = PointIndex::new(&points);
        Self { id: fresh_id(), encoding, plane, points, coloring, index }
    }

    /// Those of these images (places in the split, rising), to be drawn over the others: they can be neither hovered nor asked
    /// which images they are.
    #[must_use]
    pub fn drawn_alone(&self, images: &[u32]) -> Self {
        let mut wanted = images.iter().copied().peekable();
        let all = self.points.iter().zip(self.encoding.images.iter());
        let alone = all.filter(|(_, image)| {
            while wanted.next_if(|wanted| wanted < image).is_some() {}
            wanted.peek() == Some(image)
        });
        let points = alone.map(|(point, _)| *point).collect();
        let (encoding, plane, coloring) = (self.encoding.clone(), self.plane.clone(), self.coloring.clone());
        Self { id: fresh_id(), encoding, plane, points, coloring, index: PointIndex::default() }
    }

    /// Points in it.
    pub fn count(&self) -> usize {
        self.points.len()
    }

    /// Where a point lies on the plane.
    pub fn position(&self, index: usize) -> Option<[f32; 2]> {
        self.points.get(index).map(|point| point.position)
    }

    /// The nearest point to `position` that is no farther than `radius` and whose group is `shown`; of equally near ones
    /// the one that is drawn last.
    pub fn nearest(&self, position: [f32; 2], radius: f32, shown: impl Fn(usize) -> bool) -> Option<usize> {
        self.index.nearest(&self.points, position, radius, shown)
    }

    /// Which image a point is: its place in the split.
    pub fn image(&self, index: usize) -> Option<usize> {
        self.encoding.images.get(index).map(|image| *image as usize)
    }

    /// The point of an image, given by its place in the split.
    pub fn of_image(&self, image: usize) -> Option<usize> {
        self.encoding.images.binary_search(&u32::try_from(image).ok()?).ok()
    }

    /// What the points and their encoding take of memory, in bytes.
    pub fn bytes(&self) -> usize {
        let Encoding { mean, log_variance, images, labels, .. } = &*self.encoding;
        let encoding = (mean.capacity() + log_variance.capacity()) * size_of::<f32>() + labels.capacity();
        encoding + size_of_val(&**images) + self.points.capacity() * size_of::<PlanePoint>() + self.index.bytes()
    }

    /// The class of a point.
    pub fn label(&self, index: usize) -> usize {
        self.encoding.labels.get(index).copied().map_or(0, usize::from)
    }

    /// The group of a point, by which it is coloured.
    pub fn group(&self, index: usize) -> usize {
        self.points.get(index).map_or(0, |point| point.group as usize)
    }

    /// Covariance of a point's posterior on the plane, `[xx, xy, yy]`.
    pub fn covariance(&self, index: usize) -> Option<[f32; 3]> {
        Some(self.plane.covariance_from_log_variance(self.encoding.posterior(index)?.1))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::dataset::{Column, ImageShape};
    use crate::explore::point_choice::bytes_per_point;
    use crate::snapshot::{Activation, Likelihood, Network, Operation};

    /// An encoder whose mean is the first two pixels and whose log variance is 0.
    fn snapshot() -> Snapshot {
        let linear = |weight: Vec<f32>, outputs: usize| {
            vec![Operation::linear("layer", 0, (weight, vec![0.0; outputs]), Activation::Identity)]
        };
        let mut weight = vec![0.0; 16];
        (weight[0], weight[5]) = (1.0, 1.0);
        let encoder = Some(Network::new(4, linear(weight, 4)).unwrap());
        let decoder = Network::new(2, linear(vec![0.0; 8], 4)).unwrap();
        Snapshot {
            step: 9,
            image: ImageShape::grey(2, 2),
            latent: 2,
            likelihood: Some(Likelihood::Gaussian { sigma: 1.0 }),
            decoder,
            encoder,
            critic: None,
            prior: Default::default(),
        }
    }

    fn split(count: usize) -> Split {
        let (pixels, classes) = ((0..count * 4).map(|i| (i % 256) as u8), (0..count).map(|i| (i % 3) as u8));
        let columns = vec![Column::class(classes.collect::<Vec<_>>(), ["a", "b", "c"].map(str::to_owned))];
        Split::of_bytes(ImageShape::grey(2, 2), pixels.collect::<Vec<_>>(), columns)
    }

    #[test]
    fn means_and_kl_are_those_of_the_encoder() {
        let split = split(300);
        let encoding =
            Encoding::of(&snapshot(), &split, 1000, &mut Scratch::default(), &mut || true).expect("an encoder");
        assert_eq!((encoding.count(), encoding.step), (300, 9));
        let mut expected = [0.0f64; 2];
        for i in 0..300 {
            let image = split.image(i);
            let (mean, log_variance) = encoding.posterior(i).unwrap();
            assert!((mean[0] - image[0]).abs() < 1e-6 && (mean[1] - image[1]).abs() < 1e-6);
            assert_eq!(log_variance, [0.0, 0.0]);
            expected[0] += f64::from(image[0] * image[0]) / 600.0;
            expected[1] += f64::from(image[1] * image[1]) / 600.0;
        }
        assert!((f64::from(encoding.kl_per_dimension[0]) - expected[0]).abs() < 1e-5);
        assert!((f64::from(encoding.kl_per_dimension[1]) - expected[1]).abs() < 1e-5);
        let points = EncodedPoints::new(Arc::new(encoding), Arc::new(Plane::of_two()));
        assert_eq!((points.count(), points.label(4), points.group(4)), (300, 1, 1));
        let image = split.image(4);
        assert_eq!(points.position(4), Some([image[0], image[1]]));
        assert_eq!(points.position(300), None);
        assert!(points.nearest([image[0], image[1]], 1e-3, |class| class == 1).is_some());
        assert_eq!(points.covariance(0), Some([1.0, 0.0, 1.0]));
    }

    #[test]
    fn a_slice_is_encoded_as_the_whole_is_and_knows_which_images_it_has() {
        let split = split(300);
        let encode = |images: &[u32]| {
            Encoding::of_images(&snapshot(), &split, &images.into(), &mut Scratch::default(), &mut || true).unwrap()
        };
        let (all, some) = (encode(&(0..300).collect::<Vec<_>>()), encode(&[3, 170, 299]));
        for (point, image) in [3usize, 170, 299].into_iter().enumerate() {
            assert_eq!(some.posterior(point), all.posterior(image));
            assert_eq!(Some(usize::from(some.labels[point])), split.class(image));
        }
        let points = EncodedPoints::new(Arc::new(some), Arc::new(Plane::of_two()));
        assert_eq!((points.image(1), points.of_image(170), points.of_image(171)), (Some(170), Some(1), None));
    }

    #[test]
    fn points_that_are_drawn_alone_are_those_of_the_images() {
        let split = split(300);
        let encoding = Encoding::of(&snapshot(), &split, 300, &mut Scratch::default(), &mut || true).unwrap();
        let points = EncodedPoints::new(Arc::new(encoding), Arc::new(Plane::of_two()));
        let alone = points.drawn_alone(&[3, 170, 299, 4000]);
        assert_eq!(alone.points, [3, 170, 299].map(|image| points.points[image]));
        assert_ne!(alone.id, points.id);
    }

    #[test]
    fn points_take_the_memory_that_is_reckoned_with() {
        for latent in [2, 512] {
            let count = 5000;
            let encoding = Encoding {
                step: 0,
                latent,
                mean: (0..count * latent).map(|i| (i * 7919 % 1000) as f32 / 250.0).collect(),
                log_variance: vec![0.0; count * latent],
                kl_per_dimension: vec![0.0; latent],
                images: (0..count as u32).collect(),
                labels: (0..count).map(|i| (i % 10) as u8).collect(),
                took: Duration::ZERO,
            };
            let points = EncodedPoints::new(Arc::new(encoding), Arc::new(Plane::of_axes(latent, 0, 1)));
            let reckoned = count * bytes_per_point(latent);
            // The index of few points has more cells than points; they are no more than so many.
            assert!(points.bytes() <= reckoned + (1 << 20), "{latent}: {} of {reckoned}", points.bytes());
        }
    }

    #[test]
    fn it_stops_when_told_and_refuses_other_images() {
        let mut left = 2;
        let mut current = || {
            left -= 1;
            left > 0
        };
        assert!(Encoding::of(&snapshot(), &split(1000), 1000, &mut Scratch::default(), &mut current).is_none());
        let other = Split::of_bytes(ImageShape::grey(1, 3), [0; 12], Vec::new());
        assert!(Encoding::of(&snapshot(), &other, 4, &mut Scratch::default(), &mut || true).is_none());
    }
}
