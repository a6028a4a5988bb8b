//! Draws of a distribution of binary images in which each pixel depends on one other: from a normal number a pixel.

use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::draw_trace::{DrawTrace, TracedDraws, TreeEdge, probability};
use super::kernels::for_each_example;
use super::pixel_draws::normal_log_odds;
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, element_stage, wgsl};
use crate::nn::conv_shape::Map;
use candle_core::{Result, Tensor, bail};

/// `[batch, pixels]` to `[batch, pixels]`, each 0 or 1. The weight holds four numbers a pixel, `[pixels, 4]`: the pixel that it
/// depends on, as thousands and rest, so that half precision holds them, or itself where it depends on none; and below what its
/// number has to lie for the pixel to be 1, where the other is 0 and where it is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeDraws {
    /// Pixels.
    pub pixels: usize,
}

/// Numbers of a pixel.
const NUMBERS: usize = 4;
/// What the place of a pixel is written in.
const THOUSAND: usize = 1000;

impl TreeDraws {
    const ONLY: ShaderStage = element_stage!("tree_draws");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];

    /// The numbers of a pixel.
    pub fn numbers(parent: usize, below: [f32; 2]) -> [f32; NUMBERS] {
        [(parent / THOUSAND) as f32, (parent % THOUSAND) as f32, below[0], below[1]]
    }

    /// The pixel that a pixel depends on, and the probabilities that it is 1 where that one is 0 and where it is 1. A root
    /// depends on itself.
    fn dependence(&self, weight: &[f32], pixel: usize) -> Option<(usize, [f64; 2])> {
        let [thousands, rest, off, on] = weight.get(NUMBERS * pixel..)?.first_chunk::<NUMBERS>()?;
        let one = [off, on].map(|below| f64::from(probability(normal_log_odds(*below))));
        Some(((*thousands as usize).saturating_mul(THOUSAND).saturating_add(*rest as usize), one))
    }

    /// The edges, by their children, with what they tell: the mutual information follows from what each pixel is by itself,
    /// which follows from its parent's.
    fn edges(&self, weight: &[f32]) -> Vec<TreeEdge> {
        let nodes: Vec<_> = (0..self.pixels).map_while(|pixel| self.dependence(weight, pixel)).collect();
        // Of each pixel, the probability that it is 1.
        let mut ones: Vec<Option<f64>> = vec![None; nodes.len()];
        for pixel in 0..nodes.len() {
            // The way up to a pixel of which it is known, and back. Weights that are no tree end, too.
            let mut way = vec![pixel];
            while let Some(at) = way.last().copied() {
                let Some((parent, [off, on])) = nodes.get(at).copied() else { break };
                let known = match ones.get(parent).copied() {
                    _ if parent == at || way.len() > nodes.len() => Some(off),
                    None => Some(off),
                    Some(above) => above.map(|above| above * on + (1.0 - above) * off),
                };
                match (known, ones.get_mut(at)) {
                    (Some(_), Some(one)) => {
                        *one = one.or(known);
                        way.pop();
                    }
                    _ => way.push(parent),
                }
            }
        }
        let edge = |(child, (parent, [off, on])): (usize, &(usize, [f64; 2]))| {
            let (above, own) = (ones.get(*parent).copied().flatten()?, ones.get(child).copied().flatten()?);
            let information = entropy(own) - above * entropy(*on) - (1.0 - above) * entropy(*off);
            let edge = TreeEdge { parent: *parent, child, information: information.max(0.0) as f32 };
            (*parent != child).then_some(edge)
        };
        nodes.iter().enumerate().filter_map(edge).collect()
    }

    /// A pixel's value. What the pixels above it make of it, be they 0 or 1, is followed up to where both give the same.
    fn value(&self, weight: &[f32], x: &[f32], pixel: usize) -> f32 {
        let (mut own, mut at) = ([0.0, 1.0], pixel);
        // A tree has no longer way than through all pixels, whatever the weights are.
        for _ in 0..self.pixels {
            let Some([thousands, rest, off, on]) = weight.get(NUMBERS * at..NUMBERS * at + NUMBERS) else { break };
            let z = x.get(at).copied().unwrap_or_default();
            own = [off, on].map(|below| if z < *below { own[1] } else { own[0] });
            let parent = *thousands as usize * THOUSAND + *rest as usize;
            if own[0] == own[1] || parent == at {
                break;
            }
            at = parent;
        }
        own[0]
    }
}

/// In nats, of a pixel that is 1 with this probability.
fn entropy(p: f64) -> f64 {
    [p, 1.0 - p].into_iter().filter(|p| *p > 0.0).map(|p| -p * p.ln()).sum()
}

impl TracedDraws for TreeDraws {
    fn trace(&self, weight: &[f32], _: &[f32]) -> DrawTrace {
        DrawTrace::Tree(self.edges(weight))
    }
}

