//! Maps as candle's own operations want them, `[batch, channels, height, width]`, and back.

use crate::nn::conv_shape::{ConvShape, Map};
use candle_core::{Result, Tensor, bail};

/// The one value that an operation reads.
///
/// # Errors
/// If there are none or more.
pub(super) fn only<'a>(x: &[&'a Tensor]) -> Result<&'a Tensor> {
    match x {
        [x] => Ok(x),
        _ => bail!("expected one value to read, found {}", x.len()),
    }
}

/// The weight of an operation that has one.
///
/// # Errors
/// If it is missing.
pub(super) fn weight_of(weight: Option<&Tensor>) -> Result<&Tensor> {
    weight.ok_or_else(|| candle_core::Error::Msg("expected a weight, found none".to_owned()))
}

/// `[small, side, side, large]` to candle's `[small, large, side, side]`.
pub(super) fn kernel(weight: &Tensor) -> Result<Tensor> {
    weight.permute((0, 3, 1, 2))?.contiguous()
}

/// Adds a bias a channel to planes.
pub(super) fn with_bias(planes: Tensor, bias: Option<&Tensor>) -> Result<Tensor> {
    match bias {
        Some(bias) => planes.broadcast_add(&bias.reshape((1, (), 1, 1))?),
        None => Ok(planes),
    }
}

/// Channels last to planes, with the padding of `shape` and without the edge that the window never reaches: candle's backward
/// of convolution and pooling loses its size.
pub(super) fn reached(x: &Tensor, shape: &ConvShape) -> Result<Tensor> {
    let ConvShape { large, small, window } = *shape;
    let reach = |positions: usize| (positions - 1) * window.stride + window.side;
    let padding = window.padding;
    let padded = planes(x, large)?.pad_with_zeros(2, padding, padding)?.pad_with_zeros(3, padding, padding)?;
    padded.narrow(2, 0, reach(small.height))?.narrow(3, 0, reach(small.width))?.contiguous()
}

/// Planes of the small map to those of the large one, each place times the kernel: the adjoint of `conv2d` of [`reached`].
pub(super) fn transposed(small_planes: &Tensor, kernel: &Tensor, shape: &ConvShape) -> Result<Tensor> {
    let ConvShape { large, small, window } = *shape;
    // What the window reaches; the rest of the large map is padding of the output.
    let reach = |positions: usize| (positions - 1) * window.stride + window.side;
    let beyond = |size: usize, positions: usize| (size + 2 * window.padding).saturating_sub(reach(positions));
    let (down, across) = (beyond(large.height, small.height), beyond(large.width, small.width));
    // Without padding, candle's only way that never takes a size below 0; the edge is cut off after.
    let out = small_planes.conv_transpose2d(kernel, 0, 0, window.stride, 1)?;
    let out = out.pad_with_zeros(2, 0, down)?.pad_with_zeros(3, 0, across)?;
    out.narrow(2, window.padding, large.height)?.narrow(3, window.padding, large.width)
}

/// Channels last to planes, `[batch, channels, height, width]`.
pub(super) fn planes(x: &Tensor, map: Map) -> Result<Tensor> {
    x.contiguous()?.reshape(((), map.height, map.width, map.channels))?.permute((0, 3, 1, 2))?.contiguous()
}

/// Planes to channels last, `[batch, elements]`.
pub(super) fn flat(planes: &Tensor) -> Result<Tensor> {
    planes.permute((0, 2, 3, 1))?.contiguous()?.flatten_from(1)
}
