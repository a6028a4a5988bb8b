//! Models side by side: of each a quilt of images, its plane or samples, under what it is.

use super::bitmap::Bitmap;
use super::canvas::Canvas;
use super::colormap::ColorMap;
use super::figure::{FigureError, checked};
use super::sheet::PAPER;
use crate::dataset::ImageShape;
use image::RgbImage;

const INK: [u8; 3] = [32, 36, 44];
/// Height of a line of words, and what is around each quilt, in pixels.
const LINE: u32 = 18;
const APART: u32 = 8;

/// One model.
#[derive(Clone, Debug)]
pub struct OverviewCell {
    /// Lines that stand above it.
    pub words: Vec<String>,
    /// Its images in reading order, `side²` of them, `[shape.values()]` in [0, 1] each.
    pub images: Vec<Vec<f32>>,
}

/// Quilts of `side × side` images, `columns` of them in a row.
///
/// # Errors
/// If it would have more pixels than a figure may have.
pub fn overview(
    shape: ImageShape,
    side: usize,
    columns: usize,
    cells: &[OverviewCell],
) -> Result<RgbImage, FigureError> {
    let columns = columns.clamp(1, cells.len().max(1));
    let lines = cells.iter().map(|cell| cell.words.len()).max().unwrap_or(0) as u32;
    let (across, down) = ((side * shape.width) as u32 + APART, (side * shape.height) as u32 + lines * LINE + APART);
    let rows = cells.len().div_ceil(columns) as u32;
    let size = checked([columns as u32 * across + APART, rows * down + APART])?;
    let mut canvas = Canvas::new(size, PAPER, ColorMap::Grey);
    for (place, cell) in cells.iter().enumerate() {
        let (x, y) = (APART + (place % columns) as u32 * across, APART + (place / columns) as u32 * down);
        for (line, words) in (0..).zip(&cell.words) {
            canvas.words(words, (x, y + line * LINE), 13, INK);
        }
        canvas.image(&Bitmap::montage(shape, &cell.images, side), (x, y + lines * LINE), 1);
    }
    Ok(canvas.finish())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn quilts_lie_in_rows_below_their_words() {
        let shape = ImageShape::grey(10, 20);
        let cell = |value: f32| OverviewCell { words: vec!["a".to_owned()], images: vec![vec![value; 200]; 4] };
        let picture = overview(shape, 2, 2, &[cell(0.0), cell(0.5), cell(1.0)]).unwrap();
        assert_eq!(picture.dimensions(), (2 * 48 + 8, 2 * (20 + 18 + 8) + 8));
        let grey = |x: u32, y: u32| picture.get_pixel(x, y).0[0];
        assert_eq!([grey(8, 26), grey(47, 45), grey(48, 30), grey(8, 72)], [0, 0, 255, 255]);
        assert!((120..136).contains(&grey(56, 26)));
        assert!((0..20).any(|x| (8..26).any(|y| grey(x, y) < 128)), "no words");
    }
}
