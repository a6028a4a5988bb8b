//! Regression trees as plain arrays: their nodes, the images at their leaves, and the mean of them all.

use super::error::FitError;
#[cfg(test)]
use rayon::prelude::*;

/// Trees whose mean is the decoder; nodes of one after another, parents before children.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trees {
    /// Pixels of an image.
    pub pixels: usize,
    /// Latent dimensions.
    pub latent: usize,
    /// Each tree's first node, `[trees]`.
    pub roots: Vec<u32>,
    /// Which dimension of the code a node asks for, `[nodes]`; 0 at a leaf.
    pub feature: Vec<u32>,
    /// At most so much goes left, more goes right, `[nodes]`; 0 at a leaf.
    pub threshold: Vec<f32>,
    /// The node on the left, `[nodes]`; 0 at a leaf, as no child is node 0.
    pub left: Vec<u32>,
    /// The node on the right; at a leaf its row of `values`, `[nodes]`.
    pub right: Vec<u32>,
    /// The mean image of each leaf, in 0..1, `[leaves, pixels]`.
    pub values: Vec<f32>,
}

impl Trees {
    /// No tree.
    pub fn none(latent: usize, pixels: usize) -> Self {
        Self { pixels, latent, ..Self::default() }
    }

    /// One tree that is one leaf, of this image `[pixels]`.
    pub fn leaf(latent: usize, image: Vec<f32>) -> Self {
        Self {
            pixels: image.len(),
            latent,
            roots: vec![0],
            feature: vec![0],
            threshold: vec![0.0],
            left: vec![0],
            right: vec![0],
            values: image,
        }
    }

    /// Leaves of all trees.
    pub fn leaves(&self) -> usize {
        self.values.len() / self.pixels.max(1)
    }

    /// Questions on the way to the deepest leaf.
    pub fn depth(&self) -> usize {
        let mut depths = vec![0usize; self.feature.len()];
        for (node, (left, right)) in self.left.iter().zip(&self.right).enumerate().filter(|(_, (left, _))| **left > 0) {
            let below = depths.get(node).map_or(0, |depth| depth + 1);
            [left, right]
                .into_iter()
                .for_each(|at| depths.iter_mut().skip(*at as usize).take(1).for_each(|d| *d = below));
        }
        depths.into_iter().max().unwrap_or_default()
    }

    /// Whether the arrays are trees: for those that were read from a file.
    ///
    /// # Errors
    /// If their lengths differ, or an index points where nothing is, or back.
    pub fn check(&self) -> Result<(), FitError> {
        let (nodes, leaves) = (self.feature.len(), self.leaves());
        let whole = self.latent > 0 && self.pixels > 0 && self.values.len() == leaves * self.pixels;
        let even = [self.threshold.len(), self.left.len(), self.right.len()].iter().all(|len| *len == nodes);
        // Each decision makes one leaf two.
        let roots = self.roots.iter().all(|root| (*root as usize) < nodes) && nodes + self.roots.len() == 2 * leaves;
        let later = |at: u32, node: usize| (node + 1..nodes).contains(&(at as usize));
        let links = self.left.iter().zip(&self.right).enumerate().all(|(node, (left, right))| match left {
            0 => (*right as usize) < leaves,
            left => later(*left, node) && later(*right, node),
        });
        let asks = self.feature.iter().all(|feature| (*feature as usize) < self.latent);
        match whole && even && roots && links && asks {
            true => Ok(()),
            false => Err(FitError::Refused(format!(
                "trees: expected {nodes} nodes and {leaves} leaves that fit, found others"
            ))),
        }
    }

    /// Another's trees behind these.
    pub fn append(&mut self, other: Self) {
        let (nodes, leaves) = (self.feature.len() as u32, self.leaves() as u32);
        self.roots.extend(other.roots.iter().map(|root| root + nodes));
        let moved = |(left, right): (&u32, &u32)| match left {
            0 => (0, right + leaves),
            left => (left + nodes, right + nodes),
        };
        let (left, right): (Vec<u32>, Vec<u32>) = other.left.iter().zip(&other.right).map(moved).unzip();
        self.left.extend(left);
        self.right.extend(right);
        self.feature.extend(other.feature);
        self.threshold.extend(other.threshold);
        self.values.extend(other.values);
    }

    /// A tree as one whose leaves all lie as deep: decisions `[2^depth − 1, 2]`, a dimension and a threshold each, and leaves
    /// `[2^depth, pixels]`, both zeros before. A leaf that lies higher is the first of those below its place, and each decision on
    /// the way there goes left. Leaves are multiplied by `share`.
    pub fn complete(&self, root: u32, decisions: &mut [f32], leaves: &mut [f32], share: f32) {
        let inner = decisions.len() / 2;
        let mut left_to_do = vec![(root as usize, 0)];
        while let Some((node, place)) = left_to_do.pop() {
            let link = |links: &[u32]| links.get(node).copied().unwrap_or_default();
            let (left, right) = (link(&self.left), link(&self.right));
            let threshold = if left == 0 { f32::MAX } else { self.threshold.get(node).copied().unwrap_or_default() };
            if place < inner {
                let decision = decisions.iter_mut().skip(2 * place).take(2);
                decision.zip([link(&self.feature) as f32, threshold]).for_each(|(value, new)| *value = new);
                left_to_do.push((if left == 0 { node } else { left as usize }, 2 * place + 1));
                if left > 0 {
                    left_to_do.push((right as usize, 2 * place + 2));
                }
            } else {
                let values = self.values.iter().skip(right as usize * self.pixels);
                let leaf = leaves.iter_mut().skip((place - inner) * self.pixels).take(self.pixels);
                leaf.zip(values).for_each(|(leaf, value)| *leaf = share * value);
            }
        }
    }

