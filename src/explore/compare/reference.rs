//! What all models are measured against: training images in the features of one network, and test images in the place of samples.

use super::sample_figures::{SampleFigures, SampleProtocol};
use crate::dataset::Dataset;
use crate::metrics::ClassifierEffort;
use crate::metrics::disentanglement::Factor;
use crate::metrics::samples::{
    FeatureKind, FeatureMoments, FeatureNetwork, FeatureSet, FrechetReference, Kernel, KernelReference,
    MANIFOLD_NEIGHBOURS, MEMORISED_QUANTILE, Manifold, Resamples, nearest_images, quantile,
};
use crate::random::{Purpose, stream};
use candle_core::Result;
use rand::seq::SliceRandom;

/// Training images that are looked at, at most.
const MOST_TRAINING: usize = 60_000;
/// Values of images that are in hand of one set: 256 MiB.
const MOST_VALUES: usize = 64 << 20;

/// How figures are made: the same for every model that is compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FigureProtocol {
    /// Test images and samples of each model, at most.
    pub images: usize,
    /// Of the samples, of which images are chosen, and of resampling.
    pub seed: u64,
    /// How long the network learns whose features are compared.
    pub effort: ClassifierEffort,
}

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FigureStage {
    /// The network learns, in steps.
    Learning,
    /// Training images are looked at by it.
    Features,
    /// Training images are compared with images of a set, pixel by pixel.
    Nearest,
    /// Posteriors of test images are compared with each other.
    Encodings,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FigureProgress {
    /// What is being done.
    pub stage: FigureStage,
    /// Steps or images that are done.
    pub done: u64,
    /// And that there are.
    pub total: u64,
}

/// Training images as models are measured against them, and what test images come to.
#[derive(Debug)]
pub struct FigureReference {
    /// Test images, samples of each model and training images that these are compared with example by example.
    pub count: usize,
    /// Training images that are looked at: all, or 60 000.
    pub training: usize,
    /// A sample that is nearer to a training image, pixel by pixel, counts as memorised.
    pub memorised_below: f64,
    /// The same figures of test images, in the place of samples.
    pub floor: SampleFigures,
    /// The known factors that codes are compared with; none where the data has fewer than two.
    pub factors: Vec<Factor>,
    /// Places of the test images.
    pub(super) test: Vec<usize>,
    /// Places of the training images.
    train: Vec<usize>,
    pub(super) protocol: SampleProtocol,
}

impl FigureReference {
    /// Of a data set of images, in the pool that it is called in: some ten seconds of two cores for MNIST. `None` where there are
    /// no images, or `go_on`, asked again and again, says no.
    ///
    /// # Errors
    /// If the network cannot be made.
    pub fn new(
        dataset: &Dataset,
        protocol: FigureProtocol,
        go_on: &mut dyn FnMut(FigureProgress) -> bool,
    ) -> Result<Option<Self>> {
        let FigureProtocol { images, seed, effort } = protocol;
        let pixels = dataset.shape().values();
        let count = images.min(dataset.test.count()).min(dataset.train.count()).min(MOST_VALUES / pixels.max(1));
        let train = choose(dataset.train.count(), MOST_TRAINING, seed, 1);
        let test = choose(dataset.test.count(), count, seed, 2);
        let mut step = 0;
        let mut learning = || {
            step += 1;
            go_on(FigureProgress { stage: FigureStage::Learning, done: step, total: effort.steps })
        };
        let Some(network) = FeatureNetwork::train(dataset, effort, &train, &mut learning)? else { return Ok(None) };
        let total = train.len() as u64;
        let mut looking = |done| go_on(FigureProgress { stage: FigureStage::Features, done: done as u64, total });
        let Some(seen) = network.see_split(&dataset.train, &train, &mut looking) else { return Ok(None) };
        // As many as there are samples stand for the training images where every example is compared with every other.
        let some = seen.features.chosen(&choose(train.len(), count, seed, 3));
        let frechet = FeatureMoments::of(&seen.features, std::iter::repeat(1.0)).and_then(FrechetReference::new);
        let resamples = Resamples::new(count, seed);
        let protocol = SampleProtocol {
            seed,
            network,
            kernel: KernelReference::new(Kernel::Cubic, some.clone(), resamples.clone()),
            resamples,
            frechet,
            manifold: Manifold::new(some, MANIFOLD_NEIGHBOURS),
        };
        let images = FeatureSet::new(dataset.test.gather(&test), pixels);
        let Some(nearest) = distances(&images, dataset, &train, go_on) else { return Ok(None) };
        let Some(memorised_below) = quantile(nearest.iter().copied(), MEMORISED_QUANTILE) else { return Ok(None) };
        let floor = protocol.figures(&images, &nearest, memorised_below);
        let factors = Factor::of_split(&dataset.test, &test);
        Ok(Some(Self { count, training: train.len(), memorised_below, floor, factors, test, train, protocol }))
    }

    /// Whose features are compared.
    pub fn kind(&self) -> FeatureKind {
        self.protocol.network.kind
    }

    /// Features an image.
    pub fn width(&self) -> usize {
        self.protocol.network.width()
    }

    /// The distance of each image from the nearest training image.
    pub(super) fn nearest(
        &self,
        images: &FeatureSet,
        dataset: &Dataset,
        go_on: &mut dyn FnMut(FigureProgress) -> bool,
    ) -> Option<Vec<f64>> {
        distances(images, dataset, &self.train, go_on)
    }
}

fn distances(
    images: &FeatureSet,
    dataset: &Dataset,
    train: &[usize],
    go_on: &mut dyn FnMut(FigureProgress) -> bool,
) -> Option<Vec<f64>> {
    let total = train.len() as u64;
    let found = nearest_images(images, &dataset.train, train, &mut |done| {
        go_on(FigureProgress { stage: FigureStage::Nearest, done: done as u64, total })
    })?;
    Some(found.into_iter().map(|nearest| nearest.distance).collect())
}

/// At most `most` of `count` places, rising; each is as likely.
pub(super) fn choose(count: usize, most: usize, seed: u64, which: u64) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    if most < count {
        places.shuffle(&mut stream(seed, Purpose::Examine, which, count as u64));
        places.truncate(most);
        places.sort_unstable();
    }
    places
}
