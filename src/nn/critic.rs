//! A critic's step: its loss on real and generated images and penalties on its input gradient, with the gradients of its
//! weights.
//!
//! A piecewise linear critic's input gradient g = W₁ᵀ(m₁ ⊙ W₂ᵀ(m₂ ⊙ … w)) is linear in every weight. With δₗ the gradients
//! before each activation and v = ∂P/∂g, the penalty's gradient in layer l is δₗᵀ·tₗ₋₁, where t is the critic's linear part
//! applied to v. The loss's own gradient is sᵢ·δₗᵀ·hₗ₋₁ for the slope s at each logit, so both are one matmul,
//! δₗᵀ·(s·h + t)ₗ₋₁: four matmuls a layer instead of the six of differentiating twice.

use super::adversarial::{AdversarialLoss, Side, generic_mean_loss};
use super::generic;
use super::inspection::JudgedBatch;
use super::parameters::{Parameters, copied};
use super::passes::{self, BoundLayer, BoundWork};
use super::sequential::{Inner, Sequential};
use super::storage::with_values;
use candle_core::{Result, Tensor, bail};
use rayon::prelude::*;

/// What a critic is held to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Penalties<'a> {
    /// γ of R1, γ/2·E‖∇D(x)‖² on real images (Mescheder 2018, equation 9); 0 for none.
    pub r1_gamma: f64,
    /// λ of the gradient penalty λ·E(‖∇D(x̂)‖ − 1)² between real and generated images (Gulrajani 2017, equation 3); 0 for none.
    pub gradient_lambda: f64,
    /// Where between them, one in [0, 1] an image; looked at where there is a gradient penalty.
    pub between: &'a [f32],
}

/// The losses of a critic's step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CriticLosses {
    /// The loss without penalties.
    pub loss: f32,
    /// γ/2·E‖∇D(x)‖².
    pub r1: f32,
    /// λ·E(‖∇D(x̂)‖ − 1)².
    pub gradient_penalty: f32,
    /// The critic's values of the real images, then of the generated ones.
    pub real: Vec<f32>,
    /// As many as real ones.
    pub fake: Vec<f32>,
}

/// The backward pass of a critic's step: accumulates the gradients of its weights. `real` and `fake` are `[batch, elements]`.
///
/// # Errors
/// If the shapes do not fit, or the critic has layers that the penalties do not go through.
pub fn backward(
    critic: &Sequential,
    parameters: &Parameters,
    real: &Tensor,
    fake: &Tensor,
    loss: AdversarialLoss,
    penalties: Penalties<'_>,
) -> Result<CriticLosses> {
    let fake = fake.detach();
    if real.dims() != fake.dims() {
        bail!("expected as many generated as real images of one size, found {:?} and {:?}", fake.dims(), real.dims());
    }
    if penalties.gradient_lambda > 0.0 && penalties.between.len() != real.dim(0)? {
        bail!("expected a place between each pair of images");
    }
    match critic.inner() {
        Some(inner) => with_values(real, |real| with_values(&fake, |fake| fused(inner, real, fake, loss, penalties))),
        None => by_candle(critic, parameters, real, &fake, loss, penalties),
    }
}

/// By candle's own operations and differentiation.
fn by_candle(
    critic: &Sequential,
    parameters: &Parameters,
    real: &Tensor,
    fake: &Tensor,
    loss: AdversarialLoss,
    penalties: Penalties<'_>,
) -> Result<CriticLosses> {
    let mut measured = CriticLosses::default();
    let fake_logits = critic.forward(fake)?;
    let (real_logits, gradient) = match penalties.r1_gamma > 0.0 {
        true => {
            let (logits, gradient) = generic::output_and_input_gradient(critic.layers(), real)?;
            (logits, Some(gradient))
        }
        false => (critic.forward(real)?, None),
    };
    let real_loss = generic_mean_loss(&real_logits, loss, Side::Real)?;
    let mut total = (real_loss + generic_mean_loss(&fake_logits, loss, Side::Fake)?)?;
    measured.loss = total.to_scalar()?;
    if let Some(gradient) = gradient {
        let penalty = gradient.sqr()?.sum(1)?.mean_all()?.affine(0.5 * penalties.r1_gamma, 0.0)?;
        measured.r1 = penalty.to_scalar()?;
        total = (total + penalty)?;
    }
    if penalties.gradient_lambda > 0.0 {
        let places = Tensor::from_slice(penalties.between, (penalties.between.len(), 1), real.device())?;
        let mixed = (fake + places.broadcast_mul(&(real - fake)?)?)?.detach();
        let gradient = generic::output_and_input_gradient(critic.layers(), &mixed)?.1;
        let distance = gradient.sqr()?.sum(1)?.affine(1.0, NEARLY_ZERO)?.sqrt()?.affine(1.0, -1.0)?;
        let penalty = distance.sqr()?.mean_all()?.affine(penalties.gradient_lambda, 0.0)?;
        measured.gradient_penalty = penalty.to_scalar()?;
        total = (total + penalty)?;
    }
    parameters.accumulate(&total.backward()?)?;
    (measured.real, measured.fake) = (copied(&real_logits)?, copied(&fake_logits)?);
    Ok(measured)
}

