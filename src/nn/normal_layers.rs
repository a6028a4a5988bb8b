//! Dense layers whose weights and biases are independent normal variables (Blundell 2015, *Weight uncertainty in neural networks*) as
//! one candle operation with its own backward.
//!
//! Of an input x a layer's output is normal, too: with mean x·Mᵀ + m and variance x²·Sᵀ + s, where M and m are the means of weights and
//! biases, S and s their variances. It is drawn instead of the weights, for each example apart (Kingma 2015, *Variational dropout and
//! the local reparameterization trick*): the gradient varies far less than with one draw of the weights a batch.

use super::generic::activate;
use super::layer::LayerWork;
use super::normal_parameter::{NormalParameter, divergence, divergence_by_candle};
use super::normal_passes::{LEAST_VARIANCE, NormalLayer, NormalPasses, Pass};
use super::operations::{Compute, OperationKind};
use super::parameters::Parameters;
use super::sequential::Sequential;
use super::shards::row_shards;
use crate::random::{Purpose, stream};
use candle_core::{DType, Device, Result, Tensor, Var, bail};
use rand_distr::{Distribution, StandardNormal};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// The layers and their parameters.
#[derive(Debug)]
pub struct NormalLayers {
    inner: Arc<NormalPasses>,
    fused: bool,
}

/// Where the noise of a pass is drawn from: a stream a row of the batch.
#[derive(Clone, Copy, Debug)]
pub struct WeightNoise {
    /// The model's seed.
    pub seed: u64,
    /// The step that is made.
    pub step: u64,
}

/// Standard deviations of a layer's weight `[outputs, inputs]` and bias `[outputs]`.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerDeviations {
    /// Of the weight.
    pub weight: Vec<f32>,
    /// Of the bias.
    pub bias: Vec<f32>,
}

impl NormalLayers {
    /// The layers of `means`, their parameters the means of variables that have one deviation at first, whose logarithms are kept
    /// under the layers' names with `weight_log_sigma` and `bias_log_sigma`.
    ///
    /// # Errors
    /// If a layer is none of weights and biases, or candle cannot make the parameters.
    pub fn new(parameters: &mut Parameters, means: &Sequential, log_sigma: f32) -> Result<Self> {
        let mut layers = Vec::new();
        for layer in means.layers() {
            let LayerWork::Operation { kind: OperationKind::Linear(kind), weight: Some(weight), bias: Some(bias) } =
                &layer.work
            else {
                bail!("{}: expected a dense layer with a bias", layer.name)
            };
            let mut around = |mean, part: &str| {
                NormalParameter::new(parameters, mean, format!("{}.{part}_log_sigma", layer.name), log_sigma)
            };
            let (weight, bias) = (around(weight, "weight")?, around(bias, "bias")?);
            let (name, activation) = (layer.name.clone(), layer.activation);
            layers.push(NormalLayer { name, kind: *kind, activation, weight, bias });
        }
        let anchor = Var::zeros((), DType::F32, &Device::Cpu)?;
        let inspector = parameters.inspector().clone();
        Ok(Self { inner: Arc::new(NormalPasses { layers, anchor, inspector }), fused: parameters.is_fused() })
    }

    /// `[batch, inputs]` to a draw of `[batch, outputs]`.
    ///
    /// # Errors
    /// If `x` does not fit.
    pub fn forward(&self, x: &Tensor, noise: WeightNoise) -> Result<Tensor> {
        let noise = self.noise(noise, x.dim(0)?);
        if !self.fused {
            return self.by_candle(x, noise);
        }
        let pass = Pass { inner: self.inner.clone(), noise, tape: Mutex::default() };
        x.contiguous()?.apply_op2(self.inner.anchor.as_tensor(), pass)
    }

    /// KL of all weights and biases from N(0, σ²) of the prior, in nats, `[]`.
    ///
    /// # Errors
    /// If candle fails.
    pub fn divergence(&self, prior_sigma: f64) -> Result<Tensor> {
        let parameters = self.inner.layers.iter().flat_map(|layer| [&layer.weight, &layer.bias]);
        match self.fused {
            true => divergence(parameters.cloned().collect(), prior_sigma, self.inner.anchor.as_tensor()),
            false => divergence_by_candle(parameters, prior_sigma),
        }
    }

    /// The standard deviations, layer by layer; by the averages of their logarithms where there are any.
    ///
    /// # Errors
    /// If they cannot be fetched.
    pub fn deviations(&self, average: &BTreeMap<String, Vec<f32>>) -> Result<Vec<LayerDeviations>> {
        let of = |parameter: &NormalParameter| -> Result<Vec<f32>> {
            match average.get(&parameter.name) {
                Some(average) => Ok(average.iter().map(|log_sigma| log_sigma.exp()).collect()),
                None => Ok(parameter.variances()?.into_iter().map(f32::sqrt).collect()),
            }
        };
        let each = self.inner.layers.iter();
        each.map(|layer| Ok(LayerDeviations { weight: of(&layer.weight)?, bias: of(&layer.bias)? })).collect()
    }

