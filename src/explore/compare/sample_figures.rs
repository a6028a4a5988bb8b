//! The figures of a set of images beside the training images, in the features of one network.

use crate::metrics::FigureId;
use crate::metrics::samples::{
    Estimate, FeatureMoments, FeatureNetwork, FeatureSet, FrechetReference, KernelReference, MANIFOLD_NEIGHBOURS,
    Manifold, Neighbourhoods, Resamples, class_entropy, kernel_distance, pairwise_distance, shares,
};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// The figures of a set of images beside the training images.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SampleFigures {
    /// Those that there are, in the order of the table.
    pub estimates: BTreeMap<FigureId, Estimate>,
    /// The share of each class; empty where the data has none.
    pub class_share: Vec<f64>,
}

/// The training images as sets are compared with them.
#[derive(Debug)]
pub(super) struct SampleProtocol {
    pub seed: u64,
    pub network: FeatureNetwork,
    /// Of a set of as many images as each set has.
    pub resamples: Resamples,
    /// Of all training images that are looked at.
    pub frechet: Option<FrechetReference>,
    /// Of as many training images as each set has.
    pub kernel: KernelReference,
    /// Of the same.
    pub manifold: Option<Manifold>,
}

impl SampleProtocol {
    /// Of a set of images (rows of pixels), whose distances from their nearest training images are known; nearer than
    /// `memorised_below` counts as memorised.
    pub fn figures(&self, images: &FeatureSet, nearest: &[f64], memorised_below: f64) -> SampleFigures {
        let (seed, count) = (self.seed, self.network.classes());
        let seen = self.network.see(images.values());
        let (features, classes) = (seen.features, seen.classes);
        let mut estimates = BTreeMap::new();
        let mut keep = |id: FigureId, estimate: Option<Estimate>| {
            estimates.extend(estimate.map(|estimate| (id, estimate)));
        };
        keep(FigureId::Frechet, self.frechet(&features));
        let distances = kernel_distance(&self.kernel, &features, &self.resamples);
        keep(FigureId::KernelDistance, Estimate::of_resamples(&distances));
        keep(FigureId::PairwiseDistance, Estimate::of_resamples(&pairwise_distance(&features, &self.resamples)));
        if let (Some(real), Some(generated)) = (&self.manifold, Manifold::new(features, MANIFOLD_NEIGHBOURS)) {
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
        let is_memorised = |distance: &f64| f64::from(u8::from(*distance < memorised_below));
        let memorised: Vec<f64> = nearest.iter().map(is_memorised).collect();
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
}
