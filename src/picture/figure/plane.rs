//! A latent plane for print: its decoded tiles, the data on them, and what the axes are.

use super::legend::FigureLegend;
use super::{Drawn, FRAME, Figure, FigureStyle, Ground, HEADING, LINE, MARGIN, Outcome, axis_words, font, lines};
use image::RgbImage;
use plotters::coord::types::RangedCoordf32;
use plotters::prelude::*;

/// Room for the figures and the name of an axis, to the left and below.
const AXES: [u32; 2] = [52, 40];
/// The plane itself is at least so many pixels along its longer side.
const LEAST_SIDE: u32 = 560;

/// One image of the data on a plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FigurePoint {
    /// Where, in the plane's units.
    pub at: [f32; 2],
    /// Its group's colour.
    pub color: [u8; 3],
}

/// A line on a plane.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureLine {
    /// Its corners, in the plane's units.
    pub corners: Vec<[f32; 2]>,
    /// How it is drawn.
    pub color: [u8; 3],
}

/// A plane.
pub struct PlaneFigure {
    /// The decoded tiles, one pixel a pixel.
    pub tiles: RgbImage,
    /// The lowest and the highest position of it, in the plane's units.
    pub bounds: ([f32; 2], [f32; 2]),
    /// What runs to the right and upwards.
    pub axes: [String; 2],
    /// The data.
    pub points: Vec<FigurePoint>,
    /// Lines over the tiles, under the data: borders, ellipses.
    pub lines: Vec<FigureLine>,
    /// What the colours mean, of the data first; empty where they are all alike.
    pub legends: Vec<FigureLegend>,
    /// Above it.
    pub heading: String,
    /// Below it.
    pub caption: String,
}

/// Where the parts stand, in pixels at size 1.
struct Places {
    left: u32,
    top: u32,
    inner: [u32; 2],
    enlarged: u32,
    legend: u32,
    caption: Vec<String>,
    size: [u32; 2],
}

impl PlaneFigure {
    fn places(&self, style: &FigureStyle) -> Places {
        let (width, height) = self.tiles.dimensions();
        let enlarged = LEAST_SIDE.div_ceil(width.max(height).max(1));
        let inner = [width * enlarged, height * enlarged];
        let [beside, below] = if style.axes { AXES } else { [0; 2] };
        let (left, top) = (MARGIN + beside, MARGIN + if style.headings { HEADING } else { 0 });
        let shown = || self.legends.iter().filter(|_| style.legend);
        let legend = shown().map(FigureLegend::width).max().unwrap_or(0);
        let right = left + inner[0] + legend + MARGIN;
        let caption = if style.caption { lines(&self.caption, right - 2 * MARGIN, 13) } else { Vec::new() };
        let words = if caption.is_empty() { 0 } else { 8 + LINE * caption.len() as u32 };
        let rows = shown().map(|legend| legend.height() + LINE).sum::<u32>().saturating_sub(LINE);
        let size = [right, top + inner[1].max(rows) + below + words + MARGIN];
        Places { left, top, inner, enlarged, legend, caption, size }
    }
}

impl Figure for PlaneFigure {
    fn size(&self, style: &FigureStyle) -> [u32; 2] {
        self.places(style).size.map(|side| side * style.scale)
    }

    fn ground(&self, style: &FigureStyle) -> Option<Ground<'_>> {
        let Places { left, top, enlarged, .. } = self.places(style);
        let at = [left, top].map(|place| place * style.scale);
        Some(Ground { picture: &self.tiles, at, scale: enlarged * style.scale })
    }

    fn draw<B: DrawingBackend>(&self, area: &Drawn<B>, style: &FigureStyle) -> Outcome<B> {
        let places = self.places(style);
        let scale = style.scale;
        let at = |x: u32, y: u32| ((x * scale) as i32, (y * scale) as i32);
        let Places { left, top, inner: [width, height], .. } = places;
        if style.headings {
            area.draw_text(&self.heading, &font(17, scale), at(left, MARGIN))?;
        }
        let [beside, below] = if style.axes { AXES } else { [0; 2] };
        let corner = at(left - beside, top);
        let chart = area.clone().shrink(corner, at(beside + width, height + below));
        let (low, high) = self.bounds;
        let mut chart = ChartBuilder::on(&chart)
            .x_label_area_size(below * scale)
            .y_label_area_size(beside * scale)
            .build_cartesian_2d::<RangedCoordf32, RangedCoordf32>(
            (low[0]..high[0]).into(),
            (low[1]..high[1]).into(),
        )?;
        if style.axes {
            let [x, y] = &self.axes;
            let spans = [high[0] - low[0], high[1] - low[1]].map(f64::from);
            chart
                .configure_mesh()
                .disable_mesh()
                .x_desc(x)
                .y_desc(y)
                .x_labels(7)
                .y_labels(7)
                .x_label_formatter(&|value| axis_words(f64::from(*value), spans[0]))
                .y_label_formatter(&|value| axis_words(f64::from(*value), spans[1]))
                .label_style(font(13, scale))
                .axis_desc_style(font(15, scale))
                .axis_style(FRAME.stroke_width(scale))
                .set_all_tick_mark_size(4 * scale)
                .draw()?;
        }
        for FigureLine { corners, color: [red, green, blue] } in &self.lines {
            let is_outside = |[x, y]: &[f32; 2]| !(low[0]..=high[0]).contains(x) || !(low[1]..=high[1]).contains(y);
            if corners.iter().any(is_outside) {
                continue;
            }
            let corners = corners.iter().map(|[x, y]| (*x, *y));
            let style = RGBColor(*red, *green, *blue).stroke_width(scale);
            chart.draw_series(std::iter::once(PathElement::new(corners.collect::<Vec<_>>(), style)))?;
        }
        if style.points {
            let is_inside =
                |point: &&FigurePoint| (0..2).all(|axis| (low[axis]..=high[axis]).contains(&point.at[axis]));
            chart.draw_series(self.points.iter().filter(is_inside).map(|point| {
                let [red, green, blue] = point.color;
                Circle::new((point.at[0], point.at[1]), 2 * scale, RGBColor(red, green, blue).mix(0.9).filled())
            }))?;
        }
        let mut beside = top;
        for legend in self.legends.iter().filter(|_| places.legend > 0) {
            legend.draw(area, [left + width + MARGIN, beside], scale)?;
            beside += legend.height() + LINE;
        }
        let under = places.size[1] - MARGIN - LINE * places.caption.len() as u32;
        for (line, words) in (0..).zip(&places.caption) {
            area.draw_text(words, &font(13, scale), at(MARGIN, under + line * LINE))?;
        }
        Ok(())
    }
}
