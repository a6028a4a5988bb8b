//! One operation on one chunk of examples: which stage computes it, with what uniforms, in how many workgroups.

use super::error::DecoderError;
use super::product::{Product, multiply};
use super::shaders::Stage;
use super::uniforms;
use crate::nn::conv_shape::{ConvShape, Map};
use crate::snapshot::{Activation, Kind, Operation, OperationKind};
use eframe::wgpu;

/// More examples than this are multiplied by tiles.
const FEW_ROWS: usize = 16;

/// What the encoder is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Dispatch {
    /// The operation's place in the network.
    pub operation: usize,
    /// Which pipeline.
    pub stage: Stage,
    /// Workgroups in x and y.
    pub workgroups: [u32; 2],
    /// Its uniforms, but for where its values begin.
    pub uniforms: uniforms::Stage,
}

impl Dispatch {
    /// Plans operation number `index` for `examples` examples.
    ///
    /// # Errors
    /// Where its sizes overflow or the workgroups do not fit the limits.
    pub fn new(
        index: usize,
        operation: &Operation,
        examples: usize,
        limits: &wgpu::Limits,
    ) -> Result<Self, DecoderError> {
        let uncountable = || DecoderError::Uncountable(operation.name.clone());
        let small = |value: usize| u32::try_from(value).map_err(|_| uncountable());
        let (stage, rows) = stage_of(&operation.kind, examples).ok_or_else(uncountable)?;
        let (activation, slope) = activation_of(operation.activation);
        let mut uniforms =
            uniforms::Stage { examples: small(examples)?, rows: small(rows)?, activation, slope, ..Default::default() };
        let mut phases = 1;
        if let Some(product) = Product::of(&operation.kind)? {
            uniforms.inner = small(product.inner)?;
            uniforms.columns = small(product.columns)?;
            uniforms.weight_stride = small(product.stride()?)?;
            uniforms.bias_base = small(product.weights()?)?;
            uniforms.vectors = u32::from(product.run.is_multiple_of(4));
            small(product.values()?)?;
            phases = product.phases;
        }
        match &operation.kind {
            OperationKind::Layer(kind) => set_layer(&mut uniforms, kind),
            OperationKind::Addition(map) => set_maps(&mut uniforms, *map, *map),
            OperationKind::Concatenation(both) => {
                let [first, _] = both.parts();
                set_maps(&mut uniforms, both.whole(), first)
            }
        }
        .ok_or_else(uncountable)?;
        let (tile_rows, tile_columns) = stage.tile();
        let columns = if has_columns(stage) { u64::from(uniforms.columns) } else { 1 };
        let across = columns.div_ceil(tile_columns);
        let total = (rows as u64).div_ceil(tile_rows).checked_mul(across).and_then(|x| x.checked_mul(phases as u64));
        let workgroups = spread(total.ok_or_else(uncountable)?, limits, &operation.name)?;
        Ok(Self { operation: index, stage, workgroups, uniforms })
    }
}

/// The stage, and the rows of its product (of the largest phase) or the values it gives.
fn stage_of(kind: &OperationKind, examples: usize) -> Option<(Stage, usize)> {
    let values = || multiply(&[examples, kind.outputs()]);
    let by_channels = |channels: usize, [direct, narrow, wide]: [Stage; 3]| match channels {
        0..=4 => direct,
        5..=32 => narrow,
        _ => wide,
    };
    let kind = match kind {
        OperationKind::Layer(kind) => kind,
        OperationKind::Addition(_) => return Some((Stage::Addition, values()?)),
        OperationKind::Concatenation(_) => return Some((Stage::Concatenation, values()?)),
    };
    Some(match kind {
        Kind::Linear { .. } if examples <= FEW_ROWS => (Stage::Vector, examples),
        Kind::Linear { outputs: 0..=32, .. } => (Stage::LinearNarrow, examples),
        Kind::Linear { .. } => (Stage::Linear, examples),
        Kind::Convolution(shape) => {
            let stages = [Stage::ConvolutionDirect, Stage::ConvolutionNarrow, Stage::Convolution];
            let rows = multiply(&[examples, shape.small.height, shape.small.width])?;
            (by_channels(shape.small.channels, stages), rows)
        }
        Kind::Transposed(shape) => {
            let stages = [Stage::TransposedDirect, Stage::TransposedNarrow, Stage::Transposed];
            let rows = multiply(&[examples, phase_height(shape), phase_width(shape)])?;
            (by_channels(shape.large.channels, stages), rows)
        }
        Kind::MaxPool(_) => (Stage::Pool, values()?),
        Kind::Upsample { .. } => (Stage::Upsample, values()?),
        Kind::ChannelsLast(_) | Kind::Planes(_) => (Stage::Exchange, values()?),
    })
}

