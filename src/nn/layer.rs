//! A layer: what it computes, its parameters, its activation.

use super::activation::Activation;
use super::kind::Kind;
use super::norm::{MOMENTUM, Statistics};
use super::parameters::{Parameter, Parameters};
use candle_core::Result;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a layer computes before its activation.
#[derive(Debug)]
pub enum Work {
    /// Row by row, with the parameters that its kind has.
    Kind {
        /// What is computed.
        kind: Kind,
        /// None where the kind has none.
        weight: Option<Parameter>,
        /// None where it has none, or where a batch norm follows.
        bias: Option<Parameter>,
    },
    /// Batch norm over channels, which lie last.
    Norm(Norm),
}

/// A batch norm's parameters and running statistics.
#[derive(Debug)]
pub struct Norm {
    /// Values an example.
    pub values: usize,
    /// `[channels]`.
    pub scale: Parameter,
    /// `[channels]`.
    pub shift: Parameter,
    running: Mutex<Statistics>,
}

/// A layer.
#[derive(Debug)]
pub struct Layer {
    /// What its parameters' names begin with.
    pub name: String,
    /// What it computes.
    pub work: Work,
    /// What is applied after that.
    pub activation: Activation,
}

impl Layer {
    /// A layer with fresh parameters, U(±1/√fan_in), named `name.weight` and `name.bias`.
    ///
    /// # Errors
    /// If candle cannot make them.
    pub fn new(
        parameters: &mut Parameters,
        name: &str,
        (kind, bias): (Kind, bool),
        activation: Activation,
        seed: u64,
    ) -> Result<Self> {
        let shape = kind.weight_shape();
        let mut draw = |part: &str, shape: &[usize]| {
            (!shape.is_empty())
                .then(|| parameters.uniform(&format!("{name}.{part}"), shape, kind.fan_in(), seed))
                .transpose()
        };
        let weight = draw("weight", &shape)?;
        let bias = if bias && kind.biases() > 0 { draw("bias", &[kind.biases()])? } else { None };
        Ok(Self { name: name.to_owned(), work: Work::Kind { kind, weight, bias }, activation })
    }

    /// A batch norm of `values` an example in `channels`, named `name.scale` and `name.shift`.
    ///
    /// # Errors
    /// If candle cannot make the parameters.
    pub fn norm(
        parameters: &mut Parameters,
        name: &str,
        (values, channels): (usize, usize),
        activation: Activation,
    ) -> Result<Self> {
        let scale = parameters.constant(&format!("{name}.scale"), &[channels], 1.0)?;
        let shift = parameters.constant(&format!("{name}.shift"), &[channels], 0.0)?;
        let running = Mutex::new(Statistics { mean: vec![0.0; channels], variance: vec![1.0; channels] });
        Ok(Self { name: name.to_owned(), work: Work::Norm(Norm { values, scale, shift, running }), activation })
    }

    /// Values an example that it gives.
    pub fn outputs(&self) -> usize {
        match &self.work {
            Work::Kind { kind, .. } => kind.outputs(),
            Work::Norm(norm) => norm.values,
        }
    }

    pub(super) fn parameters(&self) -> [Option<&Parameter>; 2] {
        match &self.work {
            Work::Kind { weight, bias, .. } => [weight.as_ref(), bias.as_ref()],
            Work::Norm(norm) => [Some(&norm.scale), Some(&norm.shift)],
        }
    }
}

impl Norm {
    /// Mean and unbiased variance over recent batches, as PyTorch keeps them.
    pub fn running(&self) -> MutexGuard<'_, Statistics> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a batch of so many rows into the running statistics.
    pub(super) fn remember(&self, statistics: &Statistics, rows: usize) {
        let unbiased = rows as f32 / (rows.max(2) - 1) as f32;
        let mut running = self.running();
        for (running, new) in running.mean.iter_mut().zip(&statistics.mean) {
            *running += MOMENTUM * (new - *running);
        }
        for (running, new) in running.variance.iter_mut().zip(&statistics.variance) {
            *running += MOMENTUM * (unbiased * new - *running);
        }
    }
}
