//! Test images as an encoder sees them: posteriors, what each dimension says, and where they lie on a plane.

use super::pick::PointIndex;
use super::plane::Plane;
use super::tiles::fresh_id;
use crate::dataset::Split;
use crate::snapshot::{Scratch, Snapshot};
use bytemuck::{Pod, Zeroable};
use std::mem::offset_of;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Images that are encoded between two looks at whether the work is still wanted.
const CHUNK: usize = 128;

/// Posteriors of the first images of a split.
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
    /// The classes of the images, `[count]`; all 0 where the data has no classes.
    pub labels: Vec<u8>,
    /// How long it took, to know how often it can be asked for.
    pub took: Duration,
}

impl Encoding {
    /// Encodes the first `count` images (or all there are); `None` where `wanted` (asked every 128 images) said no, or
    /// where the snapshot has no encoder for such images.
    pub fn of(
        snapshot: &Snapshot,
        split: &Split,
        count: usize,
        scratch: &mut Scratch,
        wanted: &mut dyn FnMut() -> bool,
    ) -> Option<Self> {
        let encoder = snapshot.encoder.as_ref()?;
        let (latent, values) = (snapshot.latent, split.shape().values());
        if encoder.input() != values || encoder.output() != 2 * latent || latent == 0 {
            return None;
        }
        let began = Instant::now();
        let count = count.min(split.count());
        let mut mean = Vec::with_capacity(count * latent);
        let mut log_variance = Vec::with_capacity(count * latent);
        let mut images = vec![0.0; CHUNK * values];
        for start in (0..count).step_by(CHUNK) {
            if !wanted() {
                return None;
            }
            let rows = CHUNK.min(count - start);
            for (row, image) in images.chunks_exact_mut(values).take(rows).enumerate() {
                split.read(start + row, image);
            }
            for posterior in encoder.evaluate(&images, rows, scratch).chunks_exact(2 * latent) {
                let (m, l) = posterior.split_at(latent);
                mean.extend_from_slice(m);
                log_variance.extend_from_slice(l);
            }
        }
        let kl_per_dimension = kl_per_dimension(&mean, &log_variance, latent);
        let labels = (0..count).map(|index| split.class(index).unwrap_or(0) as u8).collect();
        let (step, took) = (snapshot.step, began.elapsed());
        Some(Self { step, latent, mean, log_variance, kl_per_dimension, labels, took })
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

/// Where an image lies on a plane, and its class: what a point is drawn and picked from, as it goes to the GPU.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct PlanePoint {
    /// On the plane.
    pub position: [f32; 2],
    /// 0 to 255.
    pub class: u32,
}
const _: () = assert!(size_of::<PlanePoint>() == 12 && offset_of!(PlanePoint, class) == 8);

/// An encoding laid onto a plane, ready to be drawn and picked from.
#[derive(Clone, Debug)]
pub struct EncodedPoints {
    /// Unlike that of any other points in this process.
    pub id: u64,
    /// The posteriors.
    pub encoding: Arc<Encoding>,
    /// The plane that they are laid onto.
    pub plane: Arc<Plane>,
    /// Where each posterior mean lies on the plane, `[count]`.
    pub points: Vec<PlanePoint>,
    index: PointIndex,
}

impl EncodedPoints {
    /// Lays the posterior means onto the plane.
    pub fn new(encoding: Arc<Encoding>, plane: Arc<Plane>) -> Self {
        let means = encoding.mean.chunks_exact(encoding.latent.max(1));
        let points: Vec<PlanePoint> = means
            .zip(&encoding.labels)
            .map(|(mean, label)| PlanePoint { position: plane.plane_from_latent(mean), class: u32::from(*label) })
            .collect();
        let index = PointIndex::new(&points);
        Self { id: fresh_id(), encoding, plane, points, index }
    }

    /// Points in it.
    pub fn count(&self) -> usize {
        self.points.len()
    }

    /// Where a point lies on the plane.
    pub fn position(&self, index: usize) -> Option<[f32; 2]> {
        self.points.get(index).map(|point| point.position)
    }

    /// The nearest point to `position` that is no farther than `radius` and whose class is `shown`; of equally near ones
    /// the one that is drawn last.
    pub fn nearest(&self, position: [f32; 2], radius: f32, shown: impl Fn(usize) -> bool) -> Option<usize> {
        self.index.nearest(&self.points, position, radius, shown)
    }

    /// The class of a point.
    pub fn label(&self, index: usize) -> usize {
        self.encoding.labels.get(index).copied().map_or(0, usize::from)
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
            likelihood: Some(Likelihood::Gaussian),
            decoder,
            encoder,
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
        assert_eq!((points.count(), points.label(4), points.points[4].class), (300, 1, 1));
        let image = split.image(4);
        assert_eq!(points.position(4), Some([image[0], image[1]]));
        assert_eq!(points.position(300), None);
        assert!(points.nearest([image[0], image[1]], 1e-3, |class| class == 1).is_some());
        assert_eq!(points.covariance(0), Some([1.0, 0.0, 1.0]));
    }

    #[test]
    fn it_stops_when_told_and_refuses_other_images() {
        let mut left = 2;
        let mut wanted = || {
            left -= 1;
            left > 0
        };
        assert!(Encoding::of(&snapshot(), &split(1000), 1000, &mut Scratch::default(), &mut wanted).is_none());
        let other = Split::of_bytes(ImageShape::grey(1, 3), [0; 12], Vec::new());
        assert!(Encoding::of(&snapshot(), &other, 4, &mut Scratch::default(), &mut || true).is_none());
    }
}
