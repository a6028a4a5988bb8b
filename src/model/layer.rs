//! Stacks of dense layers, as they train and as plain data.

use crate::nn::batch_norm::{self, EPSILON, MOMENTUM, Statistics};
use crate::nn::linear::{input_gradient, linear};
use crate::nn::parameters::{Parameters, copied};
use crate::snapshot::{Activation, Operation, OperationKind};
use candle_core::{Device, Result, Tensor, Var};
use std::collections::BTreeMap;

/// A linear layer with its activation.
#[derive(Debug)]
pub(super) struct Dense {
    name: String,
    weight: Var,
    bias: Var,
    activation: Activation,
}

impl Dense {
    pub fn new(
        parameters: &mut Parameters,
        name: &str,
        (inputs, outputs): (usize, usize),
        activation: Activation,
        seed: u64,
    ) -> Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            weight: parameters.uniform(&format!("{name}.weight"), &[outputs, inputs], inputs, seed)?,
            bias: parameters.uniform(&format!("{name}.bias"), &[outputs], inputs, seed)?,
            activation,
        })
    }

    /// `[batch, inputs]` to `[batch, outputs]`.
    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        linear(x, &self.weight, &self.bias, self.activation)
    }

    /// The same with weights that learn nothing: the gradient passes through to `x` alone.
    pub fn forward_fixed(&self, x: &Tensor) -> Result<Tensor> {
        linear(x, &self.weight.detach(), &self.bias.detach(), self.activation)
    }

    fn operation(&self, input: usize, activation: Activation) -> Result<Operation> {
        let kind = OperationKind::Linear {
            weight: copied(&self.weight)?.into(),
            bias: copied(&self.bias)?.into(),
            activation,
        };
        Ok(Operation { name: self.name.clone(), inputs: vec![input], kind })
    }
}

/// Dense layers one after another.
#[derive(Debug)]
pub(super) struct Stack(pub Vec<Dense>);

impl Stack {
    /// Layers of the given widths, `hidden` after all but the last, which has `last`.
    pub fn new(
        parameters: &mut Parameters,
        prefix: &str,
        widths: &[usize],
        hidden: Activation,
        last: Activation,
        seed: u64,
    ) -> Result<Self> {
        let count = widths.len().saturating_sub(1);
        let pairs = widths.iter().zip(widths.iter().skip(1)).enumerate();
        pairs
            .map(|(index, (inputs, outputs))| {
                let activation = if index + 1 == count { last } else { hidden };
                Dense::new(parameters, &format!("{prefix}.{index}"), (*inputs, *outputs), activation, seed)
            })
            .collect::<Result<_>>()
            .map(Self)
    }

    pub fn forward(&self, x: &Tensor) -> Result<Tensor> {
        self.0.iter().try_fold(x.clone(), |x, layer| layer.forward(&x))
    }

    pub fn forward_fixed(&self, x: &Tensor) -> Result<Tensor> {
        self.0.iter().try_fold(x.clone(), |x, layer| layer.forward_fixed(&x))
    }

    /// As plain data, with `last` as the last layer's activation.
    pub fn operations(&self, last: Activation) -> Result<Vec<Operation>> {
        let count = self.0.len();
        let activation = |index, layer: &Dense| if index + 1 == count { last } else { layer.activation };
        self.0.iter().enumerate().map(|(index, layer)| layer.operation(index, activation(index, layer))).collect()
    }

    /// The output and its gradient with respect to the input, `[batch, inputs]`, which can be differentiated once more.
    pub fn forward_with_input_gradient(&self, x: &Tensor) -> Result<(Tensor, Tensor)> {
        let mut values = Vec::with_capacity(self.0.len());
        let mut value = x.clone();
        for layer in &self.0 {
            value = layer.forward(&value)?;
            values.push(value.clone());
        }
        let layers: Vec<(&Tensor, Activation)> =
            self.0.iter().map(|layer| (layer.weight.as_tensor(), layer.activation)).collect();
        Ok((value, input_gradient(&layers, &values)?))
    }
}

/// A linear layer without bias, batch norm, activation.
#[derive(Debug)]
pub(super) struct NormalizedDense {
    name: String,
    weight: Var,
    scale: Var,
    shift: Var,
    zero: Tensor,
    running_mean: Vec<f32>,
    running_variance: Vec<f32>,
    activation: Activation,
}

impl NormalizedDense {
    pub fn new(
        parameters: &mut Parameters,
        name: &str,
        (inputs, outputs): (usize, usize),
        activation: Activation,
        seed: u64,
    ) -> Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            weight: parameters.uniform(&format!("{name}.weight"), &[outputs, inputs], inputs, seed)?,
            scale: parameters.constant(&format!("{name}.norm.scale"), &[outputs], 1.0)?,
            shift: parameters.constant(&format!("{name}.norm.shift"), &[outputs], 0.0)?,
            zero: Tensor::zeros(outputs, candle_core::DType::F32, &Device::Cpu)?,
            running_mean: vec![0.0; outputs],
            running_variance: vec![1.0; outputs],
            activation,
        })
    }

    /// Training: normalised by the batch's own statistics, which enter the running ones.
    pub fn forward_train(&mut self, x: &Tensor) -> Result<Tensor> {
        let x = linear(x, &self.weight, &self.zero, Activation::Identity)?;
        let statistics = batch_norm::statistics(&x)?;
        self.remember(&statistics, x.dim(0)?);
        batch_norm::batch_norm(&x, &statistics, &self.scale, &self.shift, self.activation)
    }

    fn remember(&mut self, statistics: &Statistics, batch: usize) {
        // The running variance is the unbiased one, as PyTorch keeps it.
        let unbiased = batch as f32 / (batch.max(2) - 1) as f32;
        for (running, new) in self.running_mean.iter_mut().zip(&*statistics.mean) {
            *running += MOMENTUM * (new - *running);
        }
        for (running, new) in self.running_variance.iter_mut().zip(&*statistics.variance) {
            *running += MOMENTUM * (unbiased * new - *running);
        }
    }

    /// As one linear operation with the running statistics folded into weight and bias.
    pub fn operation(&self, input: usize) -> Result<Operation> {
        let (mut weight, scale, mut bias) = (copied(&self.weight)?, copied(&self.scale)?, copied(&self.shift)?);
        let inputs = weight.len() / scale.len().max(1);
        let rows = weight.chunks_exact_mut(inputs.max(1)).zip(bias.iter_mut());
        let statistics = self.running_mean.iter().zip(&self.running_variance);
        for (((row, bias), scale), (mean, variance)) in rows.zip(&scale).zip(statistics) {
            let factor = scale / (variance + EPSILON).sqrt();
            row.iter_mut().for_each(|weight| *weight *= factor);
            *bias -= factor * mean;
        }
        let kind = OperationKind::Linear { weight: weight.into(), bias: bias.into(), activation: self.activation };
        Ok(Operation { name: self.name.clone(), inputs: vec![input], kind })
    }

    /// The running statistics under the names they are saved by.
    pub fn save_statistics(&self, into: &mut BTreeMap<String, Vec<f32>>) {
        into.insert(format!("{}.norm.running_mean", self.name), self.running_mean.clone());
        into.insert(format!("{}.norm.running_variance", self.name), self.running_variance.clone());
    }

    /// Takes the running statistics back.
    pub fn load_statistics(&mut self, from: &BTreeMap<String, Vec<f32>>) {
        for (name, values) in [("mean", &mut self.running_mean), ("variance", &mut self.running_variance)] {
            if let Some(saved) = from.get(&format!("{}.norm.running_{name}", self.name)) {
                values.clone_from(saved);
            }
        }
    }
}
