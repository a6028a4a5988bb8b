//! Kernel distance: the squared maximum mean discrepancy of two sets, unbiased (Gretton 2012).

use super::bootstrap::Resamples;
use super::feature_set::FeatureSet;
use super::pairs::{PairFunction, ResampledSet, mean_over_own_pairs, mean_over_pairs};

/// How alike two examples of d values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// (x·y/d + 1)³ (Bińkowski 2018): for features.
    Cubic,
    /// 2d / (2d + ‖x − y‖²) (Tolstikhin 2018): for latents whose prior is the standard normal.
    InverseMultiquadratic,
}

impl Kernel {
    /// The kernel in place of products.
    fn of_pairs(self) -> PairFunction {
        match self {
            Self::Cubic => |block, left, _| {
                let per_value = 1.0 / left.width() as f32;
                block.products.iter_mut().for_each(|product| {
                    let base = *product * per_value + 1.0;
                    *product = base * base * base;
                });
            },
            Self::InverseMultiquadratic => |block, left, right| {
                let scale = 2.0 * left.width() as f32;
                block.square_distances(left, right);
                block.products.iter_mut().for_each(|square| *square = scale / (scale + *square));
            },
        }
    }

    /// The kernel of an example with itself from its ‖x‖².
    fn of_one(self, square: f64, width: f64) -> f64 {
        match self {
            Self::Cubic => (square / width + 1.0).powi(3),
            Self::InverseMultiquadratic => 1.0,
        }
    }

    fn own(self, set: &FeatureSet, resamples: &Resamples) -> Vec<f64> {
        let width = set.width() as f64;
        mean_over_own_pairs(set, resamples, self.of_pairs(), |square| self.of_one(square, width))
    }
}

/// A set that others are compared with.
#[derive(Clone, Debug)]
pub struct KernelReference {
    kernel: Kernel,
    set: FeatureSet,
    resamples: Resamples,
    /// The mean kernel of its own pairs, one a resample.
    own: Vec<f64>,
}

impl KernelReference {
    /// Of a set and its resamples.
    pub fn new(kernel: Kernel, set: FeatureSet, resamples: Resamples) -> Self {
        let own = kernel.own(&set, &resamples);
        Self { kernel, set, resamples, own }
    }
}

/// The kernel distance of a set from the reference, and of each pair of resamples, whose numbers must be those of the sets;
/// may be below 0, being unbiased.
pub fn kernel_distance(reference: &KernelReference, set: &FeatureSet, resamples: &Resamples) -> Vec<f64> {
    let own = reference.kernel.own(set, resamples);
    let other = ResampledSet { set: &reference.set, resamples: &reference.resamples };
    let mutual = mean_over_pairs(ResampledSet { set, resamples }, other, reference.kernel.of_pairs());
    let terms = own.iter().zip(&reference.own).zip(&mutual);
    terms.map(|((own, other), mutual)| own + other - 2.0 * mutual).collect()
}
