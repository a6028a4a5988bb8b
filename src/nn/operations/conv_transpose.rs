//! Conv transpose: small map to large, the adjoint of a conv with the same weight.

use super::candle_maps::{flat, kernel, only, planes, transposed, weight_of, with_bias};
use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::kernels;
use super::shader::{
    MatmulShape, ShaderCall, ShaderSizes, ShaderStage, direct_stage, matmul_stage, narrow_matmul_stage, wgsl,
};
use crate::nn::conv_shape::ConvShape;
use candle_core::{Result, Tensor};

/// Small map to large; weight `[small channels, side, side, large channels]`, a bias a channel of the large map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvTranspose(pub ConvShape);

impl ConvTranspose {
    const TILED: ShaderStage = matmul_stage!("conv_transpose");
    const NARROW: ShaderStage = narrow_matmul_stage!("conv_transpose");
    const DIRECT: ShaderStage = direct_stage!("conv_transpose");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::TILED, Self::NARROW, Self::DIRECT];

    fn stride(&self) -> usize {
        self.0.window.stride.max(1)
    }
}

impl Compute for ConvTranspose {
    fn inputs(&self) -> usize {
        self.0.small.elements()
    }

    fn outputs(&self) -> usize {
        self.0.large.elements()
    }

    fn weight_shape(&self) -> Vec<usize> {
        self.0.weight_shape()
    }

    fn biases(&self) -> usize {
        self.0.large.channels
    }

    fn fan_in(&self) -> usize {
        self.0.receptive_field()
    }

    fn flops(&self) -> u64 {
        self.0.flops()
    }

    fn forward(&self, weight: &[f32], bias: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        kernels::conv_transpose(&self.0, weight, bias, x.first, out);
    }

    fn backward(&self, weight: &[f32], _: Inputs<'_>, gradient: &[f32], x_gradient: InputGradients<'_>) {
        kernels::conv(&self.0, weight, &[], gradient, x_gradient.first);
    }

    fn add_weight_gradient(&self, x: &[f32], gradient: &[f32], out: &mut [f32]) {
        kernels::conv_weight_gradient(&self.0, x, gradient, out);
    }

    /// The weights of one output lie apart: its channels are last.
    fn scale_channels(&self, weight: &mut [f32], factors: &[f32]) {
        weight.iter_mut().zip(factors.iter().cycle()).for_each(|(weight, factor)| *weight *= factor);
    }

    fn by_candle(&self, weight: Option<&Tensor>, bias: Option<&Tensor>, x: &[&Tensor]) -> Result<Tensor> {
        let kernel = kernel(weight_of(weight)?)?;
        let out = transposed(&planes(only(x)?, self.0.small)?, &kernel, &self.0)?;
        flat(&with_bias(out, bias)?)
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let ConvShape { window, large, small } = self.0;
        let stage = match large.channels {
            0..=4 => Self::DIRECT,
            5..=32 => Self::NARROW,
            _ => Self::TILED,
        };
        // The first phase is the largest.
        let (height, width) = (large.height.div_ceil(self.stride()), large.width.div_ceil(self.stride()));
        let rows = examples.checked_mul(height)?.checked_mul(width)?;
        Some(ShaderCall { stage, rows, sizes: ShaderSizes { window, large, small } })
    }

    fn matmul(&self) -> Option<MatmulShape> {
        let (stride, run) = (self.stride(), self.0.small.channels);
        let taps = self.0.window.side.div_ceil(stride);
        let inner = taps.saturating_mul(taps).saturating_mul(run);
        Some(MatmulShape { columns: self.0.large.channels, inner, phases: stride.saturating_mul(stride), run })
    }

    /// `[small channel, row, column, large channel]` to `[phase, large channel, y, x, small channel]`: of each phase the rows
    /// and columns of the window that cover its places, from the last position back.
    fn pack(&self, weight: &[f32], stride: usize, out: &mut [f32]) {
        let (window, steps, channels) = (self.0.window, self.stride(), self.0.large.channels);
        let covering = |corner: usize| ((corner + window.padding) % steps..window.side).step_by(steps);
        let mut matrices = out.chunks_exact_mut((stride * channels).max(1));
        for (y, x) in (0..steps).flat_map(|y| (0..steps).map(move |x| (y, x))) {
            let Some(matrix) = matrices.next() else { return };
            for (channel, column) in matrix.chunks_exact_mut(stride.max(1)).enumerate() {
                let taps = covering(y).flat_map(|row| covering(x).map(move |place| row * window.side + place));
                for (tap, target) in taps.zip(column.chunks_exact_mut(self.0.small.channels.max(1))) {
                    let from = weight.iter().skip(tap * channels + channel).step_by(self.0.receptive_field().max(1));
                    target.iter_mut().zip(from).for_each(|(target, source)| *target = *source);
                }
            }
        }
    }

    fn label(&self) -> &'static str {
        "operation.conv_transpose"
    }

    fn sizes(&self) -> String {
        format!("{}→{}", self.0.small, self.0.large)
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::ChannelsLast(self.0.large)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::nn::conv_shape::{Map, Window};

    #[test]
    fn each_phase_has_the_places_of_the_window_that_cover_it() {
        let large = Map { height: 4, width: 4, channels: 1 };
        let operation = ConvTranspose(ConvShape::new(large, Window { side: 3, stride: 2, padding: 1 }, 1));
        let weight: Vec<f32> = (0..9u8).map(f32::from).collect();
        let matmul = operation.matmul().unwrap();
        assert_eq!((matmul.phases, matmul.inner), (4, 4));
        let mut out = vec![0.0; matmul.weights().unwrap()];
        operation.pack(&weight, matmul.stride().unwrap(), &mut out);
        // An even place is covered by the middle alone, an odd one by both ends: the last position's is the first of the window.
        assert_eq!(out[..4], [4.0, 0.0, 0.0, 0.0]);
        assert_eq!(out[4..8], [3.0, 5.0, 0.0, 0.0]);
        assert_eq!(out[8..12], [1.0, 7.0, 0.0, 0.0]);
        assert_eq!(out[12..], [0.0, 2.0, 6.0, 8.0]);
    }
}