    /// Multiplications and additions for one example.
    pub fn flops(&self) -> u64 {
        // Of means and of variances.
        self.inner.layers.iter().map(|layer| 2 * layer.kind.flops()).sum()
    }

    /// Standard normal draws, for each layer `[rows, outputs]`.
    fn noise(&self, WeightNoise { seed, step }: WeightNoise, rows: usize) -> Vec<Vec<f32>> {
        let mut noise = self.inner.buffers(rows, |kind| kind.outputs);
        let shards: Vec<Range<usize>> = row_shards(rows).collect();
        let parts = self.inner.parts(&mut noise, |kind| kind.outputs, &shards);
        parts.into_par_iter().zip(&shards).for_each(|(mut parts, shard)| {
            for (place, row) in shard.clone().enumerate() {
                let mut generator = stream(seed, Purpose::WeightNoise, step, row as u64);
                for (part, layer) in parts.iter_mut().zip(&self.inner.layers) {
                    let width = layer.kind.outputs;
                    let own = part.iter_mut().skip(place * width).take(width);
                    own.for_each(|value| *value = StandardNormal.sample(&mut generator));
                }
            }
        });
        noise
    }

    /// The same by candle's own operations.
    fn by_candle(&self, x: &Tensor, noise: Vec<Vec<f32>>) -> Result<Tensor> {
        let mut x = x.clone();
        for (layer, noise) in self.inner.layers.iter().zip(noise) {
            let variance = |parameter: &NormalParameter| parameter.log_sigma.variable.affine(2.0, 0.0)?.exp();
            let (weight, bias) = (&layer.weight.mean.variable, &layer.bias.mean.variable);
            let mean = layer.kind.by_candle(Some(weight), Some(bias), &[&x])?;
            let (weight, bias) = (variance(&layer.weight)?, variance(&layer.bias)?);
            let variance = layer.kind.by_candle(Some(&weight), Some(&bias), &[&x.sqr()?])?;
            let noise = Tensor::from_vec(noise, mean.shape(), &Device::Cpu)?.to_device(mean.device())?;
            let drawn = (mean + (variance.maximum(f64::from(LEAST_VARIANCE))?.sqrt()? * noise)?)?;
            x = activate(&drawn, layer.activation)?;
        }
        Ok(x)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::nn::activation::Activation;
    use crate::nn::layer::Layer;
    use crate::nn::operations::Linear;
    use crate::nn::parameters::copied;
    use crate::random::normal_rows;

    const NOISE: WeightNoise = WeightNoise { seed: 5, step: 9 };
    const WIDTHS: [usize; 4] = [3, 70, 66, 20];

    fn layers(parameters: &mut Parameters, log_sigma: f32) -> (Sequential, NormalLayers) {
        let layer = |(index, pair): (usize, &[usize])| {
            let (kind, name) = (Linear { inputs: pair[0], outputs: pair[1] }, format!("layer.{index}"));
            let activation = if index < 2 { Activation::Relu } else { Activation::Identity };
            Layer::new(parameters, &name, kind, activation, 3).unwrap()
        };
        let layers = WIDTHS.windows(2).enumerate().map(layer).collect();
        let means = Sequential::new(parameters, layers).unwrap();
        let normal = NormalLayers::new(parameters, &means, log_sigma).unwrap();
        (means, normal)
    }

    fn normal(seed: u64, rows: usize, width: usize) -> Tensor {
        Tensor::from_vec(normal_rows(seed, Purpose::Sample, 0, rows, width), (rows, width), &Device::Cpu).unwrap()
    }

    /// A weighted sum of what the layers give and a small part of the KL, what they give, and all gradients by name: of `x` that of
    /// the empty name.
    fn pass(mut parameters: Parameters, batch: usize) -> (f32, Vec<f32>, BTreeMap<String, Vec<f32>>) {
        let (_, layers) = layers(&mut parameters, -2.0);
        let x = Var::from_tensor(&normal(1, batch, WIDTHS[0])).unwrap();
        let out = layers.forward(&x, NOISE).unwrap();
        let kl = layers.divergence(0.3).unwrap().affine(1e-3, 0.0).unwrap();
        let sum = ((&out * normal(2, batch, WIDTHS[3])).unwrap().sum_all().unwrap() + kl).unwrap();
        let gradients = sum.backward().unwrap();
        parameters.accumulate(&gradients).unwrap();
        let of_parameters = parameters.iter().map(|(name, one)| (name.to_owned(), one.gradient().unwrap()));
        let of_x = (String::new(), copied(gradients.get(&x).unwrap()).unwrap());
        (sum.to_scalar().unwrap(), copied(&out).unwrap(), of_parameters.chain([of_x]).collect())
    }

    #[test]
    fn draws_and_gradients_are_those_of_candle() {
        for batch in [1, 9, 40] {
            let (_, ours, our_gradients) = pass(Parameters::default(), batch);
            let (_, expected, gradients) = pass(Parameters::reference(), batch);
            assert!(ours.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5 * b.abs().max(1.0)));
            assert_eq!(gradients.len(), 13);
            for (name, expected) in gradients {
                let size = expected.iter().fold(1.0f32, |size, value| size.max(value.abs()));
                let close = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-5 * size;
                assert!(our_gradients[&name].iter().zip(&expected).all(close), "{name} of {batch}");
            }
        }
    }

