//! Draws of a distribution of binary images in which each pixel depends on all before it: from a normal number a pixel, and given
//! numbers that all pixels depend on, where there are any.

use super::candle_maps::{only, weight_of};
use super::compute::{Compute, InputGradients, Inputs, OutputLayout};
use super::draw_trace::{DrawOrder, DrawTrace, PixelConditionals, TracedDraws, probability};
use super::kernels::with_columns;
use super::pixel_draws::{LayerWeights, drawn, normal_log_odds};
use super::shader::{ShaderCall, ShaderSizes, ShaderStage, wgsl};
use crate::nn::conv_shape::Map;
use crate::nn::vector::dot;
use candle_core::{DType, Result, Tensor};
use std::ops::Range;

/// `[batch, context + pixels]` to `[batch, pixels]`, each 0 or 1: pixel i is 1 where its number z is below Φ⁻¹(p), p the probability
/// of a one given the context and the pixels before it. It is the same to compare p's logit with that of Φ(z), which is
/// [`normal_log_odds`].
///
/// Logits come from the context and the pixels before directly, or through one hidden layer of ReLUs. The weight holds, one after
/// another: a bias a pixel; without a hidden layer `[pixels, pixels]`, of each pixel what those before it weigh in it; with one a
/// bias a unit, `[pixels, hidden]`, what each pixel weighs in the units, and `[pixels, hidden]`, what the units weigh in each pixel;
/// at the end `[context, pixels]` or `[context, hidden]`, what the context weighs. Of these, what would make a pixel depend on itself
/// or on one after it is not looked at; it is to be 0.
///
/// A number that lies on the edge within rounding may make another pixel on the GPU than on the CPU, and others after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutoregressiveDraws {
    /// Pixels.
    pub pixels: usize,
    /// Units of the hidden layer; 0 without one.
    pub hidden: usize,
    /// Numbers that are given.
    pub context: usize,
}

/// The parts of the weight.
#[derive(Clone, Copy, Debug)]
pub struct AutoregressiveParts<'a> {
    /// Of pixels, `[pixels]`.
    pub biases: &'a [f32],
    /// Of hidden units, `[hidden]`.
    pub unit_biases: &'a [f32],
    /// What pixels weigh in the units, `[pixels, hidden]`.
    pub reading: &'a [f32],
    /// What weighs in the pixels, `[pixels, hidden]`, or `[pixels, pixels]`.
    pub giving: &'a [f32],
    /// What the context weighs, `[context, hidden]`, or `[context, pixels]`.
    pub given: &'a [f32],
}

impl AutoregressiveParts<'_> {
    /// Where sums over pixels begin: of the hidden units, or of the pixels' logits where there are none.
    pub fn start(&self, context: &[f32], sums: &mut [f32]) {
        let biases = if self.unit_biases.is_empty() { self.biases } else { self.unit_biases };
        sums.copy_from_slice(biases);
        for (value, weights) in context.iter().zip(self.given.chunks_exact(biases.len().max(1))) {
            sums.iter_mut().zip(weights).for_each(|(sum, weight)| *sum += value * weight);
        }
    }
}

impl AutoregressiveDraws {
    const ONLY: ShaderStage = ShaderStage {
        name: "autoregressive_draws",
        source: concat!(wgsl!("shared/stage"), wgsl!("shared/draws"), wgsl!("autoregressive_draws")),
        // A workgroup an example.
        tile: [1, 1],
    };
    pub(super) const STAGES: &'static [ShaderStage] = &[Self::ONLY];
    /// Units that a workgroup has memory for, as in the shader.
    pub const MOST_HIDDEN: usize = 2048;

    /// How many of the first pixels a hidden unit reads, 1 to `pixels − 1`: evenly spread and rising.
    pub fn degree(&self, unit: usize) -> usize {
        1 + unit * self.pixels.saturating_sub(1) / self.hidden.max(1)
    }

    /// How many of the hidden units, from the first on, a pixel reads: those that read none but pixels before it.
    pub fn units(&self, pixel: usize) -> usize {
        (pixel * self.hidden).div_ceil(self.pixels.saturating_sub(1).max(1)).min(self.hidden)
    }

    /// The weight, from those of the last layer and of the one before it, where there is one. Of the inputs of the first of them the
    /// context comes before the pixels.
    pub fn weight_from(&self, hidden: Option<LayerWeights<'_>>, last: LayerWeights<'_>) -> Vec<f32> {
        let mut all = last.bias.to_vec();
        let Some(first) = hidden else {
            let rows = last.weight.chunks_exact((self.context + self.pixels).max(1));
            rows.for_each(|row| all.extend(row.get(self.context..).unwrap_or_default()));
            all.extend(self.columns(last, 0..self.context));
            return all;
        };
        all.extend(first.bias);
        all.extend(self.columns(first, self.context..self.context + self.pixels));
        all.extend(last.weight);
        all.extend(self.columns(first, 0..self.context));
        all
    }

