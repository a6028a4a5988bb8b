//! The same layers by candle's own operations: on devices other than the CPU, and as the reference that the kernels are
//! tested against. Slower, and differentiated by candle.

use super::activation::Activation;
use super::layer::{Layer, LayerPass, LayerWork, Norm};
use super::norm::{EPSILON, Statistics};
use super::parameters::{Parameter, copied};
use candle_core::{DType, Result, Tensor, bail};

/// `x` `[batch, inputs]` through all layers; where they do not learn, the gradient passes through to `x` alone.
///
/// # Errors
/// If the shapes do not fit.
pub(super) fn forward(layers: &[Layer], x: &Tensor, pass: LayerPass) -> Result<Tensor> {
    layers.iter().try_fold(x.clone(), |x, layer| through(layer, &x, pass))
}

fn through(layer: &Layer, x: &Tensor, pass: LayerPass) -> Result<Tensor> {
    let held = |parameter: &Parameter| match pass.learns() {
        true => parameter.variable.as_tensor().clone(),
        false => parameter.variable.detach(),
    };
    let out = match &layer.work {
        LayerWork::Operation { kind, weight, bias } => {
            kind.by_candle(weight.as_ref().map(held).as_ref(), bias.as_ref().map(held).as_ref(), &[x])?
        }
        LayerWork::Norm(norm) => normalize(norm, (&held(&norm.scale), &held(&norm.shift)), x, pass)?,
    };
    activate(&out, layer.activation)
}

/// The activation of every value.
///
/// # Errors
/// candle's own.
pub fn activate(x: &Tensor, activation: Activation) -> Result<Tensor> {
    match activation {
        Activation::Identity => Ok(x.clone()),
        Activation::Relu => x.relu(),
        Activation::LeakyRelu { slope } => x.relu()? - x.neg()?.relu()?.affine(f64::from(slope), 0.0)?,
        Activation::Sigmoid => candle_nn::ops::sigmoid(x),
    }
}

fn normalize(norm: &Norm, (scale, shift): (&Tensor, &Tensor), x: &Tensor, pass: LayerPass) -> Result<Tensor> {
    let channels = scale.elem_count();
    let rows = x.contiguous()?.reshape(((), channels))?;
    let mean = rows.mean_keepdim(0)?;
    let centred = rows.broadcast_sub(&mean)?;
    let variance = centred.sqr()?.mean_keepdim(0)?;
    if pass.remembers() {
        let statistics = Statistics { mean: copied(&mean.detach())?, variance: copied(&variance.detach())? };
        norm.remember(&statistics, rows.dim(0)?);
    }
    let normal = centred.broadcast_div(&variance.affine(1.0, f64::from(EPSILON))?.sqrt()?)?;
    normal.broadcast_mul(scale)?.broadcast_add(shift)?.reshape(x.shape())
}

/// The gradient of a critic's one output with respect to its input, as a forward expression that can be differentiated once
/// more: W₁ᵀ(m₁ ⊙ W₂ᵀ(m₂ ⊙ … w)) with the activations' slopes m as constants. Gives logits `[batch, 1]` and
/// `[batch, inputs]`.
///
/// # Errors
/// If the shapes do not fit, or a layer is none of weights with a piecewise linear activation.
pub fn output_and_input_gradient(layers: &[Layer], x: &Tensor) -> Result<(Tensor, Tensor)> {
    let mut values = vec![x.clone()];
    for layer in layers {
        let out = through(layer, &values[values.len() - 1], LayerPass::Learning)?;
        values.push(out);
    }
    let logits = values[values.len() - 1].clone();
    let mut gradient = logits.ones_like()?.detach();
    for (layer, out) in layers.iter().zip(values.iter().skip(1)).rev() {
        let below = match layer.activation {
            Activation::Identity => None,
            Activation::Relu => Some(0.0),
            Activation::LeakyRelu { slope } => Some(f64::from(slope)),
            Activation::Sigmoid => bail!("the slope of a sigmoid is not constant"),
        };
        if let Some(below) = below {
            let above = out.detach().gt(0.0)?.to_dtype(DType::F32)?;
            gradient = gradient.mul(&above.affine(1.0 - below, below)?)?;
        }
        let LayerWork::Operation { kind, weight, .. } = &layer.work else {
            bail!("a critic with batch norm has no such penalty")
        };
        let weight = weight.as_ref().map(|weight| weight.variable.as_tensor());
        let Some(below) = kind.input_gradient_by_candle(weight, &gradient)? else {
            bail!("{}: no penalty on the gradient through such a layer", layer.name)
        };
        gradient = below;
    }
    Ok((logits, gradient))
}
