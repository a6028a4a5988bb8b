//! Figures for print: axes, points, a legend, headings and a caption around a picture or curves, as PNG or SVG.

mod curves;
mod data_plane;
mod legend;
mod plane;

pub use curves::{CurvesFigure, FigureCurve, FigureMark, FigurePlot, run_curves};
pub use data_plane::DataPlaneFigure;
pub use legend::{FigureClass, FigureKey, FigureLegend};
pub use plane::{FigureLine, FigurePoint, PlaneFigure};

use super::canvas::register_fonts;
use super::sheet::PAPER;
use crate::message::{Explain, Message, message};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::{Rgb, RgbImage, imageops};
use plotters::coord::Shift;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;
use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Words of a figure.
pub(super) const INK: RGBColor = RGBColor(32, 36, 44);
/// Its axes and marks.
const FRAME: RGBColor = RGBColor(120, 126, 138);
/// Around everything, and the heights of a heading and of a line of words, in pixels at size 1.
const MARGIN: u32 = 12;
const HEADING: u32 = 26;
const LINE: u32 = 16;
/// The most pixels of a figure.
const MOST_PIXELS: u64 = 1 << 27;

/// What a figure shows, and how large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct FigureStyle {
    /// How many times as large as on the screen, one of [`Self::SCALES`].
    pub scale: u32,
    /// Axes with figures.
    pub axes: bool,
    /// The encoded data.
    pub points: bool,
    /// What the colours mean.
    pub legend: bool,
    /// What stands above pictures and plots.
    pub headings: bool,
    /// A line below on how it was made.
    pub caption: bool,
}

impl Default for FigureStyle {
    fn default() -> Self {
        Self { scale: 1, axes: true, points: true, legend: true, headings: true, caption: true }
    }
}

impl FigureStyle {
    /// The sizes that there are.
    pub const SCALES: [u32; 3] = [1, 2, 4];

    /// A size that there is not becomes the default's.
    #[must_use]
    pub fn made_whole(self) -> Self {
        if Self::SCALES.contains(&self.scale) { self } else { Self { scale: 1, ..self } }
    }
}

/// Why there is no figure: one sentence.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum FigureError {
    /// More pixels than a figure may have.
    TooLarge([u32; 2]),
    /// The drawing library's own words.
    Drawing(String),
    /// The encoder's own words.
    Encoding(#[from] image::ImageError),
}

impl Explain for FigureError {
    fn message(&self) -> Message {
        match self {
            Self::TooLarge([width, height]) => message!(
                "expected a figure of at most {most} pixels, found {width}×{height}: a smaller size has fewer",
                most = MOST_PIXELS,
                width,
                height
            ),
            Self::Drawing(why) => message!("the figure could not be drawn: {why}", why),
            Self::Encoding(error) => message!("the picture could not be encoded: {error}", error = error.to_string()),
        }
    }
}

/// Where a figure is drawn.
type Drawn<B> = DrawingArea<B, Shift>;
type Outcome<B> = Result<(), DrawingAreaErrorKind<<B as DrawingBackend>::ErrorType>>;

/// Pixels under everything else: where, and how many times as large.
pub struct Ground<'a> {
    picture: &'a RgbImage,
    at: [u32; 2],
    scale: u32,
}

/// Something that can be drawn with any backend.
pub trait Figure {
    /// Width and height in pixels.
    fn size(&self, style: &FigureStyle) -> [u32; 2];

    /// Pixels under what is drawn.
    fn ground(&self, style: &FigureStyle) -> Option<Ground<'_>>;

    /// Draws all but the pixels under it.
    ///
    /// # Errors
    /// The drawing library's own.
    fn draw<B: DrawingBackend>(&self, area: &Drawn<B>, style: &FigureStyle) -> Outcome<B>;
}

/// A figure as pixels.
///
/// # Errors
/// Where it is too large, or cannot be drawn.
pub fn pixels(figure: &impl Figure, style: &FigureStyle) -> Result<RgbImage, FigureError> {
    register_fonts();
    let size = checked_size(figure, style)?;
    let finer = finer(size, style.scale);
    let style = &FigureStyle { scale: style.scale * finer, ..*style };
    let [width, height] = size.map(|side| side * finer);
    let mut picture = RgbImage::from_pixel(width, height, Rgb(PAPER));
    if let Some(Ground { picture: ground, at: [left, top], scale }) = figure.ground(style) {
        let [wide, high] = [ground.width() * scale, ground.height() * scale];
        let large = imageops::resize(ground, wide, high, imageops::FilterType::Nearest);
        imageops::replace(&mut picture, &large, left.into(), top.into());
    }
    {
        let area = BitMapBackend::with_buffer(&mut picture, (width, height)).into_drawing_area();
        let drawn = figure.draw(&area, style).and_then(|()| area.present());
        drawn.map_err(|error| FigureError::Drawing(error.to_string()))?;
    }
    Ok(imageops::thumbnail(&picture, size[0], size[1]))
}

