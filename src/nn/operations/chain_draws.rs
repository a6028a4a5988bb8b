//! Draws of a hidden Markov model of binary images, row by row: from a normal number a pixel.

use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::draw_trace::{DrawTrace, StatePath, TracedDraws};
use super::kernels::for_each_example;
use super::sectors::is_past;
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, element_stage, wgsl};
use crate::nn::conv_shape::Map;
use candle_core::{Result, Tensor, bail};

/// `[batch, pixels]` to `[batch, pixels]`, each 0 or 1, channel by channel. A row holds its pixels of all channels, two or more.
/// The angle of its first two numbers, which says nothing of how far they lie from 0, chooses the row's state together with its
/// first two pixels, given the state of the row above: a cell, four of each state. Any other pixel is 1 where its number is below
/// what the state says.
///
/// The weight holds the directions in which cells begin, by rising angle from that of the first axis on, where the first begins:
/// those of a first row, `[states, 4, 2]`, then those of any other row by the state of the row above, `[states, states, 4, 2]`.
/// The four are both pixels off, the first one on, the second one on, both on. Then the pixels of each state,
/// `[states, channels · width]`, of which the first two are not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainDraws {
    /// The size of an image.
    pub image: Map,
    /// States of a row.
    pub states: usize,
}

/// The last cell that has begun at the angle of `x`.
fn cell(begins: &[f32], x: &[f32]) -> usize {
    let (mut low, mut high) = (0, (begins.len() / 2).saturating_sub(1));
    while low < high {
        let middle = (low + high).div_ceil(2);
        let direction = begins.get(2 * middle..2 * middle + 2).unwrap_or_default();
        if is_past(direction, x) { low = middle } else { high = middle - 1 }
    }
    low
}

impl ChainDraws {
    const ONLY: ShaderStage = element_stage!("chain_draws");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];

    /// Pixels of a row.
    fn length(&self) -> usize {
        self.image.channels * self.image.width
    }

    /// Cells of a row.
    fn cells(&self) -> usize {
        4 * self.states
    }

    /// Where an element of a row lies in an image.
    fn place(&self, row: usize, element: usize) -> usize {
        let Map { height, width, .. } = self.image;
        (element / width * height + row) * width + element % width
    }

    /// An example; `state_of` is given the state of each row, from the first one on.
    fn draw(&self, weight: &[f32], x: &[f32], out: &mut [f32], mut state_of: impl FnMut(usize)) {
        let (begins, pixels) = weight.split_at((2 * self.cells() * (1 + self.states)).min(weight.len()));
        let mut line = 0;
        for row in 0..self.image.height {
            let number = |element: usize| x.get(self.place(row, element)).copied().unwrap_or_default();
            let begins = begins.chunks_exact((2 * self.cells()).max(1)).nth(line).unwrap_or_default();
            let chosen = cell(begins, &[number(0), number(1)]);
            let state = chosen / 4;
            let below = pixels.chunks_exact(self.length().max(1)).nth(state).unwrap_or_default();
            for (element, below) in below.iter().enumerate() {
                let is_on = match element {
                    0 => chosen % 2 == 1,
                    1 => chosen % 4 > 1,
                    _ => number(element) < *below,
                };
                if let Some(out) = out.get_mut(self.place(row, element)) {
                    *out = f32::from(u8::from(is_on));
                }
            }
            state_of(state);
            line = 1 + state;
        }
    }
}

impl TracedDraws for ChainDraws {
    fn trace(&self, weight: &[f32], x: &[f32]) -> DrawTrace {
        let (mut out, mut path) = (vec![0.0; self.outputs()], Vec::with_capacity(self.image.height));
        self.draw(weight, x, &mut out, |state| path.push(state));
        DrawTrace::States(StatePath { path, states: self.states })
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
        vec![2 * self.cells() * (1 + self.states) + self.states * self.length()]
    }

    fn flops(&self) -> u64 {
        self.image.elements() as u64
    }

    fn forward(&self, weight: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        for_each_example(self, x.first, out, |x, out| self.draw(weight, x, out, |_| {}));
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

    fn traced(&self) -> Option<&dyn TracedDraws> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f32::consts::TAU;

    #[test]
    fn a_row_is_drawn_given_the_state_of_the_one_above() {
        let draws = ChainDraws { image: Map { height: 3, width: 2, channels: 2 }, states: 2 };
        // In turns. After the first state, the second with both pixels on; after the second, this for half a turn only.
        let begins = [
            [0.0, 0.1, 0.2, 0.3, 0.4, 0.6, 0.8, 0.9],
            [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            [0.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5],
        ];
        let direction = |turn: f32| [(turn * TAU).cos(), (turn * TAU).sin()];
        let pixels = [[0.0, 0.0, 0.5, 0.2], [0.0, 0.0, -2.0, 2.0]].concat();
        let weight = [begins.concat().into_iter().flat_map(direction).collect(), pixels].concat();
        assert_eq!(weight.len(), draws.weights());
        // Of three rows the angle, and their pixels of both channels; the second has the same number everywhere.
        let cases = [
            ([0.15, 0.7, 0.2], [[1.0, 0.0, 1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 0.0, 1.0, 1.0, 0.0]]),
            ([0.65, 0.3, 0.9], [[1.0, 0.0, 0.0, 0.0, 1.0, 1.0], [0.0, 1.0, 1.0, 0.0, 0.0, 1.0]]),
            ([0.95, 0.75, 0.1], [[1.0, 1.0, 1.0, 1.0, 0.0, 0.0], [0.0, 1.0, 0.0, 1.0, 1.0, 0.0]]),
        ];
        for scale in [1.0, 0.01] {
            let numbers = |turn: f32| direction(turn).map(|x| scale * x);
            let x = cases.map(|(turns, _)| [&turns.map(numbers).concat()[..], &[0.3; 6]].concat()).concat();
            let mut out = [0.5; 36];
            draws.forward(&weight, &[], Inputs::from(&x[..]), &mut out);
            assert_eq!(out[..], cases.map(|(_, expected)| expected.concat()).concat());
            let paths = x.chunks_exact(12).map(|x| draws.trace(&weight, x));
            let expected = [[0, 1, 0], [1, 0, 1], [1, 1, 0]];
            let expected = expected.map(|path| DrawTrace::States(StatePath { path: path.into(), states: 2 }));
            assert_eq!(paths.collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn weights_that_are_no_numbers_give_pixels() {
        let draws = ChainDraws { image: Map { height: 2, width: 3, channels: 1 }, states: 3 };
        let (weight, mut out) = (vec![f32::NAN; draws.weights()], [0.5; 6]);
        draws.forward(&weight, &[], Inputs::from(&[0.0; 6][..]), &mut out);
        assert!(out.iter().all(|value| *value == 0.0 || *value == 1.0));
    }
}
