//! The training panel: what both models measure, as they measure it.

use crate::metrics::{self, Columns, Group, Metric, Unit};
use crate::model::MetricId;
use crate::trainer::Axis;
use crate::ui::command::{Command, ModelCommand, ViewCommand};
use crate::ui::settings::Curves;
use crate::ui::text::{number, tr, whole};
use crate::ui::view::{ModelView, View};
use crate::ui::{Panel, theme, widgets};
use eframe::egui::{Id, Label, Slider, TextStyle, Ui, Vec2};
use egui_plot::{Corner, GridMark, HoverPosition, Legend, Line, LineStyle, Plot, PlotPoints, Points};
use std::ops::RangeInclusive;

/// Curves of one metric that are drawn of a model, at most: of more dimensions those with the largest last values.
const MOST_DIMENSIONS: usize = 10;

/// Distance in points from which on lines of the grid begin to show: the finest ones say nothing and cost most of a plot.
const LEAST_GRID: f32 = 3.0 * theme::GRID;

/// A model with the last value of each of its curves.
struct Measured<'a> {
    model: &'a ModelView<'a>,
    last: Vec<(MetricId, f32)>,
}

/// One curve of one model.
struct ShownCurve {
    metric: &'static Metric,
    id: MetricId,
    /// How far from the model's colour.
    shade: f32,
}

/// The panel's own looks: none, its settings are kept with the window's.
#[derive(Default)]
pub struct Training {
    points_drawn: usize,
}

impl Training {
    /// Points that the last frame drew.
    pub fn points_drawn(&self) -> usize {
        self.points_drawn
    }

