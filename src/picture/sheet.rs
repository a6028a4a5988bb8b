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

/// Images below each other on the compare sheet; more go into another block beside.
const BLOCK_ROWS: u32 = 10;
/// Width of a row's words and height of a line of them, in pixels.
const WORDS: (u32, u32) = (88, 26);

/// The compare sheet with its figures: blocks of rows of A, then fresh samples of A and of B.
pub fn compare(sheet: &Sheet, dataset: &Dataset) -> RgbImage {
    let shape = sheet.shape;
    let scale = scale_of(shape);
    let (width, height) = (shape.width as u32 * scale + GAP, shape.height as u32 * scale + GAP);
    let columns = |count: usize| (count as u32).div_ceil(BLOCK_ROWS);
    let block = WORDS.0 + 3 * width + 16;
    let samples_a = columns(sheet.rows.len()) * block + 16;
    let samples_b = samples_a + (columns(sheet.samples_a.len()) * width).max(150) + 16;
    let right = samples_b + (columns(sheet.samples_b.len()) * width).max(150);
    let mut canvas = Canvas::new(right, WORDS.1 + BLOCK_ROWS * height + 2 * WORDS.1, PAPER);
    for (index, row) in sheet.rows.iter().enumerate() {
        let left = (index as u32 / BLOCK_ROWS) * block + 8;
        let y = WORDS.1 + (index as u32 % BLOCK_ROWS) * height;
        let images = left + WORDS.0;
        if (index as u32).is_multiple_of(BLOCK_ROWS) {
            for (column, heading) in ["original", "VAE (A)", "error"].into_iter().enumerate() {
                canvas.words(heading, ((images + column as u32 * width) as i32, 8), 14, INK);
            }
        }
        let name = row.class.and_then(|class| dataset.class_names().get(class)).map_or("", String::as_str);
        for (line, words) in
            [name.to_owned(), format!("{:.1} nats", row.reconstruction_nats), format!("mse {:.3}", row.squared_error)]
                .iter()
                .enumerate()
        {
            canvas.words(words, (left as i32, y as i32 + 4 + 17 * line as i32), 13, INK);
        }
        canvas.image(shape, &row.original, (images, y), scale);
        canvas.image(shape, &row.reconstruction, (images + width, y), scale);
        canvas.error(shape, &row.error, (images + 2 * width, y), scale);
    }
    for (name, step, samples, left) in
        [("A", sheet.step_a, &sheet.samples_a, samples_a), ("B", sheet.step_b, &sheet.samples_b, samples_b)]
    {
        canvas.words(&format!("samples of {name}, step {step}"), (left as i32, 8), 14, INK);
        for (index, sample) in samples.iter().enumerate() {
            let (column, row) = (index as u32 / BLOCK_ROWS, index as u32 % BLOCK_ROWS);
            canvas.image(shape, sample, (left + column * width, WORDS.1 + row * height), scale);
        }
    }
    let below = (WORDS.1 + BLOCK_ROWS * height + 8) as i32;
    let figures = format!(
        "A over these images: mean squared error {:.4} a pixel, reconstruction {:.1} nats an image.",
        sheet.mean_squared_error, sheet.mean_reconstruction_nats
    );
    canvas.words(&figures, (8, below), 14, INK);
    let caution = "The latent spaces of A and B are not aligned: a place in one means nothing in the other.";
    canvas.words(caution, (8, below + 22), 13, INK);
    canvas.finish()
}
