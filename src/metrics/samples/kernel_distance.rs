//! Kernel distance: the squared maximum mean discrepancy, unbiased (Gretton 2012), with the cubic polynomial kernel of Bińkowski
//! 2018.

use super::bootstrap::Resamples;
use super::feature_set::FeatureSet;
use super::pairs::{PairFunction, ResampledSet, mean_over_own_pairs, mean_over_pairs};

/// (x·y/d + 1)³ in place of products.
const CUBIC: PairFunction = |block, left, _| {
    let per_value = 1.0 / left.width() as f32;
    block.products.iter_mut().for_each(|product| {
        let base = *product * per_value + 1.0;
        *product = base * base * base;
    });
};

/// A set that others are compared with.
#[derive(Clone, Debug)]
pub struct KernelReference {
    set: FeatureSet,
    resamples: Resamples,
    /// The mean kernel of its own pairs, one a resample.
    own: Vec<f64>,
}

impl KernelReference {
    /// Of a set and its resamples.
    pub fn new(set: FeatureSet, resamples: Resamples) -> Self {
        let own = own_kernel(&set, &resamples);
        Self { set, resamples, own }
    }
}

/// The kernel distance of a set from the reference, and of each pair of resamples, whose numbers must be those of the sets;
/// may be below 0, being unbiased.
pub fn kernel_distance(reference: &KernelReference, set: &FeatureSet, resamples: &Resamples) -> Vec<f64> {
    let own = own_kernel(set, resamples);
    let other = ResampledSet { set: &reference.set, resamples: &reference.resamples };
    let mutual = mean_over_pairs(ResampledSet { set, resamples }, other, CUBIC);
    let terms = own.iter().zip(&reference.own).zip(&mutual);
    terms.map(|((own, other), mutual)| own + other - 2.0 * mutual).collect()
}

fn own_kernel(set: &FeatureSet, resamples: &Resamples) -> Vec<f64> {
    let width = set.width() as f64;
    mean_over_own_pairs(set, resamples, CUBIC, |square| (square / width + 1.0).powi(3))
}