impl Compute for TreeDraws {
    fn inputs(&self) -> usize {
        self.pixels
    }

    fn outputs(&self) -> usize {
        self.pixels
    }

    fn weight_shape(&self) -> Vec<usize> {
        vec![self.pixels, NUMBERS]
    }

    fn flops(&self) -> u64 {
        self.pixels as u64
    }

    fn forward(&self, weight: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        for_each_example(self, x.first, out, |x, out| {
            out.iter_mut().enumerate().for_each(|(pixel, out)| *out = self.value(weight, x, pixel));
        });
    }

    /// It is constant piece by piece.
    fn backward(&self, _: &[f32], _: Inputs<'_>, _: &[f32], x_gradient: InputGradients<'_>) {
        x_gradient.first.fill(0.0);
    }

    fn tangent(&self, _: &[f32], _: Inputs<'_>, _: Inputs<'_>, out: &mut [f32]) {
        out.fill(0.0);
    }

    fn by_candle(&self, _: Option<&Tensor>, _: Option<&Tensor>, _: &[&Tensor]) -> Result<Tensor> {
        bail!("candle has no draws of trees")
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let map = Map { height: 1, width: 1, channels: self.pixels };
        let sizes = ShaderSizes { small: map, large: map, ..ShaderSizes::default() };
        ShaderCall::by_elements(Self::ONLY, examples, self.pixels, sizes)
    }

    fn label(&self) -> &'static str {
        "operation.tree_draws"
    }

    fn sizes(&self) -> String {
        format!("{}", self.pixels)
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::Vector(self.pixels)
    }

    fn traced(&self) -> Option<&dyn TracedDraws> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic)]
    use super::*;

    #[test]
    fn each_pixel_is_drawn_given_the_one_that_it_depends_on() {
        // 1 ← 2 → 0, 0 → 3.
        let draws = TreeDraws { pixels: 4 };
        let weight = [
            TreeDraws::numbers(2, [-1.0, 1.0]),
            TreeDraws::numbers(2, [0.5, -0.5]),
            TreeDraws::numbers(2, [0.0, 0.0]),
            TreeDraws::numbers(0, [-2.0, 2.0]),
        ]
        .concat();
        let x = [0.3, 0.0, -0.1, 1.0, 0.3, 0.0, 0.1, 1.0, -1.5, 0.6, 0.1, 1.9];
        let mut out = [0.5; 12];
        draws.forward(&weight, &[], Inputs::from(&x[..]), &mut out);
        assert_eq!(out, [1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
    }

    #[test]
    fn edges_have_the_mutual_information_of_both_pixels() {
        let draws = TreeDraws { pixels: 3 };
        // 0 ← 2 → 1: the first repeats it, the second does so in three of four cases.
        let numbers = TreeDraws::numbers;
        let weight = [numbers(2, [-6.0, 6.0]), numbers(2, [-0.674_489_8, 0.674_489_8]), numbers(2, [0.0; 2])].concat();
        let DrawTrace::Tree(edges) = draws.trace(&weight, &[0.0; 3]) else { panic!("a tree") };
        assert_eq!(edges.iter().map(|edge| (edge.parent, edge.child)).collect::<Vec<_>>(), [(2, 0), (2, 1)]);
        let ln2 = std::f32::consts::LN_2;
        let three_of_four = ln2 + 0.25 * 0.25f32.ln() + 0.75 * 0.75f32.ln();
        let found = edges.iter().map(|edge| edge.information);
        assert!(found.zip([ln2, three_of_four]).all(|(found, expected)| (found - expected).abs() < 1e-5), "{edges:?}");
    }

    #[test]
    fn weights_that_are_no_tree_end() {
        let draws = TreeDraws { pixels: 2 };
        for weight in [&[f32::NAN; 8], &[f32::INFINITY; 8], &[0.0, 1.0, -1.0, 1.0, 0.0, 0.0, -1.0, 1.0]] {
            let DrawTrace::Tree(edges) = draws.trace(weight, &[0.0; 2]) else { panic!("a tree") };
            assert!(edges.len() <= 2 && edges.iter().all(|edge| edge.parent < 2), "{edges:?}");
        }
        let circle = [TreeDraws::numbers(1, [-1.0, 1.0]), TreeDraws::numbers(0, [-1.0, 1.0])].concat();
        let mut out = [0.5; 2];
        draws.forward(&circle, &[], Inputs::from(&[0.0, 0.0][..]), &mut out);
        assert!(out.iter().all(|value| *value == 0.0 || *value == 1.0));
        draws.forward(&[f32::NAN; 8], &[], Inputs::from(&[0.0, 0.0][..]), &mut out);
        assert!(out.iter().all(|value| value.is_finite()));
    }
}
