//! The plane of data that is points: samples, or the lines of a mapped grid.

use super::{Drawn, FRAME, Figure, FigureStyle, Ground, HEADING, INK, MARGIN, Outcome, axis_words, font};
use crate::explore::data_plane::DataBounds;
use plotters::coord::types::RangedCoordf32;
use plotters::prelude::*;

/// The plane's own side, and room for the figures of its axes, in pixels at size 1.
const SIDE: u32 = 560;
const AXES: u32 = 40;
/// Samples and lines.
const BLUE: RGBColor = RGBColor(0x4C, 0x9B, 0xE8);

/// Points and lines in the data's plane; what lies beyond its bounds is not drawn.
pub struct DataPlaneFigure {
    /// What is shown.
    pub bounds: DataBounds,
    /// Dots.
    pub points: Vec<[f32; 2]>,
    /// Lines through places.
    pub lines: Vec<Vec<[f32; 2]>>,
    /// Above it.
    pub heading: String,
}

impl Figure for DataPlaneFigure {
    fn size(&self, style: &FigureStyle) -> [u32; 2] {
        [2 * MARGIN + AXES + SIDE, 2 * MARGIN + HEADING + SIDE + AXES].map(|side| side * style.scale)
    }

    fn ground(&self, _: &FigureStyle) -> Option<Ground<'_>> {
        None
    }

    fn draw<B: DrawingBackend>(&self, area: &Drawn<B>, style: &FigureStyle) -> Outcome<B> {
        let scale = style.scale;
        let at = |x: u32, y: u32| ((x * scale) as i32, (y * scale) as i32);
        area.draw_text(&self.heading, &font(17, scale), at(MARGIN + AXES, MARGIN))?;
        let chart = area.clone().shrink(at(MARGIN, MARGIN + HEADING), at(AXES + SIDE, SIDE + AXES));
        let (low, high) = (self.bounds.low, self.bounds.high);
        let mut chart = ChartBuilder::on(&chart)
            .x_label_area_size(AXES * scale)
            .y_label_area_size(AXES * scale)
            .build_cartesian_2d::<RangedCoordf32, RangedCoordf32>(
            (low[0]..high[0]).into(),
            (low[1]..high[1]).into(),
        )?;
        let words = |value: &f32| axis_words(f64::from(*value), f64::from(self.bounds.side()));
        chart
            .configure_mesh()
            .disable_mesh()
            .x_labels(7)
            .y_labels(7)
            .x_label_formatter(&words)
            .y_label_formatter(&words)
            .label_style(font(13, scale))
            .axis_style(FRAME.stroke_width(scale))
            .set_all_tick_mark_size(4 * scale)
            .draw()?;
        let is_inside = |point: &[f32; 2]| self.bounds.contains(*point);
        // A line is drawn where it is inside, in as many parts as that takes.
        let parts = self.lines.iter().flat_map(|line| line.split(|point| !is_inside(point)));
        chart.draw_series(parts.filter(|part| part.len() > 1).map(|part| {
            let places: Vec<(f32, f32)> = part.iter().map(|[x, y]| (*x, *y)).collect();
            PathElement::new(places, BLUE.stroke_width(scale))
        }))?;
        let dots = self.points.iter().filter(|point| is_inside(point));
        chart.draw_series(dots.map(|[x, y]| Circle::new((*x, *y), 2 * scale, INK.mix(0.6).filled())))?;
        Ok(())
    }
}
