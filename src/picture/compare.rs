//! The compare sheet with its figures, for files.

use super::bitmap::Bitmap;
use super::canvas::{Canvas, GAP};
use super::colormap::ColorMap;
use super::figure::{FigureError, FigureStyle, checked, finer};
use super::sheet::{PAPER, scale_of};
use crate::dataset::ImageShape;
use crate::explore::compare::{Sheet, SheetCell, SheetColumn};
use crate::snapshot::Likelihood;
use image::{RgbImage, imageops};
use rust_i18n::t;

const INK: [u8; 3] = [32, 36, 44];
/// Images below each other; more go into another block beside.
const BLOCK_ROWS: usize = 10;
/// Width of a row's words and height of a line of them, in pixels.
const WORDS: u32 = 88;
const LINE: u32 = 18;
/// Between blocks, in pixels.
const SPACE: u32 = 16;
/// Samples of a model have a heading of so many pixels at least.
const HEADING: u32 = 150;

/// An image of a sheet as it is drawn. Of errors the square root: it shows small ones, which most of them are.
pub fn cell(shape: ImageShape, cell: SheetCell<'_>) -> Bitmap {
    match cell {
        SheetCell::Image(values) => Bitmap::new(shape, values),
        SheetCell::Error(errors) => {
            let errors: Vec<f32> = errors.iter().map(|error| error.abs().sqrt().copysign(*error)).collect();
            Bitmap::signed(shape, &errors)
        }
    }
}

/// The letter of a model, by its place in a sheet.
fn letter(model: usize) -> char {
    char::from(b'A' + u8::try_from(model % 26).unwrap_or(0))
}

/// What a column is called. The font of pictures has Latin letters alone.
fn heading(sheet: &Sheet, column: SheetColumn) -> String {
    let of_model = |key: &str, model| t!(key, locale = "en", model = letter(model)).into_owned();
    match column {
        SheetColumn::Original => t!("compare.original", locale = "en").into_owned(),
        SheetColumn::Reconstruction(model) => of_model("compare.reconstruction", model),
        SheetColumn::Error(model) => of_model("compare.error", model),
        SheetColumn::Sample(model) if sheet.is_fitted(model) => of_model("compare.sample_fitted", model),
        SheetColumn::Sample(model) => of_model("compare.sample", model),
    }
}

/// The whole sheet: blocks of test images with their reconstructions and errors, then fresh samples of each model. A class
/// without a name among `class_names` has none; `map` is for grey images. Of `style` its size, headings and caption count.
///
/// # Errors
/// If it would have more pixels than a figure may have.
pub fn compare(
    sheet: &Sheet,
    class_names: &[String],
    map: ColorMap,
    style: &FigureStyle,
) -> Result<RgbImage, FigureError> {
    let layout = Layout::of(sheet);
    let size = checked(layout.size(sheet, style).map(|side| side * style.scale))?;
    let finer = finer(size, style.scale);
    let mut canvas = Canvas::new(layout.size(sheet, style), PAPER, map).enlarged(style.scale * finer);
    let (mut samples, rows): (Vec<_>, Vec<_>) =
        sheet.columns().into_iter().partition(|column| matches!(column, SheetColumn::Sample(_)));
    for row in 0..sheet.originals.len() {
        let (left, top) = layout.row(row);
        let images = left + WORDS;
        if style.headings && row.is_multiple_of(BLOCK_ROWS) {
            for (place, column) in (0..).zip(&rows) {
                // A long heading has the line above to itself.
                let line = if matches!(column, SheetColumn::Reconstruction(_)) { 4 } else { 4 + LINE };
                canvas.words(&heading(sheet, *column), (images + place * layout.width, line), 13, INK);
            }
        }
        for (line, words) in (0..).zip(words(sheet, class_names, row)) {
            canvas.words(&words, (left, top + 4 + 17 * line), 13, INK);
        }
        for (place, column) in (0..).zip(&rows) {
            if let Some(image) = sheet.cell(*column, row) {
                let at = (images + place * layout.width, top);
                canvas.image(&cell(sheet.shape, image), at, layout.scale);
            }
        }
    }
    for (place, column) in (0..).zip(samples.drain(..)) {
        let left = layout.samples + place * layout.samples_width;
        let step = column.model().and_then(|model| sheet.models.get(model)).map_or(0, |model| model.step);
        if style.headings {
            canvas.words(&format!("{}, step {step}", heading(sheet, column)), (left, 4 + LINE), 13, INK);
        }
        for row in 0..sheet.originals.len() {
            if let Some(image) = sheet.cell(column, row) {
                let at = (left + (row / BLOCK_ROWS) as u32 * layout.width, layout.row(row).1);
                canvas.image(&cell(sheet.shape, image), at, layout.scale);
            }
        }
    }
    let footer = if style.caption { footer(sheet) } else { Vec::new() };
    for (line, words) in (0..).zip(footer) {
        canvas.words(&words, (8, layout.below + line * LINE), 13, INK);
    }
    Ok(imageops::thumbnail(&canvas.finish(), size[0], size[1]))
}

