//! The figures of one model by the protocol of all.

use super::reference::{FigureProgress, FigureReference};
use crate::dataset::{Dataset, Split};
use crate::explore::fitted_gaussian::{FittedGaussian, sample_latents};
use crate::metrics::images::{psnr, squared_error, ssim};
use crate::metrics::samples::{
    Estimate, FeatureMoments, FeatureSet, MANIFOLD_NEIGHBOURS, Manifold, Neighbourhoods, class_entropy,
    kernel_distance, pairwise_distance, shares,
};
use crate::metrics::{FigureId, nats};
use crate::random::{Purpose, stream};
use crate::snapshot::{Network, Scratch, Snapshot};
use rand::seq::SliceRandom;
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Images that a thread makes at a time.
const SLICE: usize = 64;

/// The figures of a set of images beside the training images.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SampleFigures {
    /// Those that there are, in the order of the table.
    pub estimates: BTreeMap<FigureId, Estimate>,
    /// The share of each class; empty where the data has none.
    pub class_share: Vec<f64>,
}

/// The figures of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFigures {
    /// The step of the weights.
    pub step: u64,
    /// Of its reconstructions of test images; empty where it has no encoder.
    pub reconstructions: BTreeMap<FigureId, Estimate>,
    /// Of its samples.
    pub samples: SampleFigures,
    /// Whether these are of a Gaussian that was fitted to its encodings: it has no prior.
    pub fitted: bool,
}

impl ModelFigures {
    /// One of them; `None` where the model has none.
    pub fn get(&self, id: FigureId) -> Option<Estimate> {
        self.reconstructions.get(&id).or_else(|| self.samples.estimates.get(&id)).copied()
    }
}

impl FigureReference {
    /// The figures of a model whose images are of the data's shape, in the pool that it is called in: some ten seconds of two cores
    /// for 10 000 images of MNIST. `None` where `go_on`, asked again and again, says no.
    pub fn figures(
        &self,
        snapshot: &Snapshot,
        dataset: &Dataset,
        go_on: &mut dyn FnMut(FigureProgress) -> bool,
    ) -> Option<ModelFigures> {
        let reconstructions = self.of_reconstructions(snapshot, &dataset.test);
        let fitted = FittedGaussian::in_place_of_prior(snapshot, &dataset.train, &mut Scratch::default());
        let latents = sample_latents(snapshot, fitted.as_ref(), self.seed, self.count);
        let samples = evaluate(&snapshot.decoder, &latents);
        let samples = FeatureSet::new(samples, snapshot.image.values());
        let nearest = self.nearest(&samples, dataset, go_on)?;
        let samples = self.of_samples(&samples, &nearest);
        Some(ModelFigures { step: snapshot.step, reconstructions, samples, fitted: fitted.is_some() })
    }

    /// Of a set of images (rows of pixels), whose distances from their nearest training images are known.
    pub(super) fn of_samples(&self, images: &FeatureSet, nearest: &[f64]) -> SampleFigures {
        let (seed, count) = (self.seed, self.network.classes());
        let seen = self.network.see(images.values());
        let (features, classes) = (seen.features, seen.classes);
        let mut estimates = BTreeMap::new();
        let mut keep = |id: FigureId, estimate: Option<Estimate>| {
            estimate.map(|estimate| estimates.insert(id, estimate));
        };
        keep(FigureId::Frechet, self.frechet(&features));
        let distances = kernel_distance(&self.kernel, &features, &self.resamples);
        keep(FigureId::KernelDistance, Estimate::of_resamples(&distances));
        keep(FigureId::PairwiseDistance, Estimate::of_resamples(&pairwise_distance(&features, &self.resamples)));
        let manifold = Manifold::new(features, MANIFOLD_NEIGHBOURS);
        if let (Some(real), Some(generated)) = (&self.manifold, manifold) {
            let found = Neighbourhoods::of(real, &generated, MANIFOLD_NEIGHBOURS);
            keep(FigureId::Precision, Estimate::of_mean(&found.precision(), seed));
            keep(FigureId::Recall, Estimate::of_mean(&found.recall(), seed));
            keep(FigureId::Density, Estimate::of_mean(&found.density(), seed));
            keep(FigureId::Coverage, Estimate::of_mean(&found.coverage(), seed));
        }
        if count > 0 {
            let entropy = |examples: &mut dyn Iterator<Item = usize>| {
                class_entropy(&shares(examples.map(|example| classes.get(example).copied().flatten()), count))
            };
            keep(FigureId::ClassEntropy, Estimate::of_mean_by(classes.len(), seed, entropy));
        }
        let memorised: Vec<f64> =
            nearest.iter().map(|distance| f64::from(u8::from(*distance < self.memorised_below))).collect();
        keep(FigureId::Memorised, Estimate::of_mean(&memorised, seed));
        let class_share = if count > 0 { shares(classes.into_iter(), count) } else { Vec::new() };
        SampleFigures { estimates, class_share }
    }

    fn frechet(&self, features: &FeatureSet) -> Option<Estimate> {
        let reference = self.frechet.as_ref()?;
        let columns = (0..self.resamples.columns()).into_par_iter().with_max_len(1);
        let distance = |column| reference.distance(&FeatureMoments::of(features, self.resamples.column(column))?);
        let distances: Option<Vec<f64>> = columns.map(distance).collect();
        Estimate::of_resamples(&distances?)
    }

    /// Of what a model makes of the test images.
    fn of_reconstructions(&self, snapshot: &Snapshot, test: &Split) -> BTreeMap<FigureId, Estimate> {
        let Some(encoder) = &snapshot.encoder else { return BTreeMap::new() };
        let of_slice = |scratch: &mut Scratch, places: &[usize]| -> Vec<[Option<f64>; 4]> {
            let originals = test.gather(places);
            let codes = encoder.evaluate(&originals, places.len(), scratch).to_vec();
            let width = encoder.output().max(1);
            let latents = codes.chunks_exact(width).filter_map(|code| code.get(..snapshot.latent)).flatten().copied();
            let images = snapshot.decoder.evaluate(&latents.collect::<Vec<f32>>(), places.len(), scratch);
            let size = snapshot.image.values().max(1);
            let pairs = originals.chunks_exact(size).zip(images.chunks_exact(size));
            let figures = pairs.map(|(original, image)| {
                let nats = snapshot.likelihood.map(|likelihood| f64::from(nats(likelihood, original, image)));
                let ssim = ssim(snapshot.image, original, image);
                [Some(squared_error(original, image)), Some(psnr(original, image)), ssim, nats]
            });
            figures.collect()
        };
        let slices: Vec<_> = self.test.par_chunks(SLICE).map_init(Scratch::default, of_slice).collect();
        let of_images = slices.concat();
        let ids = [FigureId::SquaredError, FigureId::Psnr, FigureId::Ssim, FigureId::Nats];
        let estimates = ids.into_iter().enumerate().filter_map(|(place, id)| {
            let values: Option<Vec<f64>> = of_images.iter().map(|figures| figures.get(place).copied()?).collect();
            Some((id, Estimate::of_mean(&values?, self.seed)?))
        });
        estimates.collect()
    }
}

/// What a network gives for each of its inputs, in slices of a fixed size: the bits do not depend on the number of threads.
fn evaluate(network: &Network, inputs: &[f32]) -> Vec<f32> {
    let width = network.input().max(1);
    let slices = inputs
        .par_chunks(SLICE * width)
        .map_init(Scratch::default, |scratch, inputs| network.evaluate(inputs, inputs.len() / width, scratch).to_vec());
    slices.collect::<Vec<_>>().concat()
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
