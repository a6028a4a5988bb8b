//! How what a network gives changes with its input: forward-mode differentiation.

use super::{Network, Scratch};
use crate::nn::operations::Inputs;

/// Buffers that a differentiation reuses.
#[derive(Debug, Default)]
pub struct TangentScratch {
    values: Scratch,
    tangents: Vec<Vec<f32>>,
    /// Of every direction, one after another.
    out: Vec<f32>,
}

/// What a network gives, and how that changes.
#[derive(Clone, Copy, Debug)]
pub struct PushForward<'a> {
    /// `[count, output]`.
    pub values: &'a [f32],
    /// J·d for each of the directions, `[directions, count, output]`.
    pub tangents: &'a [f32],
}

impl Network {
    /// Evaluates `count` examples (`[count, input]`) on this thread alone, with the change J·d of each output along every one
    /// of `directions` (`[input]` each), J being the Jacobian at that example.
    pub fn push_forward<'a>(
        &self,
        inputs: &[f32],
        directions: &[&[f32]],
        count: usize,
        scratch: &'a mut TangentScratch,
    ) -> PushForward<'a> {
        let TangentScratch { values, tangents, out } = scratch;
        let count = self.evaluate(inputs, count, values).len() / self.output().max(1);
        tangents.resize_with(self.operations.len() + 1, Vec::new);
        out.clear();
        for direction in directions {
            if let Some(first) = tangents.first_mut() {
                first.clear();
                (0..count).for_each(|_| first.extend_from_slice(direction));
            }
            for (index, operation) in self.operations.iter().enumerate() {
                let (before, after) = tangents.split_at_mut(index + 1);
                let Some(tangent) = after.first_mut() else { continue };
                tangent.resize(count * operation.outputs(), 0.0);
                let x = operation.read(values.values());
                operation.kind.tangent(&operation.weight, x, operation.read(before), tangent);
                if let Some(given) = values.values().get(index + 1) {
                    operation.activation.apply_slope(given, tangent);
                }
            }
            out.extend_from_slice(tangents.last().map_or(&[][..], Vec::as_slice));
        }
        let values = values.values().get(self.operations.len()).map_or(&[][..], Vec::as_slice);
        PushForward { values, tangents: out }
    }
}

impl super::Operation {
    /// What it reads of all values so far.
    pub(super) fn read<'a>(&self, values: &'a [Vec<f32>]) -> Inputs<'a> {
        let value =
            |place: usize| self.inputs.get(place).and_then(|value| values.get(*value)).map_or(&[][..], Vec::as_slice);
        Inputs { first: value(0), second: value(1) }
    }
}
