//! Drawing encoded points: instanced discs, uploaded only when the points, their colours or what is hidden change.

use super::store::{Resources, Slot};
use super::uniforms::{self, Instance};
use super::{pixels_from_points, store};
use crate::explore::tiles::fresh_id;
use crate::explore::view::{Area, View};
use eframe::egui::{self, Color32, PaintCallbackInfo};
use eframe::{egui_wgpu, wgpu};
use std::sync::Arc;

/// Points on a plane in their colours, ready to be drawn. Cloning shares them.
#[derive(Clone, Debug)]
pub struct PointCloud {
    id: u64,
    points: Arc<[Instance]>,
}

impl PointCloud {
    /// The points that `color` gives an opaque colour; the others are left out.
    pub fn new(positions: &[[f32; 2]], color: impl Fn(usize) -> Option<Color32>) -> Self {
        let points = positions
            .iter()
            .enumerate()
            .filter_map(|(i, position)| Some(Instance { position: *position, color: color(i)?.to_array() }))
            .collect();
        Self { id: fresh_id(), points }
    }

    /// Points that are drawn.
    pub fn count(&self) -> usize {
        self.points.len()
    }
}

/// How points are drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointStyle {
    /// Radius with the outline, in points of the screen.
    pub radius: f32,
    /// Colour of the outline.
    pub outline: Color32,
}

/// Draws points into a rectangle (in points of the screen) that shows `view`.
pub fn paint(
    painter: &egui::Painter,
    rect: egui::Rect,
    slot: &Slot,
    cloud: &PointCloud,
    view: View,
    style: PointStyle,
) {
    let callback = Callback { slot: slot.key(), cloud: cloud.clone(), rect, view, style };
    painter.add(egui_wgpu::Callback::new_paint_callback(rect, callback));
}

struct Callback {
    slot: Arc<u64>,
    cloud: PointCloud,
    rect: egui::Rect,
    view: View,
    style: PointStyle,
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
            let (min, size) = pixels_from_points(self.rect, screen.pixels_per_point);
            let uniforms = uniforms::Points {
                screen: screen.size_in_pixels.map(|x| x as f32),
                middle: [min[0] + size[0] / 2.0, min[1] + size[1] / 2.0],
                centre: self.view.centre,
                scale: self.view.scale(Area { min, size }),
                radius: self.style.radius * screen.pixels_per_point,
                outline: self.style.outline.to_array().map(|x| f32::from(x) / 255.0),
            };
            let points = (self.cloud.id, &*self.cloud.points);
            resources.hold_points(device, queue, &self.slot, points, bytemuck::bytes_of(&uniforms));
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
            resources.draw(&self.slot, &resources.pipelines.points, info.screen_size_px, pass);
        }
    }
}
