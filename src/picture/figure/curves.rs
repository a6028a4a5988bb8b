//! Curves for print: a plot a group of them, each with its legend beside it.

use super::{Drawn, FRAME, Figure, FigureStyle, Ground, HEADING, LINE, MARGIN, Outcome, axis_words, font, lines};
use crate::history::{Axis, History, y_range};
use crate::metrics;
use crate::model::MetricId;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

/// A plot with its axes, without its legend.
const PLOT: [u32; 2] = [520, 260];
/// A legend.
const LEGEND: u32 = 190;
/// Plots beside each other.
const COLUMNS: usize = 2;
/// Room for the figures and the name of an axis, to the left and below.
const AXES: [u32; 2] = [60, 38];
/// Weight that each point of a smoothed curve gives to what came before it.
const SMOOTHING: f64 = 0.95;
/// Points of a curve.
const MOST_POINTS: usize = 1000;
/// Model A's blue and model B's orange, and shades of them.
const SHADES_A: [[u8; 3]; 3] = [[76, 155, 232], [24, 92, 160], [150, 200, 245]];
const SHADES_B: [[u8; 3]; 3] = [[242, 142, 43], [176, 92, 10], [250, 195, 140]];

/// One curve.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureCurve {
    /// What it is called.
    pub name: String,
    /// Its colour.
    pub color: [u8; 3],
    /// Whether it is of the test set.
    pub dashed: bool,
    /// Its points, finite, in order of x.
    pub points: Vec<[f64; 2]>,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureMark {
    /// Where.
    pub x: f64,
    /// What.
    pub words: String,
}

/// Curves that belong together.
#[derive(Clone, Debug, PartialEq)]
pub struct FigurePlot {
    /// Above it.
    pub heading: String,
    /// What runs to the right.
    pub x: String,
    /// Whether the y of the points are logarithms to base ten.
    pub logarithmic: bool,
    /// The curves.
    pub curves: Vec<FigureCurve>,
    /// What happened.
    pub marks: Vec<FigureMark>,
}

/// All plots.
pub struct CurvesFigure {
    /// The plots.
    pub plots: Vec<FigurePlot>,
    /// Below them.
    pub caption: String,
}

impl CurvesFigure {
    fn columns(&self) -> usize {
        self.plots.len().clamp(1, COLUMNS)
    }

    /// A plot's size with its legend and heading, at size 1.
    fn cell(style: &FigureStyle) -> [u32; 2] {
        let legend = if style.legend { LEGEND } else { 0 };
        [PLOT[0] + legend + MARGIN, PLOT[1] + if style.headings { HEADING } else { 0 } + MARGIN]
    }

    fn caption(&self, style: &FigureStyle) -> Vec<String> {
        let width = self.columns() as u32 * Self::cell(style)[0];
        if style.caption { lines(&self.caption, width, 13) } else { Vec::new() }
    }
}

impl Figure for CurvesFigure {
    fn size(&self, style: &FigureStyle) -> [u32; 2] {
        let [width, height] = Self::cell(style);
        let columns = self.columns();
        let rows = self.plots.len().div_ceil(columns).max(1) as u32;
        let words = LINE * self.caption(style).len() as u32;
        [MARGIN + columns as u32 * width, MARGIN + rows * height + words].map(|side| side * style.scale)
    }

    fn ground(&self, _: &FigureStyle) -> Option<Ground<'_>> {
        None
    }

    fn draw<B: DrawingBackend>(&self, area: &Drawn<B>, style: &FigureStyle) -> Outcome<B> {
        let scale = style.scale;
        let [width, height] = Self::cell(style);
        for (place, plot) in self.plots.iter().enumerate() {
            let column = (place % self.columns()) as u32;
            let row = (place / self.columns()) as u32;
            let corner = [MARGIN + column * width, MARGIN + row * height].map(|side| (side * scale) as i32);
            let size = [width, height].map(|side| (side * scale) as i32);
            let cell = area.clone().shrink((corner[0], corner[1]), (size[0], size[1]));
            plot.draw(&cell, style)?;
        }
        let rows = self.plots.len().div_ceil(self.columns()) as u32;
        for (line, words) in (0..).zip(self.caption(style)) {
            let y = (MARGIN / 2 + rows * height + line * LINE) * scale;
            area.draw_text(&words, &font(13, scale), ((MARGIN * scale) as i32, y as i32))?;
        }
        Ok(())
    }
}

