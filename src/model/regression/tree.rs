//! A regression tree of many outputs (Breiman, Friedman, Olshen and Stone 1984), grown level by level. Nothing but the tree is
//! kept between levels: which examples are at which leaf follows from it.

use super::error::FitError;
use super::examples::{Chosen, Examples, GoOn};
use super::split::{Growth, OrderedExample, TreeSplit, groups};
use super::trees::Trees;
use rayon::prelude::*;
use std::ops::Range;

/// Examples that one piece of work goes through; the bits follow from it, so that no number of threads does.
const PIECE: usize = 1024;
/// Pixels that are squared side by side.
const LANES: usize = 16;

/// A level that was grown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GrownLevel {
    /// Leaves that became two; none: no level will bring any more.
    pub splits: usize,
    /// Mean squared error over the examples, as they weigh, and pixels.
    pub squared_error: f64,
}

/// One level more: every leaf that has a split of at least `least` examples on both sides is split where that lowers the squared
/// error, summed over the pixels, the most. Begins from [`Trees::leaf`], whatever its image is. `tree` is as before where it
/// fails.
///
/// # Errors
/// If a code is no number, or `go_on`, asked every 1024 examples, says no.
pub fn grow(
    tree: &mut Trees,
    examples: &Examples<'_>,
    chosen: &Chosen,
    least: usize,
    go_on: GoOn<'_>,
) -> Result<GrownLevel, FitError> {
    examples.check()?;
    let job = Growth { examples, chosen, least: least.max(1), go_on };
    let whole = if tree.feature.len() <= 1 { job.means(tree)?.0 } else { tree.clone() };
    let (mut next, splits) = (whole.clone(), job.splits(&whole)?);
    let count = splits.iter().flatten().count();
    next.divide(&splits);
    let (next, squared_error) = job.means(&next)?;
    *tree = next;
    Ok(GrownLevel { splits: count, squared_error })
}

impl Trees {
    /// Splits the leaves of a single tree, `[leaves]`; the images of the new leaves are black. Leaves are numbered by node.
    fn divide(&mut self, splits: &[Option<TreeSplit>]) {
        for node in 0..self.feature.len() {
            let (children, row) = (self.feature.len() as u32, self.right.get(node).copied().unwrap_or_default());
            let leaf = self.left.get(node) == Some(&0);
            let Some(split) = splits.get(row as usize).copied().flatten().filter(|_| leaf) else { continue };
            fn set<T>(values: &mut Vec<T>, node: usize, value: T, below: [T; 2]) {
                values.iter_mut().skip(node).take(1).zip([value]).for_each(|(old, value)| *old = value);
                values.extend(below);
            }
            set(&mut self.feature, node, split.feature, [0; 2]);
            set(&mut self.threshold, node, split.threshold, [0.0; 2]);
            set(&mut self.left, node, children, [0; 2]);
            set(&mut self.right, node, children + 1, [0; 2]);
        }
        let leaves = self.right.iter_mut().zip(&self.left).filter(|(_, left)| **left == 0);
        let count = leaves.zip(0..).map(|((row, _), at)| *row = at).count();
        self.values = vec![0.0; count * self.pixels];
    }
}

/// Some examples of one leaf.
#[derive(Clone, Debug)]
struct Piece {
    leaf: usize,
    /// Where all of the leaf's are.
    whole: Range<usize>,
    /// Where those of this piece are.
    part: Range<usize>,
}

impl Growth<'_> {
    /// Σ w·(x − centre) of a piece, and Σ w·|x − centre|²; `[pixels]`.
    fn sum(&self, places: &[OrderedExample], centre: &[f32], image: &mut [f32]) -> (Vec<f32>, f64) {
        let (mut sum, mut squares) = (vec![0.0; image.len()], 0.0);
        for place in places {
            let weight = self.read(*place, image);
            image.iter_mut().zip(centre).for_each(|(x, centre)| *x -= centre);
            sum.iter_mut().zip(&*image).for_each(|(sum, x)| *sum += weight * x);
            squares += f64::from(weight) * f64::from(square(image));
        }
        (sum, squares)
    }

    /// The tree with the mean of its examples at every leaf, and the mean squared error that this leaves.
    fn means(&self, tree: &Trees) -> Result<(Trees, f64), FitError> {
        let (mut next, pixels) = (tree.clone(), self.examples.pixels.max(1));
        let places = self.ordered(&self.leaves(tree), 0);
        let pieces = pieces(&places);
        // About the image that is there: what is added up stays small, and so does what rounding takes.
        let centre = |leaf: usize| tree.values.get(leaf * pixels..(leaf + 1) * pixels).unwrap_or_default();
        let sums = pieces.par_iter().map_init(
            || vec![0.0f32; pixels],
            |image, piece| {
                let places = places.get(piece.part.clone()).unwrap_or_default();
                (self.go_on)().then(|| self.sum(places, centre(piece.leaf), image))
            },
        );
        let sums = sums.collect::<Option<Vec<_>>>().ok_or(FitError::Cancelled)?;
        let (mut squares, mut all) = (0.0, 0.0);
        let mut total = vec![0.0f64; pixels];
        for (piece, (sum, square)) in pieces.iter().zip(sums) {
            if piece.part.start == piece.whole.start {
                total.fill(0.0);
            }
            total.iter_mut().zip(&sum).for_each(|(total, sum)| *total += f64::from(*sum));
            squares += square;
            if piece.part.end == piece.whole.end {
                let weight = self.weighs(&places, &piece.whole);
                squares -= total.iter().map(|sum| sum * sum).sum::<f64>() / weight;
                all += weight;
                let values = next.values.iter_mut().skip(piece.leaf * pixels);
                values.zip(&total).for_each(|(value, sum)| *value = (f64::from(*value) + sum / weight) as f32);
            }
        }
        Ok((next, (if squares < 0.0 { 0.0 } else { squares }) / (all * pixels as f64)))
    }
}

