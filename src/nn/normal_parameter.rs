//! A parameter whose values are independent normal variables: their means, their deviations, and how far they are from a prior
//! (Blundell 2015, *Weight uncertainty in neural networks*).

use super::parameters::{Parameter, Parameters};
use super::storage::with_values;
use super::vector::{LANES, exp, for_each_processor};
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor, bail};
use rayon::prelude::*;

/// Values that are summed by one thread.
const BLOCK: usize = 4096;

/// Normal variables in place of a parameter's values.
#[derive(Clone, Debug)]
pub(super) struct NormalParameter {
    /// Their means.
    pub mean: Parameter,
    /// ln σ of each.
    pub log_sigma: Parameter,
    /// What ln σ is kept under.
    pub name: String,
}

impl NormalParameter {
    /// Variables with these means, all of one deviation at first, whose logarithms are kept under `name`.
    ///
    /// # Errors
    /// If candle cannot make them.
    pub fn new(parameters: &mut Parameters, mean: &Parameter, name: String, log_sigma: f32) -> Result<Self> {
        let log_sigma = parameters.constant(&name, mean.variable.dims(), log_sigma)?;
        Ok(Self { mean: mean.clone(), log_sigma, name })
    }

    /// σ² of each.
    ///
    /// # Errors
    /// If they cannot be fetched.
    pub fn variances(&self) -> Result<Vec<f32>> {
        with_values(&self.log_sigma.variable, |log_sigma| {
            let mut out = vec![0.0; log_sigma.len()];
            let blocks = out.par_chunks_mut(BLOCK).zip(log_sigma.par_chunks(BLOCK));
            blocks.for_each(|(out, log_sigma)| squares_of_exp(out, log_sigma));
            Ok(out)
        })
    }

    /// Adds to the gradient of ln σ what the gradient of σ², which is used up, gives: 2σ² times as much.
    pub fn add_variance_gradient(&self, gradient: &mut [f32], variances: &[f32]) {
        let blocks = gradient.par_chunks_mut(BLOCK).zip(variances.par_chunks(BLOCK));
        blocks.for_each(|(gradient, variances)| {
            gradient.iter_mut().zip(variances).for_each(|(gradient, variance)| *gradient *= 2.0 * variance);
        });
        self.log_sigma.buffer().add(gradient);
    }
}

/// KL of all variables from N(0, σ²) of the prior, in nats: Σ ½(σᵢ² + μᵢ²)/σ² − ½ + ln(σ/σᵢ), `[]`. `anchor` is a variable without
/// meaning by which candle knows that something here learns.
///
/// # Errors
/// If the values cannot be fetched.
pub(super) fn divergence(parameters: Vec<NormalParameter>, prior_sigma: f64, anchor: &Tensor) -> Result<Tensor> {
    anchor.apply_op1(Divergence { parameters, prior_sigma })
}

/// The same by candle's own operations.
///
/// # Errors
/// If candle fails.
pub(super) fn divergence_by_candle<'a>(
    parameters: impl IntoIterator<Item = &'a NormalParameter>,
    prior_sigma: f64,
) -> Result<Tensor> {
    let each = parameters.into_iter().map(|NormalParameter { mean, log_sigma, .. }| {
        let log_sigma = log_sigma.variable.as_tensor();
        let squares = (log_sigma.affine(2.0, 0.0)?.exp()? + mean.variable.sqr()?)?;
        let nats = (squares.affine(0.5 / prior_sigma.powi(2), 0.0)? - log_sigma)?.sum_all()?;
        nats.affine(1.0, log_sigma.elem_count() as f64 * (prior_sigma.ln() - 0.5))
    });
    let sum = each.reduce(|sum, next| sum? + next?);
    sum.unwrap_or_else(|| bail!("expected at least one parameter, found none"))
}

struct Divergence {
    parameters: Vec<NormalParameter>,
    prior_sigma: f64,
}

impl Divergence {
    /// 1/σ² of the prior.
    fn precision(&self) -> f32 {
        self.prior_sigma.powi(2).recip() as f32
    }
}

impl CustomOp1 for Divergence {
    fn name(&self) -> &'static str {
        "weight-kl-nats"
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        let prior = [self.precision(), self.prior_sigma.ln() as f32];
        let mut nats = 0.0f64;
        for NormalParameter { mean, log_sigma, .. } in &self.parameters {
            with_values(&mean.variable, |mean| {
                with_values(&log_sigma.variable, |log_sigma| {
                    let blocks = mean.par_chunks(BLOCK).zip(log_sigma.par_chunks(BLOCK));
                    let sums = blocks.map(|(mean, log_sigma)| f64::from(nats_of(mean, log_sigma, prior)));
                    nats += sums.collect::<Vec<f64>>().iter().sum::<f64>();
                    Ok(())
                })
            })?;
        }
        Ok((CpuStorage::F32(vec![nats as f32]), Shape::from(())))
    }

    /// Straight into the parameters' gradients.
    fn bwd(&self, _: &Tensor, _: &Tensor, out_gradient: &Tensor) -> Result<Option<Tensor>> {
        let (scale, precision) = (out_gradient.to_scalar::<f32>()?, self.precision());
        for NormalParameter { mean, log_sigma, .. } in &self.parameters {
            let mut gradient = vec![0.0; mean.variable.elem_count()];
            with_values(&mean.variable, |values| {
                let blocks = gradient.par_chunks_mut(BLOCK).zip(values.par_chunks(BLOCK));
                blocks.for_each(|(out, mean)| {
                    out.iter_mut().zip(mean).for_each(|(out, mean)| *out = scale * precision * mean);
                });
                Ok(())
            })?;
            mean.buffer().add(&gradient);
            with_values(&log_sigma.variable, |values| {
                let blocks = gradient.par_chunks_mut(BLOCK).zip(values.par_chunks(BLOCK));
                blocks.for_each(|(out, log_sigma)| {
                    squares_of_exp(out, log_sigma);
                    out.iter_mut().for_each(|variance| *variance = scale * (precision * *variance - 1.0));
                });
                Ok(())
            })?;
            log_sigma.buffer().add(&gradient);
        }
        Ok(None)
    }
}

