//! The compare sheet with its figures, for files.

use super::bitmap::Bitmap;
use super::canvas::{Canvas, GAP};
use super::colormap::ColorMap;
use super::figure::{FigureError, FigureStyle, checked, finer};
use super::sheet::{PAPER, scale_of};
use crate::dataset::ImageShape;
use crate::explore::compare::{
    ImageFigures, InterpolationStrip, Original, ReconstructionKind, Sheet, SheetCell, SheetColumn,
};
use crate::snapshot::Likelihood;
use image::{RgbImage, imageops};
use rust_i18n::t;

const INK: [u8; 3] = [32, 36, 44];
/// Around what is memorised.
const FRAME: [u8; 3] = [224, 122, 16];
/// Images below each other; more go into another block beside.
const BLOCK_ROWS: usize = 10;
/// Width of a row's words, height of a line of them and of one beside an image, in pixels.
const WORDS: u32 = 196;
const LINE: u32 = 18;
const FINE_LINE: u32 = 17;
/// Between blocks, in pixels.
const SPACE: u32 = 16;
/// Between a pair of images and the next, in pixels.
const APART: u32 = 8;
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
        SheetColumn::Reconstruction(model) => match sheet.models.get(model).map(|model| model.kind) {
            Some(ReconstructionKind::Inversion) => of_model("compare.closest", model),
            _ => of_model("compare.reconstruction", model),
        },
        SheetColumn::Error(model) => of_model("compare.error", model),
        SheetColumn::Sample(model) if sheet.models.get(model).is_some_and(|model| model.fitted) => {
            of_model("compare.sample_fitted", model)
        }
        SheetColumn::Sample(model) => of_model("compare.sample", model),
        SheetColumn::Nearest(model) => of_model("compare.nearest", model),
    }
}

/// The whole sheet: blocks of test images with their reconstructions and errors, fresh samples of each model, beside each its
/// nearest training image where that is known, and below what lies between two of the test images. A class
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
    let rows = sheet.image_columns();
    for row in 0..sheet.originals.len() {
        let (left, top) = layout.row(row);
        let images = left + WORDS;
        if style.headings && row.is_multiple_of(BLOCK_ROWS) {
            for (place, column) in (0..).zip(&rows) {
                // A long heading has the line above to itself.
                let line = if matches!(column, SheetColumn::Reconstruction(_)) { 4 } else { 4 + LINE };
                canvas.words(&heading(sheet, *column), (images + place * layout.width, line), 13, INK);
            }
            canvas.words("MSE, PSNR in dB, SSIM, nats", (left, 4 + LINE), 13, INK);
        }
        for (line, words) in (0..).zip(words(sheet, class_names, row)) {
            canvas.words(&words, (left, top + 4 + FINE_LINE * line), 13, INK);
        }
        for (place, column) in (0..).zip(&rows) {
            if let Some(image) = sheet.cell(*column, row) {
                let at = (images + place * layout.width, top);
                canvas.image(&cell(sheet.shape(), image), at, layout.scale);
            }
        }
    }
    layout.draw_samples(&mut canvas, sheet, style);
    layout.draw_strips(&mut canvas, sheet);
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
    /// Where the first model's samples begin, from one of them to the next beside it, and from one model's to the next's.
    samples: u32,
    sample_width: u32,
    samples_width: u32,
    /// Where the ways between two images begin.
    strips: u32,
    /// Where the words below begin.
    below: u32,
}

impl Layout {
    fn of(sheet: &Sheet) -> Self {
        let (shape, scale) = (sheet.shape(), scale_of(sheet.shape()));
        let words = 4 + FINE_LINE * (1 + sheet.models.len() as u32);
        let (width, height) = (shape.width as u32 * scale + GAP, (shape.height as u32 * scale).max(words) + GAP);
        let in_rows = sheet.image_columns().len() as u32;
        let blocks = sheet.originals.len().div_ceil(BLOCK_ROWS) as u32;
        let most = sheet.models.iter().map(|model| model.samples.len()).max().unwrap_or(0);
        let block = WORDS + in_rows * width + SPACE;
        let has_nearest = sheet.models.iter().any(|model| model.nearest.is_some());
        let sample_width = if has_nearest { 2 * width + APART } else { width };
        let strips = 2 * LINE + 8 + sheet.originals.len().max(most).min(BLOCK_ROWS) as u32 * height + SPACE;
        Self {
            scale,
            width,
            height,
            block,
            samples: 8 + blocks * block,
            sample_width,
            samples_width: (most.div_ceil(BLOCK_ROWS) as u32 * sample_width).max(HEADING) + SPACE,
            strips,
            below: strips + strips_of(sheet).count() as u32 * height + APART,
        }
    }

    fn size(&self, sheet: &Sheet, style: &FigureStyle) -> [u32; 2] {
        let strip = strips_of(sheet).map(|(.., strip)| strip.images.len() as u32 + 2).max();
        let strip = strip.map_or(0, |images| 8 + WORDS + images * self.width + 2 * APART);
        let width = (self.samples + sheet.models.len() as u32 * self.samples_width).max(strip);
        let footer = if style.caption { footer(sheet).len() as u32 } else { 0 };
        [width, self.below + (footer + 1) * LINE]
    }