    /// The leaf of a code in the tree with this root: its row of `values`.
    pub fn leaf_of(&self, root: u32, code: &[f32]) -> u32 {
        let mut node = root as usize;
        loop {
            let link = |links: &[u32]| links.get(node).copied().unwrap_or_default();
            let (left, right) = (link(&self.left), link(&self.right));
            if left == 0 {
                return right;
            }
            let value = code.get(link(&self.feature) as usize).copied().unwrap_or_default();
            let goes_left = self.threshold.get(node).is_some_and(|threshold| value <= *threshold);
            node = if goes_left { left } else { right } as usize;
        }
    }

    /// Pixels `[batch, pixels]` of codes `[batch, latent]`: the mean of the trees, in 0..1; black where there is no tree.
    #[cfg(test)]
    pub fn evaluate(&self, codes: &[f32]) -> Vec<f32> {
        let (latent, pixels) = (self.latent.max(1), self.pixels.max(1));
        let share = 1.0 / self.roots.len().max(1) as f32;
        let mut out = vec![0.0; codes.len() / latent * pixels];
        out.par_chunks_exact_mut(pixels).zip(codes.par_chunks_exact(latent)).for_each(|(out, code)| {
            for root in &self.roots {
                let from = self.leaf_of(*root, code) as usize * pixels;
                let values = self.values.get(from..from + pixels).unwrap_or_default();
                out.iter_mut().zip(values).for_each(|(out, value)| *out += value);
            }
            out.iter_mut().for_each(|out| *out *= share);
        });
        out
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::nn::operations::{Compute, DecisionTrees, Inputs};

    /// z₁ ≤ 0.5 ? 1 : 2, in one pixel.
    fn stump() -> Trees {
        Trees {
            pixels: 1,
            latent: 2,
            roots: vec![0],
            feature: vec![1, 0, 0],
            threshold: vec![0.5, 0.0, 0.0],
            left: vec![1, 0, 0],
            right: vec![2, 0, 1],
            values: vec![1.0, 2.0],
        }
    }

    #[test]
    fn codes_find_their_leaf_and_trees_their_mean() {
        let mut trees = stump();
        assert_eq!(trees.evaluate(&[9.0, 0.5, -9.0, 0.6]), [1.0, 2.0]);
        assert_eq!((trees.depth(), trees.leaves()), (1, 2));
        trees.append(Trees::leaf(2, vec![4.0]));
        trees.append(stump());
        assert_eq!(trees.evaluate(&[9.0, 0.5, -9.0, 0.6]), [2.0, 8.0 / 3.0]);
        assert!(trees.check().is_ok());
        assert_eq!((trees.depth(), trees.leaves()), (1, 5));
        assert_eq!(Trees::none(2, 3).evaluate(&[0.0, 0.0]), [0.0; 3]);
    }

    #[test]
    fn a_complete_tree_gives_what_the_tree_gives() {
        let mut trees = stump();
        trees.append(Trees::leaf(2, vec![4.0]));
        for depth in 1..4 {
            let operation = DecisionTrees { inputs: 2, outputs: 1, trees: 2, depth };
            let mut weight = vec![0.0; operation.weights()];
            let (decisions, leaves) = weight.split_at_mut(2 * operation.decision_values());
            let each = decisions.chunks_mut(operation.decision_values()).zip(leaves.chunks_mut(operation.leaves()));
            each.zip(&trees.roots).for_each(|((d, l), root)| trees.complete(*root, d, l, 0.5));
            let codes = [9.0, 0.5, -9.0, 0.6, 0.0, f32::MAX];
            let mut out = [0.0; 3];
            operation.forward(&weight, &[], Inputs::from(&codes[..]), &mut out);
            assert_eq!(out[..], trees.evaluate(&codes), "depth {depth}");
        }
    }

    #[test]
    fn arrays_that_are_no_trees_are_refused() {
        let broken: [fn(&mut Trees); 7] = [
            |trees| trees.left[0] = 3,
            |trees| trees.right[2] = 2,
            |trees| trees.feature[0] = 2,
            |trees| trees.roots[0] = 3,
            |trees| trees.threshold.clear(),
            |trees| trees.right[0] = 0,
            |trees| trees.pixels = 3,
        ];
        for spoil in broken {
            let mut trees = stump();
            spoil(&mut trees);
            assert!(trees.check().is_err(), "{trees:?}");
        }
    }
}
