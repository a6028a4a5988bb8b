//! Draws of a recurrent distribution of binary images: row by row, each given the state of a gated recurrent unit that has read the
//! rows before it.

use super::candle_maps::{only, weight_of};
use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::draw_trace::{DrawOrder, DrawTrace, PixelConditionals, TracedDraws, probability};
use super::kernels::with_columns;
use super::pixel_draws::{LayerWeights, drawn, normal_log_odds};
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, wgsl};
use crate::nn::conv_shape::Map;
use crate::nn::gru_cell::{self, GATES};
use crate::nn::matmul::{Matrix, matmul};
use crate::nn::vector::add_columns;
use candle_core::{DType, Result, Tensor};

/// `[batch, pixels]` to `[batch, pixels]`, each 0 or 1, channel by channel. A row holds its pixels of all channels, which are
/// independent given the rows before: each is 1 where its number z is below Φ⁻¹(p), p the probability of a one, or, which is the
/// same, where p's logit is above [`normal_log_odds`] of z.
///
/// The unit begins with a state of zeros and a row of zeros, so that it has made one step before the first row. The weight holds,
/// one after another and each input by input: what a row's pixels give to the three gates `[length, 3·units]` and their biases
/// `[3·units]`, what the state gives to them `[units, 3·units]` and their biases `[3·units]`, and what it gives to the logits of
/// the next row `[units, length]` and their biases `[length]`.
///
/// A number that lies on the edge within rounding may make another pixel on the GPU than on the CPU, and others after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecurrentDraws {
    /// The size of an image.
    pub image: Map,
    /// Elements of the state.
    pub units: usize,
}

/// What adds to all outputs, input by input `[inputs, outputs]`, and biases `[outputs]`.
#[derive(Clone, Copy)]
struct Columns<'a> {
    weight: &'a [f32],
    bias: &'a [f32],
}

/// The parts of the weight.
struct RecurrentParts<'a> {
    input: Columns<'a>,
    state: Columns<'a>,
    pixels: Columns<'a>,
}

impl Columns<'_> {
    /// The outputs of some inputs.
    fn sum(&self, inputs: &[f32], out: &mut [f32]) {
        out.copy_from_slice(self.bias);
        add_columns(out, inputs, self.weight);
    }

    /// The outputs of several rows of inputs, by a matmul: the last bits depend on how many.
    fn sums(&self, inputs: &[f32], rows: usize) -> Vec<f32> {
        let (outputs, mut out) = (self.bias.len(), self.bias.repeat(rows));
        let weight = Matrix::new(self.weight, self.weight.len() / outputs.max(1), outputs);
        matmul(&mut out, Matrix::new(inputs, rows, inputs.len() / rows.max(1)), weight, true);
        out
    }
}

