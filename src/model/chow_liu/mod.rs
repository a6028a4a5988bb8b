//! The best tree over the pixels (Chow and Liu 1968): each pixel depends on one other, and of all such distributions it is the
//! one closest to the data. The first step counts, and pixels depend on none yet; the second makes the tree. Images are drawn
//! from a normal number a pixel, each pixel given the one that it depends on.

mod counts;
mod given;
mod tree;

use super::exact::BINARIZED;
use super::exact::binary::{BinaryDensity, BinaryModel, GoesOn};
use super::exact::bits::PixelBits;
use super::exact::conditioned::Conditioned;
use super::exact::numbers::normal_quantile;
use super::family::{Family, LATENT_A_VALUE, Preset, SEED};
use super::{Likelihood, Saved, StepError};
use crate::memory::{free_bytes, gibibytes};
use crate::nn::operations::{Compute, TreeDraws};
use crate::snapshot::Operation;
use counts::PairCounts;
use given::TreeGiven;
use tree::{TreeNode, alone, best, log_ps, mean_log_p};

/// The best tree over pixels.
pub static CHOW_LIU: Family = Family {
    id: "chow-liu",
    words: "family.chow-liu",
    heading: "preset.exact",
    presets: &[Preset { name: "chow-liu", settings: &[] }],
    fields: &[&BINARIZED, &LATENT_A_VALUE, &SEED],
    parts: &[],
    points: |_| Vec::new(),
    encodes: false,
    samples: true,
    bounds_evidence: false,
    most_steps: |_| Some(STEPS as u64),
    check: |_| Ok(()),
    warning: |_, _| None,
    summary: |_| "best tree over pixels: one step counts pairs of pixels, one makes the tree".to_owned(),
    make: |config, shape, _| {
        let pixels = shape.values();
        check_pairs(pixels)?;
        Ok(Box::new(BinaryModel::new(config, shape, Box::new(PixelTree::new(pixels)))?))
    },
};

/// Counting, and the tree.
const STEPS: usize = 2;
/// The most bytes that counts may take, where so much is free: about 11 500 pixels.
const MOST_BYTES: u64 = 1 << 30;

/// Refuses images the counts of whose pairs of pixels, twice, would not fit into memory.
fn check_pairs(pixels: usize) -> Result<(), StepError> {
    let (bytes, most) = ((pixels as u64).saturating_pow(2).saturating_mul(2 * 4), MOST_BYTES.min(free_bytes()));
    if bytes > most {
        let (found, most) = (gibibytes(bytes), gibibytes(most));
        return Err(candle_core::Error::Msg(format!(
            "counts: expected at most {most} for pairs of pixels, found {found}"
        ))
        .into());
    }
    Ok(())
}

/// The counts, and the tree that they give.
#[derive(Debug)]
struct PixelTree {
    counts: PairCounts,
    /// Steps that were made.
    made: usize,
    nodes: Vec<TreeNode>,
}

impl PixelTree {
    fn new(pixels: usize) -> Self {
        let counts = PairCounts::new(pixels);
        Self { nodes: alone(&counts), counts, made: 0 }
    }
}

impl BinaryDensity for PixelTree {
    fn step(&mut self, images: &PixelBits, go_on: GoesOn<'_>) -> Option<f64> {
        let mut counts = self.counts.clone();
        if self.made == 0 {
            counts.step(images, go_on)?;
        } else if !go_on() {
            return None;
        }
        let nodes = if self.made == 0 { alone(&counts) } else { best(&counts) };
        (self.counts, self.nodes, self.made) = (counts, nodes, self.made + 1);
        Some(mean_log_p(&self.nodes, &self.counts))
    }

    fn log_ps(&self, images: &PixelBits) -> Vec<f64> {
        log_ps(&self.nodes, images)
    }

    fn given<'a>(&'a self, kept: &'a [Option<bool>]) -> Option<Box<dyn Conditioned + 'a>> {
        Some(Box::new(TreeGiven::new(&self.nodes, kept)))
    }

    fn latent(&self) -> usize {
        self.counts.pixels()
    }

    fn operations(&self) -> Vec<Operation> {
        let draws = TreeDraws { pixels: self.counts.pixels() };
        let mut weight = vec![0.0; draws.weights()];
        for TreeNode { pixel, parent, one, .. } in &self.nodes {
            let below = one.map(|p| normal_quantile(p) as f32);
            let numbers = TreeDraws::numbers(parent.unwrap_or(*pixel), below);
            let own = weight.iter_mut().skip(pixel * numbers.len());
            own.zip(numbers).for_each(|(value, number)| *value = number);
        }
        vec![Operation::of_weight("decoder.tree", 0, draws, weight)]
    }

    fn likelihood(&self) -> Option<Likelihood> {
        None
    }

    fn save(&self) -> Vec<(&'static str, Vec<f32>)> {
        vec![
            ("images", vec![self.counts.seen() as f32]),
            ("pairs", self.counts.pairs().iter().map(|count| *count as f32).collect()),
            ("steps", vec![self.made as f32]),
        ]
    }

    fn restore(&mut self, saved: &Saved) -> Result<(), StepError> {
        let pixels = self.counts.pixels();
        let seen = saved.take("images", 1)?.pop().unwrap_or_default() as u64;
        let pairs: Vec<u32> = saved.take("pairs", pixels * pixels)?.into_iter().map(|count| count as u32).collect();
        let made = saved.take("steps", 1)?.pop().unwrap_or_default() as usize;
        if let Some(counts) = PairCounts::restore(pixels, seen, pairs) {
            let nodes = if made < STEPS { alone(&counts) } else { best(&counts) };
            (self.counts, self.nodes, self.made) = (counts, nodes, made);
        }
        Ok(())
    }

    /// The pairs that are on together, half of them by symmetry.
    fn flops(&self) -> u64 {
        let pixels = self.counts.pixels() as u64;
        pixels * (pixels + 1) / 2
    }

    /// The counts: the tree follows from them.
    fn parameter_count(&self) -> usize {
        self.counts.pairs().len()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::model::exact::bits::example;
    use crate::nn::operations::DrawTrace;

    #[test]
    fn the_tree_that_images_are_drawn_with_is_the_one_that_was_learned() {
        let (images, mut tree) = (example(300, 30), PixelTree::new(30));
        let edges = |tree: &PixelTree| {
            let operation = &tree.operations()[0];
            match operation.kind.traced().unwrap().trace(&operation.weight, &[0.0; 30]) {
                DrawTrace::Tree(edges) => edges,
                other => panic!("{other:?}"),
            }
        };
        tree.step(&images, &|| true).unwrap();
        assert_eq!(edges(&tree), [], "before there is a tree");
        tree.step(&images, &|| true).unwrap();
        let (found, mut expected) = (edges(&tree), tree.nodes.clone());
        expected.retain(|node| node.parent.is_some());
        expected.sort_by_key(|node| node.pixel);
        assert_eq!((found.len(), expected.len()), (29, 29));
        for (edge, node) in found.iter().zip(&expected) {
            assert_eq!((edge.child, Some(edge.parent)), (node.pixel, node.parent));
            let information = f64::from(edge.information);
            assert!((information - node.information).abs() < 1e-5, "{edge:?} {node:?}");
        }
        assert!(expected.iter().any(|node| node.information > 0.01));
    }
}
