//! Layers as plain data: weights copied, batch norm folded in.

use crate::nn::layer::{Layer, LayerWork};
use crate::nn::norm::EPSILON;
use crate::nn::operations::Linear;
use crate::nn::parameters::Parameter;
use crate::nn::sequential::Sequential;
use crate::nn::storage::with_values;
use crate::snapshot::{Activation, Operation, OperationKind};
use candle_core::Result;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Weights by name that stand in for the layers' own.
pub(super) type Average = BTreeMap<String, Vec<f32>>;

/// The layers' operations, with `last` as the last activation of a layer of weights; averages where there are any.
pub(super) fn operations(sequential: &Sequential, average: &Average, last: Activation) -> Result<Vec<Operation>> {
    let layers = sequential.layers();
    let has_weights = |layer: &Layer| !matches!(&layer.work, LayerWork::Operation { weight: None, .. });
    let last_place = layers.iter().rposition(has_weights);
    let mut operations: Vec<Operation> = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        let activation = if Some(index) == last_place { last } else { layer.activation };
        let values = |parameter: &Option<Parameter>, part: &str| match parameter {
            Some(parameter) => values(parameter, &format!("{}.{part}", layer.name), average),
            None => Ok(Arc::from([])),
        };
        match &layer.work {
            LayerWork::Operation { kind, weight, bias } => {
                let weight = values(weight, "weight")?;
                let bias = match bias {
                    Some(_) => values(bias, "bias")?,
                    None => vec![0.0; kind.biases()].into(),
                };
                let (name, inputs) = (layer.name.clone(), vec![operations.len()]);
                operations.push(Operation { name, inputs, kind: *kind, weight, bias, activation });
            }
            LayerWork::Norm(norm) => {
                let Some(before) = operations.last_mut() else { candle_core::bail!("a batch norm after nothing") };
                let scale = self::values(&norm.scale, &format!("{}.scale", layer.name), average)?;
                let shift = self::values(&norm.shift, &format!("{}.shift", layer.name), average)?;
                let running = norm.running();
                let factor: Vec<f32> = scale
                    .iter()
                    .zip(&running.variance)
                    .map(|(scale, variance)| scale / (variance + EPSILON).sqrt())
                    .collect();
                let offset: Vec<f32> = shift
                    .iter()
                    .zip(&factor)
                    .zip(&running.mean)
                    .map(|((shift, factor), mean)| shift - factor * mean)
                    .collect();
                fold(before, &factor, &offset);
                before.activation = activation;
            }
        }
    }
    Ok(operations)
}

/// Copied once: a snapshot is made many times a second.
fn values(parameter: &Parameter, name: &str, average: &Average) -> Result<Arc<[f32]>> {
    match average.get(name) {
        Some(average) => Ok(average.as_slice().into()),
        None => with_values(&parameter.variable, |values| Ok(values.into())),
    }
}

/// Multiplies what an operation gives by a factor a channel and adds an offset; channels lie last.
fn fold(operation: &mut Operation, factor: &[f32], offset: &[f32]) {
    let channels = factor.len().max(1);
    let mut weight = operation.weight.to_vec();
    operation.kind.scale_channels(&mut weight, factor);
    let bias = operation.bias.iter().enumerate();
    operation.bias = bias.map(|(output, bias)| bias * factor[output % channels] + offset[output % channels]).collect();
    operation.weight = weight.into();
}

/// Gives a linear operation `count` more outputs that are always `value`.
pub(super) fn append_constants(operation: &mut Operation, count: usize, value: f32) {
    let OperationKind::Linear(Linear { inputs, outputs }) = operation.kind else { return };
    let (weight, bias) = (operation.weight.iter().copied(), operation.bias.iter().copied());
    operation.weight = weight.chain(std::iter::repeat_n(0.0, count * inputs)).collect();
    operation.bias = bias.chain(std::iter::repeat_n(value, count)).collect();
    operation.kind = Linear { inputs, outputs: outputs + count }.into();
}
