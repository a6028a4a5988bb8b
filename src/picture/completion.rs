//! Completed images as a picture: a row an image and a model, with the image, what is kept of it, and draws of the rest.

use super::bitmap::Bitmap;
use super::canvas::{Canvas, GAP};
use super::colormap::ColorMap;
use super::figure::{FigureError, checked};
use super::sheet::{PAPER, scale_of};
use crate::dataset::ImageShape;
use image::RgbImage;

const INK: [u8; 3] = [32, 36, 44];
/// What is missing, as a pixel.
const MISSING: f32 = 0.5;
/// Width of a row's words, height of a line of them, in pixels.
const WORDS: u32 = 196;
const LINE: u32 = 18;
/// Around everything, and between an image, what is kept of it, and the draws, in pixels.
const APART: u32 = 8;

/// An image that a model has completed.
#[derive(Clone, Debug)]
pub struct CompletedRow<'a> {
    /// Lines that stand beside it.
    pub words: Vec<String>,
    /// The whole image, `[pixels]`.
    pub original: &'a [f32],
    /// Whether each pixel is kept, `[pixels]`.
    pub kept: &'a [bool],
    /// `[draws, pixels]`.
    pub draws: &'a [f32],
}

/// Rows of images of a shape, below each other, under a heading.
///
/// # Errors
/// If it would have more pixels than a figure may have.
pub fn completions(shape: ImageShape, heading: &str, rows: &[CompletedRow<'_>]) -> Result<RgbImage, FigureError> {
    let scale = scale_of(shape);
    let lines = rows.iter().map(|row| row.words.len()).max().unwrap_or(0) as u32;
    let (width, height) = (shape.width as u32 * scale + GAP, (shape.height as u32 * scale).max(lines * LINE) + GAP);
    let draws = rows.iter().map(|row| row.draws.len() / shape.values().max(1)).max().unwrap_or(0) as u32;
    let (images, top) = (APART + WORDS, 2 * LINE + APART);
    // Beside the first column the kept part, then the draws.
    let left = |column: u32| images + column * width + APART * column.min(2);
    let size = checked([left(2 + draws) + APART, top + rows.len() as u32 * height + APART])?;
    let mut canvas = Canvas::new(size, PAPER, ColorMap::Grey);
    canvas.words(heading, (APART, 4), 13, INK);
    for (column, words) in (0..).zip(["image", "kept", "draws"]) {
        canvas.words(words, (left(column), 4 + LINE), 13, INK);
    }
    for (place, row) in (0..).zip(rows) {
        let y = top + place * height;
        for (line, words) in (0..).zip(&row.words) {
            canvas.words(words, (APART, y + line * LINE), 13, INK);
        }
        let kept: Vec<f32> =
            row.original.iter().zip(row.kept).map(|(x, kept)| if *kept { *x } else { MISSING }).collect();
        let drawn = row.draws.chunks_exact(shape.values().max(1));
        let all = [row.original, &kept].into_iter().chain(drawn);
        for (column, image) in (0..).zip(all) {
            canvas.image(&Bitmap::new(shape, image), (left(column), y), scale);
        }
    }
    Ok(canvas.finish())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn what_is_missing_is_grey_and_draws_follow() {
        let shape = ImageShape::grey(32, 32);
        let original = vec![1.0; 1024];
        let kept: Vec<bool> = (0..1024).map(|at| at < 512).collect();
        let draws = [vec![0.0; 1024], vec![1.0; 1024]].concat();
        let row = CompletedRow { words: vec!["#3".to_owned()], original: &original, kept: &kept, draws: &draws };
        let picture = completions(shape, "of a test", &[row.clone(), row]).unwrap();
        let (top, height) = (44, 66);
        assert_eq!(picture.height(), top + 2 * height + 8);
        for row in 0..2 {
            let grey = |column: u32, y: u32| {
                picture.get_pixel(204 + column * 66 + 8 * column.min(2) + 9, top + row * height + y).0[0]
            };
            assert_eq!([grey(0, 5), grey(0, 60), grey(1, 5)], [255; 3]);
            assert!((120..136).contains(&grey(1, 60)));
            assert_eq!([grey(2, 5), grey(3, 5)], [0, 255]);
        }
    }
}
