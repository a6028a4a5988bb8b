//! Average pooling: the mean over a window, channel by channel. Zeros beyond the edge count, as PyTorch has it.

use super::candle_maps::{flat, only, planes, reached, transposed};
use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::kernels::for_each_example;
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, element_stage, wgsl};
use crate::nn::conv_shape::ConvShape;
use candle_core::{Result, Tensor};
use std::ops::Range;

/// The mean over the window, channel by channel; both maps have as many channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AvgPool(pub ConvShape);

impl AvgPool {
    const ONLY: ShaderStage = element_stage!("avg_pool");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];

    /// What each element of a window counts.
    fn share(&self) -> f32 {
        1.0 / (self.0.window.side * self.0.window.side).max(1) as f32
    }

    /// Calls `visit` with the ranges of a small place's channels and of those of each place in its window.
    fn for_each_pair(&self, mut visit: impl FnMut(Range<usize>, Range<usize>)) {
        let (width, channels) = (self.0.large.width, self.0.small.channels);
        self.0.for_each_window(|place, rows, columns| {
            for row in rows {
                for column in columns.clone() {
                    let (small, large) = (place * channels, (row * width + column) * channels);
                    visit(small..small + channels, large..large + channels);
                }
            }
        });
    }

    /// The kernel that a channel alone is convolved with in candle, `[1, 1, side, side]`.
    fn kernel(&self, x: &Tensor) -> Result<Tensor> {
        let side = self.0.window.side;
        Tensor::full(self.share(), (1, 1, side, side), x.device())?.to_dtype(x.dtype())
    }
}

impl Compute for AvgPool {
    fn inputs(&self) -> usize {
        self.0.large.elements()
    }

    fn outputs(&self) -> usize {
        self.0.small.elements()
    }

    fn flops(&self) -> u64 {
        let window = self.0.window;
        (self.0.small.elements() * window.side * window.side) as u64
    }

    fn forward(&self, _: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        let share = self.share();
        out.fill(0.0);
        for_each_example(self, x.first, out, |x, out| {
            self.for_each_pair(|small, large| {
                out[small].iter_mut().zip(&x[large]).for_each(|(sum, value)| *sum += share * value);
            });
        });
    }

    fn backward(&self, _: &[f32], _: Inputs<'_>, gradient: &[f32], x_gradient: InputGradients<'_>) {
        let share = self.share();
        x_gradient.first.fill(0.0);
        let examples = x_gradient.first.chunks_exact_mut(self.inputs());
        for (x_gradient, gradient) in examples.zip(gradient.chunks_exact(self.outputs())) {
            self.for_each_pair(|small, large| {
                x_gradient[large].iter_mut().zip(&gradient[small]).for_each(|(sum, value)| *sum += share * value);
            });
        }
    }

    fn by_candle(&self, _: Option<&Tensor>, _: Option<&Tensor>, x: &[&Tensor]) -> Result<Tensor> {
        let planes = reached(only(x)?, &self.0)?;
        let (batch, channels, height, width) = planes.dims4()?;
        let each = planes.reshape((batch * channels, 1, height, width))?;
        // candle's own pooling goes back through windows side by side alone.
        let mean = each.conv2d(&self.kernel(&each)?, 0, self.0.window.stride, 1, 1)?;
        flat(&mean.reshape((batch, channels, self.0.small.height, self.0.small.width))?)
    }

    fn input_gradient_by_candle(&self, _: Option<&Tensor>, gradient: &Tensor) -> Result<Option<Tensor>> {
        let ConvShape { large, small, .. } = self.0;
        let each = planes(gradient, small)?.reshape(((), 1, small.height, small.width))?;
        let spread = transposed(&each, &self.kernel(&each)?, &self.0)?;
        flat(&spread.reshape(((), large.channels, large.height, large.width))?).map(Some)
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let ConvShape { window, large, small } = self.0;
        ShaderCall::by_elements(Self::ONLY, examples, self.outputs(), ShaderSizes { window, large, small })
    }

    fn label(&self) -> &'static str {
        "operation.avg_pool"
    }

    fn sizes(&self) -> String {
        format!("{}→{}", self.0.large, self.0.small)
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::ChannelsLast(self.0.small)
    }
}
