//! What sets of images are compared in: the hidden layer of a network that has learned the data's classes, or the code of an
//! autoencoder where the data has none. Both are of this program and learned from the data: no figure of them is an FID.

use super::feature_set::FeatureSet;
use crate::dataset::{Dataset, Split};
use crate::metrics::classifier::{Classifier, ClassifierEffort};
use crate::metrics::images::squared_error;
use crate::metrics::small_network::{BATCH, SmallLayer, SmallLearning, learn, useful_steps};
use crate::nn::vector::sigmoid;
use crate::random::{Purpose, stream};
use crate::snapshot::{Activation, Network, Scratch};
use candle_core::Result;
use rand::Rng;
use rayon::prelude::*;

/// Values of a code.
const CODE: usize = 64;
/// Adam's step size for an autoencoder at first.
const CODE_RATE: f64 = 2e-3;
/// Images that a thread looks at at a time.
const SLICE: usize = 64;
/// The operation that gives the code.
const CODE_VALUE: usize = 2;

/// Whose features they are, and how good the network is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FeatureKind {
    /// Of a network that tells classes apart.
    Classes {
        /// The share of test images that it is right about.
        accuracy: f64,
    },
    /// Of an autoencoder.
    Autoencoder {
        /// The mean squared error a pixel of its reconstructions of test images.
        squared_error: f64,
    },
}

/// A network that gives features of images. The same data gives the same bits.
#[derive(Debug)]
pub struct FeatureNetwork {
    network: SmallNetwork,
    /// Whose features they are.
    pub kind: FeatureKind,
    /// What activations are multiplied by: their mean square over training images is 1 then.
    scale: f32,
    width: usize,
}

#[derive(Debug)]
enum SmallNetwork {
    Classes(Classifier),
    Autoencoder(Network),
}

/// What a network sees in images.
#[derive(Clone, Debug)]
pub struct SeenFeatures {
    /// A row an image.
    pub features: FeatureSet,
    /// The likeliest class of each image; empty where the data has no classes.
    pub classes: Vec<Option<usize>>,
}

