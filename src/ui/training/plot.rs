//! One plot: curves that belong together, over steps or seconds.

use super::curves::{Measured, ShownCurve, points};
use super::scale;
use crate::history::{CurveMark, MarkKind, y_range};
use crate::metrics::Group;
use crate::model::{MetricId, ModelId};
use crate::trainer::Axis;
use crate::ui::seen::SeenPart;
use crate::ui::settings::Curves;
use crate::ui::text::{number, tr, whole};
use crate::ui::theme;
use crate::ui::view::ModelView;
use eframe::egui::{Color32, Id, Ui, Vec2};
use egui_plot::{AxisHints, GridMark, HoverPosition, Line, LineStyle, Plot, PlotPoints, Points, VLine};
use rust_i18n::t;
use std::collections::{BTreeMap, BTreeSet};

/// A curve that is longer on the screen, in points, goes up and down so densely that no dash of it could be told from the next:
/// it is drawn as one line, not as a shape for each dash.
const MOST_DASHED: f32 = 10_000.0;

/// How the height of a plot was chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum YRange {
    /// By most of the points.
    #[default]
    Most,
    /// By all of them.
    All,
    /// By a hand.
    Hand,
}

/// Where the lines that were drawn end, as values.
pub(super) type CurveEnds = BTreeMap<(ModelId, MetricId), f64>;

/// What waits until it is known what is seen, in the order in which it is drawn.
enum PlotLine<'a> {
    Curve(&'a ModelView<'a>, &'a ShownCurve, Color32, Vec<[f64; 2]>),
    Mark(VLine),
}

/// What is drawn.
pub(super) struct PlotContents<'a> {
    pub group: Group,
    pub curves: Curves,
    pub shown: &'a [(&'a Measured<'a>, Vec<ShownCurve>)],
    pub hidden: &'a BTreeSet<(ModelId, MetricId)>,
}

/// Draws it, and gives the number of points that it drew, and where its lines end.
pub(super) fn ui(ui: &mut Ui, size: Vec2, contents: &PlotContents<'_>, range: &mut YRange) -> (usize, CurveEnds) {
    let PlotContents { group, curves, shown, hidden } = *contents;
    let in_steps = curves.axis == Axis::Step;
    let logarithmic = curves.logarithmic;
    let x_axis = AxisHints::new_x().label_spacing(1.0..=2.0).formatter(move |mark, _| x_mark(mark, curves.axis));
    let y_axis = AxisHints::new_y().label_spacing(1.0..=2.0).formatter(move |mark, _| y_mark(mark, logarithmic));
    let plot = Plot::new((group, in_steps, logarithmic))
        .width(size.x)
        .height(size.y)
        .link_axis(Id::unique(("training x", in_steps)), [true, false])
        .link_cursor(Id::unique("training cursor"), [true, false])
        .allow_scroll(false)
        .allow_double_click_reset(false)
        .custom_x_axes(vec![x_axis])
        .custom_y_axes(vec![y_axis.min_thickness(theme::AXIS_WIDTH)])
        .x_grid_spacer(|input| scale::ticks(input.bounds))
        .y_grid_spacer(|input| scale::ticks(input.bounds))
        .label_formatter(move |at| hover(at, curves));
    // The smallest and the largest of each two pixels look as all points do: lines are nearly as wide.
    let most = (size.x * ui.ctx().pixels_per_point()).max(2.0) as usize;
    let colors: Vec<Vec<Color32>> =
        shown.iter().map(|(_, curves)| curves.iter().map(|curve| curve.color(ui)).collect()).collect();
    let palette = theme::of(ui);
    let as_it_was = *range;
    let drawn = plot.show(ui, |plot| {
        let seen = if plot.auto_bounds().x {
            (f64::NEG_INFINITY, f64::INFINITY)
        } else {
            let range = plot.plot_bounds().range_x();
            (*range.start(), *range.end())
        };
        let (mut all, mut ends, mut lines) = (Vec::new(), CurveEnds::new(), Vec::new());
        for ((measured, of_model), colors) in shown.iter().zip(colors) {
            for (curve, color) in of_model.iter().zip(colors) {
                if hidden.contains(&(measured.model.id, curve.id)) {
                    continue;
                }
                let points = points(measured.model, curve, curves, seen, most);
                all.extend_from_slice(&points);
                let value = |y: f64| if logarithmic { 10f64.powf(y) } else { y };
                ends.extend(points.last().map(|[_, y]| ((measured.model.id, curve.id), value(*y))));
                lines.push(PlotLine::Curve(measured.model, curve, color, points));
            }
            // What happened to a model is marked where its curves are.
            let history = measured.model.history.filter(|_| !of_model.is_empty());
            for mark in history.map(|history| history.marks()).unwrap_or_default() {
                if let Some(x) = place(&mark, curves.axis) {
                    let color = match mark.kind {
                        MarkKind::Failed => palette.danger,
                        MarkKind::Found { .. } => palette.warning,
                        _ => palette.text_secondary,
                    };
                    let name = format!("{} · {}", measured.model.label(), words(&mark));
                    let line = VLine::new(name, x).color(color).style(LineStyle::dashed_dense());
                    lines.push(PlotLine::Mark(line.width(1.0)));
                }
            }
            if let Some((step, x)) = looked_back_at(measured.model, curves.axis).filter(|_| !of_model.is_empty()) {
                let at = t!("training.at_step", step = whole(step));
                let name = format!("{} · {at}", measured.model.label());
                let line = VLine::new(name, x).color(theme::model_color(measured.model.color));
                lines.push(PlotLine::Mark(line.width(1.5)));
            }
        }
        if plot.response().double_clicked() {
            plot.set_auto_bounds([true, true]);
        }
        let mut height = (*plot.plot_bounds().range_y().start(), *plot.plot_bounds().range_y().end());
        if as_it_was != YRange::Hand
            && let Some((low, high)) = y_range(&all, as_it_was == YRange::All)
        {
            plot.set_plot_bounds_y(low..=high);
            height = (low, high);
        }
        let seen = SeenPart { low: [seen.0, height.0], high: [seen.1, height.1] }.with_surroundings();
        for line in lines {
            match line {
                PlotLine::Curve(model, curve, color, points) => draw(plot, model, curve, color, (points, &seen)),
                PlotLine::Mark(line) => plot.vline(line),
            }
        }
        (all.len(), ends)
    });
    let response = drawn.response;
    if response.double_clicked() {
        *range = if *range == YRange::Most { YRange::All } else { YRange::Most };
    } else if response.drag_stopped() || (response.hovered() && ui.input(|input| input.zoom_delta() != 1.0)) {
        *range = YRange::Hand;
    }
    drawn.inner
}

