//! Several images as one picture, for the screen and for files.

use crate::dataset::ImageShape;
use crate::explore::tiles::TileGrid;
use crate::gpu::ColorMap;
use crate::gpu::image::Picture;
use eframe::egui::{Color32, ColorImage};

/// Images of one shape side by side, `columns` a row, as one picture: one texture for all of them.
pub fn montage(shape: ImageShape, images: &[Vec<f32>], columns: usize) -> Picture {
    let columns = columns.max(1);
    let rows = images.len().div_ceil(columns).max(1);
    let whole = ImageShape { channels: shape.channels, height: rows * shape.height, width: columns * shape.width };
    let mut values = vec![0.0; whole.values()];
    for (place, image) in images.iter().enumerate() {
        let (left, top) = (place % columns * shape.width, place / columns * shape.height);
        for channel in 0..shape.channels {
            for y in 0..shape.height {
                let from = (channel * shape.height + y) * shape.width;
                let to = (channel * whole.height + top + y) * whole.width + left;
                if let (Some(to), Some(from)) =
                    (values.get_mut(to..to + shape.width), image.get(from..from + shape.width))
                {
                    to.copy_from_slice(from);
                }
            }
        }
    }
    Picture::new(whole, &values)
}

/// The decoded tiles of a plane as one picture, for a file.
pub fn of_tiles(tiles: &TileGrid, map: ColorMap) -> ColorImage {
    let table = map.table();
    let pixels = tiles.pixels.chunks_exact(tiles.channels.max(1)).map(|pixel| match pixel {
        [r, g, b, ..] => Color32::from_rgb(*r, *g, *b),
        [entry, ..] => {
            let [r, g, b] = table.get(usize::from(*entry)).copied().unwrap_or_default();
            Color32::from_rgb(r, g, b)
        }
        [] => Color32::BLACK,
    });
    let size = tiles.size();
    let mut pixels: Vec<Color32> = pixels.collect();
    pixels.resize(size[0] * size[1], Color32::BLACK);
    ColorImage::new(size, pixels)
}

/// Writes red, green and blue bytes of an image of `size` into a larger one at (`left`, `top`), each pixel `scale`
/// pixels large; what sticks out is cut.
pub fn blit(target: &mut ColorImage, (left, top): (usize, usize), size: [usize; 2], rgb: &[u8], scale: usize) {
    let [width, height] = size.map(|side| side * scale);
    for y in 0..height {
        for x in 0..width {
            let from = (y / scale * size[0] + x / scale) * 3;
            let (column, row) = (left + x, top + y);
            if let Some([r, g, b]) = rgb.get(from..from + 3)
                && column < target.size[0]
                && let Some(pixel) = target.pixels.get_mut(row * target.size[0] + column)
            {
                *pixel = Color32::from_rgb(*r, *g, *b);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_montage_has_each_image_in_its_place() {
        let shape = ImageShape::grey(1, 2);
        let picture = montage(shape, &[vec![0.0, 1.0], vec![1.0, 0.0], vec![1.0, 1.0]], 2);
        assert_eq!(picture.size(), [4, 2]);
        let bytes: Vec<u8> = picture.rgb(ColorMap::Grey).into_iter().step_by(3).collect();
        assert_eq!(bytes, [0, 255, 255, 0, 255, 255, 0, 0]);
    }

    #[test]
    fn a_picture_that_sticks_out_is_cut() {
        let mut target = ColorImage::filled([3, 3], Color32::BLACK);
        blit(&mut target, (2, 2), [2, 2], &[255; 12], 1);
        assert_eq!(target.pixels.iter().filter(|pixel| **pixel == Color32::WHITE).count(), 1);
    }
}
