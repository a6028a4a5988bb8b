//! Drawing the tiles of a plane: one atlas, one quad, placed by the view, so that old tiles stay where they belong on
//! the plane until new ones arrive.

use super::store::{Content, Resources, TextureSlot};
use super::{pixels_from_points, store, uniforms};
use crate::explore::tiles::{Lattice, TileGrid};
use crate::explore::viewport::{Area, Viewport};
use crate::picture::ColorMap;
use eframe::egui::{self, PaintCallbackInfo};
use eframe::{egui_wgpu, wgpu};
use std::sync::Arc;

/// How tiles are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TileStyle {
    /// For grey tiles.
    pub map: ColorMap,
    /// Smooth instead of sharp pixels.
    pub smooth: bool,
}

/// Draws tiles into a rectangle (in points) that shows `view`. The painter's clip rectangle should be the same one.
pub fn paint(
    painter: &egui::Painter,
    rect: egui::Rect,
    slot: &TextureSlot,
    grid: &Arc<TileGrid>,
    view: Viewport,
    style: TileStyle,
) {
    let callback = Callback { slot: slot.key(), grid: grid.clone(), rect, view, style };
    painter.add(egui_wgpu::Callback::new_paint_callback(rect, callback));
}

struct Callback {
    slot: Arc<u64>,
    grid: Arc<TileGrid>,
    rect: egui::Rect,
    view: Viewport,
    style: TileStyle,
}

/// How tiles of a lattice are drawn into an area of a screen, both in pixels; `tile` is the size of one in its texture.
pub(super) fn uniforms(
    (area, screen): (Area, [f32; 2]),
    (lattice, tile, is_color): (Lattice, [usize; 2], bool),
    view: Viewport,
    style: TileStyle,
) -> uniforms::TileUniforms {
    let (low, high) = lattice.bounds();
    let color = if is_color { uniforms::FLAG_COLOR } else { 0 };
    let smooth = if style.smooth { uniforms::FLAG_SMOOTH } else { 0 };
    let map = if style.map == ColorMap::Signed { ColorMap::Grey } else { style.map };
    uniforms::TileUniforms {
        screen,
        min: view.pixel_from_plane(area, [low[0], high[1]]),
        cell: lattice.cell * view.scale(area),
        map: map.row() as u32,
        flags: color | smooth,
        padding: 0,
        count: [lattice.columns as f32, lattice.rows as f32],
        tile: tile.map(|side| side as f32),
    }
}

impl egui_wgpu::CallbackTrait for Callback {
    fn prepare(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        screen: &egui_wgpu::ScreenDescriptor,
        _: &mut wgpu::CommandEncoder,
        resources: &mut egui_wgpu::CallbackResources,
    ) -> Vec<wgpu::CommandBuffer> {
        if let Some(resources) = store::of(resources) {
            let [width, height] = self.grid.size();
            let content =
                Content { id: self.grid.id, width, height, channels: self.grid.channels, bytes: &self.grid.pixels };
            let (min, size) = pixels_from_points(self.rect, screen.pixels_per_point);
            let screen = screen.size_in_pixels.map(|side| side as f32);
            let tiles = (self.grid.lattice, self.grid.tile, self.grid.channels == 4);
            let uniforms = uniforms((Area { min, size }, screen), tiles, self.view, self.style);
            resources.hold_picture(device, queue, &self.slot, &content, bytemuck::bytes_of(&uniforms));
        }
        Vec::new()
    }

    fn paint(
        &self,
        info: PaintCallbackInfo,
        pass: &mut wgpu::RenderPass<'static>,
        resources: &egui_wgpu::CallbackResources,
    ) {
        if let Some(resources) = resources.get::<Resources>() {
            resources.draw(&self.slot, &resources.pipelines.tiles, info.screen_size_px, pass);
        }
    }
}
