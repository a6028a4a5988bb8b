//! What the shaders' uniform blocks look like from here; the sizes are those that WGSL computes.

use bytemuck::{Pod, Zeroable};
use std::mem::offset_of;

/// Red, green and blue as they are, not through a colour map.
pub const FLAG_COLOR: u32 = 1;
/// Smooth instead of sharp pixels.
pub const FLAG_SMOOTH: u32 = 2;

/// `Image` of image.wgsl.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct ImageUniforms {
    pub screen: [f32; 2],
    pub min: [f32; 2],
    pub size: [f32; 2],
    pub map: u32,
    pub flags: u32,
}
const _: () = assert!(size_of::<ImageUniforms>() == 32);

/// `Tiles` of tiles.wgsl.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct TileUniforms {
    pub screen: [f32; 2],
    pub min: [f32; 2],
    pub cell: f32,
    pub map: u32,
    pub flags: u32,
    pub padding: u32,
    pub count: [f32; 2],
    pub tile: [f32; 2],
}
const _: () = assert!(size_of::<TileUniforms>() == 48);

/// `Points` of points.wgsl.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct PointUniforms {
    pub screen: [f32; 2],
    pub middle: [f32; 2],
    pub centre: [f32; 2],
    pub scale: f32,
    pub radius: f32,
    pub outline: [f32; 4],
    /// A colour a class: straight alpha, gamma space.
    pub palette: [[u8; 4]; 256],
}
const _: () = assert!(size_of::<PointUniforms>() == 1072);
const _: () = assert!(offset_of!(PointUniforms, scale) == 24 && offset_of!(PointUniforms, radius) == 28);
const _: () = assert!(offset_of!(PointUniforms, outline) == 32 && offset_of!(PointUniforms, palette) == 48);

/// `Target` of shared/target.wgsl, where each field is explained.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct TargetUniforms {
    pub base: u32,
    pub count: u32,
    pub first: u32,
    pub columns: u32,
    pub width: u32,
    pub height: u32,
    pub channels: u32,
    pub map_stride: u32,
    pub place_stride: u32,
    pub values: u32,
    pub tile_width: u32,
    pub tile_height: u32,
    pub reduction: u32,
    pub padding: [u32; 3],
}
const _: () = assert!(size_of::<TargetUniforms>() == 64);
const _: () = assert!(offset_of!(TargetUniforms, columns) == 12 && offset_of!(TargetUniforms, width) == 16);
const _: () = assert!(offset_of!(TargetUniforms, map_stride) == 28 && offset_of!(TargetUniforms, values) == 36);
const _: () = assert!(offset_of!(TargetUniforms, tile_width) == 40 && offset_of!(TargetUniforms, reduction) == 48);

/// The largest uniform block: what the one uniform buffer of a slot holds.
pub const LARGEST: u64 = size_of::<PointUniforms>() as u64;
