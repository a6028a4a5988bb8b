//! The channels of two values side by side.

use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, element_stage, wgsl};
use crate::nn::conv_shape::Map;
use candle_core::{Result, Tensor, bail};

/// Two maps of one height and width, channels last; vectors are maps of one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concatenation {
    /// Rows of both.
    pub height: usize,
    /// Columns of both.
    pub width: usize,
    /// Elements a place: of the one that comes first, and of the other.
    pub channels: [usize; 2],
}

impl Concatenation {
    const ONLY: ShaderStage = element_stage!("concatenation");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];

    /// What is read, in order.
    pub fn parts(&self) -> [Map; 2] {
        self.channels.map(|channels| self.with(channels))
    }

    /// What is given.
    pub fn whole(&self) -> Map {
        self.with(self.channels.iter().sum())
    }

    fn with(&self, channels: usize) -> Map {
        Map { height: self.height, width: self.width, channels }
    }
}

impl Compute for Concatenation {
    fn inputs(&self) -> usize {
        let [first, _] = self.parts();
        first.elements()
    }

    fn second_inputs(&self) -> Option<usize> {
        let [_, second] = self.parts();
        Some(second.elements())
    }

    fn outputs(&self) -> usize {
        self.whole().elements()
    }

    fn forward(&self, _: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        let mut start = 0;
        for (part, channels) in [x.first, x.second].into_iter().zip(self.channels) {
            let places = out.chunks_exact_mut(self.whole().channels.max(1));
            for (place, part) in places.zip(part.chunks_exact(channels.max(1))) {
                place[start..start + channels].copy_from_slice(part);
            }
            start += channels;
        }
    }

    fn backward(&self, _: &[f32], _: Inputs<'_>, gradient: &[f32], x_gradient: InputGradients<'_>) {
        let mut start = 0;
        for (part, channels) in [x_gradient.first, x_gradient.second].into_iter().zip(self.channels) {
            let places = gradient.chunks_exact(self.whole().channels.max(1));
            for (place, part) in places.zip(part.chunks_exact_mut(channels.max(1))) {
                part.copy_from_slice(&place[start..start + channels]);
            }
            start += channels;
        }
    }

    fn by_candle(&self, _: Option<&Tensor>, _: Option<&Tensor>, x: &[&Tensor]) -> Result<Tensor> {
        let map = |value: &Tensor| value.contiguous()?.reshape((value.dim(0)?, self.height, self.width, ()));
        match x {
            [first, second] => Tensor::cat(&[map(first)?, map(second)?], 3)?.flatten_from(1),
            _ => bail!("expected two values to put side by side, found {}", x.len()),
        }
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let [first, _] = self.parts();
        let sizes = ShaderSizes { large: self.whole(), small: first, ..ShaderSizes::default() };
        ShaderCall::by_elements(Self::ONLY, examples, self.outputs(), sizes)
    }

    fn label(&self) -> &'static str {
        "operation.concatenation"
    }

    fn sizes(&self) -> String {
        let [first, second] = self.parts();
        format!("{first} + {second}→{}", self.whole())
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::of(self.whole())
    }
}
