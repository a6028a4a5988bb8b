//! Drawing one image: grey through a colour map or colour as it is, sharp or smooth, with its own shape kept.

use super::store::{Content, Resources, TextureSlot};
use super::{pixels_from_points, store, uniforms};
use crate::explore::viewport::Area;
use crate::picture::{Bitmap, ColorMap};
use eframe::egui::{self, PaintCallbackInfo};
use eframe::{egui_wgpu, wgpu};
use std::sync::Arc;

/// How an image is laid into its rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fit {
    /// As large as it gets with its shape kept; every pixel the same whole number of screen pixels where it is enlarged.
    #[default]
    Sharp,
    /// As large as it gets with its shape kept, pixels sharp but not all of one size.
    Full,
    /// As large as it gets with its shape kept, smooth.
    Smooth,
}

impl Fit {
    /// Where an image of `size` lies in an area, both in screen pixels: `(min, size)`.
    pub fn place(self, (min, area): ([f32; 2], [f32; 2]), size: [usize; 2]) -> ([f32; 2], [f32; 2]) {
        let size = size.map(|x| x.max(1) as f32);
        let mut scale = (area[0] / size[0]).min(area[1] / size[1]).max(0.0);
        if self == Self::Sharp && scale >= 1.0 {
            scale = scale.floor();
        }
        let fitted = size.map(|x| (x * scale).round());
        let middle = |axis: usize| min[axis] + ((area[axis] - fitted[axis]) / 2.0).round();
        ([middle(0), middle(1)], fitted)
    }
}

/// Draws an image into a rectangle (in points). `map` is for grey images; signed and colour ones have their own.
pub fn paint(painter: &egui::Painter, rect: egui::Rect, slot: &TextureSlot, bitmap: &Bitmap, map: ColorMap, fit: Fit) {
    let callback = Callback { slot: slot.key(), bitmap: bitmap.clone(), rect, map: bitmap.map(map), fit };
    painter.add(egui_wgpu::Callback::new_paint_callback(rect, callback));
}

/// Where in a rectangle an image of `size` pixels is painted, all in points.
pub fn place(rect: egui::Rect, size: [usize; 2], fit: Fit, pixels_per_point: f32) -> egui::Rect {
    let (min, size) = fit.place(pixels_from_points(rect, pixels_per_point), size);
    let points = |[x, y]: [f32; 2]| [x / pixels_per_point, y / pixels_per_point];
    egui::Rect::from_min_size(points(min).into(), points(size).into())
}

/// How an image of `size` pixels is drawn into an area of a screen, both in pixels.
pub(super) fn uniforms(
    (area, screen): (Area, [f32; 2]),
    (size, is_color): ([usize; 2], bool),
    map: ColorMap,
    fit: Fit,
) -> uniforms::ImageUniforms {
    let (min, size) = fit.place((area.min, area.size), size);
    let color = if is_color { uniforms::FLAG_COLOR } else { 0 };
    let smooth = if fit == Fit::Smooth { uniforms::FLAG_SMOOTH } else { 0 };
    uniforms::ImageUniforms { screen, min, size, map: map.row() as u32, flags: color | smooth }
}

struct Callback {
    slot: Arc<u64>,
    bitmap: Bitmap,
    rect: egui::Rect,
    map: ColorMap,
    fit: Fit,
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
            let bitmap = &self.bitmap;
            let (min, size) = pixels_from_points(self.rect, screen.pixels_per_point);
            let area = (Area { min, size }, screen.size_in_pixels.map(|side| side as f32));
            let uniforms = uniforms(area, (bitmap.size(), bitmap.channels() == 4), self.map, self.fit);
            let [width, height] = bitmap.size();
            let (id, channels, bytes) = (bitmap.id(), bitmap.channels(), bitmap.bytes());
            let content = Content { id, width, height, channels, bytes };
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
            resources.draw(&self.slot, &resources.pipelines.image, info.screen_size_px, pass);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_sharp_image_has_pixels_of_one_size_and_lies_in_the_middle() {
        let area = ([10.0, 20.0], [100.0, 70.0]);
        assert_eq!(Fit::Sharp.place(area, [28, 28]), ([32.0, 27.0], [56.0, 56.0]));
        assert_eq!(Fit::Full.place(area, [28, 28]), ([25.0, 20.0], [70.0, 70.0]));
        assert_eq!(Fit::Sharp.place(area, [200, 100]), ([10.0, 30.0], [100.0, 50.0]));
    }
}
