//! One operation on one chunk of examples: which stage computes it, with what uniforms, in how many workgroups.

use super::error::DecoderError;
use super::uniforms::{SIGMOID, StageUniforms};
use crate::message::{Message, message};
use crate::nn::operations::{MatmulShape, ShaderSizes};
use crate::snapshot::{Activation, Operation};
use eframe::wgpu;

/// What the encoder is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Dispatch {
    /// The operation's place in the network.
    pub operation: usize,
    /// The name of its stage.
    pub stage: &'static str,
    /// Workgroups in x and y.
    pub workgroups: [u32; 2],
    /// Its uniforms, but for where its elements begin.
    pub uniforms: StageUniforms,
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
        let uncountable = || DecoderError::Uncountable(Message::words(&operation.name));
        let call = operation.kind.shader(examples).ok_or_else(uncountable)?;
        let matmul = operation.kind.matmul();
        let mut uniforms = uniforms_of(examples, call.rows, &call.sizes).ok_or_else(uncountable)?;
        (uniforms.activation, uniforms.slope) = activation_of(operation.activation);
        if let Some(matmul) = &matmul {
            set_matmul(&mut uniforms, matmul).ok_or_else(uncountable)?;
        }
        let [tile_rows, tile_columns] = call.stage.tile;
        let across = u64::from(uniforms.columns).max(1).div_ceil(tile_columns);
        let phases = matmul.map_or(1, |matmul| matmul.phases as u64);
        let total = (call.rows as u64).div_ceil(tile_rows).checked_mul(across).and_then(|x| x.checked_mul(phases));
        let workgroups = workgroups_of(total.ok_or_else(uncountable)?, limits, &operation.name)?;
        Ok(Self { operation: index, stage: call.stage.name, workgroups, uniforms })
    }
}

/// The uniforms of sizes; `None` where one of them is beyond 32 bits.
fn uniforms_of(examples: usize, rows: usize, sizes: &ShaderSizes) -> Option<StageUniforms> {
    let small = |value: usize| u32::try_from(value).ok();
    Some(StageUniforms {
        examples: small(examples)?,
        rows: small(rows)?,
        side: small(sizes.window.side)?,
        stride: small(sizes.window.stride.max(1))?,
        padding: small(sizes.window.padding)?,
        large_height: small(sizes.large.height)?,
        large_width: small(sizes.large.width)?,
        large_channels: small(sizes.large.channels)?,
        small_height: small(sizes.small.height)?,
        small_width: small(sizes.small.width)?,
        small_channels: small(sizes.small.channels)?,
        ..StageUniforms::default()
    })
}

fn set_matmul(uniforms: &mut StageUniforms, matmul: &MatmulShape) -> Option<()> {
    let small = |value: usize| u32::try_from(value).ok();
    uniforms.inner = small(matmul.inner)?;
    uniforms.columns = small(matmul.columns)?;
    uniforms.weight_stride = small(matmul.stride()?)?;
    uniforms.bias_base = small(matmul.weights()?)?;
    uniforms.vectors = u32::from(matmul.run.is_multiple_of(4));
    small(matmul.elements()?).map(|_| ())
}

/// The activation's number and the slope for what is not positive.
fn activation_of(activation: Activation) -> (u32, f32) {
    match activation {
        Activation::Identity => (0, 1.0),
        Activation::Relu => (0, 0.0),
        Activation::LeakyRelu { slope } => (0, slope),
        Activation::Sigmoid => (SIGMOID, 0.0),
    }
}

/// Workgroups in x and y: at least `total`, each within the limit, few too many.
fn workgroups_of(total: u64, limits: &wgpu::Limits, name: &str) -> Result<[u32; 2], DecoderError> {
    let most = u64::from(limits.max_compute_workgroups_per_dimension).max(1);
    let rows = total.div_ceil(most).max(1);
    let across = total.div_ceil(rows);
    match (u32::try_from(across), u32::try_from(rows)) {
        (Ok(x), Ok(y)) if rows <= most => Ok([x, y]),
        _ => Err(DecoderError::TooLarge {
            what: message!("{name} for one image", name),
            needed: total,
            limit: most.saturating_mul(most),
            unit: message!("workgroups"),
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
        assert_eq!(workgroups_of(7, &limits, "a"), Ok([7, 1]));
        assert_eq!(workgroups_of(11, &limits, "a"), Ok([6, 2]));
        assert_eq!(workgroups_of(100, &limits, "a"), Ok([10, 10]));
        let refused = workgroups_of(101, &limits, "fc").unwrap_err().to_string();
        assert_eq!(refused, "fc for one image needs 101 workgroups, and the graphics adapter allows 100");
    }
}
