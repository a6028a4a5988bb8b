//! The field that is learned: a dense network of a place and a time; and its steps laid out as a network of their own, so that
//! whatever decodes networks decodes a flow.

use super::process::{FlowStep, TIME_FEATURES, time_features};
use crate::nn::activation::Activation;
use crate::nn::conv_shape::Map;
use crate::nn::layer::Layer;
use crate::nn::operations::{Addition, Linear, OperationKind};
use crate::nn::parameters::Parameters;
use crate::nn::sequential::Sequential;
use crate::snapshot::Operation;

/// `[n, latent + TIME_FEATURES]` to `[n, latent]`.
pub(super) fn field(
    latent: usize,
    hidden: &[usize],
    seed: u64,
    parameters: &mut Parameters,
) -> candle_core::Result<Sequential> {
    let widths: Vec<usize> =
        std::iter::once(latent + TIME_FEATURES).chain(hidden.iter().copied()).chain([latent]).collect();
    let sizes: Vec<(usize, usize)> = widths.iter().zip(widths.iter().skip(1)).map(|(a, b)| (*a, *b)).collect();
    let count = sizes.iter().fold(0usize, |sum, (a, b)| sum.saturating_add(a.saturating_mul(*b)).saturating_add(*b));
    parameters.check(count)?;
    let mut layers = Vec::new();
    for (number, (inputs, outputs)) in sizes.iter().copied().enumerate() {
        let activation = if number < hidden.len() { Activation::Relu } else { Activation::Identity };
        let name = format!("field.{number}");
        layers.push(Layer::new(parameters, &name, Linear { inputs, outputs }, activation, seed)?);
    }
    Sequential::new(parameters, layers)
}

/// Adds `steps` of the field to a network's operations, from value `place` on; gives the value that they end in.
pub(super) fn lay_out(
    field: &[Operation],
    latent: usize,
    steps: &[FlowStep],
    operations: &mut Vec<Operation>,
    mut place: usize,
) -> usize {
    for (number, step) in steps.iter().enumerate() {
        let name = format!("step{number}");
        let value = field_at(field, latent, (step.time, step.add), &name, operations, place);
        if step.keep != 1.0 {
            operations.push(scaling(&format!("{name}.keep"), place, latent, step.keep as f32));
            place = operations.len();
        }
        place = sum(format!("{name}.place"), [place, value], latent, operations);
    }
    place
}

/// Adds the exact way back of `steps` that keep their place: from where each led, `rounds` of x ← y − add·v(x), which close in
/// where a step is shorter than the field's own scale.
pub(super) fn lay_out_back(
    field: &[Operation],
    latent: usize,
    (steps, rounds): (&[FlowStep], usize),
    operations: &mut Vec<Operation>,
    mut place: usize,
) -> usize {
    for (number, step) in steps.iter().enumerate().rev() {
        let end = place;
        for round in 0..rounds {
            let name = format!("back{number}.{round}");
            let value = field_at(field, latent, (step.time, -step.add), &name, operations, place);
            place = sum(format!("{name}.place"), [end, value], latent, operations);
        }
    }
    place
}

/// Adds the field at a time, multiplied by a factor, of value `place`; gives its value.
fn field_at(
    field: &[Operation],
    latent: usize,
    (time, factor): (f64, f64),
    name: &str,
    operations: &mut Vec<Operation>,
    place: usize,
) -> usize {
    let mut value = place;
    for (index, layer) in field.iter().enumerate() {
        let mut layer = if index == 0 { at_time(layer, latent, time) } else { layer.clone() };
        if index + 1 == field.len() {
            let scaled = |values: &[f32]| values.iter().map(|x| x * factor as f32).collect();
            (layer.weight, layer.bias) = (scaled(&layer.weight), scaled(&layer.bias));
        }
        (layer.name, layer.inputs) = (format!("{name}.{}", layer.name), vec![value]);
        operations.push(layer);
        value = operations.len();
    }
    value
}

/// Adds the sum of two values; gives its value.
fn sum(name: String, values: [usize; 2], latent: usize, operations: &mut Vec<Operation>) -> usize {
    let map = Map { height: 1, width: 1, channels: latent };
    operations.push(Operation::joining(name, values, Addition(map), Activation::Identity));
    operations.len()
}

/// Multiplies each of `latent` numbers.
pub(super) fn scaling(name: &str, input: usize, latent: usize, factor: f32) -> Operation {
    let mut weight = vec![0.0; latent * latent];
    weight.iter_mut().step_by(latent + 1).for_each(|value| *value = factor);
    Operation::linear(name, input, (weight, vec![0.0; latent]), Activation::Identity)
}

/// The first layer with the time as part of its bias.
fn at_time(layer: &Operation, latent: usize, time: f64) -> Operation {
    let features = time_features(time);
    let rows = layer.weight.chunks_exact(latent + TIME_FEATURES);
    let bias = rows.clone().zip(&*layer.bias).map(|(row, bias)| {
        let of_time = row.iter().skip(latent).zip(&features);
        bias + of_time.map(|(weight, feature)| weight * feature).sum::<f32>()
    });
    Operation {
        kind: OperationKind::from(Linear { inputs: latent, outputs: layer.bias.len() }),
        bias: bias.collect(),
        weight: rows.flat_map(|row| row.iter().take(latent).copied()).collect(),
        ..layer.clone()
    }
}