    /// What some inputs of the first layer weigh in all its outputs, `[inputs, outputs]`.
    fn columns(&self, layer: LayerWeights<'_>, inputs: Range<usize>) -> Vec<f32> {
        let of_input = |input| layer.weight.iter().skip(input).step_by((self.context + self.pixels).max(1)).copied();
        inputs.flat_map(of_input).collect()
    }

    /// The logits of an image's pixels, each given the context and those before it, `[pixels]`, summed in the order of
    /// [`Compute::forward`].
    pub fn logits(&self, weight: &[f32], context: &[f32], image: &[f32]) -> Vec<f32> {
        let (mut logits, mut seen) = (Vec::with_capacity(self.pixels), vec![0.0; self.pixels]);
        self.in_order(weight, context, &mut seen, |pixel, logit| {
            logits.push(logit);
            image.get(pixel).copied().unwrap_or_default()
        });
        logits
    }

    /// The parts of a weight.
    pub fn parts<'a>(&self, weight: &'a [f32]) -> AutoregressiveParts<'a> {
        let split = |values: &'a [f32], at: usize| values.split_at(at.min(values.len()));
        let (biases, rest) = split(weight, self.pixels);
        let (unit_biases, rest) = split(rest, self.hidden);
        let (reading, rest) = split(rest, self.pixels * self.hidden);
        let (giving, given) = split(rest, self.pixels * if self.hidden == 0 { self.pixels } else { self.hidden });
        AutoregressiveParts { biases, unit_biases, reading, giving, given }
    }

    /// Goes over the pixels in their order: `choose` is told a pixel's number and its logit given those before, and says what it
    /// is.
    fn in_order(&self, weight: &[f32], context: &[f32], image: &mut [f32], mut choose: impl FnMut(usize, f32) -> f32) {
        let parts = self.parts(weight);
        if self.hidden == 0 {
            return with_columns(self.pixels, |logits| {
                parts.start(context, logits);
                for (pixel, (logit, row)) in logits.iter().zip(parts.giving.chunks_exact(self.pixels)).enumerate() {
                    let (before, rest) = image.split_at_mut(pixel.min(image.len()));
                    if let Some(value) = rest.first_mut() {
                        *value = choose(pixel, logit + dot(row.get(..pixel).unwrap_or(row), before));
                    }
                }
            });
        }
        with_columns(2 * self.hidden, |buffer| {
            // Sums over the pixels so far, and what of them is passed on.
            let (sums, active) = buffer.split_at_mut(self.hidden);
            parts.start(context, sums);
            relu(sums, active);
            let rows = parts.reading.chunks_exact(self.hidden).zip(parts.giving.chunks_exact(self.hidden));
            for (pixel, ((value, bias), (reading, giving))) in image.iter_mut().zip(parts.biases).zip(rows).enumerate()
            {
                let (ready, later) = active.split_at_mut(self.units(pixel));
                let (giving, reading) = (giving.split_at(ready.len()).0, reading.split_at(ready.len()).1);
                *value = choose(pixel, bias + dot(giving, ready));
                if *value != 0.0 {
                    let (share, sums) = (*value, sums.split_at_mut(ready.len()).1);
                    sums.iter_mut().zip(reading).for_each(|(sum, weight)| *sum += share * weight);
                    relu(sums, later);
                }
            }
        });
    }
}

fn relu(sums: &[f32], units: &mut [f32]) {
    units.iter_mut().zip(sums).for_each(|(unit, sum)| *unit = sum.max(0.0));
}

impl TracedDraws for AutoregressiveDraws {
    fn trace(&self, weight: &[f32], x: &[f32]) -> DrawTrace {
        let (mut ones, mut image) = (Vec::with_capacity(self.pixels), vec![0.0; self.pixels]);
        let (context, x) = x.split_at(self.context.min(x.len()));
        self.in_order(weight, context, &mut image, |pixel, logit| {
            ones.push(probability(logit));
            drawn(logit, x.get(pixel))
        });
        DrawTrace::Conditionals(PixelConditionals { ones, order: DrawOrder::Pixels })
    }
}

impl Compute for AutoregressiveDraws {
    fn inputs(&self) -> usize {
        self.context.saturating_add(self.pixels)
    }

    fn outputs(&self) -> usize {
        self.pixels
    }

    fn weight_shape(&self) -> Vec<usize> {
        let Self { pixels, hidden, context } = *self;
        let rest = if hidden == 0 {
            self.inputs().saturating_mul(pixels)
        } else {
            pixels.saturating_mul(2).saturating_add(context).saturating_add(1).saturating_mul(hidden)
        };
        vec![pixels.saturating_add(rest)]
    }

