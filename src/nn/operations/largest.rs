//! The largest of its inputs, as a one-hot vector: how a network chooses.

use super::candle_maps::only;
use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::kernels::for_each_example;
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, element_stage, wgsl};
use crate::nn::conv_shape::Map;
use candle_core::{Result, Tensor};

/// `[batch, inputs]` to as many: 1 in place of the largest, the first of equal ones, and 0 elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Largest {
    /// Elements an example that it reads and gives.
    pub inputs: usize,
}

impl Largest {
    const ONLY: ShaderStage = element_stage!("largest");
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];

    /// The place of the largest of some numbers, the first of equal ones; 0 where there are none.
    pub fn place(values: &[f32]) -> usize {
        let mut largest = (0, f32::NEG_INFINITY);
        for (place, value) in values.iter().enumerate() {
            if *value > largest.1 {
                largest = (place, *value);
            }
        }
        largest.0
    }
}

impl Compute for Largest {
    fn inputs(&self) -> usize {
        self.inputs
    }

    fn outputs(&self) -> usize {
        self.inputs
    }

    fn forward(&self, _: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        for_each_example(self, x.first, out, |x, out| {
            let largest = Self::place(x);
            out.iter_mut().enumerate().for_each(|(place, out)| *out = f32::from(u8::from(place == largest)));
        });
    }

    /// It is constant piece by piece.
    fn backward(&self, _: &[f32], _: Inputs<'_>, _: &[f32], x_gradient: InputGradients<'_>) {
        x_gradient.first.fill(0.0);
    }

    fn tangent(&self, _: &[f32], _: Inputs<'_>, _: Inputs<'_>, out: &mut [f32]) {
        out.fill(0.0);
    }

    fn by_candle(&self, _: Option<&Tensor>, _: Option<&Tensor>, x: &[&Tensor]) -> Result<Tensor> {
        let x = only(x)?;
        let shape = (x.dim(0)?, self.inputs);
        let places = Tensor::arange(0u32, self.inputs as u32, x.device())?.unsqueeze(0)?.broadcast_as(shape)?;
        let largest = x.argmax_keepdim(1)?.broadcast_as(shape)?;
        places.eq(&largest)?.to_dtype(x.dtype())
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let small = Map { height: 1, width: 1, channels: self.inputs };
        let sizes = ShaderSizes { small, ..ShaderSizes::default() };
        ShaderCall::by_elements(Self::ONLY, examples, self.inputs, sizes)
    }

    fn label(&self) -> &'static str {
        "operation.largest"
    }

    fn sizes(&self) -> String {
        self.inputs.to_string()
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::Vector(self.inputs)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use candle_core::Device;

    #[test]
    fn the_first_of_the_largest_is_chosen() {
        let x = [0.5f32, 2.0, -1.0, 2.0, 2.0, 1.0, -3.0, -3.0, -4.0];
        let mut out = [7.0; 9];
        let largest = Largest { inputs: 3 };
        largest.forward(&[], &[], Inputs::from(&x[..]), &mut out);
        assert_eq!(out, [0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);
        let tensor = Tensor::from_slice(&x, (3, 3), &Device::Cpu).unwrap();
        let by_candle = largest.by_candle(None, None, &[&tensor]).unwrap().flatten_all().unwrap();
        assert_eq!(by_candle.to_vec1::<f32>().unwrap(), out);
    }

    #[test]
    fn no_small_change_changes_what_is_chosen() {
        let (x, largest) = ([0.5f32, 2.0], Largest { inputs: 2 });
        let (mut gradient, mut tangent) = ([1.0; 2], [1.0; 2]);
        largest.backward(&[], Inputs::from(&x[..]), &[3.0, 4.0], InputGradients::from(&mut gradient[..]));
        largest.tangent(&[], Inputs::from(&x[..]), Inputs::from(&[1.0, 1.0][..]), &mut tangent);
        assert_eq!((gradient, tangent), ([0.0; 2], [0.0; 2]));
        assert_eq!((Largest::place(&[]), Largest::place(&[f32::NAN, f32::NAN])), (0, 0));
    }
}
