//! The product of a standard normal distribution and of Gaussian experts, from the sums of their natural parameters.

use super::candle_maps::only;
use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::kernels::for_each_example;
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, element_stage, wgsl};
use crate::nn::conv_shape::Map;
use candle_core::{Result, Tensor};

/// `[batch, 2·dimensions]`, the experts' sums of mean times precision and then of precision, to mean and log variance of the
/// product, whose precision is 1 more; a sum of precisions below 0 counts as 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpertProduct {
    /// Of the distribution.
    pub dimensions: usize,
}

/// Of a dimension of the product.
struct ProductMoments {
    mean: f32,
    precision: f32,
    /// How the precision changes with its sum: 1, or 0 below 0.
    moves: f32,
}

impl ExpertProduct {
    const ONLY: ShaderStage = element_stage!("expert_product");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];

    /// Each dimension's moments.
    fn moments<'a>(&self, x: &'a [f32]) -> impl Iterator<Item = ProductMoments> + use<'a> {
        let (weighted, precisions) = x.split_at(self.dimensions.min(x.len()));
        weighted.iter().zip(precisions).map(|(weighted, sum)| {
            let precision = 1.0 + sum.max(0.0);
            ProductMoments { mean: weighted / precision, precision, moves: if *sum > 0.0 { 1.0 } else { 0.0 } }
        })
    }
}

impl Compute for ExpertProduct {
    fn inputs(&self) -> usize {
        2 * self.dimensions
    }

    fn outputs(&self) -> usize {
        2 * self.dimensions
    }

    fn forward(&self, _: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        for_each_example(self, x.first, out, |x, out| {
            let (means, log_variances) = out.split_at_mut(self.dimensions);
            let outputs = means.iter_mut().zip(log_variances);
            for ((mean, log_variance), moments) in outputs.zip(self.moments(x)) {
                (*mean, *log_variance) = (moments.mean, -moments.precision.ln());
            }
        });
    }

    fn backward(&self, _: &[f32], x: Inputs<'_>, gradient: &[f32], x_gradient: InputGradients<'_>) {
        let width = 2 * self.dimensions;
        let examples = x.first.chunks_exact(width).zip(gradient.chunks_exact(width));
        for ((x, gradient), out) in examples.zip(x_gradient.first.chunks_exact_mut(width)) {
            let (of_weighted, of_precision) = out.split_at_mut(self.dimensions);
            let (of_mean, of_log) = gradient.split_at(self.dimensions);
            let outputs = of_weighted.iter_mut().zip(of_precision).zip(of_mean.iter().zip(of_log));
            for (((weighted, precision), (mean, log)), moments) in outputs.zip(self.moments(x)) {
                *weighted = mean / moments.precision;
                *precision = -moments.moves * (mean * moments.mean + log) / moments.precision;
            }
        }
    }

    fn tangent(&self, _: &[f32], x: Inputs<'_>, direction: Inputs<'_>, out: &mut [f32]) {
        let width = 2 * self.dimensions;
        let examples = x.first.chunks_exact(width).zip(direction.first.chunks_exact(width));
        for ((x, direction), out) in examples.zip(out.chunks_exact_mut(width)) {
            let (means, logs) = out.split_at_mut(self.dimensions);
            let (of_weighted, of_precision) = direction.split_at(self.dimensions);
            let outputs = means.iter_mut().zip(logs).zip(of_weighted.iter().zip(of_precision));
            for (((mean, log), (weighted, precision)), moments) in outputs.zip(self.moments(x)) {
                let precision = moments.moves * precision;
                *mean = (weighted - moments.mean * precision) / moments.precision;
                *log = -precision / moments.precision;
            }
        }
    }

    fn is_piecewise_linear(&self) -> bool {
        false
    }

    fn by_candle(&self, _: Option<&Tensor>, _: Option<&Tensor>, x: &[&Tensor]) -> Result<Tensor> {
        let x = only(x)?;
        let weighted = x.narrow(1, 0, self.dimensions)?;
        let precision = x.narrow(1, self.dimensions, self.dimensions)?.relu()?.affine(1.0, 1.0)?;
        Tensor::cat(&[weighted.div(&precision)?, precision.log()?.neg()?], 1)
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let small = Map { height: 1, width: 1, channels: self.dimensions };
        let sizes = ShaderSizes { small, ..ShaderSizes::default() };
        ShaderCall::by_elements(Self::ONLY, examples, self.outputs(), sizes)
    }

    fn label(&self) -> &'static str {
        "operation.expert_product"
    }

    fn sizes(&self) -> String {
        format!("{}", self.dimensions)
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::Vector(self.outputs())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::nn::parameters::copied;
    use candle_core::{Device, Var};

    const NORMAL: ExpertProduct = ExpertProduct { dimensions: 2 };
    const X: [f32; 8] = [3.0, -1.0, 4.0, -0.5, 0.2, 7.0, 1.5, 20.0];

    #[test]
    fn it_is_mean_and_log_variance_and_has_candles_gradient() {
        let (mut out, mut gradient) = ([0.0; 8], [0.0; 8]);
        NORMAL.forward(&[], &[], Inputs::from(&X[..]), &mut out);
        assert_eq!(out[..2], [0.6, -1.0]);
        assert!((out[2] + 5f32.ln()).abs() < 1e-6 && out[3] == 0.0);
        let weights = [0.3, -1.0, 2.0, 0.7, 1.0, 0.1, -0.4, 0.9];
        NORMAL.backward(&[], Inputs::from(&X[..]), &weights, InputGradients::from(&mut gradient[..]));
        let x = Var::from_tensor(&Tensor::from_slice(&X, (2, 4), &Device::Cpu).unwrap()).unwrap();
        let weights = Tensor::from_slice(&weights, (2, 4), &Device::Cpu).unwrap();
        let by_candle = NORMAL.by_candle(None, None, &[x.as_tensor()]).unwrap();
        assert!(out.iter().zip(copied(&by_candle).unwrap()).all(|(a, b)| (a - b).abs() < 1e-6));
        let gradients = (by_candle * weights).unwrap().sum_all().unwrap().backward().unwrap();
        let expected = copied(gradients.get(x.as_tensor()).unwrap()).unwrap();
        assert!(gradient.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5), "{gradient:?} for {expected:?}");
    }

    #[test]
    fn its_tangent_is_the_difference_of_what_it_gives() {
        let direction = [0.5, 1.0, -0.3, 0.2, 1.0, -1.0, 0.4, 2.0];
        let at = |step: f32| {
            let moved: Vec<f32> = X.iter().zip(direction).map(|(x, d)| x + step * d).collect();
            let mut out = [0.0; 8];
            NORMAL.forward(&[], &[], Inputs::from(&moved[..]), &mut out);
            out
        };
        let mut tangent = [0.0; 8];
        NORMAL.tangent(&[], Inputs::from(&X[..]), Inputs::from(&direction[..]), &mut tangent);
        for ((tangent, after), before) in tangent.iter().zip(at(1e-2)).zip(at(-1e-2)) {
            assert!((tangent - (after - before) / 2e-2).abs() < 1e-2, "{tangent}");
        }
    }
}
