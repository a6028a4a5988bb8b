//! Small images as textures: many of one size on one sheet, made anew only when they change.

use crate::dataset::ImageShape;
use crate::ui::settings::ColorMap;
use eframe::egui::{
    self, Color32, ColorImage, Context, Rect, TextureHandle, TextureOptions, Ui, Vec2, pos2, vec2,
};

/// How values become colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Paint {
    /// [0, 1] in a colour map; colour images as they are.
    Values(ColorMap),
    /// [−1, 1] from blue over white to red.
    Signed,
}

/// Images of one size side by side in one texture.
pub struct Atlas {
    texture: TextureHandle,
    columns: usize,
    rows: usize,
    shape: ImageShape,
}

impl Atlas {
    /// Uploads `images` (each `[shape.values()]`).
    pub fn new(context: &Context, name: &str, shape: ImageShape, images: &[(&[f32], Paint)]) -> Self {
        let columns = images.len().clamp(1, 16);
        let rows = images.len().div_ceil(columns).max(1);
        let mut pixels = ColorImage::filled([columns * shape.width, rows * shape.height], Color32::TRANSPARENT);
        for (place, (image, paint)) in images.iter().enumerate() {
            let (left, top) = (place % columns * shape.width, place / columns * shape.height);
            blit(&mut pixels, left, top, shape, image, *paint);
        }
        let texture = context.load_texture(name, pixels, TextureOptions::NEAREST);
        Self { texture, columns, rows, shape }
    }

    /// Draws image `place` into a square of `side` points (less high or wide where the images are not square).
    pub fn paint(&self, ui: &Ui, rect: Rect, place: usize) {
        let size = vec2(1.0 / self.columns as f32, 1.0 / self.rows as f32);
        let origin = pos2((place % self.columns) as f32 * size.x, (place / self.columns) as f32 * size.y);
        let uv = Rect::from_min_size(origin, size);
        ui.painter().image(self.texture.id(), fit(rect, self.shape), uv, Color32::WHITE);
    }
}

/// The largest rectangle of an image's proportions inside `rect`, about its middle.
pub fn fit(rect: Rect, shape: ImageShape) -> Rect {
    let (width, height) = (shape.width.max(1) as f32, shape.height.max(1) as f32);
    let scale = (rect.width() / width).min(rect.height() / height);
    Rect::from_center_size(rect.center(), Vec2::new(width, height) * scale)
}

/// Writes one image into a larger one at (`left`, `top`); what sticks out is cut.
pub fn blit(target: &mut ColorImage, left: usize, top: usize, shape: ImageShape, image: &[f32], paint: Paint) {
    let plane = shape.width * shape.height;
    for y in 0..shape.height {
        for x in 0..shape.width {
            let at = y * shape.width + x;
            let value = |channel: usize| image.get(channel * plane + at).copied().unwrap_or(0.0);
            let color = match paint {
                Paint::Signed => {
                    let mean = (0..shape.channels).map(value).sum::<f32>() / shape.channels.max(1) as f32;
                    signed(mean)
                }
                Paint::Values(_) if shape.channels >= 3 => {
                    let byte = |channel| (value(channel).clamp(0.0, 1.0) * 255.0).round() as u8;
                    Color32::from_rgb(byte(0), byte(1), byte(2))
                }
                Paint::Values(map) => mapped(map, value(0)),
            };
            let (column, row) = (left + x, top + y);
            if column < target.width()
                && let Some(pixel) = target.pixels.get_mut(row * target.size[0] + column)
            {
                *pixel = color;
            }
        }
    }
}

/// Blue below zero, white at it, red above; full colour at ±1.
pub fn signed(value: f32) -> Color32 {
    const BELOW: [f32; 3] = [33.0, 102.0, 172.0];
    const ABOVE: [f32; 3] = [178.0, 24.0, 43.0];
    let value = if value.is_finite() { value.clamp(-1.0, 1.0) } else { 0.0 };
    let end = if value < 0.0 { BELOW } else { ABOVE };
    // A square root shows small errors, which most of them are.
    let part = value.abs().sqrt();
    let byte = |index: usize| (255.0 + (end[index] - 255.0) * part).round() as u8;
    Color32::from_rgb(byte(0), byte(1), byte(2))
}

/// A value in [0, 1] in a colour map.
pub fn mapped(map: ColorMap, value: f32) -> Color32 {
    // Nine even steps of matplotlib's maps; between them the error is below what an eye sees.
    const VIRIDIS: [[u8; 3]; 9] = [
        [68, 1, 84],
        [71, 45, 123],
        [59, 82, 139],
        [44, 114, 142],
        [33, 145, 140],
        [40, 174, 128],
        [94, 201, 98],
        [173, 220, 48],
        [253, 231, 37],
    ];
    const MAGMA: [[u8; 3]; 9] = [
        [0, 0, 4],
        [29, 17, 71],
        [81, 18, 124],
        [131, 38, 129],
        [183, 55, 121],
        [230, 81, 100],
        [252, 137, 97],
        [254, 196, 136],
        [252, 253, 191],
    ];
    let value = if value.is_finite() { value.clamp(0.0, 1.0) } else { 0.0 };
    let steps = match map {
        ColorMap::Grey => return Color32::from_gray((value * 255.0).round() as u8),
        ColorMap::Viridis => &VIRIDIS,
        ColorMap::Magma => &MAGMA,
    };
    let place = value * 8.0;
    let index = (place as usize).min(7);
    let part = place - index as f32;
    let byte = |channel: usize| {
        let (from, to) = (f32::from(steps[index][channel]), f32::from(steps[index + 1][channel]));
        (from + (to - from) * part).round() as u8
    };
    Color32::from_rgb(byte(0), byte(1), byte(2))
}

/// Whether a texture belongs to this context: those of a window that is gone do not.
pub fn belongs(atlas: &Atlas, context: &egui::Context) -> bool {
    context.tex_manager().read().meta(atlas.texture.id()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_reach_both_ends() {
        assert_eq!(mapped(ColorMap::Grey, 0.0), Color32::BLACK);
        assert_eq!(mapped(ColorMap::Viridis, 1.0), Color32::from_rgb(253, 231, 37));
        assert_eq!(mapped(ColorMap::Magma, f32::NAN), Color32::from_rgb(0, 0, 4));
        assert_eq!(signed(0.0), Color32::WHITE);
        assert_eq!(signed(1.0), Color32::from_rgb(178, 24, 43));
    }

    #[test]
    fn a_picture_that_sticks_out_is_cut() {
        let mut target = ColorImage::filled([3, 3], Color32::BLACK);
        let shape = ImageShape::grey(2, 2);
        blit(&mut target, 2, 2, shape, &[1.0; 4], Paint::Values(ColorMap::Grey));
        assert_eq!(target.pixels.iter().filter(|pixel| **pixel == Color32::WHITE).count(), 1);
    }
}