    /// The same noise with a value of a parameter moved either way.
    #[test]
    fn gradients_are_those_of_finite_differences() {
        let (_, _, gradients) = pass(Parameters::default(), 9);
        for (name, gradient) in gradients.iter().filter(|(name, _)| !name.is_empty()) {
            for place in [0, gradient.len() / 2, gradient.len() - 1] {
                let moved = |by: f32| {
                    let mut parameters = Parameters::default();
                    let (_, layers) = layers(&mut parameters, -2.0);
                    let variable = parameters.iter().find(|(other, _)| other == name).unwrap().1.variable.clone();
                    let mut values = copied(&variable).unwrap();
                    values[place] += by;
                    variable.set(&Tensor::from_vec(values, variable.shape(), &Device::Cpu).unwrap()).unwrap();
                    let out = copied(&layers.forward(&normal(1, 9, WIDTHS[0]), NOISE).unwrap()).unwrap();
                    let weights = copied(&normal(2, 9, WIDTHS[3])).unwrap();
                    let sum = out.iter().zip(&weights).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
                    sum + 1e-3 * f64::from(layers.divergence(0.3).unwrap().to_scalar::<f32>().unwrap())
                };
                let step = 1e-2;
                let found = (moved(step) - moved(-step)) / (2.0 * f64::from(step));
                let expected = f64::from(gradient[place]);
                // Of ReLUs that switch within a step, and of the KL's size, some digits are lost.
                assert!(
                    (found - expected).abs() < 0.03 * expected.abs().max(1.0),
                    "{name} {place}: {found}, {expected}"
                );
            }
        }
    }

    #[test]
    fn without_deviations_it_is_the_network_of_the_means() {
        let mut parameters = Parameters::default();
        let (means, layers) = layers(&mut parameters, -40.0);
        let x = normal(1, 20, WIDTHS[0]);
        let [drawn, mean] =
            [layers.forward(&x, NOISE).unwrap(), means.forward(&x).unwrap()].map(|y| copied(&y).unwrap());
        assert!(drawn.iter().zip(&mean).all(|(a, b)| (a - b).abs() < 1e-6));
    }

    /// What one linear layer gives is normal as its weights are: mean and variance of many draws.
    #[test]
    fn draws_have_the_mean_and_the_variance_of_drawn_weights() {
        let mut parameters = Parameters::default();
        let layer = Layer::new(&mut parameters, "layer", Linear { inputs: 2, outputs: 1 }, Activation::Identity, 3);
        let means = Sequential::new(&parameters, vec![layer.unwrap()]).unwrap();
        let layers = NormalLayers::new(&mut parameters, &means, 0.5f32.ln()).unwrap();
        let rows = 40_000;
        let x = Tensor::from_vec([3.0f32, -1.0].repeat(rows), (rows, 2), &Device::Cpu).unwrap();
        let drawn = copied(&layers.forward(&x, NOISE).unwrap()).unwrap();
        let expected = copied(&means.forward(&x.narrow(0, 0, 8).unwrap()).unwrap()).unwrap()[0];
        let mean = drawn.iter().sum::<f32>() / rows as f32;
        let variance = drawn.iter().map(|value| (value - mean).powi(2)).sum::<f32>() / rows as f32;
        // σ² (3² + 1² + 1), the last of the bias.
        assert!((mean - expected).abs() < 0.04, "{mean} beside {expected}");
        assert!((variance / 2.75 - 1.0).abs() < 0.03, "{variance}");
    }

    #[test]
    fn bits_do_not_depend_on_threads_and_another_step_is_another_draw() {
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| pass(Parameters::default(), 50))
        };
        let one = on(1);
        assert!(one == on(2) && one == on(3));
        let (_, layers) = layers(&mut Parameters::default(), -2.0);
        let draw = |step| copied(&layers.forward(&normal(1, 9, WIDTHS[0]), WeightNoise { step, ..NOISE }).unwrap());
        assert!(draw(1).unwrap() == draw(1).unwrap() && draw(1).unwrap() != draw(2).unwrap());
    }
}
