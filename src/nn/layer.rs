//! A layer: what it computes, its parameters, its activation.

use super::activation::Activation;
use super::norm::{MOMENTUM, Statistics};
use super::operations::OperationKind;
use super::parameters::{Parameter, Parameters};
use candle_core::Result;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a pass through layers does, beside giving what they give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LayerPass {
    /// Weights learn from it, and its batch's statistics enter the running ones.
    Learning,
    /// Weights learn from it.
    Apart,
    /// Neither.
    Fixed,
}

impl LayerPass {
    /// Whether weights learn from it.
    pub fn learns(self) -> bool {
        self != Self::Fixed
    }

    /// Whether its statistics enter the running ones.
    pub fn remembers(self) -> bool {
        self == Self::Learning
    }
}

/// What a layer computes before its activation.
#[derive(Debug)]
pub enum LayerWork {
    /// Row by row, with the parameters that its kind has.
    Operation {
        /// What is computed.
        kind: OperationKind,
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
    /// Elements an example.
    pub elements: usize,
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
    pub work: LayerWork,
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
        kind: impl Into<OperationKind>,
        activation: Activation,
        seed: u64,
    ) -> Result<Self> {
        Self::fresh(parameters, name, kind.into(), seed, true).map(|layer| Self { activation, ..layer })
    }

    /// The same without bias and activation: a batch norm follows.
    ///
    /// # Errors
    /// If candle cannot make the parameters.
    pub fn before_norm(
        parameters: &mut Parameters,
        name: &str,
        kind: impl Into<OperationKind>,
        seed: u64,
    ) -> Result<Self> {
        Self::fresh(parameters, name, kind.into(), seed, false)
    }

    fn fresh(parameters: &mut Parameters, name: &str, kind: OperationKind, seed: u64, bias: bool) -> Result<Self> {
        let shape = kind.weight_shape();
        let mut draw = |part: &str, shape: &[usize]| {
            (!shape.is_empty())
                .then(|| parameters.uniform(&format!("{name}.{part}"), shape, kind.fan_in(), seed))
                .transpose()
        };
        let weight = draw("weight", &shape)?;
        let bias = if bias && kind.biases() > 0 { draw("bias", &[kind.biases()])? } else { None };
        Ok(Self {
            name: name.to_owned(),
            work: LayerWork::Operation { kind, weight, bias },
            activation: Activation::Identity,
        })
    }

    /// A batch norm of `elements` an example in `channels`, named `name.scale` and `name.shift`.
    ///
    /// # Errors
    /// If candle cannot make the parameters.
    pub fn norm(
        parameters: &mut Parameters,
        name: &str,
        elements: usize,
        channels: usize,
        activation: Activation,
    ) -> Result<Self> {
        let scale = parameters.constant(&format!("{name}.scale"), &[channels], 1.0)?;
        let shift = parameters.constant(&format!("{name}.shift"), &[channels], 0.0)?;
        let running = Mutex::new(Statistics { mean: vec![0.0; channels], variance: vec![1.0; channels] });
        Ok(Self { name: name.to_owned(), work: LayerWork::Norm(Norm { elements, scale, shift, running }), activation })
    }

    /// Elements an example that it reads.
    pub fn inputs(&self) -> usize {
        match &self.work {
            LayerWork::Operation { kind, .. } => kind.inputs(),
            LayerWork::Norm(norm) => norm.elements,
        }
    }

    /// Elements an example that it gives.
    pub fn outputs(&self) -> usize {
        match &self.work {
            LayerWork::Operation { kind, .. } => kind.outputs(),
            LayerWork::Norm(norm) => norm.elements,
        }
    }

    /// What stands side by side at each place and lies last: channels of a convolution or a norm, else all elements.
    pub fn units(&self) -> usize {
        let channels = match &self.work {
            LayerWork::Operation { kind, .. } => kind.biases(),
            LayerWork::Norm(norm) => norm.shift.variable.elem_count(),
        };
        let divides = channels > 0 && self.outputs().is_multiple_of(channels);
        if divides { channels } else { self.outputs() }
    }

    pub(super) fn parameters(&self) -> [Option<&Parameter>; 2] {
        match &self.work {
            LayerWork::Operation { weight, bias, .. } => [weight.as_ref(), bias.as_ref()],
            LayerWork::Norm(norm) => [Some(&norm.scale), Some(&norm.shift)],
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
