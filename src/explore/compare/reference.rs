//! What all models are measured against: training images in the features of one network, and test images in the place of samples.

use super::figures::{SampleFigures, choose};
use crate::dataset::Dataset;
use crate::metrics::ClassifierEffort;
use crate::metrics::samples::{
    FeatureMoments, FeatureNetwork, FeatureSet, FrechetReference, KernelReference, MANIFOLD_NEIGHBOURS,
    MEMORISED_QUANTILE, Manifold, Resamples, nearest_images, quantile,
};
use candle_core::Result;

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
    /// Whose features are compared.
    pub network: FeatureNetwork,
    /// A sample that is nearer to a training image, pixel by pixel, counts as memorised.
    pub memorised_below: f64,
    /// The same figures of test images, in the place of samples.
    pub floor: SampleFigures,
    pub(super) seed: u64,
    pub(super) test: Vec<usize>,
    pub(super) train: Vec<usize>,
    pub(super) resamples: Resamples,
    pub(super) frechet: Option<FrechetReference>,
    pub(super) kernel: KernelReference,
    pub(super) manifold: Option<Manifold>,
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
        let mut reference = Self {
            count,
            training: train.len(),
            network,
            memorised_below: 0.0,
            floor: SampleFigures::default(),
            seed,
            test,
            train,
            kernel: KernelReference::new(some.clone(), resamples.clone()),
            resamples,
            frechet,
            manifold: Manifold::new(some, MANIFOLD_NEIGHBOURS),
        };
        let test = FeatureSet::new(dataset.test.gather(&reference.test), pixels);
        let Some(nearest) = reference.nearest(&test, dataset, go_on) else { return Ok(None) };
        let distances = nearest.iter().copied();
        let Some(below) = quantile(distances, MEMORISED_QUANTILE) else { return Ok(None) };
        reference.memorised_below = below;
        reference.floor = reference.of_samples(&test, &nearest);
        Ok(Some(reference))
    }

    /// The distance of each image from the nearest training image.
    pub(super) fn nearest(
        &self,
        images: &FeatureSet,
        dataset: &Dataset,
        go_on: &mut dyn FnMut(FigureProgress) -> bool,
    ) -> Option<Vec<f64>> {
        let total = self.train.len() as u64;
        let found = nearest_images(images, &dataset.train, &self.train, &mut |done| {
            go_on(FigureProgress { stage: FigureStage::Nearest, done: done as u64, total })
        })?;
        Some(found.into_iter().map(|nearest| nearest.distance).collect())
    }
}