/// Rows of the large map in its largest phase.
fn phase_height(shape: &ConvShape) -> usize {
    shape.large.height.div_ceil(shape.window.stride.max(1))
}

/// Columns of the large map in its largest phase.
fn phase_width(shape: &ConvShape) -> usize {
    shape.large.width.div_ceil(shape.window.stride.max(1))
}

/// Whether a workgroup writes some of the columns only: in products.
fn has_columns(stage: Stage) -> bool {
    let (_, columns) = stage.tile();
    columns > 1
}

/// The sizes of a layer that are not its product's.
fn set_layer(uniforms: &mut uniforms::Stage, kind: &Kind) -> Option<()> {
    let small = |value: usize| u32::try_from(value).ok();
    match kind {
        Kind::Linear { .. } => {}
        Kind::Convolution(shape) | Kind::Transposed(shape) | Kind::MaxPool(shape) => {
            uniforms.side = small(shape.window.side)?;
            uniforms.stride = small(shape.window.stride.max(1))?;
            uniforms.padding = small(shape.window.padding)?;
            set_maps(uniforms, shape.large, shape.small)?;
        }
        Kind::Upsample { from, to } => set_maps(uniforms, *to, *from)?,
        Kind::ChannelsLast(map) => (uniforms.inner, uniforms.columns) = (small(map.channels)?, small(map.places())?),
        Kind::Planes(map) => (uniforms.inner, uniforms.columns) = (small(map.places())?, small(map.channels)?),
    }
    Some(())
}

fn set_maps(uniforms: &mut uniforms::Stage, large: Map, small: Map) -> Option<()> {
    uniforms.large_height = u32::try_from(large.height).ok()?;
    uniforms.large_width = u32::try_from(large.width).ok()?;
    uniforms.large_channels = u32::try_from(large.channels).ok()?;
    uniforms.small_height = u32::try_from(small.height).ok()?;
    uniforms.small_width = u32::try_from(small.width).ok()?;
    uniforms.small_channels = u32::try_from(small.channels).ok()?;
    Some(())
}

/// The activation's number and the slope for what is not positive.
fn activation_of(activation: Activation) -> (u32, f32) {
    match activation {
        Activation::Identity => (0, 1.0),
        Activation::Relu => (0, 0.0),
        Activation::LeakyRelu { slope } => (0, slope),
        Activation::Sigmoid => (uniforms::SIGMOID, 0.0),
    }
}

/// Workgroups in x and y: at least `total`, each within the limit, few too many.
fn spread(total: u64, limits: &wgpu::Limits, name: &str) -> Result<[u32; 2], DecoderError> {
    let most = u64::from(limits.max_compute_workgroups_per_dimension).max(1);
    let rows = total.div_ceil(most).max(1);
    let across = total.div_ceil(rows);
    match (u32::try_from(across), u32::try_from(rows)) {
        (Ok(x), Ok(y)) if rows <= most => Ok([x, y]),
        _ => Err(DecoderError::TooLarge {
            what: format!("{name} for one image"),
            needed: total,
            limit: most.saturating_mul(most),
            unit: "workgroups",
        }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn workgroups_that_do_not_fit_one_dimension_go_on_in_the_next() {
        let limits = wgpu::Limits { max_compute_workgroups_per_dimension: 10, ..Default::default() };
        assert_eq!(spread(7, &limits, "a"), Ok([7, 1]));
        assert_eq!(spread(11, &limits, "a"), Ok([6, 2]));
        assert_eq!(spread(100, &limits, "a"), Ok([10, 10]));
        let refused = spread(101, &limits, "fc").unwrap_err().to_string();
        assert_eq!(refused, "fc for one image needs 101 workgroups, and the graphics adapter allows 100");
    }

    #[test]
    fn few_rows_and_few_columns_have_stages_of_their_own() {
        let stage = |inputs, outputs, examples| {
            let kind = Kind::Linear { inputs, outputs }.into();
            stage_of(&kind, examples).map(|(stage, _)| stage)
        };
        assert_eq!(stage(2, 256, 1), Some(Stage::Vector));
        assert_eq!(stage(2, 256, 400), Some(Stage::Linear));
        assert_eq!(stage(256, 10, 400), Some(Stage::LinearNarrow));
    }
}
