//! Where the leaves of a tree are split best: exact, of all pixels.
//!
//! With x′ = x − the mean of the node, the sums of x′ left and right of a split are S and −S, so that it lowers the squared error by
//! |S|²·(1/n_left + 1/n_right): one running sum of images in the order of a code. Leaves and dimensions of the code are searched at
//! once, on the threads of the pool that it is called in; none of it depends on how many there are.

use super::error::FitError;
use super::examples::{Chosen, Examples, GoOn};
use super::trees::Trees;
use rayon::prelude::*;
use std::ops::Range;

/// Examples between two questions whether work goes on.
const ASK: usize = 1024;
/// Codes that are no further apart than this are the same, as in scikit-learn.
const SAME: f32 = 1e-7;
/// Pixels that are squared side by side.
const LANES: usize = 16;

/// Where a leaf is split.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct TreeSplit {
    pub feature: u32,
    pub threshold: f32,
    /// How much it lowers the squared error, summed over examples and pixels.
    gain: f64,
}

/// One example in the order of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OrderedExample {
    /// Its leaf, above; below, its code as a number of the same order.
    key: u64,
    /// Where it is among the chosen.
    at: u32,
}

impl OrderedExample {
    pub(super) fn leaf(self) -> usize {
        (self.key >> 32) as usize
    }
}

/// What a level is grown from.
pub(super) struct Growth<'a> {
    pub examples: &'a Examples<'a>,
    pub chosen: &'a Chosen,
    /// The fewest examples at a leaf, at least 1.
    pub least: usize,
    pub go_on: GoOn<'a>,
}

impl Growth<'_> {
    /// The leaf of every chosen example, `[chosen]`.
    pub(super) fn leaves(&self, tree: &Trees) -> Vec<u32> {
        let (latent, root) = (self.examples.latent, tree.roots.first().copied().unwrap_or_default());
        let leaf = |at: &u32| {
            let from = *at as usize * latent;
            tree.leaf_of(root, self.examples.codes.get(from..from + latent).unwrap_or_default())
        };
        self.chosen.index.par_iter().map(leaf).collect()
    }

    /// The chosen by leaf, there by one dimension of their code, and there as they come.
    pub(super) fn ordered(&self, leaves: &[u32], feature: usize) -> Vec<OrderedExample> {
        let place = |(at, (leaf, example)): (usize, (&u32, &u32))| {
            let bits = self.examples.code(*example as usize, feature).to_bits();
            let rising = if bits >> 31 == 1 { !bits } else { bits | 1 << 31 };
            OrderedExample { key: u64::from(*leaf) << 32 | u64::from(rising), at: at as u32 }
        };
        let mut places: Vec<OrderedExample> = leaves.iter().zip(&self.chosen.index).enumerate().map(place).collect();
        places.par_sort_unstable();
        places
    }

    /// The image and the weight of an example.
    pub(super) fn read(&self, place: OrderedExample, image: &mut [f32]) -> f32 {
        let at = place.at as usize;
        (self.examples.read)(self.chosen.index.get(at).copied().unwrap_or_default() as usize, image);
        self.weight(place)
    }

    pub(super) fn weight(&self, place: OrderedExample) -> f32 {
        self.chosen.weight.get(place.at as usize).copied().unwrap_or_default()
    }

    pub(super) fn code(&self, place: OrderedExample, feature: usize) -> f32 {
        self.examples.code(self.chosen.index.get(place.at as usize).copied().unwrap_or_default() as usize, feature)
    }

    /// What the examples at these places weigh together.
    pub(super) fn weighs(&self, places: &[OrderedExample], range: &Range<usize>) -> f64 {
        places.get(range.clone()).unwrap_or_default().iter().map(|place| f64::from(self.weight(*place))).sum()
    }

    /// The best split of each leaf, `[leaves]`; `None` where there is none. Of two that are as good the first has it.
    pub(super) fn splits(&self, tree: &Trees) -> Result<Vec<Option<TreeSplit>>, FitError> {
        let (mut best, leaves) = (vec![None::<TreeSplit>; tree.leaves()], self.leaves(tree));
        let along = |feature: usize| {
            let places = self.ordered(&leaves, feature);
            let search = Search { job: self, tree, feature, places: &places };
            let wide = groups(&places).filter(|(_, whole)| whole.len() >= 2 * self.least);
            let wide: Vec<(usize, Range<usize>)> = wide.collect();
            let found = wide.par_iter().map(|(leaf, whole)| search.best(*leaf, whole).map(|split| (*leaf, split)));
            found.collect::<Result<Vec<_>, _>>()
        };
        let found: Vec<_> = (0..self.examples.latent).into_par_iter().map(along).collect::<Result<_, _>>()?;
        for (leaf, split) in found.into_iter().flatten() {
            let Some(best) = best.get_mut(leaf) else { continue };
            if split.is_some_and(|split| best.is_none_or(|best| split.gain > best.gain)) {
                *best = split;
            }
        }
        Ok(best)
    }
}

