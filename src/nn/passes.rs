//! The passes through layers on slices: values forward, gradients backward. Rows of the batch go through all layers up to
//! the next batch norm together, a shard a thread.

use super::activation::Activation;
use super::norm::{self, Statistics};
use super::operations::OperationKind;
use super::shards::{row_shards, split, split_mut};
use rayon::prelude::*;
use std::ops::Range;

/// A layer with its parameters at hand.
pub(super) struct BoundLayer<'a> {
    pub work: BoundWork<'a>,
    pub activation: Activation,
}

/// What a layer computes before its activation.
pub(super) enum BoundWork<'a> {
    /// Row by row.
    Operation { kind: OperationKind, weight: &'a [f32], bias: &'a [f32] },
    /// Over the whole batch; `elements` an example, `scale.len()` channels.
    Norm { elements: usize, scale: &'a [f32], shift: &'a [f32] },
}

impl BoundLayer<'_> {
    pub fn inputs(&self) -> usize {
        match &self.work {
            BoundWork::Operation { kind, .. } => kind.inputs(),
            BoundWork::Norm { elements, .. } => *elements,
        }
    }

    pub fn outputs(&self) -> usize {
        match &self.work {
            BoundWork::Operation { kind, .. } => kind.outputs(),
            BoundWork::Norm { elements, .. } => *elements,
        }
    }

    fn is_norm(&self) -> bool {
        matches!(self.work, BoundWork::Norm { .. })
    }
}

