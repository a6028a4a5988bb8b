//! What is drawn of the runs: curves over each other, and where they stand by rate and distortion.

use super::change;
use crate::explore::runs::{MOST_OVERLAID, RunId, RunRow, RunTable, rate_distortion as lines};
use crate::history::Axis;
use crate::metrics;
use crate::model::MetricId;
use crate::ui::command::Command;
use crate::ui::text::{number, tr, whole};
use crate::ui::training::axis_ticks;
use crate::ui::view::View;
use crate::ui::{theme, widgets};
use eframe::egui::{Color32, ComboBox, Ui, vec2};
use egui_plot::{AxisHints, HoverPosition, Line, Plot, PlotPoint, PlotPoints, Points, Text};
use rust_i18n::t;

/// The colour of a run's curve; `None` where it is not drawn.
pub(super) fn color(ui: &Ui, table: &RunTable, run: &RunId) -> Option<Color32> {
    let place = table.overlaid.iter().position(|other| other == run)?;
    Some(theme::curve_color(place, false, theme::of(ui)))
}

/// The runs whose curves are drawn.
fn overlaid<'a>(view: &View<'_>, rows: &'a [RunRow]) -> Vec<&'a RunRow> {
    let find = |id: &RunId| rows.iter().find(|row| row.id == *id);
    view.runs.table.overlaid.iter().filter_map(find).take(MOST_OVERLAID).collect()
}

fn name_of(id: MetricId) -> String {
    let name = tr(&format!("series.{}", id.name()));
    id.dimension().map_or_else(|| name.clone(), |dimension| format!("{name} {}", dimension + 1))
}

/// The curve that is drawn: the one that was chosen, or the test's loss, or the first there is.
fn chosen(view: &View<'_>, ids: &[MetricId]) -> Option<MetricId> {
    let asked = view.runs.table.curve.as_deref().and_then(metrics::of_column);
    let usual = ids.iter().copied().find(|id| *id == MetricId::TEST_TOTAL);
    asked.or(usual).or(ids.first().copied())
}

/// A list of the curves that the runs have that are drawn.
pub(super) fn choose_curve(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let rows = super::rows(view);
    let mut ids: Vec<MetricId> =
        overlaid(view, &rows).iter().filter_map(|row| Some(row.history.as_ref()?.ids())).flatten().collect();
    ids.sort_by_cached_key(|id| metrics::place(*id));
    ids.dedup();
    let Some(own) = chosen(view, &ids) else { return };
    let list = ComboBox::from_id_salt("curve of runs").selected_text(name_of(own));
    let list = list.show_ui(ui, |ui| {
        for id in ids {
            if ui.selectable_label(id == own, name_of(id)).clicked() {
                change(view, commands, |table| table.curve = Some(metrics::column(id).into_owned()));
            }
        }
    });
    list.response
        .widget_info(|| eframe::egui::WidgetInfo::labeled(eframe::egui::Role::ComboBox, true, tr("runs.curve")));
    list.response.on_hover_text(tr("runs.curve_tip"));
}

