//! Products of powers of the inputs: what a polynomial is linear in.

use super::candle_maps::{only, weight_of};
use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::kernels::for_each_example;
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, element_stage, wgsl};
use crate::nn::conv_shape::Map;
use candle_core::{DType, Result, Tensor};

/// `[batch, inputs]` to `[batch, terms]`: term `t` is the product over inputs `i` of `x[i]` to the power `weight[t, i]`, a small
/// whole number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Monomials {
    /// Coordinates.
    pub inputs: usize,
    /// Products.
    pub terms: usize,
}

impl Monomials {
    const ONLY: ShaderStage = element_stage!("monomials");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];

    /// The derivative of a term, all of whose exponents are `powers`, by input `by`.
    fn slope(powers: &[f32], x: &[f32], by: usize) -> f32 {
        let factors = powers.iter().zip(x).enumerate().map(|(place, (power, x))| match place == by {
            true if *power == 0.0 => 0.0,
            true => power * x.powi(*power as i32 - 1),
            false => x.powi(*power as i32),
        });
        factors.product()
    }
}

impl Compute for Monomials {
    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        self.terms
    }

    fn weight_shape(&self) -> Vec<usize> {
        vec![self.terms, self.inputs]
    }

    fn flops(&self) -> u64 {
        self.weights() as u64
    }

    fn forward(&self, weight: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        for_each_example(self, x.first, out, |x, out| {
            for (out, powers) in out.iter_mut().zip(weight.chunks_exact(self.inputs)) {
                *out = powers.iter().zip(x).map(|(power, x)| x.powi(*power as i32)).product();
            }
        });
    }

    fn backward(&self, weight: &[f32], x: Inputs<'_>, gradient: &[f32], x_gradient: InputGradients<'_>) {
        let examples = x_gradient.first.chunks_exact_mut(self.inputs).zip(x.first.chunks_exact(self.inputs));
        for ((x_gradient, x), gradient) in examples.zip(gradient.chunks_exact(self.terms)) {
            for (by, x_gradient) in x_gradient.iter_mut().enumerate() {
                let terms = gradient.iter().zip(weight.chunks_exact(self.inputs));
                *x_gradient = terms.map(|(gradient, powers)| gradient * Self::slope(powers, x, by)).sum();
            }
        }
    }

    fn tangent(&self, weight: &[f32], x: Inputs<'_>, direction: Inputs<'_>, out: &mut [f32]) {
        let examples = x.first.chunks_exact(self.inputs).zip(direction.first.chunks_exact(self.inputs));
        for ((x, direction), out) in examples.zip(out.chunks_exact_mut(self.terms)) {
            for (out, powers) in out.iter_mut().zip(weight.chunks_exact(self.inputs)) {
                let parts = direction.iter().enumerate().map(|(by, change)| change * Self::slope(powers, x, by));
                *out = parts.sum();
            }
        }
    }

    fn is_piecewise_linear(&self) -> bool {
        false
    }

    fn by_candle(&self, weight: Option<&Tensor>, _: Option<&Tensor>, x: &[&Tensor]) -> Result<Tensor> {
        let x = only(x)?;
        let terms = weight_of(weight)?.to_dtype(DType::F32)?.to_vec2::<f32>()?.into_iter().map(|powers| {
            let mut product = Tensor::ones(x.dim(0)?, x.dtype(), x.device())?;
            for (place, power) in powers.into_iter().enumerate() {
                for _ in 0..power as u32 {
                    product = (product * x.narrow(1, place, 1)?.squeeze(1)?)?;
                }
            }
            Ok(product)
        });
        Tensor::stack(&terms.collect::<Result<Vec<_>>>()?, 1)
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let small = Map { height: 1, width: 1, channels: self.inputs };
        let large = Map { height: 1, width: 1, channels: self.terms };
        let sizes = ShaderSizes { small, large, ..ShaderSizes::default() };
        ShaderCall::by_elements(Self::ONLY, examples, self.terms, sizes)
    }

    fn label(&self) -> &'static str {
        "operation.monomials"
    }

    fn sizes(&self) -> String {
        format!("{}→{}", self.inputs, self.terms)
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::Vector(self.terms)
    }
}
