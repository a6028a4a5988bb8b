//! WGSL pipelines and what feeds them. Everything is drawn in egui's own pass, through its paint callbacks; what is on
//! the GPU lives in the renderer's callback resources and goes with them when a device is lost.
//!
//! [`install`] once a window; then [`image::paint`], [`tiles::paint`] and [`points::paint`] from any panel. Each place on
//! the screen that is painted owns a [`TextureSlot`]; dropping the slot frees what the GPU holds for it. Content is uploaded only
//! when its id differs from what the slot held.
//!
//! [`decoder`] turns latents into images in compute shaders on the same device; [`live`] does so in the window, once a frame.

mod compute;
pub mod decoder;
pub mod image;
pub mod live;
mod pipeline;
mod point_buffers;
pub mod points;
mod policy;
mod probe;
pub mod shader;
mod store;
pub mod tiles;
mod uniforms;

pub use crate::picture::ColorMap;
pub use policy::{DecoderChoice, Decoding, OnDevice, decide};
pub use probe::{DeviceInfo, Headless, backends_in_turn, headless, probe, setup_of};
pub use store::{Resources, TextureSlot};

use crate::explore::tiles::AtlasLimits;
use eframe::{egui, egui_wgpu};

/// Makes the pipelines for a window's renderer; without this nothing of ours is drawn. The window must be one of eframe's
/// usual kind: no multisampling, no depth buffer. A second call does nothing.
pub fn install(render_state: &egui_wgpu::RenderState) {
    let mut renderer = render_state.renderer.write();
    if !renderer.callback_resources.contains::<Resources>() {
        let resources = Resources::new(&render_state.device, &render_state.queue, render_state.target_format);
        renderer.callback_resources.insert(resources);
    }
}

/// How large a plane's atlas may be on this device: its longest texture side, and 32 MiB.
pub fn atlas_limits(device: &eframe::wgpu::Device) -> AtlasLimits {
    AtlasLimits { side: device.limits().max_texture_dimension_2d as usize, bytes: 32 << 20 }
}

/// A rectangle in physical pixels from one in points, its edges on whole pixels: `(min, size)`.
fn pixels_from_points(rect: egui::Rect, pixels_per_point: f32) -> ([f32; 2], [f32; 2]) {
    let edge = |x: f32| (x * pixels_per_point).round();
    let min = [edge(rect.min.x), edge(rect.min.y)];
    (min, [edge(rect.max.x) - min[0], edge(rect.max.y) - min[1]])
}
