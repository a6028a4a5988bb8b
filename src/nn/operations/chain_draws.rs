//! Draws of a hidden Markov model of binary images, row by row: from a normal number a pixel.

use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::kernels::for_each_example;
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, element_stage, wgsl};
use crate::nn::conv_shape::Map;
use candle_core::{Result, Tensor, bail};

/// `[batch, pixels]` to `[batch, pixels]`, each 0 or 1, channel by channel. A row holds its pixels of all channels. Its first
/// number chooses the row's state together with its first pixel, given the state of the row above: a cell, two of each state,
/// the pixel off and on. Any other pixel is 1 where its number is below what its state says.
///
/// The weight holds, as quantiles of the normal distribution, where the cells of a first row end, `[states, 2]`, then those of
/// any other row by the state of the row above, `[states, states, 2]`; then the pixels of each state,
/// `[states, channels · width]`, of which the first is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainDraws {
    /// The size of an image.
    pub image: Map,
    /// States of a row.
    pub states: usize,
}

/// The cell of a line of their ends that a number falls into.
fn cell(ends: &[f32], z: f32) -> usize {
    ends.partition_point(|end| *end <= z).min(ends.len().saturating_sub(1))
}

impl ChainDraws {
    const ONLY: ShaderStage = element_stage!("chain_draws");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];

    /// Pixels of a row.
    fn length(&self) -> usize {
        self.image.channels * self.image.width
    }

    /// An example.
    fn draw(&self, weight: &[f32], x: &[f32], out: &mut [f32]) {
        let Map { height, width, channels } = self.image;
        let cells = 2 * self.states;
        let (ends, pixels) = weight.split_at(((1 + self.states) * cells).min(weight.len()));
        let mut line = 0;
        for row in 0..height {
            let ends = ends.chunks_exact(cells.max(1)).nth(line).unwrap_or_default();
            let first = x.get(row * width).copied().unwrap_or_default();
            let chosen = cell(ends, first);
            line = 1 + chosen / 2;
            let below = pixels.chunks_exact(self.length().max(1)).nth(chosen / 2).unwrap_or_default();
            for (channel, below) in (0..channels).zip(below.chunks_exact(width.max(1))) {
                let place = (channel * height + row) * width;
                let own = out.iter_mut().zip(x).skip(place).zip(below);
                own.for_each(|((out, z), below)| *out = f32::from(u8::from(z < below)));
            }
            if let Some(out) = out.get_mut(row * width) {
                *out = (chosen % 2) as f32;
            }
        }
    }
}

impl Compute for ChainDraws {
    fn inputs(&self) -> usize {
        self.image.elements()
    }

    fn outputs(&self) -> usize {
        self.image.elements()
    }

    fn weight_shape(&self) -> Vec<usize> {
        vec![self.states * (2 * (1 + self.states) + self.length())]
    }

    fn flops(&self) -> u64 {
        self.image.elements() as u64
    }

    fn forward(&self, weight: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        for_each_example(self, x.first, out, |x, out| self.draw(weight, x, out));
    }

    /// It is constant piece by piece.
    fn backward(&self, _: &[f32], _: Inputs<'_>, _: &[f32], x_gradient: InputGradients<'_>) {
        x_gradient.first.fill(0.0);
    }

    fn tangent(&self, _: &[f32], _: Inputs<'_>, _: Inputs<'_>, out: &mut [f32]) {
        out.fill(0.0);
    }

    fn by_candle(&self, _: Option<&Tensor>, _: Option<&Tensor>, _: &[&Tensor]) -> Result<Tensor> {
        bail!("candle has no draws of chains")
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let small = Map { height: 1, width: self.states, channels: 1 };
        let sizes = ShaderSizes { small, large: self.image, ..ShaderSizes::default() };
        ShaderCall::by_elements(Self::ONLY, examples, self.outputs(), sizes)
    }

    fn label(&self) -> &'static str {
        "operation.chain_draws"
    }

    fn sizes(&self) -> String {
        format!("{}, {}", self.image.elements(), self.states)
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::Planes(self.image)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_drawn_given_the_state_of_the_one_above() {
        let draws = ChainDraws { image: Map { height: 3, width: 2, channels: 2 }, states: 2 };
        let ends = [
            [-1.0, 0.0, 1.0, 9.0],
            // After the first state, the second with its first pixel on; after the second, the first, whatever its first pixel.
            [-9.0, -9.0, -9.0, 9.0],
            [0.5, 9.0, 9.0, 9.0],
        ]
        .concat();
        let pixels = [[0.0, -0.5, 0.5, 0.2], [0.0, 1.0, -2.0, 2.0]].concat();
        let weight = [ends, pixels].concat();
        assert_eq!(weight.len(), draws.weights());
        // The second channel has the same number everywhere.
        let cases = [
            // First state, off; second, on; first, off.
            ([-1.5, -0.6, 0.3, 0.9, 0.2, 0.0], [[0.0, 1.0, 1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 1.0, 1.0, 0.0]]),
            // First state, on; second, on; first, on.
            ([-0.5, -0.4, 3.0, 1.1, 0.7, -0.6], [[1.0, 0.0, 1.0, 0.0, 1.0, 1.0], [1.0, 0.0, 0.0, 1.0, 1.0, 0.0]]),
            // Second state, on; first, on; second, on.
            ([1.0, 0.9, 0.5, 0.0, -3.0, 0.9], [[1.0, 1.0, 1.0, 0.0, 1.0, 1.0], [0.0, 1.0, 1.0, 0.0, 0.0, 1.0]]),
        ];
        let x = cases.map(|(first, _)| [first, [0.3; 6]].concat()).concat();
        let mut out = [0.5; 36];
        draws.forward(&weight, &[], Inputs::from(&x[..]), &mut out);
        assert_eq!(out[..], cases.map(|(_, expected)| expected.concat()).concat());
    }

    #[test]
    fn weights_that_are_no_numbers_give_pixels() {
        let draws = ChainDraws { image: Map { height: 2, width: 3, channels: 1 }, states: 3 };
        let (weight, mut out) = (vec![f32::NAN; draws.weights()], [0.5; 6]);
        draws.forward(&weight, &[], Inputs::from(&[0.0; 6][..]), &mut out);
        assert!(out.iter().all(|value| *value == 0.0 || *value == 1.0));
    }
}