/// Keeps the length of a gradient of zeros differentiable.
const NEARLY_ZERO: f64 = 1e-12;

/// On the kernels. Rows lie as generated, real, between; those whose input gradient is penalised are the last ones.
fn fused(
    inner: &Inner,
    real: &[f32],
    fake: &[f32],
    loss: AdversarialLoss,
    penalties: Penalties<'_>,
) -> Result<CriticLosses> {
    inner.with_layers(|layers| {
        check(layers)?;
        let width = layers.first().map_or(1, BoundLayer::inputs);
        if !real.len().is_multiple_of(width.max(1)) {
            bail!("expected images of {width} values");
        }
        let images = real.len() / width.max(1);
        let mixed = if penalties.gradient_lambda > 0.0 { images } else { 0 };
        let rows = 2 * images + mixed;
        let plain = if penalties.r1_gamma > 0.0 { images } else { 2 * images };
        let mut x = inner.lend(rows * width);
        x[..fake.len()].copy_from_slice(fake);
        x[fake.len()..2 * fake.len()].copy_from_slice(real);
        mix(&mut x[2 * fake.len()..], real, fake, penalties.between, width);

        let mut values = inner.lend_values(rows);
        passes::forward_rows(layers, &x, rows, &mut passes::slices_mut(&mut values));
        inner.inspect_forward(&values);
        let logits = values.last().cloned().unwrap_or_default();
        let (slopes, mut measured) = judge(&logits, images, loss);

        let mut gradients = inner.lend_values(rows);
        if let Some(last) = gradients.last_mut() {
            // Penalised rows go back with slope 1 and get their own when weights are summed.
            last[..plain].copy_from_slice(&slopes[..plain]);
            last[plain..].fill(1.0);
        }
        let mut direction = inner.lend((rows - plain) * width);
        {
            let (values_before, values_after) = halves(layers, &values, plain);
            let (mut before, mut after) = halves_mut(layers, &mut gradients, plain);
            passes::backward_rows(layers, (&x[..plain * width], &values_before), plain, &mut before, None);
            let x_after = &x[plain * width..];
            passes::backward_rows(layers, (x_after, &values_after), rows - plain, &mut after, Some(&mut direction));
        }
        penalise(&mut direction, width, (rows - plain) - mixed, penalties, &mut measured);
        // Tangents, then in place of each input of a penalised row: s·h + t.
        let mut tangents: Vec<Vec<f32>> =
            layers.iter().map(|layer| inner.lend((rows - plain) * layer.outputs())).collect();
        tangent(layers, (&x[plain * width..], &direction), &values, plain, &mut tangents);
        combine(&mut x[plain * width..], &direction, &slopes[plain..]);
        for (layer, (values, tangents)) in layers.iter().zip(values.iter_mut().zip(&tangents)) {
            combine(&mut values[plain * layer.outputs()..], tangents, &slopes[plain..]);
        }
        let bias_gradients = match plain < rows {
            true => bias_gradients(inner, layers, &gradients, plain, &slopes),
            false => Vec::new(),
        };
        let inputs = passes::slices(&values);
        inner.accumulate(|index| {
            let bias = bias_gradients.get(index).map(Vec::as_slice);
            (passes::input_of(index, &x, &inputs), &gradients[index], bias)
        });
        measured.fake = logits[..images].to_vec();
        measured.real = logits[images..2 * images].to_vec();
        inner.inspect_backward(&gradients);
        let (real_logits, fake_logits) = (&measured.real, &measured.fake);
        inner.inspector.judged(&JudgedBatch { width, real, fake, real_logits, fake_logits });
        inner
            .give_back([x, direction].into_iter().chain(values).chain(gradients).chain(tangents).chain(bias_gradients));
        Ok(measured)
    })
}

