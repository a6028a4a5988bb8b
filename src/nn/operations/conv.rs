//! Convolution (a cross-correlation, as everywhere in the field): large map to small.

use super::candle_maps::{flat, kernel, only, reached, weight_of, with_bias};
use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::conv_transpose::ConvTranspose;
use super::kernels;
use super::shader::{
    MatmulShape, ShaderCall, ShaderSizes, ShaderStage, direct_stage, matmul_stage, narrow_matmul_stage, wgsl,
};
use crate::nn::conv_shape::ConvShape;
use candle_core::{Result, Tensor};

/// Large map to small; weight `[small channels, side, side, large channels]`, a bias a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conv(pub ConvShape);

impl Conv {
    const TILED: ShaderStage = matmul_stage!("conv");
    const NARROW: ShaderStage = narrow_matmul_stage!("conv");
    const DIRECT: ShaderStage = direct_stage!("conv");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::TILED, Self::NARROW, Self::DIRECT];
}

impl Compute for Conv {
    fn inputs(&self) -> usize {
        self.0.large.elements()
    }

    fn outputs(&self) -> usize {
        self.0.small.elements()
    }

    fn weight_shape(&self) -> Vec<usize> {
        self.0.weight_shape()
    }

    fn biases(&self) -> usize {
        self.0.small.channels
    }

    fn fan_in(&self) -> usize {
        self.0.receptive_field()
    }

    fn flops(&self) -> u64 {
        self.0.flops()
    }

    fn forward(&self, weight: &[f32], bias: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        kernels::conv(&self.0, weight, bias, x.first, out);
    }

    fn backward(&self, weight: &[f32], _: Inputs<'_>, gradient: &[f32], x_gradient: InputGradients<'_>) {
        kernels::conv_transpose(&self.0, weight, &[], gradient, x_gradient.first);
    }

    fn add_weight_gradient(&self, x: &[f32], gradient: &[f32], out: &mut [f32]) {
        kernels::conv_weight_gradient(&self.0, gradient, x, out);
    }

    fn by_candle(&self, weight: Option<&Tensor>, bias: Option<&Tensor>, x: &[&Tensor]) -> Result<Tensor> {
        let kernel = kernel(weight_of(weight)?)?;
        let out = reached(only(x)?, &self.0)?.conv2d(&kernel, 0, self.0.window.stride, 1, 1)?;
        flat(&with_bias(out, bias)?)
    }

    fn input_gradient_by_candle(&self, weight: Option<&Tensor>, gradient: &Tensor) -> Result<Option<Tensor>> {
        ConvTranspose(self.0).by_candle(weight, None, &[gradient]).map(Some)
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let ConvShape { window, large, small } = self.0;
        let stage = match small.channels {
            0..=4 => Self::DIRECT,
            5..=32 => Self::NARROW,
            _ => Self::TILED,
        };
        let rows = examples.checked_mul(small.height)?.checked_mul(small.width)?;
        Some(ShaderCall { stage, rows, sizes: ShaderSizes { window, large, small } })
    }

    fn matmul(&self) -> Option<MatmulShape> {
        let (side, run) = (self.0.window.side, self.0.large.channels);
        let inner = side.saturating_mul(side).saturating_mul(run);
        Some(MatmulShape { columns: self.0.small.channels, inner, phases: 1, run })
    }

    fn label(&self) -> &'static str {
        "operation.conv"
    }

    fn sizes(&self) -> String {
        format!("{}→{}", self.0.large, self.0.small)
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::ChannelsLast(self.0.small)
    }
}
