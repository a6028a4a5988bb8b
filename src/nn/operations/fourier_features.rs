//! Fourier features of the latent (Tancik 2020): waves of each coordinate beside the coordinate itself, so that the layers
//! after them can tell places apart that lie close together.

use super::candle_maps::only;
use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::kernels::for_each_example;
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, element_stage, wgsl};
use crate::nn::conv_shape::Map;
use crate::nn::vector::sin_cos;
use candle_core::{Result, Tensor};

/// z to z, sin z, cos z, sin 2z, cos 2z, each of all coordinates before the next: `[batch, inputs]` to `[batch, 5·inputs]`.
/// Beyond ±8192 the waves stand still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FourierFeatures {
    /// Coordinates.
    pub inputs: usize,
}

/// Features of a coordinate.
const FEATURES: usize = 5;

impl FourierFeatures {
    const ONLY: ShaderStage = element_stage!("fourier_features");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];

    /// sin x, cos x, sin 2x and cos 2x.
    fn waves(x: f32) -> [f32; 4] {
        let (sin, cos) = sin_cos(x);
        [sin, cos, 2.0 * sin * cos, 1.0 - 2.0 * sin * sin]
    }

    /// How each feature changes with x.
    fn slopes(x: f32) -> [f32; FEATURES] {
        let [sin, cos, sin_2, cos_2] = Self::waves(x);
        [1.0, cos, -sin, 2.0 * cos_2, -2.0 * sin_2]
    }
}

impl Compute for FourierFeatures {
    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        FEATURES * self.inputs
    }

    fn forward(&self, _: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        for_each_example(self, x.first, out, |x, out| {
            for (place, x) in x.iter().enumerate() {
                let [sin, cos, sin_2, cos_2] = Self::waves(*x);
                let features = out.iter_mut().skip(place).step_by(self.inputs);
                features.zip([*x, sin, cos, sin_2, cos_2]).for_each(|(out, feature)| *out = feature);
            }
        });
    }

    fn backward(&self, _: &[f32], x: Inputs<'_>, gradient: &[f32], x_gradient: InputGradients<'_>) {
        let examples = x_gradient.first.chunks_exact_mut(self.inputs).zip(x.first.chunks_exact(self.inputs));
        for ((x_gradient, x), gradient) in examples.zip(gradient.chunks_exact(self.outputs())) {
            for (place, (x_gradient, x)) in x_gradient.iter_mut().zip(x).enumerate() {
                let gradients = gradient.iter().skip(place).step_by(self.inputs);
                *x_gradient = gradients.zip(Self::slopes(*x)).map(|(gradient, slope)| gradient * slope).sum();
            }
        }
    }

    fn tangent(&self, _: &[f32], x: Inputs<'_>, direction: Inputs<'_>, out: &mut [f32]) {
        let examples = x.first.chunks_exact(self.inputs).zip(direction.first.chunks_exact(self.inputs));
        for ((x, direction), out) in examples.zip(out.chunks_exact_mut(self.outputs())) {
            for (place, (x, direction)) in x.iter().zip(direction).enumerate() {
                let features = out.iter_mut().skip(place).step_by(self.inputs);
                features.zip(Self::slopes(*x)).for_each(|(out, slope)| *out = slope * direction);
            }
        }
    }

    fn is_piecewise_linear(&self) -> bool {
        false
    }

    fn by_candle(&self, _: Option<&Tensor>, _: Option<&Tensor>, x: &[&Tensor]) -> Result<Tensor> {
        let x = only(x)?;
        let twice = x.affine(2.0, 0.0)?;
        Tensor::cat(&[x, &x.sin()?, &x.cos()?, &twice.sin()?, &twice.cos()?], 1)
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let small = Map { height: 1, width: 1, channels: self.inputs };
        let sizes = ShaderSizes { small, ..ShaderSizes::default() };
        ShaderCall::by_elements(Self::ONLY, examples, self.outputs(), sizes)
    }

    fn label(&self) -> &'static str {
        "operation.fourier_features"
    }

    fn sizes(&self) -> String {
        format!("{}→{}", self.inputs, self.outputs())
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::Vector(self.outputs())
    }
}
