//! A picture to put images and words on.

use super::bitmap::Bitmap;
use super::colormap::ColorMap;
use image::{Rgb, RgbImage};
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use std::sync::Once;

/// Gaps between images, in pixels.
pub(super) const GAP: u32 = 2;

/// Makes the font that comes with the program known to the plotting library: a bare machine has none.
pub(super) fn register_fonts() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if register_font("sans-serif", FontStyle::Normal, epaint_default_fonts::UBUNTU_LIGHT).is_err() {
            tracing::warn!("the built-in font could not be read; pictures have no words");
        }
    });
}

/// An RGB picture that grows no more once made.
pub(super) struct Canvas {
    picture: RgbImage,
    map: ColorMap,
    /// Pixels a side of what is one in the places and sizes that it is given.
    enlarged: u32,
}

impl Canvas {
    /// A picture of one colour; `map` is for the grey images that come onto it.
    pub fn new([width, height]: [u32; 2], colour: [u8; 3], map: ColorMap) -> Self {
        Self { picture: RgbImage::from_pixel(width.max(1), height.max(1), Rgb(colour)), map, enlarged: 1 }
    }

    /// The same, empty, with `times` as many pixels a side.
    pub fn enlarged(self, times: u32) -> Self {
        let (width, height) = self.picture.dimensions();
        let ground = self.picture.get_pixel_checked(0, 0).copied().unwrap_or(Rgb([255; 3]));
        let picture = RgbImage::from_pixel(width * times, height * times, ground);
        Self { picture, enlarged: times, ..self }
    }

    /// Puts an image at (x, y), `scale` times as large; what sticks out is cut.
    pub fn image(&mut self, bitmap: &Bitmap, (x, y): (u32, u32), scale: u32) {
        let (x, y, scale) = (x * self.enlarged, y * self.enlarged, scale * self.enlarged);
        let [width, height] = bitmap.size();
        let rgb = bitmap.rgb(self.map);
        for row in 0..height as u32 * scale {
            for column in 0..width as u32 * scale {
                let from = 3 * ((row / scale) as usize * width + (column / scale) as usize);
                if let (Some(pixel), Some([red, green, blue])) =
                    (self.picture.get_pixel_mut_checked(x + column, y + row), rgb.get(from..from + 3))
                {
                    *pixel = Rgb([*red, *green, *blue]);
                }
            }
        }
    }

    /// Fills the rectangle of `size` at (x, y); what sticks out is cut.
    pub fn fill(&mut self, (x, y): (u32, u32), size: [u32; 2], colour: [u8; 3]) {
        let (x, y, [width, height]) = (x * self.enlarged, y * self.enlarged, size.map(|side| side * self.enlarged));
        for (row, column) in (0..height).flat_map(|row| (0..width).map(move |column| (row, column))) {
            if let Some(pixel) = self.picture.get_pixel_mut_checked(x + column, y + row) {
                *pixel = Rgb(colour);
            }
        }
    }

    /// Writes a line of words with its top left corner at (x, y).
    pub fn words(&mut self, text: &str, (x, y): (u32, u32), size: u32, colour: [u8; 3]) {
        register_fonts();
        let (width, height) = self.picture.dimensions();
        let area = BitMapBackend::with_buffer(&mut self.picture, (width, height)).into_drawing_area();
        let [red, green, blue] = colour;
        let (x, y, size) = (x * self.enlarged, y * self.enlarged, size * self.enlarged);
        let style = ("sans-serif", size).into_font().color(&RGBColor(red, green, blue));
        if let Err(error) = area.draw_text(text, &style, (x as i32, y as i32)) {
            tracing::warn!("words could not be drawn: {error}");
        }
    }

    /// The finished picture.
    pub fn finish(self) -> RgbImage {
        self.picture
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::dataset::ImageShape;

    #[test]
    fn an_image_that_sticks_out_is_cut() {
        let mut canvas = Canvas::new([3, 3], [0; 3], ColorMap::Grey);
        canvas.image(&Bitmap::new(ImageShape::grey(2, 2), &[1.0; 4]), (2, 2), 1);
        assert_eq!(canvas.finish().pixels().filter(|pixel| pixel.0 == [255; 3]).count(), 1);
    }
}
