//! The figures of one model by the protocol of all.

use super::image_figures::ImageFigures;
use super::reference::{FigureProgress, FigureReference};
use super::sample_figures::SampleFigures;
use crate::dataset::{Dataset, Split};
use crate::explore::fitted_gaussian::{FittedGaussian, sample_latents};
use crate::metrics::FigureId;
use crate::metrics::samples::{Estimate, FeatureSet};
use crate::snapshot::{Scratch, Snapshot};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Images that a thread makes at a time.
const SLICE: usize = 64;

/// The figures of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelFigures {
    /// The step of the weights.
    pub step: u64,
    /// Of its reconstructions of test images; empty where it has no encoder.
    pub reconstructions: BTreeMap<FigureId, Estimate>,
    /// Of its encoder; empty where it has none.
    pub encoder: BTreeMap<FigureId, Estimate>,
    /// Of its samples.
    pub samples: SampleFigures,
    /// Whether these are of a Gaussian that was fitted to its encodings: it has no prior.
    pub fitted: bool,
}

impl ModelFigures {
    /// One of them; `None` where the model has none.
    pub fn get(&self, id: FigureId) -> Option<Estimate> {
        let tables = [&self.reconstructions, &self.encoder, &self.samples.estimates];
        tables.into_iter().find_map(|table| table.get(&id)).copied()
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
        let encoder = self.of_encoder(snapshot, &dataset.test, fitted.is_some(), go_on)?;
        let latents = sample_latents(snapshot, fitted.as_ref(), self.protocol.seed, self.count);
        let samples = snapshot.decoder.evaluate_in_slices(&latents, SLICE);
        let samples = FeatureSet::new(samples, snapshot.image.values());
        let nearest = self.nearest(&samples, dataset, go_on)?;
        let samples = self.protocol.figures(&samples, &nearest, self.memorised_below);
        Some(ModelFigures { step: snapshot.step, reconstructions, encoder, samples, fitted: fitted.is_some() })
    }

    /// Of what a model makes of the test images.
    fn of_reconstructions(&self, snapshot: &Snapshot, test: &Split) -> BTreeMap<FigureId, Estimate> {
        if snapshot.encoder.is_none() {
            return BTreeMap::new();
        }
        let of_slice = |scratch: &mut Scratch, places: &[usize]| -> Vec<[Option<f64>; 4]> {
            let originals = test.gather(places);
            let images = snapshot.reconstruct(&originals, places.len(), scratch).unwrap_or_default();
            let size = snapshot.image.values().max(1);
            let pairs = originals.chunks_exact(size).zip(images.chunks_exact(size));
            let figures = pairs.map(|(original, image)| {
                let ImageFigures { squared_error, psnr, ssim, nats } = ImageFigures::of(snapshot, original, image);
                [Some(squared_error), Some(psnr), ssim, nats]
            });
            figures.collect()
        };
        let slices: Vec<_> = self.test.par_chunks(SLICE).map_init(Scratch::default, of_slice).collect();
        let of_images = slices.concat();
        let ids = [FigureId::SquaredError, FigureId::Psnr, FigureId::Ssim, FigureId::Nats];
        let estimates = ids.into_iter().enumerate().filter_map(|(place, id)| {
            let values: Option<Vec<f64>> = of_images.iter().map(|figures| figures.get(place).copied()?).collect();
            Some((id, Estimate::of_mean(&values?, self.protocol.seed)?))
        });
        estimates.collect()
    }
}