/// The pieces of all leaves.
fn pieces(places: &[OrderedExample]) -> Vec<Piece> {
    let cut = |(leaf, whole): (usize, Range<usize>)| {
        let starts = whole.clone().step_by(PIECE);
        starts.map(move |at| Piece { leaf, whole: whole.clone(), part: at..whole.end.min(at + PIECE) })
    };
    groups(places).flat_map(cut).collect()
}

/// Σ x².
fn square(values: &[f32]) -> f32 {
    let (wide, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0.0f32; LANES];
    wide.iter().for_each(|values| lanes.iter_mut().zip(values).for_each(|(lane, x)| *lane += x * x));
    lanes.iter_mut().zip(rest).for_each(|(lane, x)| *lane += x * x);
    lanes.iter().sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;

    const COUNT: usize = 3000;
    const PIXELS: usize = 19;

    /// Codes in a square, some of them twice.
    fn codes() -> Vec<f32> {
        (0..COUNT)
            .flat_map(|at| [(at * 7919 % 1999) as f32 / 1000.0 - 1.0, (at * 104_729 % 2503) as f32 / 1000.0])
            .collect()
    }

    /// Smooth images with a step in them, and something that no tree finds.
    fn image(code: &[f32], at: usize, out: &mut [f32]) {
        for (pixel, out) in out.iter_mut().enumerate() {
            let step = if code[0] > 0.3 && pixel % 3 == 0 { 0.4 } else { 0.0 };
            let noise = (at * 31 + pixel * 17) % 13;
            *out = step + 0.1 * (code[1] * (pixel as f32 / 5.0)).sin() + noise as f32 / 100.0 + 0.2;
        }
    }

    /// What `of` makes of the examples.
    fn with<T>(codes: &[f32], of: impl FnOnce(&Examples<'_>) -> T) -> T {
        let read = |at: usize, out: &mut [f32]| image(&codes[2 * at..2 * at + 2], at, out);
        of(&Examples { codes, latent: 2, pixels: PIXELS, read: &read })
    }

    fn black() -> Trees {
        Trees::leaf(2, vec![0.0; PIXELS])
    }

    /// Noise, with a little of the code in it: many splits are nearly as good as the best.
    fn faint(codes: &[f32], at: usize) -> [f32; PIXELS] {
        std::array::from_fn(|pixel| ((at * 911 + pixel * 577) % 613) as f32 / 613.0 + 0.1 * codes[2 * at + pixel % 2])
    }

    /// The squared error of faint examples about their mean, summed over pixels; of examples and their weights.
    fn spread(codes: &[f32], members: &[(usize, f64)]) -> f64 {
        let (mut sums, mut squares, all) = ([0.0; PIXELS], 0.0, members.iter().map(|(_, w)| w).sum::<f64>());
        for (at, w) in members {
            for (sum, x) in sums.iter_mut().zip(faint(codes, *at).map(f64::from)) {
                *sum += w * x;
                squares += w * x * x;
            }
        }
        squares - sums.iter().map(|sum| sum * sum).sum::<f64>() / all
    }

    #[test]
    fn the_first_split_is_the_best_of_all() {
        let codes = codes();
        let read = |at: usize, out: &mut [f32]| out.copy_from_slice(&faint(&codes, at));
        let examples = Examples { codes: &codes, latent: 2, pixels: PIXELS, read: &read };
        for from in 0..20 {
            let weight: Vec<f32> = (0..60).map(|at| 1.0 + (at * at % 7) as f32).collect();
            let chosen = Chosen { index: (0..60).map(|at| from + at * 40).collect(), weight };
            let mut tree = black();
            let level = grow(&mut tree, &examples, &chosen, 5, &|| true).unwrap();
            let members = chosen.index.iter().zip(&chosen.weight).map(|(at, w)| (*at as usize, f64::from(*w)));
            let members: Vec<(usize, f64)> = members.collect();
            let left_over = |feature: usize, threshold: f32| {
                let (left, right): (Vec<_>, Vec<_>) =
                    members.iter().partition(|(at, _)| codes[2 * at + feature] <= threshold);
                (left.len().min(right.len()) >= 5).then(|| spread(&codes, &left) + spread(&codes, &right))
            };
            let all = members.iter().flat_map(|(at, _)| [(0, codes[2 * at]), (1, codes[2 * at + 1])]);
            let best = all.filter_map(|(feature, code)| left_over(feature, code)).fold(f64::INFINITY, f64::min);
            let found = left_over(tree.feature[0] as usize, tree.threshold[0]).unwrap();
            assert!((found - best).abs() < 1e-6 * best, "{found} {best}");
            let weight: f64 = members.iter().map(|(_, w)| w).sum();
            assert!((level.squared_error - best / (weight * PIXELS as f64)).abs() < 1e-6);
            assert_eq!((level.splits, tree.leaves(), tree.depth()), (1, 2, 1));
        }
    }

    #[test]
    fn an_outlier_is_not_left_alone() {
        let codes: Vec<f32> = (0..50).map(|at| at as f32).collect();
        for (outlier, threshold) in [(0, 4.5), (49, 44.5)] {
            let read = |at: usize, out: &mut [f32]| out.fill(if at == outlier { 1.0 } else { 0.0 });
            let examples = Examples { codes: &codes, latent: 1, pixels: PIXELS, read: &read };
            let mut tree = Trees::leaf(1, vec![0.0; PIXELS]);
            grow(&mut tree, &examples, &Chosen::all(50), 5, &|| true).unwrap();
            assert_eq!(tree.threshold[0], threshold);
        }
    }

    #[test]
    fn leaves_are_means_of_enough_examples() {
        let codes = codes();
        let (mut tree, mut last) = (black(), f64::INFINITY);
        for _ in 0..5 {
            let level = with(&codes, |examples| grow(&mut tree, examples, &Chosen::all(COUNT), 40, &|| true)).unwrap();
            assert!(level.squared_error < last);
            last = level.squared_error;
        }
        tree.check().unwrap();
        let (mut sums, mut counts) = (vec![0.0f64; tree.values.len()], vec![0usize; tree.leaves()]);
        let mut out = [0.0; PIXELS];
        for (at, code) in codes.chunks_exact(2).enumerate() {
            let leaf = tree.leaf_of(0, code) as usize;
            counts[leaf] += 1;
            image(code, at, &mut out);
            sums[leaf * PIXELS..].iter_mut().zip(out).for_each(|(sum, x)| *sum += f64::from(x));
        }
        assert!(counts.iter().all(|count| *count >= 40) && counts.len() > 16, "{counts:?}");
        for (at, (value, sum)) in tree.values.iter().zip(sums).enumerate() {
            assert!((f64::from(*value) - sum / counts[at / PIXELS] as f64).abs() < 1e-6);
        }
    }

    #[test]
    fn a_leaf_without_a_split_stays() {
        let same = vec![0.5f32; 2 * 64];
        let mut tree = black();
        let level = with(&same, |examples| grow(&mut tree, examples, &Chosen::all(64), 1, &|| true)).unwrap();
        assert_eq!((level.splits, tree.leaves()), (0, 1));
        assert!(tree.values.iter().all(|value| *value > 0.1));
    }

    #[test]
    fn threads_and_pauses_change_no_bit() {
        let codes = codes();
        let grown = [1, 2, 4].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut tree = black();
            // Each level begins from the arrays alone, as after a pause.
            (0..4).for_each(|_| {
                let mut again = tree.clone();
                pool.install(|| with(&codes, |e| grow(&mut again, e, &Chosen::all(COUNT), 8, &|| true))).unwrap();
                tree = again;
            });
            tree
        });
        assert_eq!(grown[0], grown[1]);
        assert_eq!(grown[0], grown[2]);
    }

    #[test]
    fn a_level_that_is_stopped_leaves_the_tree() {
        let codes = codes();
        let mut tree = black();
        let asked = std::sync::atomic::AtomicUsize::new(0);
        let go_on = || asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) < 5;
        let stopped = with(&codes, |examples| grow(&mut tree, examples, &Chosen::all(COUNT), 8, &go_on));
        assert_eq!((stopped.unwrap_err(), tree), (FitError::Cancelled, black()));
    }
}
