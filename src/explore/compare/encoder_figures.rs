//! The figures of a model's encoder: what its posteriors say of test images, how their codes lie, and what stands for known factors.

use super::reference::{FigureProgress, FigureReference, FigureStage};
use crate::dataset::Split;
use crate::metrics::disentanglement::{
    CodeTable, dci, factor_vae_score, mutual_information_gap, separated_attribute_predictability,
};
use crate::metrics::samples::{Estimate, FeatureSet, Kernel, KernelReference, Resamples, kernel_distance};
use crate::metrics::{DrawnPosteriors, FigureId, nats};
use crate::random::{Purpose, normal_rows};
use crate::snapshot::{Scratch, Snapshot};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Images that a thread makes at a time.
const SLICE: usize = 64;

/// What an encoder makes of the test images that figures are of.
struct Encodings {
    /// Posterior means, log variances and a draw of each, `[count, latent]`.
    mean: Vec<f32>,
    log_variance: Vec<f32>,
    draws: Vec<f32>,
    /// −log p(x|z) of the draws, in nats; `None` where the model has no likelihood.
    distortion: Option<Vec<f64>>,
}

impl Encodings {
    /// `None` where the model has no encoder that gives posteriors.
    fn of(snapshot: &Snapshot, test: &Split, places: &[usize], seed: u64) -> Option<Self> {
        let encoder = snapshot.encoder.as_ref()?;
        let (latent, pixels) = (snapshot.latent, snapshot.image.values().max(1));
        if latent == 0 || encoder.output() != 2 * latent || encoder.input() != test.sample().values() {
            return None;
        }
        let noise = normal_rows(seed, Purpose::Evaluation, 0, places.len(), latent);
        let of_slice = |scratch: &mut Scratch, (places, noise): (&[usize], &[f32])| {
            let originals = test.gather(places);
            let codes = encoder.evaluate(&originals, places.len(), scratch).to_vec();
            let halves = || codes.chunks_exact(2 * latent).map(|code| code.split_at(latent));
            let mean: Vec<f32> = halves().flat_map(|(mean, _)| mean).copied().collect();
            let log_variance: Vec<f32> = halves().flat_map(|(_, log)| log).copied().collect();
            let draw = |((mean, log), noise): ((&f32, &f32), &f32)| mean + (0.5 * log).exp() * noise;
            let draws: Vec<f32> = mean.iter().zip(&log_variance).zip(noise).map(draw).collect();
            let distortion = snapshot.likelihood.map(|likelihood| {
                let images = snapshot.decoder.evaluate(&draws, places.len(), scratch);
                let pairs = originals.chunks_exact(pixels).zip(images.chunks_exact(pixels));
                pairs.map(|(original, image)| f64::from(nats(likelihood, original, image))).collect::<Vec<f64>>()
            });
            Self { mean, log_variance, draws, distortion }
        };
        let slices = places.par_chunks(SLICE).zip(noise.par_chunks(SLICE * latent));
        let slices: Vec<Self> = slices.map_init(Scratch::default, of_slice).collect();
        let mut all =
            Self { mean: vec![], log_variance: vec![], draws: vec![], distortion: snapshot.likelihood.map(|_| vec![]) };
        for slice in slices {
            all.mean.extend(slice.mean);
            all.log_variance.extend(slice.log_variance);
            all.draws.extend(slice.draws);
            all.distortion.iter_mut().for_each(|terms| terms.extend(slice.distortion.iter().flatten()));
        }
        Some(all)
    }

    /// KL(q(z|x) ‖ p(z)) of each image, in nats: ½Σ(μ² + σ² − 1 − ln σ²) (Kingma and Welling 2013, appendix B).
    fn rate(&self, latent: usize) -> Vec<f64> {
        let rows = self.mean.chunks_exact(latent).zip(self.log_variance.chunks_exact(latent));
        let kl = |(mean, log): (&f32, &f32)| {
            let (mean, log) = (f64::from(*mean), f64::from(*log));
            0.5 * (mean * mean + log.exp() - 1.0 - log)
        };
        rows.map(|(mean, log)| mean.iter().zip(log).map(kl).sum()).collect()
    }
}

impl FigureReference {
    /// Of what a model's encoder makes of the test images: none where it has no encoder, and of one that gives points and has no prior
    /// (`points`) only the figures of factors. `None` where `go_on` says no.
    pub(super) fn of_encoder(
        &self,
        snapshot: &Snapshot,
        test: &Split,
        points: bool,
        go_on: &mut dyn FnMut(FigureProgress) -> bool,
    ) -> Option<BTreeMap<FigureId, Estimate>> {
        let (seed, latent, count) = (self.protocol.seed, snapshot.latent, self.test.len());
        let mut estimates = BTreeMap::new();
        let Some(encodings) = Encodings::of(snapshot, test, &self.test, seed) else { return Some(estimates) };
        let mut keep = |id: FigureId, estimate: Option<Estimate>| {
            estimates.extend(estimate.map(|estimate| (id, estimate)));
        };
        if !points {
            keep(FigureId::Rate, Estimate::of_mean(&encodings.rate(latent), seed));
            let distortion = encodings.distortion.as_deref();
            keep(FigureId::Distortion, distortion.and_then(|terms| Estimate::of_mean(terms, seed)));
            let Encodings { mean, log_variance, draws, .. } = &encodings;
            let posteriors = DrawnPosteriors::new(latent, mean, log_variance, draws);
            let information = posteriors.information(&mut |done| {
                go_on(FigureProgress { stage: FigureStage::Encodings, done: done as u64, total: count as u64 })
            })?;
            keep(FigureId::MutualInformation, Estimate::of_mean(&information, seed));
            let resamples = Resamples::new(count, seed);
            let prior = FeatureSet::new(snapshot.draws(seed, Purpose::Sample, 0, count), latent);
            let prior = KernelReference::new(Kernel::InverseMultiquadratic, prior, resamples.clone());
            let draws = FeatureSet::new(draws.clone(), latent);
            let distances = kernel_distance(&prior, &draws, &resamples);
            keep(FigureId::PriorDistance, Estimate::of_resamples(&distances));
        }
        let factors = &self.factors;
        let codes = CodeTable::new(latent, &encodings.mean);
        if !factors.is_empty() && encodings.mean.iter().all(|code| code.is_finite()) {
            let ids = [
                FigureId::MutualInformationGap,
                FigureId::SeparatedAttribute,
                FigureId::Disentanglement,
                FigureId::Completeness,
                FigureId::Informativeness,
                FigureId::FactorVaeScore,
            ];
            let of_examples = |examples: &[usize]| {
                let dci = dci(&codes, factors, examples);
                [
                    mutual_information_gap(&codes, factors, examples),
                    separated_attribute_predictability(&codes, factors, examples),
                    dci.map(|dci| dci.disentanglement),
                    dci.map(|dci| dci.completeness),
                    dci.map(|dci| dci.informativeness),
                    factor_vae_score(&codes, factors, examples, seed),
                ]
            };
            let estimates = Estimate::of_sets(count, seed, of_examples);
            ids.into_iter().zip(estimates).for_each(|(id, estimate)| keep(id, estimate));
        }
        Some(estimates)
    }
}
