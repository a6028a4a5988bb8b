//! Sheets: images of one size in rows. Written a row at a time, so that a sheet may be larger than memory.

use super::bitmap::{Bitmap, rgb};
use super::canvas::{Canvas, GAP};
use super::colormap::ColorMap;
use crate::dataset::ImageShape;
use crate::explore::plane::Plane;
use crate::explore::tiles::TileGrid;
use crate::snapshot::{Scratch, Snapshot};
use image::RgbImage;
use std::cell::Cell;
use std::io::{self, Write};
use std::rc::Rc;

/// Between images and behind words.
pub(super) const PAPER: [u8; 3] = [255, 255, 255];

/// How many times as large small images are drawn.
pub(super) fn scale_of(shape: ImageShape) -> u32 {
    (64 / shape.width.max(shape.height).max(1)).clamp(1, 8) as u32
}

/// How images lie on a sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SheetLayout {
    shape: ImageShape,
    count: usize,
    columns: usize,
    scale: u32,
    gap: u32,
}

impl SheetLayout {
    /// Images with gaps, in rows of `columns`.
    pub fn rows_of(columns: usize, shape: ImageShape, count: usize) -> Self {
        Self { shape, count, columns: columns.clamp(1, count.max(1)), scale: scale_of(shape), gap: GAP }
    }

    /// A quilt of `side × side` images.
    pub fn quilt(side: usize, shape: ImageShape) -> Self {
        let scale = if shape.width.max(shape.height) < 40 { 2 } else { 1 };
        Self { shape, count: side * side, columns: side.max(1), scale, gap: 0 }
    }

    /// Images on it.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Pixels from one image to the next, to the right and down.
    fn pitch(&self) -> [u32; 2] {
        [self.shape.width, self.shape.height].map(|side| side as u32 * self.scale + self.gap)
    }

    /// Width and height of the picture.
    pub fn size(&self) -> [u32; 2] {
        let [width, height] = self.pitch();
        let rows = self.count.div_ceil(self.columns) as u32;
        [(self.columns as u32 * width + self.gap).max(1), (rows * height + self.gap).max(1)]
    }
}

/// The file system's first error: the encoder makes words of it.
#[derive(Clone, Default)]
struct Failure(Rc<Cell<Option<io::Error>>>);

impl Failure {
    fn or(&self, error: impl Into<io::Error>) -> io::Error {
        self.0.take().unwrap_or_else(|| error.into())
    }
}

/// A writer that keeps what went wrong.
struct Noting<W> {
    inner: W,
    failure: Failure,
}

impl<W: Write> Noting<W> {
    fn noted<T>(&self, done: io::Result<T>) -> io::Result<T> {
        done.map_err(|error| {
            let kind = error.kind();
            self.failure.0.set(Some(error));
            kind.into()
        })
    }
}

impl<W: Write> Write for Noting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let done = self.inner.write(bytes);
        self.noted(done)
    }

    fn flush(&mut self) -> io::Result<()> {
        let done = self.inner.flush();
        self.noted(done)
    }
}

/// Writes a sheet as a PNG file, image by image; one row of them is in hand.
pub struct SheetWriter<W: Write + 'static> {
    layout: SheetLayout,
    out: png::StreamWriter<'static, Noting<W>>,
    failure: Failure,
    row: Canvas,
    placed: usize,
}

impl<W: Write + 'static> SheetWriter<W> {
    /// Begins with the header.
    ///
    /// # Errors
    /// The file system's own.
    pub fn new(out: W, layout: SheetLayout) -> io::Result<Self> {
        let [width, height] = layout.size();
        let failure = Failure::default();
        let mut encoder = png::Encoder::new(Noting { inner: out, failure: failure.clone() }, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let began = encoder.write_header().and_then(png::Writer::into_stream_writer);
        let out = began.map_err(|error| failure.or(error))?;
        Ok(Self { layout, out, failure, row: Self::empty_row(&layout), placed: 0 })
    }

    fn empty_row(layout: &SheetLayout) -> Canvas {
        let ([width, _], [_, height]) = (layout.size(), layout.pitch());
        Canvas::new([width, height], PAPER, ColorMap::Grey)
    }

    /// The next image, `[shape.values()]` in [0, 1].
    ///
    /// # Errors
    /// The file system's own.
    pub fn push(&mut self, image: &[f32]) -> io::Result<()> {
        let SheetLayout { shape, count, columns, scale, gap } = self.layout;
        if self.placed >= count {
            return Ok(());
        }
        let left = gap + (self.placed % columns) as u32 * self.layout.pitch()[0];
        self.row.image(&Bitmap::new(shape, image), (left, gap), scale);
        self.placed += 1;
        if self.placed == count || self.placed.is_multiple_of(columns) {
            let row = std::mem::replace(&mut self.row, Self::empty_row(&self.layout));
            self.out.write_all(row.finish().as_raw()).map_err(|error| self.failure.or(error))?;
        }
        Ok(())
    }

    /// Ends the file. Images that are missing are paper.
    ///
    /// # Errors
    /// The file system's own.
    pub fn finish(mut self) -> io::Result<()> {
        while self.placed < self.layout.count {
            self.push(&[1.0; 0])?;
        }
        let [width, _] = self.layout.size();
        let gap = PAPER.repeat(width as usize * self.layout.gap as usize);
        self.out.write_all(&gap).map_err(|error| self.failure.or(error))?;
        self.out.finish().map_err(|error| self.failure.or(error))
    }
}

/// The plane decoded at `side × side` places from −range to range, first coordinate to the right, second upwards: each image
/// of a [`SheetLayout::quilt`] in turn.
///
/// # Errors
/// What `each` ends it with.
pub fn plane<E>(
    snapshot: &Snapshot,
    plane: &Plane,
    (side, range): (usize, f32),
    mut each: impl FnMut(&[f32]) -> Result<(), E>,
) -> Result<(), E> {
    let mut scratch = Scratch::default();
    let place = |index: usize| range * (2.0 * (index as f32 + 0.5) / side as f32 - 1.0);
    (0..side).try_for_each(|row| {
        let points: Vec<f32> =
            (0..side).flat_map(|column| plane.latent_from_plane([place(column), -place(row)])).collect();
        snapshot.decoder.evaluate_each(&points, &mut scratch, &mut each)
    })
}

/// The decoded tiles of a plane as the screen shows them, of [`TileGrid::size`].
pub fn tiles(grid: &TileGrid, map: ColorMap) -> RgbImage {
    let [width, height] = grid.size().map(|side| u32::try_from(side).unwrap_or(u32::MAX));
    RgbImage::from_raw(width, height, rgb(&grid.pixels, grid.channels, map)).unwrap_or_default()
}
