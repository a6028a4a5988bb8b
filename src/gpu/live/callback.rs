//! The paint callback that asks for what a place on the screen shows, and draws it.

use super::Live;
use super::request::{Decode, DecodeRequest, DecodedModel};
use crate::explore::viewport::Area;
use crate::gpu::pixels_from_points;
use crate::gpu::store::TextureSlot;
use eframe::egui::{self, PaintCallbackInfo};
use eframe::{egui_wgpu, wgpu};
use std::sync::Arc;

/// Draws what a model decodes into a rectangle (in points), with its newest weights that are on the device.
pub fn paint(painter: &egui::Painter, rect: egui::Rect, slot: &TextureSlot, model: DecodedModel, decode: Decode) {
    let callback = Callback { slot: slot.key(), model, decode, rect };
    painter.add(egui_wgpu::Callback::new_paint_callback(rect, callback));
}

struct Callback {
    slot: Arc<u64>,
    model: DecodedModel,
    decode: Decode,
    rect: egui::Rect,
}

impl egui_wgpu::CallbackTrait for Callback {
    fn prepare(
        &self,
        _: &wgpu::Device,
        _: &wgpu::Queue,
        screen: &egui_wgpu::ScreenDescriptor,
        _: &mut wgpu::CommandEncoder,
        resources: &mut egui_wgpu::CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(live) = resources.get_mut::<Live>() {
            let (min, size) = pixels_from_points(self.rect, screen.pixels_per_point);
            live.request(DecodeRequest {
                slot: self.slot.clone(),
                model: self.model.clone(),
                decode: self.decode.clone(),
                area: Area { min, size },
                screen: screen.size_in_pixels.map(|side| side as f32),
            });
        }
        Vec::new()
    }

    /// The first of a frame's callbacks to come here decodes for all of them, in one pass.
    fn finish_prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        _: &mut wgpu::CommandEncoder,
        resources: &mut egui_wgpu::CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        resources.get_mut::<Live>().and_then(|live| live.finish(device, queue)).into_iter().collect()
    }

    fn paint(
        &self,
        info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &egui_wgpu::CallbackResources,
    ) {
        if let Some(live) = resources.get::<Live>() {
            live.draw(&self.slot, info.screen_size_px, pass);
        }
    }
}
