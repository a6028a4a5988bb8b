//! Drawing encoded points: instanced discs in one draw. The points go to the GPU once, as they are; colours and what is
//! hidden are a palette of a kilobyte.

use super::point_buffers::{COMING, PIECE};
use super::store::{Resources, TextureSlot};
use super::{pixels_from_points, store, uniforms};
use crate::explore::encoded::EncodedPoints;
use crate::explore::viewport::{Area, Viewport};
use eframe::egui::{self, Color32, PaintCallbackInfo};
use eframe::{egui_wgpu, wgpu};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A place on the screen that points are painted into.
#[derive(Debug, Default)]
pub struct PointSlot {
    slot: TextureSlot,
    settled: Arc<AtomicU64>,
}

impl PointSlot {
    /// The id of the points that were drawn into it in the last frame; 0 before any, and the highest number while others
    /// are on their way to the GPU.
    pub fn settled(&self) -> u64 {
        self.settled.load(Ordering::Relaxed)
    }
}

/// A colour a group of points.
#[derive(Clone, Debug, PartialEq)]
pub struct PointPalette([[u8; 4]; 256]);

impl PointPalette {
    /// The opaque colours of the groups 0 to 255, and how much all points hide of what lies under them, in [0, 1]; points
    /// of a group that has no colour are not drawn.
    pub fn new(color: impl Fn(usize) -> Option<Color32>, opacity: f32) -> Self {
        let mut colors = [[0; 4]; 256];
        let alpha = (opacity.clamp(0.0, 1.0) * 255.0).round() as u8;
        for (class, place) in colors.iter_mut().enumerate() {
            *place = color(class).map_or([0; 4], |color| [color.r(), color.g(), color.b(), alpha]);
        }
        Self(colors)
    }

    /// The same with some groups hiding `factor` times as much of what lies under them.
    #[must_use]
    pub fn faded(mut self, is_faded: impl Fn(usize) -> bool, factor: f32) -> Self {
        for (_, [.., alpha]) in self.0.iter_mut().enumerate().filter(|(class, _)| is_faded(*class)) {
            let hides = f32::from(*alpha) * factor.clamp(0.0, 1.0);
            // What is shown stays to be seen.
            *alpha = if *alpha == 0 { 0 } else { hides.round().max(1.0) as u8 };
        }
        self
    }
}

/// How points are drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct PointStyle {
    /// Radius with the outline, in points of the screen.
    pub radius: f32,
    /// Colour of the outline: opaque, or transparent for none.
    pub outline: Color32,
    /// Opaque colours of the groups.
    pub palette: PointPalette,
}

/// Draws points into a rectangle (in points of the screen) that shows `view`. Where they are so many that they reach the
/// GPU over several frames, the points before are drawn until then, and these frames are asked for.
pub fn paint(
    painter: &egui::Painter,
    rect: egui::Rect,
    slot: &PointSlot,
    points: &Arc<EncodedPoints>,
    view: Viewport,
    style: PointStyle,
) {
    let settled = slot.settled();
    if settled == COMING || (settled != points.id && points.count() > PIECE) {
        painter.ctx().request_repaint();
    }
    let (key, settled) = (slot.slot.key(), slot.settled.clone());
    let callback = Callback { slot: key, settled, points: points.clone(), rect, view, style };
    painter.add(egui_wgpu::Callback::new_paint_callback(rect, callback));
}

struct Callback {
    slot: Arc<u64>,
    settled: Arc<AtomicU64>,
    points: Arc<EncodedPoints>,
    rect: egui::Rect,
    view: Viewport,
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
            let uniforms = uniforms::PointUniforms {
                screen: screen.size_in_pixels.map(|x| x as f32),
                middle: [min[0] + size[0] / 2.0, min[1] + size[1] / 2.0],
                centre: self.view.centre,
                scale: self.view.scale(Area { min, size }),
                radius: self.style.radius * screen.pixels_per_point,
                outline: self.style.outline.to_array().map(|x| f32::from(x) / 255.0),
                palette: self.style.palette.0,
            };
            let settled = resources.hold_points(device, queue, &self.slot, &self.points, bytemuck::bytes_of(&uniforms));
            self.settled.store(settled, Ordering::Relaxed);
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