/// What biases' gradients are summed from: penalties do not depend on biases, so a penalised row counts with its loss's slope.
fn bias_gradients(
    inner: &Inner,
    layers: &[BoundLayer<'_>],
    gradients: &[Vec<f32>],
    plain: usize,
    slopes: &[f32],
) -> Vec<Vec<f32>> {
    let scaled = layers.iter().zip(gradients).map(|(layer, gradient)| {
        let mut scaled = inner.lend(gradient.len());
        scaled.copy_from_slice(gradient);
        let rows = scaled.chunks_exact_mut(layer.outputs()).zip(slopes).skip(plain);
        rows.for_each(|(row, slope)| row.iter_mut().for_each(|value| *value *= slope));
        scaled
    });
    scaled.collect()
}

fn check(layers: &[BoundLayer<'_>]) -> Result<()> {
    let fits = |layer: &BoundLayer<'_>| {
        let BoundWork::Operation { kind, .. } = &layer.work else { return false };
        kind.is_piecewise_linear() && layer.activation.is_piecewise_linear()
    };
    if !layers.iter().all(fits) || layers.last().is_none_or(|last| last.outputs() != 1) {
        bail!("a critic is made of layers without batch norm, piecewise linear, and gives one value");
    }
    Ok(())
}

fn mix(out: &mut [f32], real: &[f32], fake: &[f32], between: &[f32], width: usize) {
    let rows = out.chunks_exact_mut(width).zip(real.chunks_exact(width).zip(fake.chunks_exact(width)));
    for ((out, (real, fake)), place) in rows.zip(between) {
        out.iter_mut().zip(real.iter().zip(fake)).for_each(|(out, (real, fake))| *out = fake + place * (real - fake));
    }
}

/// The slope of the loss at each logit (0 between images), and the loss.
fn judge(logits: &[f32], images: usize, loss: AdversarialLoss) -> (Vec<f32>, CriticLosses) {
    let share = 1.0 / images.max(1) as f32;
    let mut sum = 0.0;
    let slopes = logits.iter().enumerate().map(|(row, logit)| {
        let (value, slope) = match row / images.max(1) {
            0 => loss.fake(*logit),
            1 => loss.real(*logit),
            _ => (0.0, 0.0),
        };
        sum += value;
        share * slope
    });
    let slopes = slopes.collect();
    (slopes, CriticLosses { loss: share * sum, ..CriticLosses::default() })
}

/// Measures the penalties of input gradients, R1's rows first, and turns each gradient g into ∂P/∂g.
fn penalise(gradient: &mut [f32], width: usize, r1_rows: usize, penalties: Penalties<'_>, measured: &mut CriticLosses) {
    let rows = gradient.len() / width.max(1);
    let mixed = (rows - r1_rows).max(1) as f64;
    let parts: Vec<f64> = gradient
        .par_chunks_exact_mut(width)
        .enumerate()
        .map(|(row, gradient)| {
            let square: f64 = gradient.chunks(64).map(|part| f64::from(part.iter().map(|g| g * g).sum::<f32>())).sum();
            let (part, factor) = if row < r1_rows {
                let gamma = penalties.r1_gamma / r1_rows as f64;
                (0.5 * gamma * square, gamma)
            } else {
                let lambda = penalties.gradient_lambda / mixed;
                let length = (square + NEARLY_ZERO).sqrt();
                (lambda * (length - 1.0).powi(2), 2.0 * lambda * (length - 1.0) / length)
            };
            gradient.iter_mut().for_each(|g| *g *= factor as f32);
            part
        })
        .collect();
    measured.r1 = parts[..r1_rows].iter().sum::<f64>() as f32;
    measured.gradient_penalty = parts[r1_rows..].iter().sum::<f64>() as f32;
}

/// The critic's linear part about the penalised rows of `x`, which are those of `direction`, applied to it.
fn tangent(
    layers: &[BoundLayer<'_>],
    (x, direction): (&[f32], &[f32]),
    values: &[Vec<f32>],
    plain: usize,
    tangents: &mut [Vec<f32>],
) {
    // A layer at a time: between them stand the slopes at the rows themselves. The last layer's is not needed.
    for (index, layer) in layers.iter().enumerate().take(layers.len().saturating_sub(1)) {
        let (before, after) = tangents.split_at_mut(index);
        let direction = before.last().map_or(direction, |tangent| tangent);
        let x = match index.checked_sub(1) {
            Some(before) => &values[before][plain * layer.inputs()..],
            None => x,
        };
        passes::tangent_rows(layer, (x, direction), &mut after[0]);
        let out = &values[index][plain * layer.outputs()..];
        let size = 32 * 1024;
        after[0]
            .par_chunks_mut(size)
            .zip(out.par_chunks(size))
            .for_each(|(tangent, out)| layer.activation.apply_slope(out, tangent));
    }
}

/// `h = s·h + t`, row by row.
fn combine(h: &mut [f32], t: &[f32], slopes: &[f32]) {
    let width = h.len() / slopes.len().max(1);
    if width == 0 {
        return;
    }
    h.par_chunks_exact_mut(width).zip(t.par_chunks_exact(width)).zip(slopes).with_min_len(16).for_each(
        |((h, t), slope)| {
            h.iter_mut().zip(t).for_each(|(h, t)| *h = slope * *h + t);
        },
    );
}

type Halves<'a> = (Vec<&'a [f32]>, Vec<&'a [f32]>);

fn halves<'a>(layers: &[BoundLayer<'_>], values: &'a [Vec<f32>], rows: usize) -> Halves<'a> {
    layers.iter().zip(values).map(|(layer, values)| values.split_at(rows * layer.outputs())).unzip()
}

type HalvesMut<'a> = (Vec<&'a mut [f32]>, Vec<&'a mut [f32]>);

fn halves_mut<'a>(layers: &[BoundLayer<'_>], values: &'a mut [Vec<f32>], rows: usize) -> HalvesMut<'a> {
    layers.iter().zip(values).map(|(layer, values)| values.split_at_mut(rows * layer.outputs())).unzip()
}
