//! Upsampling by the nearest place, as PyTorch has it: `⌊y·from/to⌋`.

use super::candle_maps::only;
use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::kernels::for_each_example;
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, element_stage, wgsl};
use crate::nn::conv_shape::Map;
use candle_core::{Result, Tensor};
use std::ops::Range;

/// The nearest place's element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upsample {
    /// What is read.
    pub from: Map,
    /// What is given: as many channels.
    pub to: Map,
}

impl Upsample {
    const ONLY: ShaderStage = element_stage!("upsample");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];

    /// Calls `visit` with the ranges of the nearest place's channels and of the place itself.
    fn for_each_nearest(&self, mut visit: impl FnMut(Range<usize>, Range<usize>)) {
        let (from, to, channels) = (self.from, self.to, self.to.channels);
        for y in 0..to.height {
            for x in 0..to.width {
                let source = (y * from.height / to.height * from.width + x * from.width / to.width) * channels;
                let target = (y * to.width + x) * channels;
                visit(source..source + channels, target..target + channels);
            }
        }
    }
}

impl Compute for Upsample {
    fn inputs(&self) -> usize {
        self.from.elements()
    }

    fn outputs(&self) -> usize {
        self.to.elements()
    }

    fn forward(&self, _: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        for_each_example(self, x.first, out, |x, out| {
            self.for_each_nearest(|source, target| out[target].copy_from_slice(&x[source]));
        });
    }

    fn backward(&self, _: &[f32], _: Inputs<'_>, gradient: &[f32], x_gradient: InputGradients<'_>) {
        x_gradient.first.fill(0.0);
        let examples = x_gradient.first.chunks_exact_mut(self.inputs());
        for (x_gradient, gradient) in examples.zip(gradient.chunks_exact(self.outputs())) {
            self.for_each_nearest(|source, target| {
                let pairs = x_gradient[source].iter_mut().zip(&gradient[target]);
                pairs.for_each(|(sum, value)| *sum += value);
            });
        }
    }

    fn by_candle(&self, _: Option<&Tensor>, _: Option<&Tensor>, x: &[&Tensor]) -> Result<Tensor> {
        let (x, from, to) = (only(x)?, self.from, self.to);
        let nearest = |from: usize, to: usize| {
            let indices: Vec<u32> = (0..to).map(|place| (place * from / to) as u32).collect();
            Tensor::new(indices, x.device())
        };
        let map = x.contiguous()?.reshape(((), from.height, from.width, from.channels))?;
        let map = map.index_select(&nearest(from.height, to.height)?, 1)?;
        map.index_select(&nearest(from.width, to.width)?, 2)?.contiguous()?.flatten_from(1)
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let sizes = ShaderSizes { large: self.to, small: self.from, ..ShaderSizes::default() };
        ShaderCall::by_elements(Self::ONLY, examples, self.outputs(), sizes)
    }

    fn label(&self) -> &'static str {
        "operation.upsample"
    }

    fn sizes(&self) -> String {
        format!("{}→{}", self.from, self.to)
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::ChannelsLast(self.to)
    }
}