    fn flops(&self) -> u64 {
        let [pixels, hidden, context] = [self.pixels, self.hidden, self.context].map(|count| count as u64);
        if hidden == 0 { (context + pixels) * pixels } else { (context + 2 * pixels) * hidden }
    }

    fn forward(&self, weight: &[f32], _: &[f32], x: Inputs<'_>, out: &mut [f32]) {
        let examples = x.first.chunks_exact(self.inputs().max(1)).zip(out.chunks_exact_mut(self.pixels.max(1)));
        examples.for_each(|(x, out)| {
            let (context, x) = x.split_at(self.context.min(x.len()));
            self.in_order(weight, context, out, |pixel, logit| drawn(logit, x.get(pixel)));
        });
    }

    /// It is constant piece by piece.
    fn backward(&self, _: &[f32], _: Inputs<'_>, _: &[f32], x_gradient: InputGradients<'_>) {
        x_gradient.first.fill(0.0);
    }

    fn tangent(&self, _: &[f32], _: Inputs<'_>, _: Inputs<'_>, out: &mut [f32]) {
        out.fill(0.0);
    }

    fn by_candle(&self, weight: Option<&Tensor>, _: Option<&Tensor>, x: &[&Tensor]) -> Result<Tensor> {
        let (x, weight, Self { pixels, hidden, context }) = (only(x)?, weight_of(weight)?, *self);
        let (given, x) = (x.narrow(1, 0, context)?, x.narrow(1, context, pixels)?.contiguous()?);
        let edges: Vec<f32> = x.to_dtype(DType::F32)?.flatten_all()?.to_vec1()?;
        let edges = Tensor::from_vec(edges.into_iter().map(normal_log_odds).collect(), x.shape(), x.device())?;
        let edges = edges.to_dtype(x.dtype())?;
        let part = |from: usize, columns: usize| weight.narrow(0, from, pixels * columns)?.reshape((pixels, columns));
        let biases = weight.narrow(0, 0, pixels)?;
        // Sums over the pixels so far: of the logits themselves, or of the units that they come from.
        let (start, reading) = match hidden {
            0 => (biases.clone(), part(pixels, pixels)?.t()?.contiguous()?),
            _ => (weight.narrow(0, pixels, hidden)?, part(pixels + hidden, hidden)?),
        };
        let giving = if hidden == 0 { None } else { Some(part(pixels + hidden + pixels * hidden, hidden)?) };
        let mut sums = start.broadcast_as((x.dim(0)?, start.elem_count()))?.contiguous()?;
        if context > 0 {
            let size = context * start.elem_count();
            let weights = weight.narrow(0, weight.elem_count() - size, size)?.reshape((context, start.elem_count()))?;
            sums = (sums + given.contiguous()?.matmul(&weights)?)?;
        }
        let mut drawn = Vec::with_capacity(pixels);
        for pixel in 0..pixels {
            let logit = match &giving {
                None => sums.narrow(1, pixel, 1)?.contiguous()?,
                Some(giving) => {
                    let own = sums.relu()?.matmul(&giving.narrow(0, pixel, 1)?.t()?)?;
                    own.broadcast_add(&biases.narrow(0, pixel, 1)?)?
                }
            };
            let value = logit.gt(&edges.narrow(1, pixel, 1)?)?.to_dtype(x.dtype())?;
            sums = (sums + value.matmul(&reading.narrow(0, pixel, 1)?)?)?;
            drawn.push(value);
        }
        Tensor::cat(&drawn, 1)
    }

    fn shader(&self, examples: usize) -> Option<ShaderCall> {
        let map = |height, channels| Map { height, width: 1, channels };
        let sizes =
            ShaderSizes { small: map(self.context, self.hidden), large: map(1, self.pixels), ..ShaderSizes::default() };
        (self.hidden <= Self::MOST_HIDDEN).then_some(ShaderCall { stage: Self::ONLY, rows: examples, sizes })
    }