/// What goes into layer `index` of layers that read `x`.
pub(super) fn input_of<'a>(index: usize, x: &'a [f32], values: &[&'a [f32]]) -> &'a [f32] {
    index.checked_sub(1).map_or(x, |before| values[before])
}

/// Buffers as slices.
pub(super) fn slices(buffers: &[Vec<f32>]) -> Vec<&[f32]> {
    buffers.iter().map(Vec::as_slice).collect()
}

/// Buffers as slices to write to.
pub(super) fn slices_mut(buffers: &mut [Vec<f32>]) -> Vec<&mut [f32]> {
    buffers.iter_mut().map(Vec::as_mut_slice).collect()
}

/// Runs of layers without batch norm, and batch norms alone, in order.
fn segments(layers: &[BoundLayer<'_>]) -> Vec<Range<usize>> {
    let mut segments: Vec<Range<usize>> = Vec::new();
    for (index, layer) in layers.iter().enumerate() {
        match segments.last_mut() {
            Some(last) if !layer.is_norm() && !layers[last.start].is_norm() => last.end = index + 1,
            _ => segments.push(index..index + 1),
        }
    }
    segments
}

/// Fills `values` (one buffer a layer, `[batch, outputs]`) from `x` `[batch, inputs]`; gives the statistics of batch norms.
pub(super) fn forward(
    layers: &[BoundLayer<'_>],
    x: &[f32],
    batch: usize,
    values: &mut [&mut [f32]],
) -> Vec<Option<Statistics>> {
    let mut statistics: Vec<Option<Statistics>> = vec![None; layers.len()];
    for segment in segments(layers) {
        let (before, after) = values.split_at_mut(segment.start);
        let input: &[f32] = before.last().map_or(x, |values| &**values);
        if let BoundWork::Norm { scale, shift, .. } = &layers[segment.start].work {
            let found = norm::statistics(input, scale.len());
            norm::normalize(input, &found, scale, shift, after[0]);
            after[0].par_chunks_mut(SHARD).for_each(|values| layers[segment.start].activation.apply(values));
            statistics[segment.start] = Some(found);
        } else {
            forward_rows(&layers[segment.clone()], input, batch, &mut after[..segment.len()]);
        }
    }
    statistics
}

/// Values of a shard of an element-wise pass.
const SHARD: usize = 32 * 1024;

/// The forward pass of layers that look at each row alone.
pub(super) fn forward_rows(layers: &[BoundLayer<'_>], x: &[f32], batch: usize, values: &mut [&mut [f32]]) {
    let Some(first) = layers.first() else { return };
    let shards: Vec<Range<usize>> = row_shards(batch).collect();
    let parts = by_shard(layers, values, &shards);
    parts.into_par_iter().zip(&shards).for_each(|(mut outs, shard)| {
        let x = split(x, first.inputs(), shard);
        for (index, layer) in layers.iter().enumerate() {
            let (before, after) = outs.split_at_mut(index);
            let input: &[f32] = before.last().map_or(x, |values| values);
            if let BoundWork::Operation { kind, weight, bias } = &layer.work {
                kind.forward(weight, bias, input.into(), after[0]);
                layer.activation.apply(after[0]);
            }
        }
    });
}

/// The tangents of one layer before its activation, at the rows of `x` along those of `direction`.
pub(super) fn tangent_rows(layer: &BoundLayer<'_>, (x, direction): (&[f32], &[f32]), out: &mut [f32]) {
    let BoundWork::Operation { kind, weight, .. } = &layer.work else { return };
    let shards: Vec<Range<usize>> = row_shards(out.len() / layer.outputs().max(1)).collect();
    let parts = split_mut(out, layer.outputs(), shards.iter().cloned());
    parts.into_par_iter().zip(&shards).for_each(|(out, shard)| {
        let rows = |values| split(values, layer.inputs(), shard);
        kind.tangent(weight, rows(x).into(), rows(direction).into(), out);
    });
}

/// For each shard its part of every layer's buffer.
fn by_shard<'a>(
    layers: &[BoundLayer<'_>],
    values: &'a mut [&mut [f32]],
    shards: &[Range<usize>],
) -> Vec<Vec<&'a mut [f32]>> {
    let mut parts: Vec<Vec<&mut [f32]>> = shards.iter().map(|_| Vec::with_capacity(values.len())).collect();
    for (layer, values) in layers.iter().zip(values) {
        let split = split_mut(values, layer.outputs(), shards.iter().cloned());
        parts.iter_mut().zip(split).for_each(|(part, values)| part.push(values));
    }
    parts
}

/// What a backward pass starts from.
pub(super) struct Passed<'a> {
    pub x: &'a [f32],
    /// What each layer gave.
    pub values: &'a [&'a [f32]],
    pub statistics: &'a [Option<Statistics>],
}

/// The gradients of scale and shift of a batch norm, with its place among the layers.
pub(super) type NormGradient = (usize, Vec<f32>, Vec<f32>);

/// Turns `gradients`, of which the last holds that of the output, into those of each layer before its activation; and gives
/// that of `x` where it is wanted.
pub(super) fn backward(
    layers: &[BoundLayer<'_>],
    passed: &Passed<'_>,
    batch: usize,
    gradients: &mut [&mut [f32]],
    mut x_gradient: Option<&mut [f32]>,
) -> Vec<NormGradient> {
    let mut norms = Vec::new();
    for segment in segments(layers).into_iter().rev() {
        let input = input_of(segment.start, passed.x, passed.values);
        let (before, after) = gradients.split_at_mut(segment.start);
        let input_gradient = match before.last_mut() {
            Some(gradient) => Some(&mut **gradient),
            None => x_gradient.as_deref_mut(),
        };
        if let BoundWork::Norm { scale, .. } = &layers[segment.start].work {
            let activation = layers[segment.start].activation;
            let out = passed.values[segment.start].par_chunks(SHARD);
            after[0].par_chunks_mut(SHARD).zip(out).for_each(|(gradient, out)| activation.apply_slope(out, gradient));
            let Some(statistics) = &passed.statistics[segment.start] else { continue };
            let mut unwanted = Vec::new();
            let input_gradient = input_gradient.unwrap_or_else(|| {
                unwanted.resize(input.len(), 0.0);
                &mut unwanted
            });
            let (scale, shift) = norm::backward(input, statistics, scale, after[0], input_gradient);
            norms.push((segment.start, scale, shift));
        } else {
            let values = &passed.values[segment.clone()];
            backward_rows(
                &layers[segment.clone()],
                (input, values),
                batch,
                &mut after[..segment.len()],
                input_gradient,
            );
        }
    }
    norms
}

/// The backward pass of layers that look at each row alone: the last of `gradients` is that of the output; each becomes that
/// before its layer's activation.
pub(super) fn backward_rows(
    layers: &[BoundLayer<'_>],
    (x, values): (&[f32], &[&[f32]]),
    batch: usize,
    gradients: &mut [&mut [f32]],
    x_gradient: Option<&mut [f32]>,
) {
    let Some(first) = layers.first() else { return };
    let shards: Vec<Range<usize>> = row_shards(batch).collect();
    let parts = by_shard(layers, gradients, &shards);
    let x_parts: Vec<Option<&mut [f32]>> = match x_gradient {
        Some(gradient) => split_mut(gradient, first.inputs(), shards.iter().cloned()).into_iter().map(Some).collect(),
        None => shards.iter().map(|_| None).collect(),
    };
    parts.into_par_iter().zip(x_parts).zip(&shards).for_each(|((mut gradients, mut x_gradient), shard)| {
        for (index, layer) in layers.iter().enumerate().rev() {
            let BoundWork::Operation { kind, weight, .. } = &layer.work else { continue };
            let (before, after) = gradients.split_at_mut(index);
            layer.activation.apply_slope(split(values[index], layer.outputs(), shard), after[0]);
            let input = split(input_of(index, x, values), layer.inputs(), shard);
            let input_gradient = match before.last_mut() {
                Some(gradient) => Some(&mut **gradient),
                None => x_gradient.as_deref_mut(),
            };
            if let Some(input_gradient) = input_gradient {
                kind.backward(weight, input.into(), after[0], input_gradient.into());
            }
        }
    });
}