impl RecurrentDraws {
    const ONLY: ShaderStage = ShaderStage {
        name: "recurrent_draws",
        source: concat!(wgsl!("shared/stage"), wgsl!("shared/draws"), wgsl!("recurrent_draws")),
        // A workgroup an example.
        tile: [1, 1],
    };
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];
    /// Units that a workgroup has memory for, as in the shader.
    pub const MOST_UNITS: usize = 1024;

    /// Pixels of a row, of all channels.
    pub fn length(&self) -> usize {
        self.image.channels * self.image.width
    }

    /// Where in an image a pixel of a row lies.
    pub fn pixel(&self, row: usize, place: usize) -> usize {
        let Map { height, width, .. } = self.image;
        (place / width.max(1) * height + row) * width + place % width.max(1)
    }

    /// The weight, from those of the gates' input, of their state, and of the pixels.
    pub fn weight_from(layers: [LayerWeights<'_>; 3]) -> Vec<f32> {
        let mut all = Vec::new();
        for LayerWeights { weight, bias } in layers {
            let (outputs, inputs) = (bias.len(), weight.len() / bias.len().max(1));
            let from = all.len();
            all.resize(from + weight.len(), 0.0);
            let columns = all.get_mut(from..).unwrap_or_default();
            for (output, row) in weight.chunks_exact(inputs.max(1)).enumerate() {
                let own = columns.iter_mut().skip(output).step_by(outputs.max(1));
                own.zip(row).for_each(|(target, weight)| *target = *weight);
            }
            all.extend(bias);
        }
        all
    }

    /// States `[images, units]` after one more row of each image, `rows` `[images, length]`.
    pub fn read_rows(&self, weight: &[f32], rows: &[f32], states: &mut [f32]) {
        let (parts, images) = (self.parts(weight), states.len() / self.units.max(1));
        let mut of_rows = parts.input.sums(rows, images);
        let of_states = parts.state.sums(states, images);
        let (gates, mut new) = (GATES * self.units, vec![0.0; self.units]);
        let each = of_rows.chunks_exact_mut(gates).zip(of_states.chunks_exact(gates));
        for ((of_row, of_state), state) in each.zip(states.chunks_exact_mut(self.units)) {
            gru_cell::step(of_row, of_state, state, &mut new);
        }
    }

    /// The logits of the row after what each state `[images, units]` has read, `[images, length]`.
    pub fn row_logits(&self, weight: &[f32], states: &[f32]) -> Vec<f32> {
        self.parts(weight).pixels.sums(states, states.len() / self.units.max(1))
    }

    /// The logits of an image's pixels, each given the rows before it, `[pixels]`, summed in the order of [`Compute::forward`].
    pub fn logits(&self, weight: &[f32], image: &[f32]) -> Vec<f32> {
        let mut logits = vec![0.0; self.image.elements()];
        self.in_order(weight, |pixel, logit| {
            logits[pixel] = logit;
            image.get(pixel).copied().unwrap_or_default()
        });
        logits
    }

    fn parts<'a>(&self, weight: &'a [f32]) -> RecurrentParts<'a> {
        let mut rest = weight;
        let mut take = |count: usize| {
            let (part, after) = rest.split_at(count.min(rest.len()));
            rest = after;
            part
        };
        let (length, gates) = (self.length(), GATES * self.units);
        let mut columns =
            |inputs: usize, outputs: usize| Columns { weight: take(inputs * outputs), bias: take(outputs) };
        RecurrentParts {
            input: columns(length, gates),
            state: columns(self.units, gates),
            pixels: columns(self.units, length),
        }
    }

    /// Elements that a step works in.
    fn scratch(&self) -> usize {
        (2 * GATES + 1) * self.units
    }

    fn step(&self, parts: &RecurrentParts<'_>, row: &[f32], state: &mut [f32], scratch: &mut [f32]) {
        let (of_input, rest) = scratch.split_at_mut(GATES * self.units);
        let (of_state, new) = rest.split_at_mut(GATES * self.units);
        parts.input.sum(row, of_input);
        parts.state.sum(state, of_state);
        gru_cell::step(of_input, of_state, state, new);
    }

    /// Goes over the rows in their order: `choose` is told a pixel's number and its logit given the rows before, and says what it is.
    fn in_order(&self, weight: &[f32], mut choose: impl FnMut(usize, f32) -> f32) {
        let (parts, length) = (self.parts(weight), self.length());
        with_columns(self.scratch() + self.units + 2 * length, |buffer| {
            let (state, rest) = buffer.split_at_mut(self.units);
            let (row, rest) = rest.split_at_mut(length);
            let (logits, scratch) = rest.split_at_mut(length);
            state.fill(0.0);
            row.fill(0.0);
            for number in 0..self.image.height {
                self.step(&parts, row, state, scratch);
                parts.pixels.sum(state, logits);
                for (place, (value, logit)) in row.iter_mut().zip(logits.iter()).enumerate() {
                    *value = choose(self.pixel(number, place), *logit);
                }
            }
        });
    }
}

impl TracedDraws for RecurrentDraws {
    fn trace(&self, weight: &[f32], x: &[f32]) -> DrawTrace {
        let mut ones = vec![0.0; self.image.elements()];
        self.in_order(weight, |pixel, logit| {
            ones[pixel] = probability(logit);
            drawn(logit, x.get(pixel))
        });
        DrawTrace::Conditionals(PixelConditionals { ones, order: DrawOrder::Rows })
    }
}

