//! The training images that are nearest to samples, and from which distance on a sample counts as memorised.

use super::reference::choose;
use crate::dataset::Dataset;
use crate::metrics::samples::{FeatureSet, MEMORISED_QUANTILE, NearestImage, nearest_images, quantile};

/// Training images that are looked at, at most; of more, as many are chosen.
const MOST_TRAINING: usize = 60_000;
/// Test images whose distances say what is near: so many, or fewer where they are large.
const TESTS: [usize; 2] = [100, 500];
/// Products of pixels that these may take.
const MOST_PRODUCTS: u64 = 30_000_000_000;

/// The training image that is nearest to a sample.
#[derive(Clone, Debug, PartialEq)]
pub struct NearestTraining {
    /// Its place in the training set.
    pub index: usize,
    /// √Σ(difference)² over pixels.
    pub distance: f64,
    /// Whether the sample counts as memorised: it is nearer than nearly all test images are to theirs.
    pub is_memorised: bool,
    /// `[shape.values()]`, in [0, 1].
    pub image: Vec<f32>,
}

/// By what samples count as memorised, of one data set.
#[derive(Clone, Debug, PartialEq)]
pub struct MemorisedBound {
    /// A sample that is nearer to a training image counts.
    pub below: f64,
    /// Test images that this is measured on.
    pub tests: usize,
    /// Training images that are looked at: places in the training set.
    train: Vec<usize>,
}

impl MemorisedBound {
    /// Of a data set of images, in the pool that it is called in: a second for MNIST. `None` where there are no images, or
    /// `go_on`, asked now and then, says no.
    pub fn of(data: &Dataset, go_on: &mut dyn FnMut() -> bool) -> Option<Self> {
        let (train, pixels) = (choose(data.train.count(), MOST_TRAINING, 0, 1), data.shape().values());
        let [least, most] = TESTS;
        let products = (train.len() * pixels).max(1) as u64;
        let tests = usize::try_from(MOST_PRODUCTS / products).unwrap_or(most).clamp(least, most);
        let tests = choose(data.test.count(), tests, 0, 2);
        let images = FeatureSet::new(data.test.gather(&tests), pixels);
        let found = nearest_images(&images, &data.train, &train, &mut |_| go_on())?;
        let below = quantile(found.into_iter().map(|nearest| nearest.distance), MEMORISED_QUANTILE)?;
        Some(Self { below, tests: tests.len(), train })
    }

    /// Training images that are looked at.
    pub fn training(&self) -> usize {
        self.train.len()
    }

    /// The training images that are nearest to samples, `[n, pixels]`, in the pool that it is called in. `None` where `go_on`,
    /// asked now and then, says no.
    pub(super) fn nearest(
        &self,
        data: &Dataset,
        samples: Vec<f32>,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Option<Vec<NearestTraining>> {
        let samples = FeatureSet::new(samples, data.shape().values());
        let found = nearest_images(&samples, &data.train, &self.train, &mut |_| go_on())?;
        let nearest = |found: NearestImage| NearestTraining {
            index: found.image,
            distance: found.distance,
            is_memorised: found.distance < self.below,
            image: data.train.image(found.image),
        };
        Some(found.into_iter().map(nearest).collect())
    }
}
