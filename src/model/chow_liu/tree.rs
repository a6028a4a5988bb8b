//! Which tree: of all that span the pixels, the one whose edges' mutual informations sum to the most.

use super::counts::PairCounts;
use crate::model::exact::bits::PixelBits;
use rayon::prelude::*;

/// The pseudo-count of each cell of a pair's table.
const PSEUDO_COUNT: f64 = 0.5;

/// The pixel of a tree that a pixel outside would hang on.
#[derive(Clone, Copy, Debug)]
struct Offer {
    parent: usize,
    information: f64,
}

/// A pixel and how it depends on another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TreeNode {
    /// Which pixel.
    pub pixel: usize,
    /// The pixel that it depends on; none of a root.
    pub parent: Option<usize>,
    /// The mutual information of both in nats; 0 of a root.
    pub information: f64,
    /// p(pixel = 1 | parent = 0), p(pixel = 1 | parent = 1); of a root twice the same.
    pub one: [f64; 2],
}

/// log p(x) of each of these images under a tree, in nats; on the threads of the pool that it is called in.
pub fn log_ps(tree: &[TreeNode], images: &PixelBits) -> Vec<f64> {
    let table = |node: &TreeNode| {
        let logs = node.one.map(|one| [(1.0 - one).ln(), one.ln()]);
        (node.pixel, node.parent.unwrap_or(node.pixel), logs)
    };
    let tables: Vec<_> = tree.iter().map(table).collect();
    let one = |row: usize| {
        let words = images.words(row);
        let bit = |pixel: usize| words.get(pixel / 64).map_or(0, |word| word >> (pixel % 64) & 1) as usize;
        tables.iter().map(|(pixel, parent, logs)| logs[bit(*parent)][bit(*pixel)]).sum()
    };
    (0..images.count()).into_par_iter().map(one).collect()
}

/// Mean log p(x) of the counted images in nats under a tree: from the counts, without the images. 0 before there are any.
pub fn mean_log_p(tree: &[TreeNode], counts: &PairCounts) -> f64 {
    let seen = counts.seen() as f64;
    let term = |count: f64, p: f64| if count > 0.0 { count * p.ln() } else { 0.0 };
    let of_node = |node: &TreeNode| {
        let [off, on] = node.one;
        match node.parent {
            None => {
                let ones = counts.ones(node.pixel);
                term(ones, on) + term(seen - ones, 1.0 - on)
            }
            Some(parent) => {
                let [[neither, child], [above, both]] = counts.table(parent, node.pixel);
                term(neither, 1.0 - off) + term(child, off) + term(above, 1.0 - on) + term(both, on)
            }
        }
    };
    if seen > 0.0 { tree.iter().map(of_node).sum::<f64>() / seen } else { 0.0 }
}

/// Pixels that depend on none: the distribution before there is a tree.
pub fn alone(counts: &PairCounts) -> Vec<TreeNode> {
    (0..counts.pixels()).map(|pixel| node(counts, pixel, None)).collect()
}

/// Prim's algorithm from the pixel that varies most; where two edges are worth the same, the first pixel's. Informations are
/// computed as they are asked for, each once, so that no matrix of them is held.
pub fn best(counts: &PairCounts) -> Vec<TreeNode> {
    let pixels = counts.pixels();
    let entropies: Vec<f64> = (0..pixels).map(|pixel| entropy(one(counts, pixel))).collect();
    let mut nodes = Vec::with_capacity(pixels);
    let mut offers: Vec<Option<Offer>> = vec![None; pixels];
    let mut outside: Vec<usize> = (0..pixels).collect();
    while let Some(at) = first_most(outside.iter().map(|pixel| match offers.get(*pixel).copied().flatten() {
        Some(offer) => offer.information,
        None => entropies.get(*pixel).copied().unwrap_or_default(),
    })) {
        // The order of those outside is kept: it decides between equals.
        let pixel = outside.remove(at);
        let offer = offers.get(pixel).copied().flatten();
        nodes.push(node(counts, pixel, offer));
        for other in &outside {
            let information = information(smoothed(counts, pixel, *other));
            let Some(offer) = offers.get_mut(*other) else { continue };
            if offer.is_none_or(|known| information > known.information) {
                *offer = Some(Offer { parent: pixel, information });
            }
        }
    }
    nodes
}

/// A pixel's tables, p(pixel = 1 | parent).
fn node(counts: &PairCounts, pixel: usize, offer: Option<Offer>) -> TreeNode {
    match offer {
        None => TreeNode { pixel, parent: None, information: 0.0, one: [one(counts, pixel); 2] },
        Some(Offer { parent, information }) => {
            let given = |[off, on]: [f64; 2]| on / (off + on);
            TreeNode { pixel, parent: Some(parent), information, one: smoothed(counts, parent, pixel).map(given) }
        }
    }
}

/// The joint distribution of two pixels.
fn smoothed(counts: &PairCounts, a: usize, b: usize) -> [[f64; 2]; 2] {
    let total = counts.seen() as f64 + 4.0 * PSEUDO_COUNT;
    counts.table(a, b).map(|row| row.map(|count| (count + PSEUDO_COUNT) / total))
}

/// How often a pixel is on, as every pair's table has it.
fn one(counts: &PairCounts, pixel: usize) -> f64 {
    (counts.ones(pixel) + 2.0 * PSEUDO_COUNT) / (counts.seen() as f64 + 4.0 * PSEUDO_COUNT)
}

