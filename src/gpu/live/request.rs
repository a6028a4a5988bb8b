//! What a place on the screen asks to have decoded, and the paint callback that asks.

use super::Live;
use crate::explore::refine::Place;
use crate::explore::viewport::{Area, Viewport};
use crate::gpu::image::Fit;
use crate::gpu::pixels_from_points;
use crate::gpu::store::{self, Resources, TextureSlot};
use crate::gpu::tiles::TileStyle;
use crate::model::ModelId;
use crate::picture::ColorMap;
use crate::snapshot::Snapshot;
use eframe::egui::{self, PaintCallbackInfo};
use eframe::{egui_wgpu, wgpu};
use std::sync::Arc;

/// What is decoded, and how it is drawn.
#[derive(Clone, Debug, PartialEq)]
pub enum Decode {
    /// Tiles of a plane.
    Tiles {
        /// Which ones.
        place: Place,
        /// What part of the plane is seen.
        view: Viewport,
        /// How they are drawn.
        style: TileStyle,
    },
    /// The image at a latent.
    Image {
        /// The latent.
        latent: Vec<f32>,
        /// For grey images.
        map: ColorMap,
        /// How it fills its rectangle.
        fit: Fit,
    },
    /// What an operation gives at a latent, from the buffers in which the image was computed.
    Maps {
        /// The latent.
        latent: Vec<f32>,
        /// The operation's place in the network.
        operation: usize,
        /// How they fill their rectangle.
        fit: Fit,
    },
}

/// Whose decoder, and its newest weights.
#[derive(Clone, Debug)]
pub struct DecodedModel {
    /// The model.
    pub id: ModelId,
    /// Its newest weights; what is on the device may be a little older.
    pub snapshot: Arc<Snapshot>,
}

/// One place on the screen, this frame.
pub(super) struct DecodeRequest {
    pub slot: Arc<u64>,
    pub model: DecodedModel,
    pub decode: Decode,
    /// Upper left corner and size, in pixels.
    pub area: Area,
    /// Width and height of the screen, in pixels.
    pub screen: [f32; 2],
}

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
        if let Some(live) = store::of(resources).and_then(|resources| resources.live.as_mut()) {
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
        let Some(Resources { live: Some(live), pipelines, .. }) = store::of(resources) else { return Vec::new() };
        live.finish(device, queue, pipelines).into_iter().collect()
    }

    fn paint(
        &self,
        info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &egui_wgpu::CallbackResources,
    ) {
        if let Some(Resources { live: Some(live), pipelines, .. }) = resources.get::<Resources>() {
            Live::draw(live, &self.slot, pipelines, info.screen_size_px, pass);
        }
    }
}
