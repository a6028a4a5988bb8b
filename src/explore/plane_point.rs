//! A point on a plane, as it is drawn and picked.

use bytemuck::{Pod, Zeroable};
use std::mem::offset_of;

/// Where an image lies on a plane, and its group: what a point is drawn and picked from, as it goes to the GPU.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct PlanePoint {
    /// On the plane.
    pub position: [f32; 2],
    /// 0 to 255.
    pub group: u32,
}
const _: () = assert!(size_of::<PlanePoint>() == 12 && offset_of!(PlanePoint, group) == 8);
