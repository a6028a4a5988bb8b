//! Max pooling: the largest element of a window, channel by channel.

use super::candle_maps::{flat, only, reached};
use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::kernels::for_each_example;
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, element_stage, wgsl};
use crate::nn::conv_shape::ConvShape;
use candle_core::{Result, Tensor, bail};

/// The largest element of the window, channel by channel; both maps have as many channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MaxPool(pub ConvShape);

impl MaxPool {
    const ONLY: ShaderStage = element_stage!("max_pool");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];

    /// Calls `visit(small place, large place)` with the first largest element of the window at each position, channel by
    /// channel.
    fn for_each_maximum(&self, x: &[f32], mut visit: impl FnMut(usize, usize)) {
        let (large, channels) = (self.0.large, self.0.small.channels);
        self.0.for_each_window(|place, rows, columns| {
            for channel in 0..channels {
                let mut best = None;
                for row in rows.clone() {
                    for column in columns.clone() {
                        let from = (row * large.width + column) * large.channels + channel;
                        if best.is_none_or(|best: usize| x[from] > x[best]) {
                            best = Some(from);
                        }
                    }
                }
                if let Some(best) = best {
                    visit(place * channels + channel, best);
                }
            }
        });
    }
}

impl Compute for MaxPool {
    fn inputs(&self) -> usize {
        self.0.large.elements()
    }

    fn outputs(&self) -> usize {
        self.0.small.elements()
    }

    fn forward(&self, _: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        for_each_example(self, x.first, out, |x, out| {
            self.for_each_maximum(x, |place, from| out[place] = x[from]);
        });
    }

    fn backward(&self, _: &[f32], x: Inputs<'_>, gradient: &[f32], x_gradient: InputGradients<'_>) {
        x_gradient.first.fill(0.0);
        let examples = x_gradient.first.chunks_exact_mut(self.inputs()).zip(x.first.chunks_exact(self.inputs()));
        for ((x_gradient, x), gradient) in examples.zip(gradient.chunks_exact(self.outputs())) {
            self.for_each_maximum(x, |place, from| x_gradient[from] += gradient[place]);
        }
    }

    /// The elements that are the largest of `x`, not of the direction.
    fn tangent(&self, _: &[f32], x: Inputs<'_>, direction: Inputs<'_>, out: &mut [f32]) {
        let examples = x.first.chunks_exact(self.inputs()).zip(direction.first.chunks_exact(self.inputs()));
        for ((x, direction), out) in examples.zip(out.chunks_exact_mut(self.outputs())) {
            self.for_each_maximum(x, |place, from| out[place] = direction[from]);
        }
    }

    fn by_candle(&self, _: Option<&Tensor>, _: Option<&Tensor>, x: &[&Tensor]) -> Result<Tensor> {
        let ConvShape { large, small, window } = self.0;
        if window.padding > 0 || window.side != window.stride {
            bail!("pooling by candle takes windows side by side without padding");
        }
        // candle's own pooling divides its gradient by the window's size.
        let x = only(x)?;
        let (batch, side) = (x.dim(0)?, window.side);
        let windows = reached(x, &self.0)?;
        let windows = windows.reshape((batch, large.channels, small.height, side, small.width * side))?;
        let rows = windows.max(3)?.reshape((batch, large.channels, small.height, small.width, side))?;
        flat(&rows.max(4)?)
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let ConvShape { window, large, small } = self.0;
        ShaderCall::by_elements(Self::ONLY, examples, self.outputs(), ShaderSizes { window, large, small })
    }

    fn label(&self) -> &'static str {
        "operation.max_pool"
    }

    fn sizes(&self) -> String {
        format!("{}→{}", self.0.large, self.0.small)
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::ChannelsLast(self.0.small)
    }
}
