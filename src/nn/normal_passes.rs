//! The passes through dense layers of normal variables: what each layer gives is drawn, with mean x·Mᵀ + m and variance x²·Sᵀ + s.

use super::activation::Activation;
use super::inspection::{InspectedLayer, Inspector};
use super::normal_parameter::NormalParameter;
use super::operations::{Compute, Linear};
use super::parameters::Gradient;
use super::shards::{row_shards, split, split_mut};
use super::storage::{Held, values, with_values};
use super::weight_gradients::{Wanted, weight_gradients};
use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor, Var, bail};
use rayon::prelude::*;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// No variance of an output is below this, so that its root has a slope.
pub(super) const LEAST_VARIANCE: f32 = 1e-20;

/// What the passes share.
#[derive(Debug)]
pub(super) struct NormalPasses {
    pub layers: Vec<NormalLayer>,
    /// A variable without meaning, by which candle knows that something here learns.
    pub anchor: Var,
    pub inspector: Arc<Inspector>,
}

/// A dense layer of normal variables.
#[derive(Debug)]
pub(super) struct NormalLayer {
    /// What its parameters' names begin with.
    pub name: String,
    pub kind: Linear,
    pub activation: Activation,
    /// `[outputs, inputs]`.
    pub weight: NormalParameter,
    /// `[outputs]`.
    pub bias: NormalParameter,
}

/// Weight and bias.
#[derive(Clone, Copy)]
struct LayerWeights<'a> {
    weight: &'a [f32],
    bias: &'a [f32],
}

/// A layer with its parameters at hand.
struct BoundNormal<'a> {
    kind: Linear,
    activation: Activation,
    mean: LayerWeights<'a>,
    variance: LayerWeights<'a>,
}

/// Variances of weight and bias.
struct Variances {
    weight: Vec<f32>,
    bias: Vec<f32>,
}

/// What a forward pass keeps, a buffer a layer.
pub(super) struct Tape {
    variances: Vec<Variances>,
    /// Squares of what it read, `[batch, inputs]`.
    squares: Vec<Vec<f32>>,
    /// Standard deviations of what it gave before its activation, `[batch, outputs]`.
    deviations: Vec<Vec<f32>>,
    /// What it gave, `[batch, outputs]`.
    values: Vec<Vec<f32>>,
}

impl NormalPasses {
    /// A buffer a layer.
    pub fn buffers(&self, rows: usize, width: impl Fn(Linear) -> usize) -> Vec<Vec<f32>> {
        self.layers.iter().map(|layer| vec![0.0; rows * width(layer.kind)]).collect()
    }

