//! Means over pairs of examples, of a set and of its resamples at once: the products of pairs are made once for all of them.

use super::bootstrap::Resamples;
use super::feature_set::{FeatureSet, ProductBlock, fold_products};
use crate::nn::matmul::{Matrix, matmul};

/// A function of two examples that follows from their product, in place of a block of products.
pub(super) type PairFunction = fn(&mut ProductBlock<'_>, &FeatureSet, &FeatureSet);

/// A set, and how often each resample of it has each example.
#[derive(Clone, Copy)]
pub(super) struct ResampledSet<'a> {
    pub set: &'a FeatureSet,
    pub resamples: &'a Resamples,
}

/// The mean of a function over all pairs of an example of `left` and one of `right`, each as often as the resamples say:
/// one value for the sets themselves and one a resample.
pub(super) fn mean_over_pairs(left: ResampledSet<'_>, right: ResampledSet<'_>, function: PairFunction) -> Vec<f64> {
    let sums = sum_over_pairs(left, right, function);
    let pairs = left.set.count() as f64 * right.set.count() as f64;
    sums.into_iter().map(|sum| sum / pairs).collect()
}

/// The mean of a function over all pairs of two different examples of a set; `own` gives it for an example with itself from its
/// ‖x‖². An example that a resample has more than once makes no pair with itself, which would not be one of two draws.
pub(super) fn mean_over_own_pairs(
    set: &FeatureSet,
    resamples: &Resamples,
    function: PairFunction,
    own: impl Fn(f64) -> f64,
) -> Vec<f64> {
    let both = ResampledSet { set, resamples };
    let sums = sum_over_pairs(both, both, function);
    let means = sums.into_iter().enumerate().map(|(column, sum)| {
        let (mut selves, mut repeated) = (0.0, 0.0);
        for (count, square) in resamples.column(column).zip(set.squares()) {
            let count = f64::from(count);
            selves += count * count * own(f64::from(*square));
            repeated += count * count;
        }
        (sum - selves) / ((set.count() as f64).powi(2) - repeated)
    });
    means.collect()
}

/// Σᵢⱼ aᵢ·bⱼ·f(xᵢ, yⱼ) for each column of counts a and b.
fn sum_over_pairs(left: ResampledSet<'_>, right: ResampledSet<'_>, function: PairFunction) -> Vec<f64> {
    let columns = left.resamples.columns();
    let counts = Matrix::new(right.resamples.counts(), right.resamples.examples(), columns);
    let begin = |rows: std::ops::Range<usize>| (rows.start, vec![0.0f32; rows.len() * columns]);
    let stripes = fold_products(left.set, right.set, begin, |(_, sums), mut block| {
        function(&mut block, left.set, right.set);
        let values = Matrix::new(block.products, block.rows.len(), block.columns.len());
        matmul(sums, values, counts.some_rows(block.columns.start, block.columns.len()), true);
    });
    let mut out = vec![0.0f64; columns];
    for (start, sums) in stripes {
        let own = left.resamples.counts().chunks_exact(columns).skip(start);
        for (sums, own) in sums.chunks_exact(columns).zip(own) {
            let terms = sums.iter().zip(own).map(|(sum, count)| f64::from(*sum) * f64::from(*count));
            out.iter_mut().zip(terms).for_each(|(out, term)| *out += term);
        }
    }
    out
}

/// The mean distance of two different examples of a set, and of its resamples.
pub fn pairwise_distance(set: &FeatureSet, resamples: &Resamples) -> Vec<f64> {
    let distance: PairFunction = |block, left, right| {
        block.square_distances(left, right);
        block.products.iter_mut().for_each(|square| *square = square.sqrt());
    };
    mean_over_own_pairs(set, resamples, distance, |_| 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_distance_is_that_of_all_pairs() {
        let set = FeatureSet::new(vec![0.0, 0.0, 3.0, 4.0, 0.0, 0.0], 2);
        let distances = pairwise_distance(&set, &Resamples::new(3, 0));
        assert!((distances[0] - 10.0 / 3.0).abs() < 1e-3, "{distances:?}");
        assert!(distances.iter().all(|distance| distance.is_nan() || (0.0..5.01).contains(distance)), "{distances:?}");
    }
}
