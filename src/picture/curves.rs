//! Loss curves as a picture.

use super::canvas::register_fonts;
use crate::history::{Axis, History};
use crate::metrics;
use crate::model::MetricId;
use image::RgbImage;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;

const SIZE: (u32, u32) = (1000, 360);
/// Weight that each point of a smoothed curve gives to what came before it.
const SMOOTHING: f64 = 0.95;
/// Model A's blue and model B's orange, and shades of them.
const SHADES_A: [RGBColor; 3] = [RGBColor(76, 155, 232), RGBColor(24, 92, 160), RGBColor(150, 200, 245)];
const SHADES_B: [RGBColor; 3] = [RGBColor(242, 142, 43), RGBColor(176, 92, 10), RGBColor(250, 195, 140)];

/// One line of the picture.
struct Line {
    name: String,
    points: Vec<[f64; 2]>,
    colour: RGBColor,
}

/// The curves of models A and B over steps, side by side, each on its own axes: nats on the left, adversarial losses on the right.
///
/// # Errors
/// The plotting library's own words.
pub fn curves(a: &History, b: &History) -> Result<RgbImage, String> {
    register_fonts();
    let mut picture = RgbImage::new(SIZE.0, SIZE.1);
    let left = lines(a, &[MetricId::TOTAL, MetricId::TEST_TOTAL, MetricId::KL], SHADES_A);
    let right = lines(b, &[MetricId::DISCRIMINATOR_LOSS, MetricId::GENERATOR_LOSS, MetricId::R1_PENALTY], SHADES_B);
    {
        let area = BitMapBackend::with_buffer(&mut picture, SIZE).into_drawing_area();
        area.fill(&WHITE).map_err(|error| error.to_string())?;
        let halves = area.split_evenly((1, 2));
        for (half, lines, title) in halves
            .iter()
            .zip([left, right])
            .zip(["A: nats an image", "B: adversarial losses"])
            .map(|((h, l), t)| (h, l, t))
        {
            draw(half, &lines, title).map_err(|error| error.to_string())?;
        }
        area.present().map_err(|error| error.to_string())?;
    }
    Ok(picture)
}

fn lines(history: &History, ids: &[MetricId], shades: [RGBColor; 3]) -> Vec<Line> {
    let recorded = ids.iter().zip(shades).filter_map(|(id, colour)| {
        let is_test = metrics::of_curve(*id).is_some_and(|metric| metric.is_test());
        let smoothing = if is_test { 0.0 } else { SMOOTHING };
        let points = history.with(*id, |curve| curve.visible(Axis::Step, (0.0, f64::INFINITY), 800, smoothing))?;
        Some(Line { name: id.name().replace('_', " "), points, colour })
    });
    recorded.collect()
}

type Drawn<'a> = DrawingArea<BitMapBackend<'a>, plotters::coord::Shift>;

fn draw(area: &Drawn<'_>, lines: &[Line], title: &str) -> Result<(), Box<dyn std::error::Error>> {
    let values = || lines.iter().flat_map(|line| &line.points).filter(|[_, y]| y.is_finite());
    let right = values().map(|[x, _]| *x).fold(1.0, f64::max);
    // The first steps of a loss are far above all others; the axis shows what comes after them.
    let mut sorted: Vec<f64> = values().map(|[_, y]| *y).collect();
    sorted.sort_by(f64::total_cmp);
    let high = sorted.get(sorted.len().saturating_mul(98) / 100).or(sorted.last()).copied().unwrap_or(1.0);
    let low = sorted.first().copied().unwrap_or(0.0);
    let margin = 0.05 * (high - low).max(1e-3);
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 18))
        .margin(10)
        .x_label_area_size(30)
        .y_label_area_size(52)
        .build_cartesian_2d::<RangedCoordf64, RangedCoordf64>(
            (0.0..right).into(),
            (low - margin..high + margin).into(),
        )?;
    chart
        .configure_mesh()
        .x_desc("step")
        .x_labels(6)
        .y_labels(6)
        .x_label_formatter(&|step| format!("{step:.0}"))
        .y_label_formatter(&|y| if high > 20.0 { format!("{y:.0}") } else { format!("{y:.2}") })
        .light_line_style(WHITE)
        .draw()?;
    for line in lines {
        let colour = line.colour;
        chart
            .draw_series(LineSeries::new(line.points.iter().map(|[x, y]| (*x, *y)), colour.stroke_width(2)))?
            .label(&line.name)
            .legend(move |(x, y)| PathElement::new(vec![(x, y), (x + 16, y)], colour.stroke_width(2)));
    }
    if !lines.is_empty() {
        chart.configure_series_labels().background_style(WHITE).border_style(RGBColor(200, 200, 200)).draw()?;
    }
    Ok(())
}