    fn plot(&mut self, ui: &mut Ui, measured: &[Measured<'_>], curves: Curves, group: Group, size: Vec2) {
        let (width, height) = (size.x, size.y);
        let palette = theme::of(ui);
        let logarithmic = curves.logarithmic;
        let in_steps = curves.axis == Axis::Step;
        let x_unit = match curves.axis {
            Axis::Step => tr("axis.steps"),
            Axis::Seconds => tr("axis.seconds"),
        };
        let shown: Vec<(&ModelView<'_>, Vec<ShownCurve>)> =
            measured.iter().map(|of| (of.model, shown(&of.last, group))).collect();
        let unit = units(shown.iter().flat_map(|(_, curves)| curves));
        let plot = Plot::new((group, in_steps, logarithmic))
            .width(width)
            .height(height)
            .legend(
                Legend::default()
                    .text_style(TextStyle::Small)
                    .position(Corner::RightTop)
                    .follow_insertion_order(true)
                    .background_alpha(0.6),
            )
            .link_axis(Id::unique(("training x", in_steps)), [true, false])
            .allow_scroll(false)
            .grid_spacing(LEAST_GRID..=300.0)
            .x_axis_label(theme::note(ui, x_unit))
            .y_axis_label(theme::note(ui, unit))
            .x_axis_formatter(move |mark, _range| x_mark(mark, curves.axis))
            .y_axis_formatter(move |mark, range| y_mark(mark, range, logarithmic))
            .label_formatter(move |at| hover(at, curves));
        // The smallest and the largest of each two pixels look as all points do: lines are nearly as wide.
        let most = (width * ui.ctx().pixels_per_point()).max(2.0) as usize;
        let drawn = plot
            .show(ui, |plot| {
                let seen = if plot.auto_bounds().x {
                    (f64::NEG_INFINITY, f64::INFINITY)
                } else {
                    let range = plot.plot_bounds().range_x();
                    (*range.start(), *range.end())
                };
                let mut drawn = 0;
                for (model, shown) in &shown {
                    for curve in shown {
                        let points = points(model, curve, curves, seen, most);
                        if points.is_empty() {
                            continue;
                        }
                        drawn += points.len();
                        let is_test = curve.metric.is_test();
                        let style = if is_test { LineStyle::dashed_dense() } else { LineStyle::Solid };
                        let color = theme::curve_color(theme::model_color(model.color), curve.shade, palette);
                        let name = curve_name(model, curve.id);
                        // A line through one point is not to be seen.
                        if points.len() == 1 {
                            let dot = Points::new(name, PlotPoints::new(points)).radius(theme::GRID / 4.0);
                            plot.points(dot.id((model.id, curve.id)).color(color));
                            continue;
                        }
                        let line = Line::new(name, PlotPoints::new(points))
                            .id((model.id, curve.id))
                            .color(color)
                            .style(style)
                            .width(if is_test { 2.0 } else { 1.5 });
                        plot.line(line);
                    }
                }
                drawn
            })
            .inner;
        self.points_drawn += drawn;
    }
}

/// The points to draw of one curve, logarithms already taken where the scale is logarithmic.
fn points(model: &ModelView<'_>, shown: &ShownCurve, curves: Curves, seen: (f64, f64), most: usize) -> Vec<[f64; 2]> {
    let Some(history) = model.history else { return Vec::new() };
    let smoothing = if shown.metric.is_test() { 0.0 } else { curves.smoothing };
    let points = history.with(shown.id, |curve| curve.visible(curves.axis, seen, most, smoothing));
    let mut points = points.unwrap_or_default();
    if curves.logarithmic {
        points.retain(|point| point[1] > 0.0);
        for point in &mut points {
            point[1] = point[1].log10();
        }
    }
    points.retain(|point| point[1].is_finite());
    points
}

fn curve_name(model: &ModelView<'_>, id: MetricId) -> String {
    let name = tr(&format!("series.{}", id.name()));
    match id.dimension() {
        Some(dimension) => format!("{} · {name} {}", model.label(), dimension + 1),
        None => format!("{} · {name}", model.label()),
    }
}

fn x_mark(mark: GridMark, axis: Axis) -> String {
    match axis {
        Axis::Step if mark.value >= 0.0 => whole(mark.value.round() as u64),
        Axis::Seconds if mark.value >= 0.0 => number(mark.value),
        _ => String::new(),
    }
}

fn y_mark(mark: GridMark, _range: &RangeInclusive<f64>, logarithmic: bool) -> String {
    if logarithmic { number(10f64.powf(mark.value)) } else { number(mark.value) }
}

fn hover(at: &HoverPosition<'_>, curves: Curves) -> Option<String> {
    let HoverPosition::NearDataPoint { plot_name, position, .. } = at else { return None };
    let value = if curves.logarithmic { 10f64.powf(position.y) } else { position.y };
    let x = match curves.axis {
        Axis::Step => format!("{} {}", tr("axis.step"), whole(position.x.max(0.0) as u64)),
        Axis::Seconds => format!("{} s", number(position.x)),
    };
    Some(format!("{plot_name}\n{}\n{x}", number(value)))
}

/// The curves of a group, of those that a model has.
fn shown(last: &[(MetricId, f32)], group: Group) -> Vec<ShownCurve> {
    let curves = metrics::all().filter(|metric| metric.group == group).flat_map(|metric| {
        let own: Vec<(MetricId, f32)> = last.iter().copied().filter(|(id, _)| id.name() == metric.id.name()).collect();
        match metric.columns {
            Columns::One => own.into_iter().map(|(id, _)| ShownCurve { metric, id, shade: metric.shade }).collect(),
            Columns::PerDimension { .. } => largest(metric, own),
        }
    });
    curves.collect()
}

/// The dimensions with the largest last values, in order of dimension; their shades go from the metric's to its opposite.
fn largest(metric: &'static Metric, mut last: Vec<(MetricId, f32)>) -> Vec<ShownCurve> {
    last.sort_by(|one, other| other.1.total_cmp(&one.1));
    last.truncate(MOST_DIMENSIONS);
    last.sort_by_key(|(id, _)| *id);
    let apart = 2.0 * metric.shade / last.len().saturating_sub(1).max(1) as f32;
    let shade = |place: usize| metric.shade - apart * place as f32;
    last.into_iter().enumerate().map(|(place, (id, _))| ShownCurve { metric, id, shade: shade(place) }).collect()
}

/// What the curves count in.
fn units<'a>(curves: impl Iterator<Item = &'a ShownCurve>) -> String {
    let mut units: Vec<Unit> = Vec::new();
    for curve in curves {
        if !units.contains(&curve.metric.unit) {
            units.push(curve.metric.unit);
        }
    }
    units.iter().map(|unit| tr(&format!("unit.{}", unit.name()))).collect::<Vec<_>>().join(" · ")
}

/// The groups of which any model has a curve.
fn groups(measured: &[Measured<'_>]) -> Vec<Group> {
    let mut found: Vec<Group> = Vec::new();
    for (id, _) in measured.iter().flat_map(|of| &of.last) {
        if let Some(metric) = metrics::of_curve(*id)
            && !found.contains(&metric.group)
        {
            found.push(metric.group);
        }
    }
    Group::ALL.into_iter().filter(|group| found.contains(group)).collect()
}

impl Panel for Training {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        self.points_drawn = 0;
        let last = |model: &ModelView<'_>| model.history.map(|history| history.last_values()).unwrap_or_default();
        let measured: Vec<Measured<'_>> =
            view.shown_models().map(|model| Measured { model, last: last(model) }).collect();
        let groups = groups(&measured);
        if groups.is_empty() {
            let ready = view.models.iter().any(|model| model.status.is_some());
            let words = if ready { tr("training.empty") } else { tr("train.no_data") };
            if widgets::empty_with_action(ui, &words, &tr("training.begin"), &tr("train.all_tip")) {
                commands.push(ModelCommand::ToggleAll.into());
            }
            return;
        }
        let mut settings = view.settings.clone();
        let curves = &mut settings.curves;
        ui.horizontal(|ui| {
            let label = ui.label(theme::note(ui, tr("training.smoothing")));
            let slider = Slider::new(&mut curves.smoothing, 0.0..=0.99).max_decimals(2);
            ui.add(slider).labelled_by(label.id).on_hover_text(tr("training.smoothing_tip"));
            ui.checkbox(&mut curves.logarithmic, tr("training.log")).on_hover_text(tr("training.log_tip"));
            ui.separator();
            ui.selectable_value(&mut curves.axis, Axis::Step, tr("axis.steps")).on_hover_text(tr("axis.steps_tip"));
            ui.selectable_value(&mut curves.axis, Axis::Seconds, tr("axis.seconds"))
                .on_hover_text(tr("axis.seconds_tip"));
            ui.separator();
            ui.add(Label::new(theme::note(ui, tr("training.hint"))).truncate());
        });
        if settings != *view.settings {
            commands.push(ViewCommand::Settings(Box::new(settings)).into());
        }
        let gap = theme::GRID;
        let count = groups.len() as f32;
        let width = ((ui.available_width() - gap * (count - 1.0)) / count).max(8.0 * gap);
        let size = Vec2::new(width, ui.available_height().max(8.0 * gap));
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            for group in groups {
                self.plot(ui, &measured, view.settings.curves, group, size);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_dimensions_the_ten_largest_are_drawn() {
        for metric in metrics::all().filter(|metric| metric.columns != Columns::One) {
            let value = |dimension: usize| (dimension * 37 % 512) as f32;
            let last: Vec<(MetricId, f32)> = (0..512).map(|place| (metric.curve(place), value(place))).collect();
            let shown = shown(&last, metric.group);
            let mut values: Vec<usize> = shown
                .iter()
                .filter_map(|curve| curve.id.dimension())
                .map(|place| value(place.into()) as usize)
                .collect();
            values.sort_unstable();
            assert_eq!(values, (502..512).collect::<Vec<_>>());
            assert!(shown.windows(2).all(|pair| pair[0].id < pair[1].id && pair[0].shade > pair[1].shade));
            assert!(shown.iter().all(|curve| (-1.0..=1.0).contains(&curve.shade)));
        }
    }
}