    /// For each shard its part of every layer's buffer.
    pub fn parts<'a>(
        &self,
        buffers: &'a mut [Vec<f32>],
        width: impl Fn(Linear) -> usize,
        shards: &[Range<usize>],
    ) -> Vec<Vec<&'a mut [f32]>> {
        let mut parts: Vec<Vec<&mut [f32]>> = shards.iter().map(|_| Vec::with_capacity(self.layers.len())).collect();
        for (layer, buffer) in self.layers.iter().zip(buffers) {
            let split = split_mut(buffer, width(layer.kind), shards.iter().cloned());
            parts.iter_mut().zip(split).for_each(|(parts, part)| parts.push(part));
        }
        parts
    }

    fn variances(&self) -> Result<Vec<Variances>> {
        let each = self.layers.iter();
        each.map(|layer| Ok(Variances { weight: layer.weight.variances()?, bias: layer.bias.variances()? })).collect()
    }

    /// Runs `work` on the layers with their parameters at hand.
    fn with_layers<T>(&self, variances: &[Variances], work: impl FnOnce(&[BoundNormal<'_>]) -> Result<T>) -> Result<T> {
        let held: Vec<[Held<'_>; 2]> = self
            .layers
            .iter()
            .map(|layer| [&layer.weight, &layer.bias].map(|one| Held::new(&one.mean.variable)))
            .collect();
        let mut layers = Vec::with_capacity(held.len());
        for ((layer, [weight, bias]), variances) in self.layers.iter().zip(&held).zip(variances) {
            layers.push(BoundNormal {
                kind: layer.kind,
                activation: layer.activation,
                mean: LayerWeights { weight: weight.values()?, bias: bias.values()? },
                variance: LayerWeights { weight: &variances.weight, bias: &variances.bias },
            });
        }
        work(&layers)
    }

    fn inspected(&self) -> Vec<InspectedLayer<'_>> {
        let each = self.layers.iter().map(|layer| {
            let outputs = layer.kind.outputs;
            InspectedLayer { name: &layer.name, activation: layer.activation, outputs, units: outputs }
        });
        each.collect()
    }
}

/// One forward pass, kept for its backward.
pub(super) struct Pass {
    pub inner: Arc<NormalPasses>,
    /// Standard normal draws, for each layer `[batch, outputs]`.
    pub noise: Vec<Vec<f32>>,
    pub tape: Mutex<Option<Tape>>,
}

/// Gradients, a buffer a layer, `[batch, outputs]`.
struct Gradients {
    /// Of what it gave, then of that before its activation.
    values: Vec<Vec<f32>>,
    /// Of its variance.
    variances: Vec<Vec<f32>>,
}

impl Pass {
    fn tape(&self) -> MutexGuard<'_, Option<Tape>> {
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Rows of the batch through all layers, a shard a thread.
    fn forward(&self, x: &[f32], batch: usize, variances: Vec<Variances>) -> Result<Tape> {
        let inner = &*self.inner;
        let mut squares = inner.buffers(batch, |kind| kind.inputs);
        let mut deviations = inner.buffers(batch, |kind| kind.outputs);
        let mut values = inner.buffers(batch, |kind| kind.outputs);
        let shards: Vec<Range<usize>> = row_shards(batch).collect();
        inner.with_layers(&variances, |layers| {
            let parts = inner.parts(&mut squares, |kind| kind.inputs, &shards).into_par_iter();
            let parts = parts.zip(inner.parts(&mut deviations, |kind| kind.outputs, &shards));
            let parts = parts.zip(inner.parts(&mut values, |kind| kind.outputs, &shards));
            parts.zip(&shards).for_each(|(((mut squares, mut deviations), mut values), shard)| {
                for (index, layer) in layers.iter().enumerate() {
                    let BoundNormal { kind, activation, mean, variance } = layer;
                    let (before, after) = values.split_at_mut(index);
                    let read = match before.last() {
                        Some(values) => &**values,
                        None => split(x, kind.inputs, shard),
                    };
                    let (squares, deviations, values) = (&mut *squares[index], &mut *deviations[index], &mut *after[0]);
                    squares.iter_mut().zip(read).for_each(|(square, value)| *square = value * value);
                    kind.forward(mean.weight, mean.bias, read.into(), values);
                    kind.forward(variance.weight, variance.bias, (&*squares).into(), deviations);
                    let noise = split(&self.noise[index], kind.outputs, shard);
                    for ((value, deviation), noise) in values.iter_mut().zip(deviations).zip(noise) {
                        *deviation = deviation.max(LEAST_VARIANCE).sqrt();
                        *value += *deviation * noise;
                    }
                    activation.apply(values);
                }
            });
            Ok(())
        })?;
        Ok(Tape { variances, squares, deviations, values })
    }

    /// Back through all layers: fills `gradients`, of whose values the last are those of the output, and gives the gradient of `x`
    /// where it is wanted.
    fn backward(
        &self,
        x: &[f32],
        tape: &Tape,
        gradients: &mut Gradients,
        x_gradient: Option<&mut [f32]>,
    ) -> Result<()> {
        let inner = &*self.inner;
        let Some(first) = inner.layers.first() else { return Ok(()) };
        let shards: Vec<Range<usize>> = row_shards(x.len() / first.kind.inputs.max(1)).collect();
        let x_parts: Vec<Option<&mut [f32]>> = match x_gradient {
            Some(gradient) => {
                split_mut(gradient, first.kind.inputs, shards.iter().cloned()).into_iter().map(Some).collect()
            }
            None => shards.iter().map(|_| None).collect(),
        };
        inner.with_layers(&tape.variances, |layers| {
            let parts = inner.parts(&mut gradients.values, |kind| kind.outputs, &shards).into_par_iter();
            let parts = parts.zip(inner.parts(&mut gradients.variances, |kind| kind.outputs, &shards)).zip(x_parts);
            parts.zip(&shards).for_each(|(((mut values, mut variances), mut x_gradient), shard)| {
                for (index, layer) in layers.iter().enumerate().rev() {
                    let BoundNormal { kind, activation, mean, variance } = layer;
                    let (before, after) = values.split_at_mut(index);
                    let (gradient, of_variance) = (&mut *after[0], &mut *variances[index]);
                    activation.apply_slope(split(&tape.values[index], kind.outputs, shard), gradient);
                    let noise = split(&self.noise[index], kind.outputs, shard);
                    let deviations = split(&tape.deviations[index], kind.outputs, shard);
                    let each = of_variance.iter_mut().zip(&*gradient).zip(noise).zip(deviations);
                    each.for_each(|(((out, gradient), noise), deviation)| *out = 0.5 * gradient * noise / deviation);
                    let read_gradient = match before.last_mut() {
                        Some(gradient) => Some(&mut **gradient),
                        None => x_gradient.as_deref_mut(),
                    };
                    let Some(out) = read_gradient else { continue };
                    let read = match index.checked_sub(1) {
                        Some(before) => split(&tape.values[before], kind.inputs, shard),
                        None => split(x, kind.inputs, shard),
                    };
                    kind.backward(mean.weight, read.into(), gradient, (&mut *out).into());
                    let mut of_squares = vec![0.0; out.len()];
                    let squares = split(&tape.squares[index], kind.inputs, shard);
                    kind.backward(variance.weight, squares.into(), of_variance, of_squares.as_mut_slice().into());
                    let each = out.iter_mut().zip(&of_squares).zip(read);
                    each.for_each(|((out, of_square), read)| *out += 2.0 * read * of_square);
                }
            });
            Ok(())
        })
    }

    /// Accumulates the gradients of means and of ln σ.
    fn accumulate(&self, x: &[f32], tape: &Tape, gradients: &Gradients) {
        let layers = &self.inner.layers;
        let mut means: Vec<_> =
            layers.iter().map(|layer| [&layer.weight, &layer.bias].map(|one| one.mean.buffer())).collect();
        let mut variances: Vec<[Gradient; 2]> = layers.iter().map(|_| Default::default()).collect();
        let mut wanted = Vec::with_capacity(2 * layers.len());
        let sinks = means.iter_mut().zip(&mut variances);
        for (index, (layer, ([weight, bias], [of_weight, of_bias]))) in layers.iter().zip(sinks).enumerate() {
            let read = index.checked_sub(1).map_or(x, |before| &tape.values[before]);
            let each = [
                (read, &gradients.values[index], &mut **weight, &mut **bias),
                (&tape.squares[index], &gradients.variances[index], of_weight, of_bias),
            ];
            wanted.extend(each.map(|(x, gradient, weight, bias)| Wanted {
                kind: layer.kind.into(),
                x,
                gradient,
                weight: Some(weight),
                bias: Some(bias),
                bias_gradient: None,
            }));
        }
        weight_gradients(wanted, &mut vec![Vec::new(); 2 * layers.len()]);
        for ((layer, [weight, bias]), known) in layers.iter().zip(&mut variances).zip(&tape.variances) {
            layer.weight.add_variance_gradient(&mut weight.values, &known.weight);
            layer.bias.add_variance_gradient(&mut bias.values, &known.bias);
        }
    }
}

impl CustomOp2 for Pass {
    fn name(&self) -> &'static str {
        "normal-layers"
    }

    fn cpu_fwd(&self, x: &CpuStorage, x_layout: &Layout, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        let (batch, inputs) = x_layout.shape().dims2()?;
        let (Some(first), Some(last)) = (self.inner.layers.first(), self.inner.layers.last()) else {
            bail!("expected at least one layer, found none")
        };
        if inputs != first.kind.inputs {
            bail!("expected {} values an example, found {inputs}", first.kind.inputs);
        }
        let tape = self.forward(values(x, x_layout)?, batch, self.inner.variances()?)?;
        if self.inner.inspector.looks() {
            self.inner.inspector.forward(&self.inner.inspected(), &tape.values);
        }
        // candle owns the result; the tape stays here.
        let out = tape.values.last().cloned().unwrap_or_default();
        *self.tape() = Some(tape);
        Ok((CpuStorage::F32(out), Shape::from((batch, last.kind.outputs))))
    }

    fn bwd(
        &self,
        x: &Tensor,
        _: &Tensor,
        _: &Tensor,
        out_gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let Some(tape) = self.tape().take() else { bail!("this pass has been gone back through already") };
        let batch = x.dim(0)?;
        let buffers = || self.inner.buffers(batch, |kind| kind.outputs);
        let mut gradients = Gradients { values: buffers(), variances: buffers() };
        with_values(out_gradient, |values| {
            if let Some(last) = gradients.values.last_mut() {
                last.copy_from_slice(values);
            }
            Ok(())
        })?;
        let mut x_gradient = x.track_op().then(|| vec![0.0; x.elem_count()]);
        with_values(x, |x| {
            self.backward(x, &tape, &mut gradients, x_gradient.as_deref_mut())?;
            self.accumulate(x, &tape, &gradients);
            Ok(())
        })?;
        if self.inner.inspector.looks() {
            self.inner.inspector.backward(&self.inner.inspected(), &gradients.values);
        }
        let x_gradient = x_gradient.map(|gradient| Tensor::from_vec(gradient, x.shape(), x.device())).transpose()?;
        Ok((x_gradient, None))
    }
}
