//! Gaussian radial basis functions: how near the input lies to each of a number of centres.

use super::candle_maps::{only, weight_of};
use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::kernels::for_each_example;
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, element_stage, wgsl};
use crate::nn::conv_shape::Map;
use crate::nn::vector;
use candle_core::{Result, Tensor};

/// `[batch, inputs]` to `[batch, centres]`: exp(−‖x − c‖²) of each centre c, a row of the weight `[centres, inputs]`. A width
/// other than 1 is in the scale of inputs and centres.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RadialBasis {
    /// Coordinates.
    pub inputs: usize,
    /// Centres.
    pub centres: usize,
}

impl RadialBasis {
    const ONLY: ShaderStage = element_stage!("radial_basis");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];

    fn nearness(centre: &[f32], x: &[f32]) -> f32 {
        let squares = centre.iter().zip(x).map(|(centre, x)| (x - centre) * (x - centre));
        vector::exp(-squares.sum::<f32>())
    }
}

impl Compute for RadialBasis {
    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        self.centres
    }

    fn weight_shape(&self) -> Vec<usize> {
        vec![self.centres, self.inputs]
    }

    fn flops(&self) -> u64 {
        2 * self.weights() as u64
    }

    fn forward(&self, weight: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        for_each_example(self, x.first, out, |x, out| {
            let centres = weight.chunks_exact(self.inputs);
            out.iter_mut().zip(centres).for_each(|(out, centre)| *out = Self::nearness(centre, x));
        });
    }

    fn backward(&self, weight: &[f32], x: Inputs<'_>, gradient: &[f32], x_gradient: InputGradients<'_>) {
        let examples = x_gradient.first.chunks_exact_mut(self.inputs).zip(x.first.chunks_exact(self.inputs));
        for ((x_gradient, x), gradient) in examples.zip(gradient.chunks_exact(self.centres)) {
            x_gradient.fill(0.0);
            for (gradient, centre) in gradient.iter().zip(weight.chunks_exact(self.inputs)) {
                let scale = -2.0 * gradient * Self::nearness(centre, x);
                let places = x_gradient.iter_mut().zip(x.iter().zip(centre));
                places.for_each(|(x_gradient, (x, centre))| *x_gradient += scale * (x - centre));
            }
        }
    }

    fn tangent(&self, weight: &[f32], x: Inputs<'_>, direction: Inputs<'_>, out: &mut [f32]) {
        let examples = x.first.chunks_exact(self.inputs).zip(direction.first.chunks_exact(self.inputs));
        for ((x, direction), out) in examples.zip(out.chunks_exact_mut(self.centres)) {
            for (out, centre) in out.iter_mut().zip(weight.chunks_exact(self.inputs)) {
                let along: f32 = x.iter().zip(centre).zip(direction).map(|((x, centre), d)| (x - centre) * d).sum();
                *out = -2.0 * along * Self::nearness(centre, x);
            }
        }
    }

    fn is_piecewise_linear(&self) -> bool {
        false
    }

    fn by_candle(&self, weight: Option<&Tensor>, _: Option<&Tensor>, x: &[&Tensor]) -> Result<Tensor> {
        let differences = only(x)?.unsqueeze(1)?.broadcast_sub(&weight_of(weight)?.unsqueeze(0)?)?;
        differences.sqr()?.sum(2)?.neg()?.exp()
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let small = Map { height: 1, width: 1, channels: self.inputs };
        let large = Map { height: 1, width: 1, channels: self.centres };
        let sizes = ShaderSizes { small, large, ..ShaderSizes::default() };
        ShaderCall::by_elements(Self::ONLY, examples, self.centres, sizes)
    }

    fn label(&self) -> &'static str {
        "operation.radial_basis"
    }

    fn sizes(&self) -> String {
        format!("{}→{}", self.inputs, self.centres)
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::Vector(self.centres)
    }
}