    fn label(&self) -> &'static str {
        "operation.autoregressive_draws"
    }

    fn sizes(&self) -> String {
        let given = if self.context == 0 { String::new() } else { format!("{}+", self.context) };
        match self.hidden {
            0 => format!("{given}{}", self.pixels),
            hidden => format!("{given}{}→{hidden}→{}", self.pixels, self.pixels),
        }
    }

    fn layout(&self) -> OutputLayout {
        OutputLayout::Vector(self.pixels)
    }

    fn traced(&self) -> Option<&dyn TracedDraws> {
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    /// Three pixels, of which the second repeats the first and the third is the second's opposite.
    fn layers() -> (Vec<f32>, Vec<f32>) {
        (vec![0.0, 0.0, 0.0, 80.0, 0.0, 0.0, 0.0, -80.0, 0.0], vec![0.0, -40.0, 40.0])
    }

    #[test]
    fn degrees_are_spread_evenly_and_units_follow_from_them() {
        for (pixels, hidden) in [(784, 1000), (9, 8), (9, 24), (30, 7), (2, 5), (1, 3), (3072, 2048)] {
            let draws = AutoregressiveDraws { pixels, hidden, context: 0 };
            let mut times = vec![0; pixels + 1];
            (0..hidden).for_each(|unit| times[draws.degree(unit)] += 1);
            let (least, most) = (hidden / (pixels - 1).max(1), hidden.div_ceil((pixels - 1).max(1)));
            assert!(times[1..pixels.max(2)].iter().all(|times| (least..=most).contains(times)), "{times:?}");
            for pixel in 0..pixels {
                let expected = (0..hidden).filter(|unit| draws.degree(*unit) <= pixel).count();
                assert_eq!(draws.units(pixel), expected, "{draws:?} {pixel}");
            }
        }
    }

    #[test]
    fn each_pixel_is_drawn_given_those_before_it() {
        let (weight, bias) = layers();
        let draws = AutoregressiveDraws { pixels: 3, hidden: 0, context: 0 };
        let weight = draws.weight_from(None, LayerWeights { weight: &weight, bias: &bias });
        assert_eq!(weight.len(), draws.weights());
        let mut out = [0.5; 6];
        draws.forward(&weight, &[], Inputs::from(&[-0.1, 3.0, -3.0, 0.1, -3.0, 3.0][..]), &mut out);
        assert_eq!(out, [1.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
        assert_eq!(draws.logits(&weight, &[], &[0.0, 1.0, 1.0]), [0.0, -40.0, -40.0]);
    }

    #[test]
    fn hidden_units_pass_on_what_they_have_read() {
        // Two units read the first pixel, one of them with its sign turned; the last pixel reads both.
        let first = [1.0, 0.0, -1.0, 0.0];
        let last = [0.0, 0.0, 60.0, -60.0];
        let draws = AutoregressiveDraws { pixels: 2, hidden: 2, context: 0 };
        let hidden = LayerWeights { weight: &first, bias: &[0.0, 1.0] };
        let weight = draws.weight_from(Some(hidden), LayerWeights { weight: &last, bias: &[0.0, 0.0] });
        assert_eq!(weight, [0.0, 0.0, 0.0, 1.0, 1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 60.0, -60.0]);
        let mut out = [0.5; 4];
        draws.forward(&weight, &[], Inputs::from(&[-0.1, 3.0, 0.1, -3.0][..]), &mut out);
        assert_eq!(out, [1.0, 1.0, 0.0, 0.0]);
        assert_eq!(draws.logits(&weight, &[], &[1.0, 0.0]), [0.0, 60.0]);
        assert_eq!(draws.logits(&weight, &[], &[0.0, 0.0]), [0.0, -60.0]);
    }

    /// The context sets a pixel that nothing comes before, and turns what the pixel after it repeats.
    #[test]
    fn pixels_depend_on_what_is_given() {
        let direct = AutoregressiveDraws { pixels: 2, hidden: 0, context: 1 };
        let last = LayerWeights { weight: &[40.0, 0.0, 0.0, -20.0, 60.0, 0.0], bias: &[0.0, -10.0] };
        let weight = direct.weight_from(None, last);
        assert_eq!(weight, [0.0, -10.0, 0.0, 0.0, 60.0, 0.0, 40.0, -20.0]);
        assert_eq!(direct.logits(&weight, &[1.0], &[1.0, 0.0]), [40.0, 30.0]);
        let mut out = [0.5; 4];
        direct.forward(&weight, &[], Inputs::from(&[1.0, 0.0, 0.0, -1.0, 0.0, 0.0][..]), &mut out);
        assert_eq!(out, [1.0, 1.0, 0.0, 1.0]);

        let hidden = AutoregressiveDraws { pixels: 2, hidden: 1, context: 2 };
        let first = LayerWeights { weight: &[3.0, 5.0, 7.0, 0.0], bias: &[1.0] };
        let last = LayerWeights { weight: &[0.0, 2.0], bias: &[0.25, 0.5] };
        let weight = hidden.weight_from(Some(first), last);
        assert_eq!(weight.len(), hidden.weights());
        assert_eq!(hidden.logits(&weight, &[1.0, -1.0], &[1.0, 0.0]), [0.25, 12.5]);
        assert_eq!(hidden.logits(&weight, &[1.0, -1.0], &[0.0, 0.0]), [0.25, 0.5]);
    }

    #[test]
    fn more_units_than_a_workgroup_holds_are_drawn_on_the_cpu_alone() {
        let call = |hidden| AutoregressiveDraws { pixels: 9, hidden, context: 0 }.shader(70);
        assert_eq!(call(2048).map(|call| call.rows), Some(70));
        assert_eq!(call(2049), None);
    }
}