fn draw(
    plot: &mut egui_plot::PlotUi<'_>,
    model: &ModelView<'_>,
    curve: &ShownCurve,
    color: Color32,
    (points, seen): (Vec<[f64; 2]>, &SeenPart),
) {
    let name = format!("{} · {}", model.label(), curve.name());
    let is_test = curve.metric.is_test();
    match points.len() {
        0 => {}
        // A line through one point is not to be seen.
        1 => {
            let dot = Points::new(name, PlotPoints::new(points)).radius(theme::GRID / 4.0);
            plot.points(dot.id((model.id, curve.id)).color(color));
        }
        _ if is_test => {
            let pieces = seen.pieces(&points);
            let dashes = pieces.iter().map(|piece| length(plot, piece)).sum::<f32>() <= MOST_DASHED;
            let style = if dashes { LineStyle::dashed_dense() } else { LineStyle::Solid };
            for (number, piece) in pieces.into_iter().enumerate() {
                let line =
                    Line::new(name.clone(), PlotPoints::new(piece)).id((model.id, curve.id, number)).color(color);
                plot.line(line.style(style).width(2.0));
            }
        }
        _ => {
            let line = Line::new(name, PlotPoints::new(points)).id((model.id, curve.id)).color(color);
            plot.line(line.width(1.5));
        }
    }
}

/// How long a line is on the screen, in points.
fn length(plot: &egui_plot::PlotUi<'_>, line: &[[f64; 2]]) -> f32 {
    let places = line.iter().map(|point| plot.screen_from_plot((*point).into()));
    places.clone().zip(places.skip(1)).map(|(from, to)| from.distance(to)).sum()
}

/// Where a mark stands.
pub(super) fn place(mark: &CurveMark, axis: Axis) -> Option<f64> {
    match axis {
        Axis::Step => Some(mark.step as f64),
        Axis::Seconds => mark.seconds.map(f64::from),
    }
}

/// The step of a model that is looked back at, and where it is.
fn looked_back_at(model: &ModelView<'_>, axis: Axis) -> Option<(u64, f64)> {
    let step = model.snapshot.filter(|_| model.looked_back.is_some())?.step;
    let x = match axis {
        Axis::Step => step as f64,
        Axis::Seconds => f64::from(*model.history?.seconds_of(&[step])?.first()?),
    };
    Some((step, x))
}

/// What a mark says.
fn words(mark: &CurveMark) -> String {
    match &mark.kind {
        MarkKind::Changed { key, value } => format!("{key} {value}"),
        MarkKind::Resumed => tr("training.resumed"),
        MarkKind::Forked => tr("training.forked"),
        MarkKind::Found { key } => tr(&format!("finding.{key}")),
        MarkKind::Failed => tr("training.failed"),
    }
}

fn x_mark(mark: GridMark, axis: Axis) -> String {
    match axis {
        Axis::Step if mark.value >= 0.0 && mark.value.fract() == 0.0 => whole(mark.value.round() as u64),
        Axis::Seconds if mark.value >= 0.0 => format!("{} s", number(mark.value)),
        _ => String::new(),
    }
}

fn y_mark(mark: GridMark, logarithmic: bool) -> String {
    if logarithmic {
        return number(10f64.powf(mark.value));
    }
    // As many digits as tell one figure from the next.
    let digits = (-mark.step_size.log10().floor()).clamp(0.0, 6.0) as usize;
    if mark.value.abs() < 1e5 { format!("{:.digits$}", mark.value) } else { number(mark.value) }
}

fn hover(at: &HoverPosition<'_>, curves: Curves) -> Option<String> {
    let HoverPosition::NearDataPoint { plot_name, position, .. } = at else { return None };
    let value = if curves.logarithmic { 10f64.powf(position.y) } else { position.y };
    let x = match curves.axis {
        Axis::Step => t!("training.at_step", step = whole(position.x.max(0.0) as u64)).into_owned(),
        Axis::Seconds => format!("{} s", number(position.x)),
    };
    Some(format!("{plot_name}\n{}\n{x}", number(value)))
}
