//! Sheets: grids of images, the latent plane, the compare sheet.

use super::canvas::{Canvas, GAP};
use crate::dataset::{Dataset, ImageShape};
use crate::explore::compare::Sheet;
use crate::explore::plane::Plane;
use crate::snapshot::{Scratch, Snapshot};
use image::RgbImage;

const PAPER: [u8; 3] = [255, 255, 255];
const INK: [u8; 3] = [32, 36, 44];

/// How many times as large small images are drawn.
fn scale_of(shape: ImageShape) -> u32 {
    (64 / shape.width.max(shape.height).max(1)).clamp(1, 8) as u32
}

/// Images in rows of `columns`.
pub fn grid(shape: ImageShape, images: &[Vec<f32>], columns: usize) -> RgbImage {
    let scale = scale_of(shape);
    let (width, height) = (shape.width as u32 * scale + GAP, shape.height as u32 * scale + GAP);
    let columns = columns.clamp(1, images.len().max(1));
    let rows = images.len().div_ceil(columns);
    let mut canvas = Canvas::new(columns as u32 * width + GAP, rows as u32 * height + GAP, PAPER);
    for (index, image) in images.iter().enumerate() {
        let (row, column) = ((index / columns) as u32, (index % columns) as u32);
        canvas.image(shape, image, (GAP + column * width, GAP + row * height), scale);
    }
    canvas.finish()
}

/// The plane decoded at `count × count` places from −range to range, first coordinate to the right, second upwards, as a
/// quilt without gaps.
pub fn plane(snapshot: &Snapshot, plane: &Plane, count: usize, range: f32) -> RgbImage {
    let shape = snapshot.image;
    let scale = if shape.width.max(shape.height) < 40 { 2 } else { 1 };
    let (width, height) = (shape.width as u32 * scale, shape.height as u32 * scale);
    let mut canvas = Canvas::new(count as u32 * width, count as u32 * height, PAPER);
    let mut scratch = Scratch::default();
    let place = |index: usize| range * (2.0 * (index as f32 + 0.5) / count as f32 - 1.0);
    for row in 0..count {
        let points: Vec<f32> =
            (0..count).flat_map(|column| plane.latent_from_plane([place(column), -place(row)])).collect();
        let pixels = snapshot.decoder.evaluate(&points, count, &mut scratch);
        for (column, image) in pixels.chunks_exact(shape.values()).enumerate() {
            canvas.image(shape, image, (column as u32 * width, row as u32 * height), scale);
        }
    }
    canvas.finish()
}

/// The compare sheet with its figures.
pub fn compare(sheet: &Sheet, dataset: &Dataset) -> RgbImage {
    const WORDS: u32 = 26;
    let shape = sheet.shape;
    let scale = scale_of(shape);
    let (width, height) = (shape.width as u32 * scale + GAP, shape.height as u32 * scale + GAP);
    let samples_columns = 4u32;
    let left = 96;
    let samples_a = left + 3 * width + 40;
    let samples_b = samples_a + samples_columns * width + 24;
    let rows = sheet.rows.len().max(sheet.samples_a.len().div_ceil(samples_columns as usize)) as u32;
    let mut canvas =
        Canvas::new(samples_b + samples_columns * width + 16, 2 * WORDS + rows * height + 3 * WORDS, PAPER);
    let heading = |canvas: &mut Canvas, text: &str, x: u32| canvas.words(text, (x as i32, 8), 15, INK);
    heading(&mut canvas, "original", left);
    heading(&mut canvas, "VAE (A)", left + width);
    heading(&mut canvas, "error", left + 2 * width);
    heading(&mut canvas, &format!("samples of A, step {}", sheet.step_a), samples_a);
    heading(&mut canvas, &format!("samples of B, step {}", sheet.step_b), samples_b);
    for (index, row) in sheet.rows.iter().enumerate() {
        let y = WORDS + index as u32 * height;
        let name = dataset.class_names.get(row.label).map_or("", String::as_str);
        canvas.words(name, (8, y as i32 + 4), 15, INK);
        canvas.words(&format!("{:.1} nats", row.reconstruction_nats), (8, y as i32 + 22), 13, INK);
        canvas.words(&format!("mse {:.3}", row.squared_error), (8, y as i32 + 38), 13, INK);
        canvas.image(shape, &row.original, (left, y), scale);
        canvas.image(shape, &row.reconstruction, (left + width, y), scale);
        canvas.error(shape, &row.error, (left + 2 * width, y), scale);
    }
    for (samples, x) in [(&sheet.samples_a, samples_a), (&sheet.samples_b, samples_b)] {
        for (index, sample) in samples.iter().enumerate() {
            let (row, column) = (index as u32 / samples_columns, index as u32 % samples_columns);
            canvas.image(shape, sample, (x + column * width, WORDS + row * height), scale);
        }
    }
    let below = (WORDS + rows * height + 10) as i32;
    let figures = format!(
        "A over these rows: mean squared error {:.4} a pixel, reconstruction {:.1} nats an image",
        sheet.mean_squared_error, sheet.mean_reconstruction_nats
    );
    canvas.words(&figures, (8, below), 15, INK);
    canvas.words(
        "The latent spaces of A and B are not aligned: a place in one means nothing in the other.",
        (8, below + 22),
        13,
        INK,
    );
    canvas.finish()
}