impl Compute for RecurrentDraws {
    fn inputs(&self) -> usize {
        self.image.elements()
    }

    fn outputs(&self) -> usize {
        self.image.elements()
    }

    fn weight_shape(&self) -> Vec<usize> {
        let (length, units) = (self.length(), self.units);
        let gates = GATES.saturating_mul(units);
        let reading = gates.saturating_mul(length.saturating_add(units).saturating_add(2));
        vec![reading.saturating_add(units.saturating_add(1).saturating_mul(length))]
    }

    fn flops(&self) -> u64 {
        let (length, units) = (self.length() as u64, self.units as u64);
        2 * self.image.height as u64 * units * (GATES as u64 * (length + units) + length)
    }

    fn forward(&self, weight: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        let pixels = self.image.elements().max(1);
        for (x, out) in x.first.chunks_exact(pixels).zip(out.chunks_exact_mut(pixels)) {
            self.in_order(weight, |pixel, logit| {
                let value = drawn(logit, x.get(pixel));
                out[pixel] = value;
                value
            });
        }
    }

    /// It is constant piece by piece.
    fn backward(&self, _: &[f32], _: Inputs<'_>, _: &[f32], x_gradient: InputGradients<'_>) {
        x_gradient.first.fill(0.0);
    }

    fn tangent(&self, _: &[f32], _: Inputs<'_>, _: Inputs<'_>, out: &mut [f32]) {
        out.fill(0.0);
    }

    fn by_candle(&self, weight: Option<&Tensor>, _: Option<&Tensor>, x: &[&Tensor]) -> Result<Tensor> {
        let (x, weight, units, length) = (only(x)?, weight_of(weight)?, self.units, self.length());
        let Map { height, width, channels } = self.image;
        let batch = x.dim(0)?;
        let edges: Vec<f32> = x.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
        let edges = edges.into_iter().map(normal_log_odds).collect();
        let edges = Tensor::from_vec(edges, (batch, channels, height, width), x.device())?.to_dtype(x.dtype())?;
        let mut from = 0;
        let mut layer = |inputs: usize, outputs: usize| {
            let columns = weight.narrow(0, from, inputs * outputs)?.reshape((inputs, outputs))?;
            let bias = weight.narrow(0, from + inputs * outputs, outputs)?;
            from += (inputs + 1) * outputs;
            Ok::<_, candle_core::Error>(move |x: &Tensor| x.matmul(&columns)?.broadcast_add(&bias))
        };
        let gates = GATES * units;
        let (input, carried, pixels) = (layer(length, gates)?, layer(units, gates)?, layer(units, length)?);
        let logistic = |x: Tensor| x.neg()?.exp()?.affine(1.0, 1.0)?.recip();
        let mut state = Tensor::zeros((batch, units), x.dtype(), x.device())?;
        let mut row = Tensor::zeros((batch, length), x.dtype(), x.device())?;
        let mut drawn = Vec::with_capacity(height);
        for number in 0..height {
            let (of_input, of_state) = (input(&row)?, carried(&state)?);
            let gate = |of: &Tensor, gate: usize| of.narrow(1, gate * units, units);
            let both = |at: usize| logistic((gate(&of_input, at)? + gate(&of_state, at)?)?);
            let new = (gate(&of_input, 2)? + (both(0)? * gate(&of_state, 2)?)?)?.tanh()?;
            state = (&new + (both(1)? * (state - &new)?)?)?;
            let edges = edges.narrow(2, number, 1)?.contiguous()?.reshape((batch, length))?;
            row = pixels(&state)?.gt(&edges)?.to_dtype(x.dtype())?;
            drawn.push(row.reshape((batch, channels, 1, width))?);
        }
        Tensor::cat(&drawn, 2)?.contiguous()?.flatten_from(1)
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let small = Map { height: 1, width: 1, channels: self.units };
        let sizes = ShaderSizes { small, large: self.image, ..ShaderSizes::default() };
        (self.units <= Self::MOST_UNITS).then_some(ShaderCall { stage: Self::ONLY, rows: examples, sizes })
    }