impl FeatureNetwork {
    /// Learns from the training images, and measures its scale on those at `places`. `None` where there are no images, or `go_on`,
    /// asked before each step, says no.
    ///
    /// # Errors
    /// If candle cannot make the tensors.
    pub fn train(
        dataset: &Dataset,
        effort: ClassifierEffort,
        places: &[usize],
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Option<Self>> {
        let found = if dataset.class_names().is_empty() {
            autoencoder(dataset, effort, go_on)?.map(|(network, squared_error)| {
                let width = network.operations().get(CODE_VALUE - 1).map_or(0, |operation| operation.outputs());
                (SmallNetwork::Autoencoder(network), FeatureKind::Autoencoder { squared_error }, width)
            })
        } else {
            Classifier::train(dataset, effort, go_on)?.map(|classifier| {
                let (width, accuracy) = (classifier.features(), classifier.accuracy);
                (SmallNetwork::Classes(classifier), FeatureKind::Classes { accuracy }, width)
            })
        };
        let Some((network, kind, width)) = found else { return Ok(None) };
        let mut made = Self { network, kind, scale: 1.0, width };
        let some: Vec<usize> = places.iter().copied().take(effort.examined).collect();
        let seen = made.see(&dataset.train.gather(&some)).features;
        let mean =
            seen.squares().iter().map(|square| f64::from(*square)).sum::<f64>() / seen.values().len().max(1) as f64;
        if mean > 0.0 && mean.is_finite() {
            made.scale = mean.sqrt().recip() as f32;
        }
        Ok(Some(made))
    }

    /// Features an image.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Classes that it knows; 0 where the data has none.
    pub fn classes(&self) -> usize {
        match &self.network {
            SmallNetwork::Classes(classifier) => classifier.count(),
            SmallNetwork::Autoencoder(_) => 0,
        }
    }

    /// The features of images `[count, pixels]`, in the pool that it is called in.
    pub fn see(&self, images: &[f32]) -> SeenFeatures {
        let pixels = match &self.network {
            SmallNetwork::Classes(classifier) => classifier.pixels(),
            SmallNetwork::Autoencoder(network) => network.input(),
        };
        let slices = images.par_chunks(SLICE * pixels.max(1)).map_init(Scratch::default, |scratch, images| {
            let count = images.len() / pixels.max(1);
            let (features, classes) = match &self.network {
                SmallNetwork::Classes(classifier) => classifier.examine_features(images, count, scratch),
                SmallNetwork::Autoencoder(network) => {
                    network.evaluate(images, count, scratch);
                    (scratch.values().get(CODE_VALUE).map_or(&[][..], Vec::as_slice), Vec::new())
                }
            };
            (features.iter().map(|x| x * self.scale).collect::<Vec<f32>>(), classes)
        });
        let (features, classes): (Vec<_>, Vec<_>) = slices.collect();
        SeenFeatures { features: FeatureSet::new(features.concat(), self.width), classes: classes.concat() }
    }

    /// The features of images of a split, some in hand at a time; `None` where `go_on`, given how many are done, says no.
    pub fn see_split(
        &self,
        split: &Split,
        places: &[usize],
        go_on: &mut dyn FnMut(usize) -> bool,
    ) -> Option<SeenFeatures> {
        let (mut features, mut classes) = (Vec::with_capacity(places.len() * self.width), Vec::new());
        for (slice, places) in places.chunks(SLICE * SLICE / 4).enumerate() {
            if !go_on(slice * SLICE * SLICE / 4) {
                return None;
            }
            let seen = self.see(&split.gather(places));
            features.extend_from_slice(seen.features.values());
            classes.extend(seen.classes);
        }
        Some(SeenFeatures { features: FeatureSet::new(features, self.width), classes })
    }
}

/// pixels–hidden–code–hidden–pixels, and its squared error on test images.
fn autoencoder(
    dataset: &Dataset,
    effort: ClassifierEffort,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Option<(Network, f64)>> {
    let (train, pixels) = (&dataset.train, dataset.shape().values());
    if train.count() == 0 {
        return Ok(None);
    }
    let (hidden, code) = (effort.hidden, CODE.min(pixels));
    let sizes = [(pixels, hidden), (hidden, code), (code, hidden), (hidden, pixels)];
    let names = ["autoencoder.0", "autoencoder.1", "autoencoder.2", "autoencoder.3"];
    let activations = [Activation::Relu, Activation::Identity, Activation::Relu, Activation::Identity];
    let layers: Vec<SmallLayer> = sizes
        .into_iter()
        .zip(names)
        .zip(activations)
        .map(|(((inputs, outputs), name), activation)| SmallLayer { name, inputs, outputs, activation })
        .collect();
    let batch = |step: u64| {
        let mut random = stream(0, Purpose::Classifier, step, 1);
        let indices: Vec<usize> = (0..BATCH).map(|_| random.random_range(0..train.count())).collect();
        let images = train.gather(&indices);
        (images.clone(), images)
    };
    let learning = SmallLearning { steps: useful_steps(effort.steps, train.count()), learning_rate: CODE_RATE };
    let Some(network) = learn(&layers, learning, batch, go_on)? else { return Ok(None) };
    let (mut scratch, mut sum) = (Scratch::default(), 0.0);
    let examined: Vec<usize> = (0..dataset.test.count().min(effort.examined)).collect();
    for slice in examined.chunks(SLICE) {
        let images = dataset.test.gather(slice);
        let logits = network.evaluate(&images, slice.len(), &mut scratch);
        for (image, logits) in images.chunks_exact(pixels).zip(logits.chunks_exact(pixels)) {
            let made: Vec<f32> = logits.iter().map(|logit| sigmoid(*logit)).collect();
            sum += squared_error(image, &made);
        }
    }
    Ok(Some((network, sum / examined.len().max(1) as f64)))
}
