//! Drawing one image: grey through a colour map or colour as it is, sharp or smooth, with its own shape kept.

use super::colormap::ColorMap;
use super::store::{Content, Resources, Slot};
use super::{pixels_from_points, store, uniforms};
use crate::dataset::ImageShape;
use crate::explore::compare::pixel_error;
use crate::explore::tiles::fresh_id;
use crate::explore::view::Area;
use eframe::egui::{self, PaintCallbackInfo};
use eframe::{egui_wgpu, wgpu};
use std::sync::Arc;

/// An image ready to be drawn. Cloning shares the pixels.
#[derive(Clone, Debug)]
pub struct Picture {
    id: u64,
    width: usize,
    height: usize,
    /// 1: entries of a colour map; 4: red, green, blue, opaque.
    channels: usize,
    signed: bool,
    bytes: Arc<[u8]>,
}

impl Picture {
    /// From values in [0, 1], `[shape.values()]`. Three channels are colour; any other number is averaged to grey.
    pub fn new(shape: ImageShape, values: &[f32]) -> Self {
        Self::with(shape, values, false)
    }

    /// From values in [−1, 1], `[shape.values()]`, to be drawn blue–white–red about zero, one figure a pixel:
    /// [`pixel_error`].
    pub fn signed(shape: ImageShape, values: &[f32]) -> Self {
        Self::with(shape, values, true)
    }

    fn with(shape: ImageShape, values: &[f32], signed: bool) -> Self {
        let area = shape.width * shape.height;
        let map = if signed { ColorMap::Signed } else { ColorMap::Grey };
        let value = |channel: usize, pixel: usize| values.get(channel * area + pixel).copied().unwrap_or(0.0);
        let color = shape.is_color() && !signed;
        let bytes: Arc<[u8]> = if color {
            let pixel = |p: usize| [map.entry(value(0, p)), map.entry(value(1, p)), map.entry(value(2, p)), 255];
            (0..area).flat_map(pixel).collect()
        } else {
            let mean = |p: usize| (0..shape.channels).map(|c| value(c, p)).sum::<f32>() / shape.channels.max(1) as f32;
            let figure = |p: usize| if signed { pixel_error(shape, values, p) } else { mean(p) };
            (0..area).map(|p| map.entry(figure(p))).collect()
        };
        let channels = if color { 4 } else { 1 };
        Self { id: fresh_id(), width: shape.width, height: shape.height, channels, signed, bytes }
    }

    /// Width and height in its own pixels.
    pub fn size(&self) -> [usize; 2] {
        [self.width, self.height]
    }

    /// Its pixels as the screen shows them, `[height, width, 3]`; what an exported picture has.
    pub fn rgb(&self, map: ColorMap) -> Vec<u8> {
        let table = self.map(map).table();
        match self.channels {
            1 => self
                .bytes
                .iter()
                .flat_map(|entry| table.get(usize::from(*entry)).copied().unwrap_or_default())
                .collect(),
            _ => self.bytes.chunks_exact(4).flat_map(|pixel| pixel.iter().take(3).copied()).collect(),
        }
    }

    fn map(&self, asked: ColorMap) -> ColorMap {
        match (self.signed, asked) {
            (true, _) => ColorMap::Signed,
            (false, ColorMap::Signed) => ColorMap::Grey,
            (false, other) => other,
        }
    }
}

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

/// Draws an image into a rectangle (in points). `map` is for grey pictures; signed and colour ones have their own.
pub fn paint(painter: &egui::Painter, rect: egui::Rect, slot: &Slot, picture: &Picture, map: ColorMap, fit: Fit) {
    let callback = Callback { slot: slot.key(), picture: picture.clone(), rect, map: picture.map(map), fit };
    painter.add(egui_wgpu::Callback::new_paint_callback(rect, callback));
}

/// How an image of `size` pixels is drawn into an area of a screen, both in pixels.
pub(super) fn uniforms(
    (area, screen): (Area, [f32; 2]),
    (size, is_color): ([usize; 2], bool),
    map: ColorMap,
    fit: Fit,
) -> uniforms::Image {
    let (min, size) = fit.place((area.min, area.size), size);
    let color = if is_color { uniforms::FLAG_COLOR } else { 0 };
    let smooth = if fit == Fit::Smooth { uniforms::FLAG_SMOOTH } else { 0 };
    uniforms::Image { screen, min, size, map: map.row() as u32, flags: color | smooth }
}

struct Callback {
    slot: Arc<u64>,
    picture: Picture,
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
            let picture = &self.picture;
            let (min, size) = pixels_from_points(self.rect, screen.pixels_per_point);
            let area = (Area { min, size }, screen.size_in_pixels.map(|side| side as f32));
            let uniforms = uniforms(area, (picture.size(), picture.channels == 4), self.map, self.fit);
            let content = Content {
                id: picture.id,
                width: picture.width,
                height: picture.height,
                channels: picture.channels,
                bytes: &picture.bytes,
            };
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

    #[test]
    fn pictures_take_their_colours_from_the_map_or_from_their_channels() {
        let grey = Picture::new(ImageShape::grey(1, 2), &[0.0, 1.0]);
        assert_eq!(grey.rgb(ColorMap::Grey), [0, 0, 0, 255, 255, 255]);
        assert_eq!(grey.rgb(ColorMap::Magma)[..3], ColorMap::Magma.rgb(0.0));
        let colour = Picture::new(ImageShape { channels: 3, height: 1, width: 1 }, &[1.0, 0.5, 0.0]);
        assert_eq!(colour.rgb(ColorMap::Magma), [255, 128, 0]);
        let error = Picture::signed(ImageShape::grey(1, 3), &[-1.0, 0.0, 1.0]);
        assert_eq!(error.rgb(ColorMap::Grey)[3..6], [255, 255, 255]);
        // Too red and not blue enough is not right, though as bright as it should be.
        let error = Picture::signed(ImageShape { channels: 3, height: 1, width: 1 }, &[0.5, 0.0, -1.0]);
        assert_eq!(error.rgb(ColorMap::Grey), ColorMap::Signed.rgb(-1.0));
        assert_eq!(Picture::new(ImageShape::grey(2, 2), &[]).rgb(ColorMap::Grey), [0; 12]);
    }
}
