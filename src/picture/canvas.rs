//! A picture to put images and words on.

use crate::dataset::ImageShape;
use crate::explore::compare::pixel_error;
use image::{Rgb, RgbImage};
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use std::sync::Once;

/// Gaps between images, in pixels.
pub const GAP: u32 = 2;

/// Makes the font that comes with the program known to the plotting library: a bare machine has none.
pub(super) fn register_fonts() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT).is_err() {
            tracing::warn!("the built-in font could not be read; pictures have no words");
        }
    });
}

/// Blue below zero, white at zero, red above; `error` in [−1, 1].
pub fn signed_rgb(error: f32) -> [u8; 3] {
    let fade = 255.0 * (1.0 - error.abs().clamp(0.0, 1.0));
    let fade = fade as u8;
    if error < 0.0 { [fade, fade, 255] } else { [255, fade, fade] }
}

/// An RGB picture that grows no more once made.
pub struct Canvas {
    picture: RgbImage,
}

impl Canvas {
    /// A picture of one colour.
    pub fn new(width: u32, height: u32, colour: [u8; 3]) -> Self {
        Self { picture: RgbImage::from_pixel(width.max(1), height.max(1), Rgb(colour)) }
    }

    /// Puts an image (`[shape.values()]` in [0, 1], grey or RGB) at (x, y), `scale` times as large.
    pub fn image(&mut self, shape: ImageShape, values: &[f32], (x, y): (u32, u32), scale: u32) {
        let plane = shape.height * shape.width;
        let byte = |value: Option<&f32>| value.map_or(0, |value| (value.clamp(0.0, 1.0) * 255.0).round() as u8);
        let channel = |channel: usize, place: usize| byte(values.get(channel * plane + place));
        self.pixels(shape, (x, y), scale, |place| match shape.is_color() {
            true => [channel(0, place), channel(1, place), channel(2, place)],
            false => [channel(0, place); 3],
        });
    }

    /// Puts an error map (`[shape.values()]` in [−1, 1], one figure a pixel: [`pixel_error`]) at (x, y).
    pub fn error(&mut self, shape: ImageShape, values: &[f32], (x, y): (u32, u32), scale: u32) {
        self.pixels(shape, (x, y), scale, |place| signed_rgb(pixel_error(shape, values, place)));
    }

    fn pixels(&mut self, shape: ImageShape, (x, y): (u32, u32), scale: u32, colour: impl Fn(usize) -> [u8; 3]) {
        for row in 0..shape.height as u32 * scale {
            for column in 0..shape.width as u32 * scale {
                let place = (row / scale) as usize * shape.width + (column / scale) as usize;
                if let Some(pixel) = self.picture.get_pixel_mut_checked(x + column, y + row) {
                    *pixel = Rgb(colour(place));
                }
            }
        }
    }

    /// Writes a line of words with its top left corner at (x, y).
    pub fn words(&mut self, text: &str, (x, y): (i32, i32), size: u32, colour: [u8; 3]) {
        register_fonts();
        let (width, height) = self.picture.dimensions();
        let area = BitMapBackend::with_buffer(&mut self.picture, (width, height)).into_drawing_area();
        let [red, green, blue] = colour;
        let style = ("sans-serif", size).into_font().color(&RGBColor(red, green, blue));
        if let Err(error) = area.draw_text(text, &style, (x, y)) {
            tracing::warn!("words could not be drawn: {error}");
        }
    }

    /// The finished picture.
    pub fn finish(self) -> RgbImage {
        self.picture
    }
}