/// Draws a curve of each run that is chosen, and gives the number of points.
pub(super) fn curves(ui: &mut Ui, view: &View<'_>, rows: &[RunRow], _commands: &mut Vec<Command>) -> usize {
    let runs = overlaid(view, rows);
    let ids: Vec<MetricId> = runs.iter().filter_map(|row| Some(row.history.as_ref()?.ids())).flatten().collect();
    let Some(id) = chosen(view, &ids) else {
        widgets::empty(ui, &tr("runs.no_curves"));
        return 0;
    };
    let size = ui.available_size();
    // The smallest and the largest of each two pixels look as all points do.
    let most = (size.x * ui.ctx().pixels_per_point()).max(2.0) as usize;
    let smoothing =
        if metrics::of_curve(id).is_some_and(metrics::Metric::is_test) { 0.0 } else { view.settings.curves.smoothing };
    let x_axis = AxisHints::new_x().label_spacing(1.0..=2.0).formatter(|mark, _| whole(mark.value.max(0.0) as u64));
    let y_axis = AxisHints::new_y().label_spacing(1.0..=2.0).formatter(|mark, _| number(mark.value));
    let plot = Plot::new(("runs", id.name(), id.dimension()))
        .width(size.x)
        .height(size.y)
        .allow_scroll(false)
        .custom_x_axes(vec![x_axis])
        .custom_y_axes(vec![y_axis.min_thickness(theme::AXIS_WIDTH)])
        .x_grid_spacer(|input| axis_ticks(input.bounds))
        .y_grid_spacer(|input| axis_ticks(input.bounds))
        .label_formatter(hover);
    let colors: Vec<Color32> = runs.iter().map(|row| color(ui, view.runs.table, &row.id).unwrap_or_default()).collect();
    let drawn = plot.show(ui, |plot| {
        let range = plot.plot_bounds().range_x();
        let seen =
            if plot.auto_bounds().x { (f64::NEG_INFINITY, f64::INFINITY) } else { (*range.start(), *range.end()) };
        let mut drawn = 0;
        for (row, color) in runs.iter().zip(colors) {
            let look = |curve: &crate::history::Curve| curve.visible(Axis::Step, seen, most, smoothing);
            let mut points = row.history.as_ref().and_then(|history| history.with(id, look)).unwrap_or_default();
            points.retain(|[_, y]| y.is_finite());
            drawn += points.len();
            let line = Line::new(row.name.clone(), PlotPoints::new(points)).id(eframe::egui::Id::unique(&row.id));
            plot.line(line.color(color).width(1.5));
        }
        drawn
    });
    drawn.inner
}

/// Draws a point of each run that has rate and distortion, those that differ only in β along a line; gives the number of points.
pub(super) fn rate_distortion(ui: &mut Ui, rows: &[RunRow]) -> usize {
    let lines = lines(rows);
    if lines.is_empty() {
        widgets::empty(ui, &tr("runs.no_rates"));
        return 0;
    }
    let palette = theme::of(ui);
    let size = ui.available_size();
    let x_axis = AxisHints::new_x().label(t!("runs.axis", name = tr("figure.rate"), unit = tr("unit.nats")));
    let y_axis = AxisHints::new_y().label(t!("runs.axis", name = tr("figure.distortion"), unit = tr("unit.nats")));
    let plot = Plot::new("rate and distortion")
        .width(size.x)
        .height(size.y)
        .allow_scroll(false)
        .set_margin_fraction(vec2(0.1, 0.15))
        .x_grid_spacer(|input| axis_ticks(input.bounds))
        .y_grid_spacer(|input| axis_ticks(input.bounds))
        .custom_x_axes(vec![x_axis.formatter(|mark, _| number(mark.value))])
        .custom_y_axes(vec![y_axis.formatter(|mark, _| number(mark.value)).min_thickness(theme::AXIS_WIDTH)])
        .label_formatter(hover);
    plot.show(ui, |plot| {
        let mut drawn = 0;
        for (place, line) in lines.into_iter().enumerate() {
            let color = theme::curve_color(place, false, palette);
            let points: Vec<[f64; 2]> = line.iter().map(|(_, point)| *point).collect();
            if points.len() > 1 {
                plot.line(Line::new(String::new(), PlotPoints::new(points)).color(color).width(1.0).allow_hover(false));
            }
            for (row, point) in line {
                let Some(row) = rows.get(row) else { continue };
                drawn += 1;
                let dot = Points::new(row.name.clone(), PlotPoints::new(vec![point])).radius(theme::GRID / 2.0);
                plot.points(dot.id(eframe::egui::Id::unique(("rate", &row.id))).color(color));
                let beta = row.sameness.beta().map_or_else(|| row.name.clone(), |beta| format!("β {beta}"));
                let at = PlotPoint::new(point[0], point[1]);
                let text = Text::new(String::new(), at, beta).color(palette.text).allow_hover(false);
                plot.text(text.anchor(eframe::egui::Align2::LEFT_BOTTOM));
            }
        }
        drawn
    })
    .inner
}

fn hover(at: &HoverPosition<'_>) -> Option<String> {
    let HoverPosition::NearDataPoint { plot_name, position, .. } = at else { return None };
    Some(format!("{plot_name}\n{}; {}", number(position.x), number(position.y)))
}
