//! What the decoder's uniform block looks like from here; offsets and size are those that WGSL computes.

use bytemuck::{Pod, Zeroable};
use std::mem::offset_of;

/// A sigmoid follows; otherwise what is not positive is multiplied by the slope.
pub const SIGMOID: u32 = 1;

/// `Stage` of shared/stage.wgsl, where each field is explained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct StageUniforms {
    pub examples: u32,
    pub rows: u32,
    pub inner: u32,
    pub columns: u32,
    pub weight_stride: u32,
    pub bias_base: u32,
    pub input_base: u32,
    pub output_base: u32,
    pub second_base: u32,
    pub vectors: u32,
    pub activation: u32,
    pub slope: f32,
    pub side: u32,
    pub stride: u32,
    pub padding: u32,
    pub large_height: u32,
    pub large_width: u32,
    pub large_channels: u32,
    pub small_height: u32,
    pub small_width: u32,
    pub small_channels: u32,
}
const _: () = assert!(size_of::<StageUniforms>() == 84);
const _: () = assert!(offset_of!(StageUniforms, rows) == 4 && offset_of!(StageUniforms, columns) == 12);
const _: () = assert!(offset_of!(StageUniforms, weight_stride) == 16 && offset_of!(StageUniforms, bias_base) == 20);
const _: () = assert!(offset_of!(StageUniforms, input_base) == 24 && offset_of!(StageUniforms, output_base) == 28);
const _: () = assert!(offset_of!(StageUniforms, second_base) == 32 && offset_of!(StageUniforms, vectors) == 36);
const _: () = assert!(offset_of!(StageUniforms, activation) == 40 && offset_of!(StageUniforms, slope) == 44);
const _: () = assert!(offset_of!(StageUniforms, side) == 48 && offset_of!(StageUniforms, stride) == 52);
const _: () = assert!(offset_of!(StageUniforms, padding) == 56 && offset_of!(StageUniforms, large_height) == 60);
const _: () = assert!(offset_of!(StageUniforms, large_channels) == 68 && offset_of!(StageUniforms, small_height) == 72);
const _: () = assert!(offset_of!(StageUniforms, small_channels) == 80);
