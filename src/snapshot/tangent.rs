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
        out.clear();
        for direction in directions {
            let of_all = (0..count).flat_map(|_| direction.iter().copied());
            out.extend_from_slice(self.push_direction(of_all, count, values.values(), tangents));
        }
        PushForward { values: self.given(values), tangents: out }
    }

    /// The Jacobian at one example (`[input]`): its output `[output]`, and the change of that along each input,
    /// `[input, output]`; on this thread alone.
    pub fn jacobian<'a>(&self, input: &[f32], scratch: &'a mut TangentScratch) -> PushForward<'a> {
        let TangentScratch { values, tangents, out } = scratch;
        let count = self.input();
        // The same example for each direction: all of them together take much less than one after another.
        let inputs: Vec<f32> = (0..count).flat_map(|_| input.iter().copied()).collect();
        self.evaluate(&inputs, count, values);
        let units = (0..count * count).map(|place| if place % (count + 1) == 0 { 1.0 } else { 0.0 });
        out.clear();
        out.extend_from_slice(self.push_direction(units, count, values.values(), tangents));
        PushForward { values: self.given(values).get(..self.output()).unwrap_or_default(), tangents: out }
    }

    /// What an evaluation gave, `[count, output]`.
    fn given<'a>(&self, values: &'a Scratch) -> &'a [f32] {
        values.values().get(self.operations.len()).map_or(&[][..], Vec::as_slice)
    }

    /// The change of each output along a direction of each example (`[count, input]`), of which the values are known.
    fn push_direction<'a>(
        &self,
        directions: impl Iterator<Item = f32>,
        count: usize,
        values: &[Vec<f32>],
        tangents: &'a mut Vec<Vec<f32>>,
    ) -> &'a [f32] {
        tangents.resize_with(self.operations.len() + 1, Vec::new);
        if let Some(first) = tangents.first_mut() {
            first.clear();
            first.extend(directions);
        }
        for (index, operation) in self.operations.iter().enumerate() {
            let (before, after) = tangents.split_at_mut(index + 1);
            let Some(tangent) = after.first_mut() else { continue };
            tangent.resize(count * operation.outputs(), 0.0);
            operation.kind.tangent(&operation.weight, operation.read(values), operation.read(before), tangent);
            if let Some(given) = values.get(index + 1) {
                operation.activation.apply_slope(given, tangent);
            }
        }
        tangents.last().map_or(&[][..], Vec::as_slice)
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
