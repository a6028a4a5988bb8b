//! The same layers by candle's own operations: on devices other than the CPU, and as the reference that the kernels are
//! tested against. Slower, and differentiated by candle.

use super::activation::Activation;
use super::conv_shape::{ConvShape, Map};
use super::kind::Kind;
use super::layer::{Layer, Norm, Work};
use super::norm::{EPSILON, Statistics};
use super::parameters::{Parameter, copied};
use candle_core::{DType, Result, Tensor, bail};

/// `x` `[batch, inputs]` through all layers; where they do not learn, the gradient passes through to `x` alone.
///
/// # Errors
/// If the shapes do not fit.
pub fn forward(layers: &[Layer], x: &Tensor, learns: bool) -> Result<Tensor> {
    layers.iter().try_fold(x.clone(), |x, layer| through(layer, &x, learns))
}

fn through(layer: &Layer, x: &Tensor, learns: bool) -> Result<Tensor> {
    let held = |parameter: &Parameter| match learns {
        true => parameter.variable.as_tensor().clone(),
        false => parameter.variable.detach(),
    };
    let out = match &layer.work {
        Work::Kind { kind, weight, bias } => {
            apply(kind, weight.as_ref().map(held).as_ref(), bias.as_ref().map(held).as_ref(), x)?
        }
        Work::Norm(norm) => normalize(norm, (&held(&norm.scale), &held(&norm.shift)), x, learns)?,
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

fn normalize(norm: &Norm, (scale, shift): (&Tensor, &Tensor), x: &Tensor, learns: bool) -> Result<Tensor> {
    let channels = scale.elem_count();
    let rows = x.contiguous()?.reshape(((), channels))?;
    let mean = rows.mean_keepdim(0)?;
    let centred = rows.broadcast_sub(&mean)?;
    let variance = centred.sqr()?.mean_keepdim(0)?;
    if learns {
        let statistics = Statistics { mean: copied(&mean.detach())?, variance: copied(&variance.detach())? };
        norm.remember(&statistics, rows.dim(0)?);
    }
    let normal = centred.broadcast_div(&variance.affine(1.0, f64::from(EPSILON))?.sqrt()?)?;
    normal.broadcast_mul(scale)?.broadcast_add(shift)?.reshape(x.shape())
}

/// What a kind computes, `[batch, inputs]` to `[batch, outputs]`.
///
/// # Errors
/// If the shapes do not fit, or a pooling window reaches beyond the edge.
pub fn apply(kind: &Kind, weight: Option<&Tensor>, bias: Option<&Tensor>, x: &Tensor) -> Result<Tensor> {
    let batch = x.dim(0)?;
    let (Some(weight), Kind::Linear { .. } | Kind::Convolution(_) | Kind::Transposed(_)) = (weight, kind) else {
        return rearrange(kind, x, batch);
    };
    match kind {
        Kind::Convolution(shape) => {
            let kernel = weight.permute((0, 3, 1, 2))?.contiguous()?;
            let out = reached(x, shape)?.conv2d(&kernel, 0, shape.window.stride, 1, 1)?;
            flat(&with_bias(out, bias)?, batch)
        }
        Kind::Transposed(ConvShape { large, small, window }) => {
            // What the window reaches; the rest of the large map is padding of the output.
            let reach = |positions: usize| (positions - 1) * window.stride + window.side;
            let beyond = |size: usize, positions: usize| (size + 2 * window.padding).saturating_sub(reach(positions));
            let (down, across) = (beyond(large.height, small.height), beyond(large.width, small.width));
            let kernel = weight.permute((0, 3, 1, 2))?.contiguous()?;
            // Without padding, candle's only way that never takes a size below 0; the edge is cut off after.
            let out = planes(x, *small)?.conv_transpose2d(&kernel, 0, 0, window.stride, 1)?;
            let out = out.pad_with_zeros(2, 0, down)?.pad_with_zeros(3, 0, across)?;
            let out = out.narrow(2, window.padding, large.height)?.narrow(3, window.padding, large.width)?;
            flat(&with_bias(out, bias)?, batch)
        }
        _ => {
            let out = x.matmul(&weight.t()?)?;
            bias.map_or(Ok(out.clone()), |bias| out.broadcast_add(bias))
        }
    }
}

fn with_bias(planes: Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    match bias {
        Some(bias) => planes.broadcast_add(&bias.reshape((1, (), 1, 1))?),
        None => Ok(planes),
    }
}

fn rearrange(kind: &Kind, x: &Tensor, batch: usize) -> Result<Tensor> {
    match kind {
        Kind::MaxPool(shape) => {
            let window = shape.window;
            if window.padding > 0 || window.side != window.stride {
                bail!("pooling by candle takes windows side by side without padding");
            }
            // candle's own pooling divides its gradient by the window's size.
            let (height, width) = (shape.small.height, shape.small.width);
            let windows = reached(x, shape)?;
            let windows = windows.reshape((batch, shape.large.channels, height, window.side, width * window.side))?;
            let rows = windows.max(3)?.reshape((batch, shape.large.channels, height, width, window.side))?;
            flat(&rows.max(4)?, batch)
        }
        Kind::Upsample { from, to } => {
            let nearest = |from: usize, to: usize| {
                let indices: Vec<u32> = (0..to).map(|place| (place * from / to) as u32).collect();
                Tensor::new(indices, x.device())
            };
            let map = x.contiguous()?.reshape((batch, from.height, from.width, from.channels))?;
            let map = map.index_select(&nearest(from.height, to.height)?, 1)?;
            map.index_select(&nearest(from.width, to.width)?, 2)?.contiguous()?.reshape((batch, ()))
        }
        Kind::ChannelsLast(Map { height, width, channels }) => {
            flat(&x.contiguous()?.reshape((batch, *channels, *height, *width))?, batch)
        }
        Kind::Planes(map) => planes(x, *map)?.reshape((batch, ())),
        _ => bail!("a layer of weights without weights"),
    }
}

/// Channels last to `[batch, channels, height, width]` with its padding, and without the edge that the window never
/// reaches: candle's way back through convolution and pooling loses its size.
fn reached(x: &Tensor, shape: &ConvShape) -> Result<Tensor> {
    let ConvShape { large, small, window } = *shape;
    let reach = |positions: usize| (positions - 1) * window.stride + window.side;
    let padding = window.padding;
    let padded = planes(x, large)?.pad_with_zeros(2, padding, padding)?.pad_with_zeros(3, padding, padding)?;
    padded.narrow(2, 0, reach(small.height))?.narrow(3, 0, reach(small.width))?.contiguous()
}

/// Channels last to `[batch, channels, height, width]`.
fn planes(x: &Tensor, map: Map) -> Result<Tensor> {
    x.contiguous()?.reshape(((), map.height, map.width, map.channels))?.permute((0, 3, 1, 2))?.contiguous()
}

/// `[batch, channels, height, width]` to channels last.
fn flat(planes: &Tensor, batch: usize) -> Result<Tensor> {
    planes.permute((0, 2, 3, 1))?.contiguous()?.reshape((batch, ()))
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
        let out = through(layer, &values[values.len() - 1], true)?;
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
        let Work::Kind { kind, weight, .. } = &layer.work else {
            bail!("a critic with batch norm has no such penalty")
        };
        let weight = weight.as_ref().map(|weight| weight.variable.as_tensor());
        gradient = match (kind, weight) {
            (Kind::Linear { .. }, Some(weight)) => gradient.matmul(weight)?,
            (Kind::Convolution(shape), Some(_)) => apply(&Kind::Transposed(*shape), weight, None, &gradient)?,
            (Kind::ChannelsLast(map), _) => apply(&Kind::Planes(*map), None, None, &gradient)?,
            _ => bail!("{}: no penalty on the gradient through such a layer", layer.name),
        };
    }
    Ok((logits, gradient))
}