impl FigurePlot {
    fn draw<B: DrawingBackend>(&self, cell: &Drawn<B>, style: &FigureStyle) -> Outcome<B> {
        let scale = style.scale;
        let top = if style.headings { HEADING } else { 0 };
        if style.headings {
            cell.draw_text(&self.heading, &font(16, scale), ((AXES[0] * scale) as i32, 0))?;
        }
        let size = PLOT.map(|side| (side * scale) as i32);
        let area = cell.clone().shrink((0, (top * scale) as i32), (size[0], size[1]));
        let points: Vec<[f64; 2]> = self.curves.iter().flat_map(|curve| curve.points.iter().copied()).collect();
        let (low, high) = y_range(&points, false).unwrap_or((0.0, 1.0));
        let begin = points.iter().map(|[x, _]| *x).fold(f64::INFINITY, f64::min).clamp(0.0, f64::MAX);
        let end = points.iter().map(|[x, _]| *x).fold(begin, f64::max).max(begin + 1e-9);
        let [beside, below] = if style.axes { AXES } else { [0; 2] };
        let mut chart =
            ChartBuilder::on(&area)
                .x_label_area_size(below * scale)
                .y_label_area_size(beside * scale)
                .build_cartesian_2d::<RangedCoordf64, RangedCoordf64>((begin..end).into(), (low..high).into())?;
        if style.axes {
            let y_words = |value: f64| match self.logarithmic {
                true => format!("{:.3e}", 10f64.powf(value)),
                false => axis_words(value, high - low),
            };
            chart
                .configure_mesh()
                .x_desc(&self.x)
                .x_labels(6)
                .y_labels(6)
                .x_label_formatter(&|value| axis_words(*value, end - begin))
                .y_label_formatter(&|value| y_words(*value))
                .label_style(font(13, scale))
                .axis_desc_style(font(14, scale))
                .axis_style(FRAME.stroke_width(scale))
                .bold_line_style(FRAME.mix(0.2).stroke_width(scale))
                .light_line_style(TRANSPARENT)
                .set_all_tick_mark_size(4 * scale)
                .draw()?;
        }
        for mark in self.marks.iter().filter(|mark| (begin..=end).contains(&mark.x)) {
            let line = [(mark.x, low), (mark.x, high)];
            let dashes = (3 * scale, 3 * scale);
            chart.draw_series(DashedLineSeries::new(line, dashes.0, dashes.1, FRAME.stroke_width(scale)))?;
            let words = Text::new(mark.words.clone(), (mark.x, high), font(11, scale));
            chart.draw_series(std::iter::once(words))?;
        }
        for curve in &self.curves {
            let points = curve.points.iter().map(|[x, y]| (*x, *y));
            let stroke = color(curve.color).stroke_width((3 * scale).div_ceil(2));
            match (curve.points.len(), curve.dashed) {
                (0, _) => {}
                (1, _) => {
                    let dot = |at| Circle::new(at, 3 * scale, color(curve.color).filled());
                    chart.draw_series(points.map(dot))?;
                }
                (_, true) => {
                    chart.draw_series(DashedLineSeries::new(points, 6 * scale, 4 * scale, stroke))?;
                }
                (_, false) => {
                    chart.draw_series(LineSeries::new(points, stroke))?;
                }
            }
        }
        if style.legend {
            self.draw_legend(cell, style)?;
        }
        Ok(())
    }

    fn draw_legend<B: DrawingBackend>(&self, cell: &Drawn<B>, style: &FigureStyle) -> Outcome<B> {
        let scale = style.scale;
        let top = if style.headings { HEADING } else { 0 };
        let at = |x: u32, y: u32| ((x * scale) as i32, (y * scale) as i32);
        for (row, curve) in (0..).zip(&self.curves) {
            let (x, y) = (PLOT[0] + MARGIN, top + row * LINE);
            if y + LINE > top + PLOT[1] {
                break;
            }
            let stroke = color(curve.color).stroke_width(2 * scale);
            let dashes: &[(u32, u32)] = if curve.dashed { &[(0, 5), (8, 13), (16, 21)] } else { &[(0, 21)] };
            for (from, to) in dashes {
                let line = vec![at(x + from, y + LINE / 2), at(x + to, y + LINE / 2)];
                cell.draw(&PathElement::new(line, stroke))?;
            }
            let name: String = curve.name.chars().take(24).collect();
            cell.draw_text(&name, &font(13, scale), at(x + 26, y + 1))?;
        }
        Ok(())
    }
}

fn color([red, green, blue]: [u8; 3]) -> RGBColor {
    RGBColor(red, green, blue)
}

/// The curves of a VAE and a GAN over steps, beside each other: nats at the left, adversarial losses at the right.
pub fn run_curves(vae: &History, gan: &History) -> CurvesFigure {
    let plot = |heading: &str, history: &History, ids: [MetricId; 3], shades: [[u8; 3]; 3]| {
        let recorded = ids.iter().zip(shades).filter_map(|(id, color)| {
            let dashed = metrics::of_curve(*id).is_some_and(|metric| metric.is_test());
            let smoothing = if dashed { 0.0 } else { SMOOTHING };
            let every = (0.0, f64::INFINITY);
            let seen = history.with(*id, |curve| curve.visible(Axis::Step, every, MOST_POINTS, smoothing));
            let points = seen?.into_iter().filter(|[_, y]| y.is_finite()).collect();
            Some(FigureCurve { name: id.name().replace('_', " "), color, dashed, points })
        });
        let (heading, x) = (heading.to_owned(), "step".to_owned());
        FigurePlot { heading, x, logarithmic: false, curves: recorded.collect(), marks: Vec::new() }
    };
    let nats = [MetricId::TOTAL, MetricId::TEST_TOTAL, MetricId::KL];
    let adversarial = [MetricId::DISCRIMINATOR_LOSS, MetricId::GENERATOR_LOSS, MetricId::R1_PENALTY];
    let plots =
        vec![plot("A: nats/image", vae, nats, SHADES_A), plot("B: adversarial losses", gan, adversarial, SHADES_B)];
    CurvesFigure { plots, caption: String::new() }
}