for_each_processor! {
    /// e²ˣ of every value.
    fn squares_of_exp(out: &mut [f32], values: &[f32]) {
        for (out, value) in out.iter_mut().zip(values) {
            *out = exp(2.0 * value);
        }
    }
}

for_each_processor! {
    /// Σ ½(σᵢ² + μᵢ²)/σ² − ½ + ln σ − ln σᵢ, in lanes; of the prior 1/σ² and ln σ.
    fn nats_of(mean: &[f32], log_sigma: &[f32], prior: [f32; 2]) -> f32 {
        let [precision, prior_log_sigma] = prior;
        let one = |mean: f32, log_sigma: f32| {
            0.5 * (precision * (exp(2.0 * log_sigma) + mean * mean) - 1.0) + (prior_log_sigma - log_sigma)
        };
        let mut sums = [0.0f32; LANES];
        let (x, y) = (mean.chunks_exact(LANES), log_sigma.chunks_exact(LANES));
        let rest: f32 = x.remainder().iter().zip(y.remainder()).map(|(x, y)| one(*x, *y)).sum();
        for (x, y) in x.zip(y) {
            for lane in 0..LANES {
                sums[lane] += one(x[lane], y[lane]);
            }
        }
        sums.iter().sum::<f32>() + rest
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use candle_core::{DType, Device, Var};

    /// Three variables with means 0, 0.3 and −1, deviations 0.5, 0.5 and 0.2.
    fn three(parameters: &mut Parameters) -> NormalParameter {
        let mean = parameters.constant("mean", &[3], 0.0).unwrap();
        let three = NormalParameter::new(parameters, &mean, "log_sigma".to_owned(), 0.0).unwrap();
        let set = |parameter: &Parameter, values: [f32; 3]| {
            parameter.variable.set(&Tensor::new(&values, &Device::Cpu).unwrap()).unwrap();
        };
        set(&three.mean, [0.0, 0.3, -1.0]);
        set(&three.log_sigma, [0.5f32.ln(), 0.5f32.ln(), 0.2f32.ln()]);
        three
    }

    /// By hand, of a prior of σ 0.5: 0; ½·0.3²/0.5² = 0.18; ½·(0.2² + 1)/0.5² − ½ + ln(0.5/0.2) = 2.08 − 0.5 + ln 2.5.
    #[test]
    fn the_divergence_is_the_closed_form_and_its_gradient_too() {
        let mut parameters = Parameters::default();
        let three = three(&mut parameters);
        let anchor = Var::zeros((), DType::F32, &Device::Cpu).unwrap();
        let nats = divergence(vec![three.clone()], 0.5, anchor.as_tensor()).unwrap();
        let expected = 0.18 + 1.58 + 2.5f32.ln();
        assert!((nats.to_scalar::<f32>().unwrap() - expected).abs() < 1e-5);
        let by_candle = divergence_by_candle([&three], 0.5).unwrap();
        assert!((by_candle.to_scalar::<f32>().unwrap() - expected).abs() < 1e-5);
        // dKL/dμ = μ/σ², dKL/d ln σᵢ = σᵢ²/σ² − 1; ten times the KL has ten times the gradient.
        nats.affine(10.0, 0.0).unwrap().backward().unwrap();
        let near = |parameter: &Parameter, expected: [f32; 3]| {
            let found = parameter.gradient().unwrap();
            assert!(found.iter().zip(expected).all(|(a, b)| (a - 10.0 * b).abs() < 1e-4), "{found:?}");
        };
        near(&three.mean, [0.0, 1.2, -4.0]);
        near(&three.log_sigma, [0.0, 0.0, 0.04 / 0.25 - 1.0]);
        parameters.clear_gradients();
        parameters.accumulate(&by_candle.affine(10.0, 0.0).unwrap().backward().unwrap()).unwrap();
        near(&three.mean, [0.0, 1.2, -4.0]);
        near(&three.log_sigma, [0.0, 0.0, 0.04 / 0.25 - 1.0]);
    }

    #[test]
    fn variables_like_their_prior_have_no_divergence() {
        let mut parameters = Parameters::default();
        let mean = parameters.constant("mean", &[70, 100], 0.0).unwrap();
        let prior = NormalParameter::new(&mut parameters, &mean, "log_sigma".to_owned(), 0.1f32.ln()).unwrap();
        let anchor = Var::zeros((), DType::F32, &Device::Cpu).unwrap();
        let nats = divergence(vec![prior.clone()], 0.1, anchor.as_tensor()).unwrap().to_scalar::<f32>().unwrap();
        assert!(nats.abs() < 0.01, "{nats}");
        assert!(prior.variances().unwrap().iter().all(|variance| (variance - 0.01).abs() < 1e-7));
    }
}