    fn label(&self) -> &'static str {
        "operation.recurrent_draws"
    }

    fn sizes(&self) -> String {
        format!("{}, {}", self.image.elements(), self.units)
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::Planes(self.image)
    }

    fn traced(&self) -> Option<&dyn TracedDraws> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::random::{Purpose, normal_rows};

    #[test]
    fn layers_are_laid_input_by_input() {
        let layer = |weight, bias| LayerWeights { weight, bias };
        let [input, state, pixels] = [
            layer(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0][..], &[7.0, 8.0, 9.0][..]),
            layer(&[10.0, 11.0, 12.0], &[13.0, 14.0, 15.0]),
            layer(&[16.0, 17.0], &[18.0, 19.0]),
        ];
        let weight = RecurrentDraws::weight_from([input, state, pixels]);
        let draws = RecurrentDraws { image: Map { height: 4, width: 2, channels: 1 }, units: 1 };
        assert_eq!(weight.len(), draws.weights());
        let expected = [1, 3, 5, 2, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19];
        assert_eq!(weight, expected.map(|value: i16| f32::from(value)));
    }

    #[test]
    fn pixels_are_drawn_given_the_rows_before_as_candle_draws_them() {
        for image in [Map { height: 5, width: 4, channels: 3 }, Map { height: 1, width: 7, channels: 1 }] {
            let (draws, pixels) = (RecurrentDraws { image, units: 33 }, image.elements());
            let weight = normal_rows(1, Purpose::Weights, 0, 1, draws.weights());
            let weight: Vec<f32> = weight.into_iter().map(|weight| 0.4 * weight).collect();
            let latents = normal_rows(2, Purpose::Sample, 0, 20, pixels);
            let mut out = vec![0.5; latents.len()];
            draws.forward(&weight, &[], latents[..].into(), &mut out);
            let x = Tensor::from_slice(&latents, (20, pixels), &candle_core::Device::Cpu).unwrap();
            let of_weight = Tensor::from_slice(&weight, weight.len(), x.device()).unwrap();
            let expected = draws.by_candle(Some(&of_weight), None, &[&x]).unwrap();
            assert_eq!(out, expected.flatten_all().unwrap().to_vec1::<f32>().unwrap());
            for (image, latent) in out.chunks_exact(pixels).zip(latents.chunks_exact(pixels)) {
                let logits = draws.logits(&weight, image);
                let ones =
                    logits.iter().zip(latent).map(|(logit, z)| f32::from(u8::from(*logit > normal_log_odds(*z))));
                assert_eq!(ones.collect::<Vec<f32>>(), image);
            }
        }
    }

    #[test]
    fn a_pixel_changes_the_rows_after_it_alone() {
        let draws = RecurrentDraws { image: Map { height: 4, width: 3, channels: 2 }, units: 9 };
        let weight = normal_rows(1, Purpose::Weights, 0, 1, draws.weights());
        let image = vec![0.0; draws.inputs()];
        let before = draws.logits(&weight, &image);
        for row in 0..4 {
            for place in 0..draws.length() {
                let mut other = image.clone();
                other[draws.pixel(row, place)] = 1.0;
                let after = draws.logits(&weight, &other);
                for other in 0..4 {
                    let own = (0..draws.length()).map(|place| draws.pixel(other, place));
                    assert_eq!(
                        own.into_iter().any(|pixel| before[pixel] != after[pixel]),
                        other > row,
                        "{row} {other}"
                    );
                }
            }
        }
    }

    #[test]
    fn more_units_than_a_workgroup_holds_are_drawn_on_the_cpu_alone() {
        let image = Map { height: 4, width: 3, channels: 2 };
        let call = |units| RecurrentDraws { image, units }.shader(70);
        assert_eq!(call(1024).map(|call| call.rows), Some(70));
        assert_eq!(call(1025), None);
    }
}