/// In nats, of a pixel that is on with this probability.
fn entropy(p: f64) -> f64 {
    -p * p.ln() - (1.0 - p) * (1.0 - p).ln()
}

/// The mutual information of two pixels in nats.
fn information([[neither, b], [a, both]]: [[f64; 2]; 2]) -> f64 {
    let joint: f64 = [neither, a, b, both].iter().map(|p| p * p.ln()).sum();
    (joint + entropy(a + both) + entropy(b + both)).max(0.0)
}

/// Where the greatest of these is, the first of equals.
fn first_most(values: impl Iterator<Item = f64>) -> Option<usize> {
    let better = |best: Option<(usize, f64)>, found: (usize, f64)| match best {
        Some(best) if best.1 >= found.1 => Some(best),
        _ => Some(found),
    };
    values.enumerate().fold(None, better).map(|(at, _)| at)
}

/// The tree of some images, for tests.
#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) fn of(images: &PixelBits) -> Vec<TreeNode> {
    let mut counts = PairCounts::new(images.pixels());
    counts.step(images, &|| true).unwrap();
    best(&counts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::model::exact::bits::{every, example};

    /// The edges of the tree that a Prüfer sequence stands for.
    fn prufer(mut sequence: Vec<usize>, pixels: usize) -> Vec<(usize, usize)> {
        let mut degree = vec![1; pixels];
        sequence.iter().for_each(|pixel| degree[*pixel] += 1);
        let mut edges = Vec::new();
        while !sequence.is_empty() {
            let leaf = (0..pixels).find(|pixel| degree[*pixel] == 1).unwrap();
            let parent = sequence.remove(0);
            edges.push((leaf, parent));
            degree[leaf] -= 1;
            degree[parent] -= 1;
        }
        let left: Vec<usize> = (0..pixels).filter(|pixel| degree[*pixel] == 1).collect();
        edges.push((left[0], left[1]));
        edges
    }

    #[test]
    fn no_spanning_tree_of_five_pixels_is_better() {
        for size in [7, 40, 900] {
            let images = example(size, 5);
            let mut counts = PairCounts::new(5);
            counts.step(&images, &|| true).unwrap();
            let found: f64 = best(&counts).iter().map(|node| node.information).sum();
            let sums: Vec<f64> = (0..125)
                .map(|at| prufer(vec![at % 5, at / 5 % 5, at / 25], 5))
                .map(|edges| edges.iter().map(|(a, b)| information(smoothed(&counts, *a, *b))).sum())
                .collect();
            let most = sums.iter().copied().fold(0.0, f64::max);
            assert!((found - most).abs() < 1e-12, "{found} {most}");
            assert!(sums.iter().filter(|sum| **sum > most - 1e-12).count() < 20);
        }
    }

    #[test]
    fn a_pixel_hangs_on_the_one_that_it_repeats() {
        // Pixel 3 repeats pixel 0, and pixel 1 is pixel 2's opposite.
        let images = PixelBits::of(64, 4, &|row, image| {
            let [a, b] = [row % 2, row / 2 % 2].map(|bit| bit as f32);
            image.copy_from_slice(&[a, 1.0 - b, b, a]);
        });
        let tree = of(&images);
        let edge = |a, b| tree.iter().any(|node| [(a, Some(b)), (b, Some(a))].contains(&(node.pixel, node.parent)));
        assert!(edge(0, 3) && edge(1, 2));
        let strong = tree.iter().filter(|node| node.information > 0.5).count();
        assert_eq!(strong, 2);
    }

    #[test]
    fn parents_come_first_and_every_pixel_once() {
        let tree = of(&example(300, 30));
        let mut known = [false; 30];
        for node in &tree {
            assert!(node.parent.is_none_or(|parent| known[parent]));
            assert_eq!(node.parent.is_none(), known.iter().all(|known| !known));
            assert!(!std::mem::replace(&mut known[node.pixel], true));
        }
        assert!(known.iter().all(|known| *known));
        assert!(best(&PairCounts::new(0)).is_empty());
    }

    #[test]
    fn probabilities_of_all_images_sum_to_one() {
        let all: Vec<Vec<bool>> = every(12).collect();
        let bits = PixelBits::of(all.len(), 12, &|row, image| {
            image.iter_mut().zip(&all[row]).for_each(|(x, on)| *x = f32::from(u8::from(*on)));
        });
        let sum: f64 = log_ps(&of(&example(200, 12)), &bits).iter().map(|log_p| log_p.exp()).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    }

    #[test]
    fn the_counts_give_the_mean_log_p_of_the_images() {
        let images = example(500, 9);
        let mut counts = PairCounts::new(9);
        assert_eq!(mean_log_p(&best(&counts), &counts), 0.0);
        counts.step(&images, &|| true).unwrap();
        for tree in [best(&counts), alone(&counts)] {
            let mean = log_ps(&tree, &images).iter().sum::<f64>() / 500.0;
            assert!((mean_log_p(&tree, &counts) - mean).abs() < 1e-10);
        }
        assert!(mean_log_p(&best(&counts), &counts) > mean_log_p(&alone(&counts), &counts) + 0.1);
    }

    #[test]
    fn before_images_all_pixels_are_even() {
        let tree = best(&PairCounts::new(6));
        assert!(tree.iter().all(|node| node.one == [0.5; 2] && node.information < 1e-12));
    }
}
