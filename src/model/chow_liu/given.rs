//! A tree given some pixels: what they say is passed from the leaves to the root, and missing pixels are drawn from the root on
//! (Pearl 1988, section 4.2).

use super::tree::TreeNode;
use crate::model::exact::conditioned::Conditioned;
use crate::model::exact::numbers::{log_sum_exp, logistic};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// A tree, and what the kept pixels say.
pub struct TreeGiven<'a> {
    /// Parents come first.
    tree: &'a [TreeNode],
    kept: &'a [Option<bool>],
    log_p: f64,
    /// Of each pixel: log p(what is kept of it and of the pixels below it | it is 0), and the same where it is 1.
    below: Vec<[f64; 2]>,
}

impl<'a> TreeGiven<'a> {
    /// Given these pixels, `[pixels]`; `None` is missing.
    pub fn new(tree: &'a [TreeNode], kept: &'a [Option<bool>]) -> Self {
        let contradicted = |kept: &Option<bool>| match kept {
            None => [0.0; 2],
            Some(false) => [0.0, f64::NEG_INFINITY],
            Some(true) => [f64::NEG_INFINITY, 0.0],
        };
        let mut below: Vec<[f64; 2]> = kept.iter().map(contradicted).collect();
        let mut log_p = 0.0;
        for node in tree.iter().rev() {
            let [off, on] = below.get(node.pixel).copied().unwrap_or_default();
            let message = node.one.map(|one| log_sum_exp(&[(1.0 - one).ln() + off, one.ln() + on]));
            match node.parent.and_then(|parent| below.get_mut(parent)) {
                Some(parent) => parent.iter_mut().zip(message).for_each(|(log, more)| *log += more),
                None => log_p += message[0],
            }
        }
        Self { tree, kept, log_p, below }
    }
}

impl Conditioned for TreeGiven<'_> {
    fn log_p_kept(&self) -> f64 {
        self.log_p
    }

    fn draw(&self, random: &mut ChaCha8Rng) -> Vec<bool> {
        let mut image = vec![false; self.kept.len()];
        for node in self.tree {
            let is_on = |pixel: usize| image.get(pixel).copied().unwrap_or_default();
            let one = node.one[usize::from(node.parent.is_some_and(is_on))];
            let [off, on] = self.below.get(node.pixel).copied().unwrap_or_default();
            let kept = self.kept.get(node.pixel).copied().flatten();
            let drawn =
                |random: &mut ChaCha8Rng| random.random::<f64>() < logistic(one.ln() + on - (1.0 - one).ln() - off);
            let value = kept.unwrap_or_else(|| drawn(random));
            if let Some(pixel) = image.get_mut(node.pixel) {
                *pixel = value;
            }
        }
        image
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::PixelTree;
    use crate::model::exact::binary::BinaryDensity;
    use crate::model::exact::bits::example;
    use crate::model::exact::enumeration::check_by_enumeration;

    #[test]
    fn kept_pixels_and_draws_are_those_over_all_images() {
        let mut density = PixelTree::new(10);
        for _ in 0..2 {
            density.step(&example(400, 10), &|| true).unwrap();
            check_by_enumeration(&density, 10);
        }
    }
}
