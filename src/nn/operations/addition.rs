//! The sum of two values, as at the end of a skip connection.

use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, element_stage, wgsl};
use crate::nn::conv_shape::Map;
use candle_core::{Result, Tensor, bail};

/// The sum of two values of one size; a vector is a map of one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Addition(pub Map);

impl Addition {
    const ONLY: ShaderStage = element_stage!("addition");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];
}

impl Compute for Addition {
    fn inputs(&self) -> usize {
        self.0.elements()
    }

    fn second_inputs(&self) -> Option<usize> {
        Some(self.0.elements())
    }

    fn outputs(&self) -> usize {
        self.0.elements()
    }

    fn flops(&self) -> u64 {
        self.0.elements() as u64
    }

    fn forward(&self, _: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        let pairs = x.first.iter().zip(x.second);
        out.iter_mut().zip(pairs).for_each(|(sum, (a, b))| *sum = a + b);
    }

    fn backward(&self, _: &[f32], _: Inputs<'_>, gradient: &[f32], x_gradient: InputGradients<'_>) {
        x_gradient.first.copy_from_slice(gradient);
        x_gradient.second.copy_from_slice(gradient);
    }

    fn by_candle(&self, _: Option<&Tensor>, _: Option<&Tensor>, x: &[&Tensor]) -> Result<Tensor> {
        match x {
            [first, second] => first.add(second),
            _ => bail!("expected two values to add, found {}", x.len()),
        }
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let sizes = ShaderSizes { large: self.0, ..ShaderSizes::default() };
        ShaderCall::by_elements(Self::ONLY, examples, self.outputs(), sizes)
    }

    fn label(&self) -> &'static str {
        "operation.addition"
    }

    fn sizes(&self) -> String {
        self.0.to_string()
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::of(self.0)
    }
}
