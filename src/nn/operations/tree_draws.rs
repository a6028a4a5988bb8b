//! Draws of a distribution of binary images in which each pixel depends on one other: from a normal number a pixel.

use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::kernels::for_each_example;
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
}

#[cfg(test)]
mod tests {
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
    fn weights_that_are_no_tree_end() {
        let draws = TreeDraws { pixels: 2 };
        let circle = [TreeDraws::numbers(1, [-1.0, 1.0]), TreeDraws::numbers(0, [-1.0, 1.0])].concat();
        let mut out = [0.5; 2];
        draws.forward(&circle, &[], Inputs::from(&[0.0, 0.0][..]), &mut out);
        assert!(out.iter().all(|value| *value == 0.0 || *value == 1.0));
        draws.forward(&[f32::NAN; 8], &[], Inputs::from(&[0.0, 0.0][..]), &mut out);
        assert!(out.iter().all(|value| value.is_finite()));
    }
}
