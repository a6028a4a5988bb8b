//! Sheets: grids of images, the latent plane.

use super::bitmap::{Bitmap, rgb};
use super::canvas::{Canvas, GAP};
use super::colormap::ColorMap;
use crate::dataset::ImageShape;
use crate::explore::plane::Plane;
use crate::explore::tiles::TileGrid;
use crate::snapshot::{Scratch, Snapshot};
use image::RgbImage;

/// Between images and behind words.
pub(super) const PAPER: [u8; 3] = [255, 255, 255];

/// How many times as large small images are drawn.
pub(super) fn scale_of(shape: ImageShape) -> u32 {
    (64 / shape.width.max(shape.height).max(1)).clamp(1, 8) as u32
}

/// Images in rows of `columns`.
pub fn grid(shape: ImageShape, images: &[Vec<f32>], columns: usize) -> RgbImage {
    let scale = scale_of(shape);
    let (width, height) = (shape.width as u32 * scale + GAP, shape.height as u32 * scale + GAP);
    let columns = columns.clamp(1, images.len().max(1));
    let rows = images.len().div_ceil(columns);
    let mut canvas = Canvas::new([columns as u32 * width + GAP, rows as u32 * height + GAP], PAPER, ColorMap::Grey);
    for (index, image) in images.iter().enumerate() {
        let (row, column) = ((index / columns) as u32, (index % columns) as u32);
        canvas.image(&Bitmap::new(shape, image), (GAP + column * width, GAP + row * height), scale);
    }
    canvas.finish()
}

/// The plane decoded at `count × count` places from −range to range, first coordinate to the right, second upwards, as a
/// quilt without gaps.
pub fn plane(snapshot: &Snapshot, plane: &Plane, count: usize, range: f32) -> RgbImage {
    let shape = snapshot.image;
    let scale = if shape.width.max(shape.height) < 40 { 2 } else { 1 };
    let (width, height) = (shape.width as u32 * scale, shape.height as u32 * scale);
    let mut canvas = Canvas::new([count as u32 * width, count as u32 * height], PAPER, ColorMap::Grey);
    let mut scratch = Scratch::default();
    let place = |index: usize| range * (2.0 * (index as f32 + 0.5) / count as f32 - 1.0);
    for row in 0..count {
        let points: Vec<f32> =
            (0..count).flat_map(|column| plane.latent_from_plane([place(column), -place(row)])).collect();
        let pixels = snapshot.decoder.evaluate(&points, count, &mut scratch);
        for (column, image) in pixels.chunks_exact(shape.values()).enumerate() {
            canvas.image(&Bitmap::new(shape, image), (column as u32 * width, row as u32 * height), scale);
        }
    }
    canvas.finish()
}

/// The decoded tiles of a plane as the screen shows them, of [`TileGrid::size`].
pub fn tiles(grid: &TileGrid, map: ColorMap) -> RgbImage {
    let [width, height] = grid.size().map(|side| u32::try_from(side).unwrap_or(u32::MAX));
    RgbImage::from_raw(width, height, rgb(&grid.pixels, grid.channels, map)).unwrap_or_default()
}