    fn draw_samples(&self, canvas: &mut Canvas, sheet: &Sheet, style: &FigureStyle) {
        for (place, model) in sheet.models.iter().enumerate() {
            let columns = [SheetColumn::Sample(place), SheetColumn::Nearest(place)];
            let left = self.samples + place as u32 * self.samples_width;
            if style.headings {
                let words = format!("{}, step {}", heading(sheet, columns[0]), model.step());
                canvas.words(&words, (left, 4 + LINE), 13, INK);
            }
            for row in 0..model.samples.len() {
                let (x, y) = (left + (row / BLOCK_ROWS) as u32 * self.sample_width, self.row(row).1);
                let nearest = model.nearest.as_ref().and_then(|nearest| nearest.get(row));
                if nearest.is_some_and(|nearest| nearest.is_memorised) {
                    let height = sheet.shape().height as u32 * self.scale + 2 * GAP;
                    canvas.fill((x - GAP, y - GAP), [2 * self.width + GAP, height], FRAME);
                }
                for (place, column) in (0..).zip(columns) {
                    if let Some(image) = sheet.cell(column, row) {
                        canvas.image(&cell(sheet.shape(), image), (x + place * self.width, y), self.scale);
                    }
                }
            }
        }
    }

    /// Each way between the two test images that it is between.
    fn draw_strips(&self, canvas: &mut Canvas, sheet: &Sheet) {
        for (line, (model, rows, strip)) in (0..).zip(strips_of(sheet)) {
            let (left, top) = (8, self.strips + line * self.height);
            let [from, to] = rows.map(|row| sheet.originals.get(row));
            let index = |original: Option<&Original>| original.map_or(0, |original| original.index);
            let words = format!("{}   #{} to #{}", letter(model), index(from), index(to));
            canvas.words(&words, (left, top + 4), 13, INK);
            let last = strip.images.len() as u32 + 1;
            let ends = [(from, 0), (to, last)].into_iter().filter_map(|(end, place)| Some((&end?.image, place)));
            for (image, place) in ends.chain(strip.images.iter().zip(1..)) {
                let apart = APART * (u32::from(place > 0) + u32::from(place == last));
                let x = left + WORDS + place * self.width + apart;
                canvas.image(&Bitmap::new(sheet.shape(), image), (x, top), self.scale);
            }
        }
    }

    /// The upper left corner of a test image's row.
    fn row(&self, row: usize) -> (u32, u32) {
        let (block, row) = ((row / BLOCK_ROWS) as u32, (row % BLOCK_ROWS) as u32);
        (8 + block * self.block, 2 * LINE + 8 + row * self.height)
    }
}

/// The ways between two test images that there are, by the model's place, the rows of the images, and what lies between.
fn strips_of(sheet: &Sheet) -> impl Iterator<Item = (usize, [usize; 2], &InterpolationStrip)> {
    sheet.interpolation.iter().flat_map(|made| {
        let strips = made.strips.iter().enumerate();
        strips.filter_map(|(model, strip)| Some((model, made.rows, strip.as_ref()?)))
    })
}

/// What stands beside a test image: its class, and how near each model comes to it.
fn words(sheet: &Sheet, class_names: &[String], row: usize) -> Vec<String> {
    let original = sheet.originals.get(row);
    let class = original.and_then(|original| class_names.get(original.class?)).cloned().unwrap_or_default();
    let index = original.map_or(0, |original| original.index);
    let of_model = |model: usize| {
        let ImageFigures { squared_error, psnr, ssim, nats } = sheet.reconstruction(model, row)?.figures;
        let rest = [ssim.map(|ssim| format!("{ssim:.3}")), nats.map(|nats| format!("{nats:.1}"))];
        let words = [Some(format!("{} {squared_error:.4}", letter(model))), Some(format!("{psnr:.1}"))];
        Some(words.into_iter().chain(rest).flatten().collect::<Vec<_>>().join("   "))
    };
    let models = (0..sheet.models.len()).map(|model| of_model(model).unwrap_or_default());
    std::iter::once(format!("{class}   #{index}").trim().to_owned()).chain(models).collect()
}

/// The means of the figures, and what must be known to read the sheet.
fn footer(sheet: &Sheet) -> Vec<String> {
    let mut lines = Vec::new();
    for (place, model) in sheet.models.iter().enumerate() {
        let Some(ImageFigures { squared_error, psnr, ssim, nats }) = model.figures() else { continue };
        let how = match model.kind {
            ReconstructionKind::Encoder => "encoded and decoded",
            ReconstructionKind::Inversion => "closest by inversion",
        };
        let mut line = format!(
            "{}, these images {how}: mean squared error {squared_error:.4} a pixel, PSNR {psnr:.1} dB",
            letter(place)
        );
        if let Some(ssim) = ssim {
            line += &format!(", SSIM {ssim:.3}");
        }
        if let (Some(nats), Some(likelihood)) = (nats, model.weights.likelihood) {
            let name = match likelihood {
                Likelihood::Bernoulli => "Bernoulli",
                Likelihood::Gaussian { .. } => "Gaussian",
            };
            line += &format!(", {name} reconstruction {nats:.1} nats an image");
        }
        lines.push(line + ".");
    }
    lines.push("Errors, all on one scale: blue -1, white 0, red +1, by their square roots.".to_owned());
    if let Some(bound) = &sheet.bound {
        let (training, below, tests) = (bound.training(), bound.below, bound.tests);
        lines.push(format!(
            "Right of each sample the nearest of {training} training images; framed: memorised, nearer than {below:.2}, as \
             1 % of {tests} test images are."
        ));
    }
    if strips_of(sheet).next().is_some() {
        lines.push("Between two test images: what each model makes of the way from one to the other.".to_owned());
    }
    if sheet.models.len() > 1 {
        let caution = "The models' latent spaces are not aligned: a place in one means nothing in another.";
        lines.push(caution.to_owned());
    }
    lines
}
