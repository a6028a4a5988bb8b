//! Sectors of a plane, as the slices of a pie: each gives what it holds.

use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::kernels::for_each_example;
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, element_stage, wgsl};
use crate::nn::conv_shape::Map;
use candle_core::{Result, Tensor, bail};

/// `[batch, 2]` to `[batch, outputs]`. The weight holds the directions in which sectors begin, `[sectors, 2]`, by rising angle
/// from that of the first axis on, where the first begins; then what they hold, `[sectors, outputs]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sectors {
    /// Sectors.
    pub sectors: usize,
    /// Elements that each of them holds.
    pub outputs: usize,
}

impl Sectors {
    const ONLY: ShaderStage = element_stage!("sectors");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];

    /// The sector that `x` lies in: as many as have begun at its angle, but for the first.
    fn sector(directions: &[f32], x: &[f32]) -> usize {
        directions.chunks_exact(2).skip(1).filter(|direction| is_past(direction, x)).count()
    }
}

/// Whether `x` is at no smaller an angle than a direction, both from 0 up to a whole turn.
pub(super) fn is_past(direction: &[f32], x: &[f32]) -> bool {
    let ([a, b], [x, y]) = (direction, x) else { return false };
    let is_lower = |x: f32, y: f32| y < 0.0 || y == 0.0 && x < 0.0;
    match (is_lower(*a, *b), is_lower(*x, *y)) {
        (false, true) => true,
        (true, false) => false,
        _ => a * y >= b * x,
    }
}

impl Compute for Sectors {
    fn inputs(&self) -> usize {
        2
    }

    fn outputs(&self) -> usize {
        self.outputs
    }

    fn weight_shape(&self) -> Vec<usize> {
        vec![self.sectors * (2 + self.outputs)]
    }

    fn flops(&self) -> u64 {
        (2 * self.sectors + self.outputs) as u64
    }

    fn forward(&self, weight: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        let (directions, held) = weight.split_at((2 * self.sectors).min(weight.len()));
        for_each_example(self, x.first, out, |x, out| {
            let held = held.chunks_exact(self.outputs.max(1)).nth(Self::sector(directions, x)).unwrap_or_default();
            out.iter_mut().zip(held).for_each(|(out, value)| *out = *value);
        });
    }

    /// It is constant piece by piece.
    fn backward(&self, _: &[f32], _: Inputs<'_>, _: &[f32], x_gradient: InputGradients<'_>) {
        x_gradient.first.fill(0.0);
    }

    fn tangent(&self, _: &[f32], _: Inputs<'_>, _: Inputs<'_>, out: &mut [f32]) {
        out.fill(0.0);
    }

    fn by_candle(&self, _: Option<&Tensor>, _: Option<&Tensor>, _: &[&Tensor]) -> Result<Tensor> {
        bail!("candle has no sectors")
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let small = Map { height: 1, width: self.sectors, channels: 2 };
        let large = Map { height: 1, width: 1, channels: self.outputs };
        let sizes = ShaderSizes { small, large, ..ShaderSizes::default() };
        ShaderCall::by_elements(Self::ONLY, examples, self.outputs, sizes)
    }

    fn label(&self) -> &'static str {
        "operation.sectors"
    }

    fn sizes(&self) -> String {
        format!("2→{}, {}", self.outputs, self.sectors)
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::Vector(self.outputs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_what_the_sector_of_its_angle_holds() {
        let sectors = Sectors { sectors: 5, outputs: 1 };
        // The fourth is empty.
        let begins = [0.0f32, 1.0, 3.5, 5.0, 5.0];
        let directions: Vec<f32> = begins.iter().flat_map(|angle| [angle.cos(), angle.sin()]).collect();
        let weight = [&directions[..], &[10.0, 11.0, 12.0, 13.0, 14.0]].concat();
        assert_eq!(weight.len(), sectors.weights());
        for step in 0..628 {
            let angle = step as f32 * 0.01 + 0.005;
            let x = [3.0 * angle.cos(), 3.0 * angle.sin()];
            let expected = match angle {
                angle if angle < 1.0 => 10.0,
                angle if angle < 3.5 => 11.0,
                angle if angle < 5.0 => 12.0,
                _ => 14.0,
            };
            let mut out = [0.0];
            sectors.forward(&weight, &[], Inputs::from(&x[..]), &mut out);
            assert_eq!(out, [expected], "{angle}");
        }
    }
}