/// The leaves, and where their examples are.
pub(super) fn groups(places: &[OrderedExample]) -> impl Iterator<Item = (usize, Range<usize>)> {
    let mut from = 0;
    places.chunk_by(|a, b| a.leaf() == b.leaf()).map(move |group| {
        let whole = from..from + group.len();
        from = whole.end;
        (group.first().map_or(0, |place| place.leaf()), whole)
    })
}

/// The search along one dimension of the code.
struct Search<'a> {
    job: &'a Growth<'a>,
    tree: &'a Trees,
    feature: usize,
    places: &'a [OrderedExample],
}

impl Search<'_> {
    /// The best split of a leaf, whose examples are at these places: one pass through them.
    fn best(&self, leaf: usize, whole: &Range<usize>) -> Result<Option<TreeSplit>, FitError> {
        let (job, pixels) = (self.job, self.tree.pixels);
        let mean = self.tree.values.get(leaf * pixels..(leaf + 1) * pixels).unwrap_or_default();
        let (mut sum, mut image) = (vec![0.0; pixels], vec![0.0; pixels]);
        let (mut left, all) = (0.0, job.weighs(self.places, whole));
        let mut best: Option<TreeSplit> = None;
        let places = self.places.get(whole.clone()).unwrap_or_default();
        for (before, (here, next)) in places.iter().zip(places.iter().skip(1)).enumerate() {
            if before % ASK == 0 && !(job.go_on)() {
                return Err(FitError::Cancelled);
            }
            let weight = job.read(*here, &mut image);
            let length = advance(&mut sum, &image, mean, weight);
            left += f64::from(weight);
            let (low, high) = (job.code(*here, self.feature), job.code(*next, self.feature));
            let enough = (before + 1).min(whole.len() - before - 1) >= job.least;
            let gain = f64::from(length) * (left.recip() + (all - left).recip());
            if enough && high > low + SAME && gain > best.map_or(0.0, |best| best.gain) {
                let middle = low / 2.0 + high / 2.0;
                let threshold = if middle < high { middle } else { low };
                best = Some(TreeSplit { feature: self.feature as u32, threshold, gain });
            }
        }
        Ok(best)
    }
}

/// Adds w·(x − mean) to a sum, and gives its square; all `[pixels]`.
fn advance(sum: &mut [f32], image: &[f32], mean: &[f32], weight: f32) -> f32 {
    let mut lanes = [0.0f32; LANES];
    let ((sums, sum), (images, image), (means, mean)) =
        (sum.as_chunks_mut::<LANES>(), image.as_chunks::<LANES>(), mean.as_chunks::<LANES>());
    for ((sum, image), mean) in sums.iter_mut().zip(images).zip(means) {
        for lane in 0..LANES {
            sum[lane] += weight * (image[lane] - mean[lane]);
            lanes[lane] += sum[lane] * sum[lane];
        }
    }
    for (((sum, x), mean), lane) in sum.iter_mut().zip(image).zip(mean).zip(&mut lanes) {
        *sum += weight * (x - mean);
        *lane += *sum * *sum;
    }
    lanes.iter().sum()
}