/// How many times as fine a picture of `size` pixels is drawn as it is shown: the drawing library puts letters and circles at
/// whole pixels.
pub(super) fn finer(size: [u32; 2], scale: u32) -> u32 {
    let finest = FigureStyle::SCALES.into_iter().max().unwrap_or(1);
    let finer = (finest / scale.max(1)).max(1);
    let pixels = u64::from(size[0]) * u64::from(size[1]) * u64::from(finer * finer);
    if pixels <= MOST_PIXELS { finer } else { 1 }
}

/// A figure as an SVG file.
///
/// # Errors
/// Where it is too large, or cannot be drawn.
pub fn svg(figure: &impl Figure, style: &FigureStyle) -> Result<String, FigureError> {
    register_fonts();
    let [width, height] = checked_size(figure, style)?;
    let mut drawn = String::new();
    {
        let area = SVGBackend::with_string(&mut drawn, (width, height)).into_drawing_area();
        let done = figure.draw(&area, style).and_then(|()| area.present());
        done.map_err(|error| FigureError::Drawing(error.to_string()))?;
    }
    // The library's own way of pictures needs another version of the image crate; they go behind the opening tag.
    let [red, green, blue] = PAPER;
    let mut under = format!("\n<rect width=\"{width}\" height=\"{height}\" fill=\"#{red:02X}{green:02X}{blue:02X}\"/>");
    if let Some(Ground { picture, at: [left, top], scale }) = figure.ground(style) {
        let [wide, high] = [picture.width() * scale, picture.height() * scale];
        let bytes = STANDARD.encode(super::png(picture)?);
        // Writing into a string does not fail.
        _ = write!(
            under,
            "\n<image x=\"{left}\" y=\"{top}\" width=\"{wide}\" height=\"{high}\" style=\"image-rendering:pixelated\" \
             href=\"data:image/png;base64,{bytes}\"/>"
        );
    }
    let opening = drawn.find("<svg").and_then(|begin| Some(begin + drawn.get(begin..)?.find('>')? + 1));
    let opening = opening.ok_or_else(|| FigureError::Drawing("no opening tag".to_owned()))?;
    drawn.insert_str(opening, &under);
    Ok(drawn)
}

fn checked_size(figure: &impl Figure, style: &FigureStyle) -> Result<[u32; 2], FigureError> {
    checked(figure.size(style))
}

/// A size, unless it has more pixels than a figure may have.
///
/// # Errors
/// If it has.
pub(super) fn checked(size: [u32; 2]) -> Result<[u32; 2], FigureError> {
    let size = size.map(|side| side.max(1));
    if u64::from(size[0]) * u64::from(size[1]) > MOST_PIXELS {
        return Err(FigureError::TooLarge(size));
    }
    Ok(size)
}

/// The font of a figure's words.
fn font(size: u32, scale: u32) -> TextStyle<'static> {
    ("sans-serif", size * scale).into_font().color(&INK)
}

/// The lines of a caption that fit into a width, in pixels at size 1; `size` is that of its letters.
fn lines(text: &str, width: u32, size: u32) -> Vec<String> {
    // Half a letter's height is its width, on the average.
    let most = (2 * width / size.max(1)).max(8) as usize;
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let is_full = |line: &String| !line.is_empty() && line.chars().count() + 1 + word.chars().count() > most;
        if lines.last().is_none_or(is_full) {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// A round number of figures that an axis shows: the value and its words.
fn axis_words(value: f64, span: f64) -> String {
    let digits = (2.0 - span.abs().max(1e-12).log10()).ceil().clamp(0.0, 6.0) as usize;
    let words = format!("{value:.digits$}");
    if words.contains('.') { words.trim_end_matches('0').trim_end_matches('.').to_owned() } else { words }
}

#[cfg(test)]
mod tests;
