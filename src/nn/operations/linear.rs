//! A dense layer: `x·weightᵀ + bias`.

use super::candle_maps::{only, weight_of};
use super::compute::{Compute, InputGradients, Inputs, OutputLayout, WeightGradientSplit};
use super::kernels::start_from_bias;
use super::shader::{MatmulShape, ShaderCall, ShaderSizes, ShaderStage, matmul_stage, narrow_matmul_stage, wgsl};
use crate::nn::matmul::{Matrix, SMALL, inner_products, matmul};
use candle_core::{Result, Tensor};

/// `x·weightᵀ + bias`, weight `[outputs, inputs]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Linear {
    /// Elements an example that it reads.
    pub inputs: usize,
    /// Elements an example that it gives.
    pub outputs: usize,
}

/// More examples than this are multiplied by tiles.
const FEW_ROWS: usize = 16;

impl Linear {
    const TILED: ShaderStage = matmul_stage!("linear");
    const NARROW: ShaderStage = narrow_matmul_stage!("linear");
    const FEW: ShaderStage = ShaderStage {
        name: "linear, few rows",
        source: concat!(wgsl!("shared/stage"), wgsl!("linear_few")),
        tile: [4, 4],
    };
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::TILED, Self::NARROW, Self::FEW];
}

impl Compute for Linear {
    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn weight_shape(&self) -> Vec<usize> {
        vec![self.outputs, self.inputs]
    }

    fn biases(&self) -> usize {
        self.outputs
    }

    fn fan_in(&self) -> usize {
        self.inputs
    }

    fn flops(&self) -> u64 {
        2 * (self.inputs * self.outputs) as u64
    }

    fn forward(&self, weight: &[f32], bias: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        let rows = out.len() / self.outputs.max(1);
        start_from_bias(out, self.outputs, bias);
        let (x, weight) = (Matrix::new(x.first, rows, self.inputs), Matrix::new(weight, self.outputs, self.inputs));
        // A shard has 8 rows or more.
        if 8 * self.outputs <= SMALL {
            inner_products(out, x, weight, !bias.is_empty());
        } else {
            matmul(out, x, weight.transposed(), !bias.is_empty());
        }
    }

    fn backward(&self, weight: &[f32], _: Inputs<'_>, gradient: &[f32], x_gradient: InputGradients<'_>) {
        let rows = gradient.len() / self.outputs.max(1);
        let weight = Matrix::new(weight, self.outputs, self.inputs);
        matmul(x_gradient.first, Matrix::new(gradient, rows, self.outputs), weight, false);
    }

    fn add_weight_gradient(&self, x: &[f32], gradient: &[f32], out: &mut [f32]) {
        let rows = gradient.len() / self.outputs.max(1);
        let gradient = Matrix::new(gradient, rows, self.outputs).transposed();
        matmul(out, gradient, Matrix::new(x, rows, self.inputs), true);
    }

    fn weight_gradient_split(&self) -> WeightGradientSplit {
        WeightGradientSplit::ByOutputs
    }

    fn by_candle(&self, weight: Option<&Tensor>, bias: Option<&Tensor>, x: &[&Tensor]) -> Result<Tensor> {
        let out = only(x)?.matmul(&weight_of(weight)?.t()?)?;
        bias.map_or(Ok(out.clone()), |bias| out.broadcast_add(bias))
    }

    fn input_gradient_by_candle(&self, weight: Option<&Tensor>, gradient: &Tensor) -> Result<Option<Tensor>> {
        gradient.matmul(weight_of(weight)?).map(Some)
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let stage = match (examples, self.outputs) {
            (0..=FEW_ROWS, _) => Self::FEW,
            (_, 0..=32) => Self::NARROW,
            _ => Self::TILED,
        };
        Some(ShaderCall { stage, rows: examples, sizes: ShaderSizes::default() })
    }

    fn matmul(&self) -> Option<MatmulShape> {
        Some(MatmulShape { columns: self.outputs, inner: self.inputs, phases: 1, run: self.inputs })
    }

    fn label(&self) -> &'static str {
        "operation.linear"
    }

    fn sizes(&self) -> String {
        format!("{}→{}", self.inputs, self.outputs)
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::Vector(self.outputs)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn few_rows_and_few_columns_have_stages_of_their_own() {
        let stage = |inputs, outputs, examples| Linear { inputs, outputs }.shader(examples).unwrap().stage;
        assert_eq!(stage(2, 256, 1), Linear::FEW);
        assert_eq!(stage(2, 256, 400), Linear::TILED);
        assert_eq!(stage(256, 10, 400), Linear::NARROW);
    }
}