/// Where everything stands, in pixels.
struct Layout {
    scale: u32,
    /// From one image to the next.
    width: u32,
    height: u32,
    /// From one block of rows to the next.
    block: u32,
    /// Where the first model's samples begin, and from one model's to the next's.
    samples: u32,
    samples_width: u32,
    /// Where the words below begin.
    below: u32,
}

impl Layout {
    fn of(sheet: &Sheet) -> Self {
        let scale = scale_of(sheet.shape);
        let (width, height) = (sheet.shape.width as u32 * scale + GAP, sheet.shape.height as u32 * scale + GAP);
        let in_rows = sheet.columns().len().saturating_sub(sheet.models.len()) as u32;
        let blocks = sheet.originals.len().div_ceil(BLOCK_ROWS) as u32;
        let block = WORDS + in_rows * width + SPACE;
        Self {
            scale,
            width,
            height,
            block,
            samples: 8 + blocks * block,
            samples_width: (blocks * width).max(HEADING) + SPACE,
            below: 3 * LINE + sheet.originals.len().min(BLOCK_ROWS) as u32 * height,
        }
    }

    fn size(&self, sheet: &Sheet, style: &FigureStyle) -> [u32; 2] {
        let width = self.samples + sheet.models.len() as u32 * self.samples_width;
        let footer = if style.caption { footer(sheet).len() as u32 } else { 0 };
        [width, self.below + (footer + 1) * LINE]
    }

    /// The upper left corner of a test image's row.
    fn row(&self, row: usize) -> (u32, u32) {
        let (block, row) = ((row / BLOCK_ROWS) as u32, (row % BLOCK_ROWS) as u32);
        (8 + block * self.block, 2 * LINE + 8 + row * self.height)
    }
}

/// What stands beside a test image: its class, and how well the models reconstruct it.
fn words(sheet: &Sheet, class_names: &[String], row: usize) -> Vec<String> {
    let class = sheet.originals.get(row).and_then(|original| class_names.get(original.class?));
    let made = (0..sheet.models.len()).filter_map(|model| Some((model, sheet.reconstructions(model).get(row)?)));
    let made: Vec<_> = made.collect();
    let mut words = vec![class.cloned().unwrap_or_default()];
    for (model, reconstruction) in &made {
        let nats = reconstruction.nats.map(|nats| format!("{nats:.1} nats"));
        let error = format!("mse {:.3}", reconstruction.squared_error);
        if made.len() == 1 {
            words.extend(nats.into_iter().chain([error]));
        } else {
            words.push(format!("{} {}", letter(*model), nats.unwrap_or(error)));
        }
    }
    words
}

/// The means of the figures, and what must be known to read the sheet.
fn footer(sheet: &Sheet) -> Vec<String> {
    let mut lines = Vec::new();
    for (place, model) in sheet.models.iter().enumerate() {
        let Some(error) = model.squared_error() else { continue };
        let mut line = format!("{} over these images: mean squared error {error:.4} a pixel", letter(place));
        if let (Some(nats), Some(likelihood)) = (model.nats(), model.likelihood) {
            let name = match likelihood {
                Likelihood::Bernoulli => "Bernoulli",
                Likelihood::Gaussian { .. } => "Gaussian",
            };
            line += &format!(", {name} reconstruction {nats:.1} nats an image");
        }
        lines.push(line + ".");
    }
    if sheet.models.len() > 1 {
        let caution = "The models' latent spaces are not aligned: a place in one means nothing in another.";
        lines.push(caution.to_owned());
    }
    lines
}
