//! The gutter beside a plot: which line is which, and what it was last.

use super::curves::{Measured, ShownCurve};
use super::plot::CurveEnds;
use crate::model::{MetricId, ModelId};
use crate::ui::text::{number, tr};
use crate::ui::view::ModelView;
use crate::ui::{theme, widgets};
use eframe::egui::{
    Align, Color32, FontId, Layout, Painter, Pos2, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo,
    pos2, vec2,
};
use rust_i18n::t;
use std::collections::BTreeSet;

/// Widest gutter, in points.
pub(super) const WIDEST: f32 = 22.0 * theme::GRID;
/// Width of a row's value.
const VALUE: f32 = 6.0 * theme::GRID;
/// Width of a row's letter.
const LETTER: f32 = 1.5 * theme::GRID;
/// Length of the piece of line that a row begins with.
const SAMPLE: f32 = 2.0 * theme::GRID;

/// How wide the gutter of these curves is: as its longest name.
pub(super) fn width(ui: &Ui, shown: &[(&Measured<'_>, Vec<ShownCurve>)]) -> f32 {
    let font = FontId::proportional(theme::TEXT_SMALL);
    let names = shown.iter().flat_map(|(_, curves)| curves.iter().map(ShownCurve::short_name));
    let wide = |name: String| ui.painter().layout_no_wrap(name, font.clone(), Color32::PLACEHOLDER).size().x;
    let longest = names.map(wide).fold(0.0, f32::max);
    (LETTER + SAMPLE + longest + VALUE + 2.0 * theme::GRID).min(WIDEST).ceil()
}

/// Draws the rows of a plot's curves; a click hides or shows one.
pub(super) fn ui(
    ui: &mut Ui,
    size: Vec2,
    shown: &[(&Measured<'_>, Vec<ShownCurve>)],
    (hidden, ends): (&mut BTreeSet<(ModelId, MetricId)>, &CurveEnds),
) {
    let (width, height) = (size.x, size.y);
    ui.allocate_ui_with_layout(size, Layout::top_down(Align::Min), |ui| {
        ui.set_min_size(size);
        ui.set_max_width(width);
        ui.spacing_mut().item_spacing.y = 0.0;
        let area = ScrollArea::vertical().id_salt(ui.next_auto_id()).auto_shrink(false).max_height(height);
        area.show(ui, |ui| {
            for (measured, curves) in shown.iter().filter(|(_, curves)| !curves.is_empty()) {
                for (place, curve) in curves.iter().enumerate() {
                    let end = ends.get(&(measured.model.id, curve.id)).copied();
                    let value = end.unwrap_or(f64::from(curve.last));
                    row(ui, measured.model, (curve, value), place == 0, hidden);
                }
            }
        });
    });
}

fn row(
    ui: &mut Ui,
    model: &ModelView<'_>,
    (curve, value): (&ShownCurve, f64),
    is_first: bool,
    hidden: &mut BTreeSet<(ModelId, MetricId)>,
) {
    let key = (model.id, curve.id);
    let is_shown = !hidden.contains(&key);
    let size = vec2((ui.available_width() - theme::GRID).max(0.0), theme::LINE);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let (name, value) = (curve.name(), number(value));
    let said = t!("training.row", slot = model.label(), name = name, value = value);
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_shown, &said));
    if ui.is_rect_visible(rect) {
        let palette = theme::of(ui);
        let fade = if is_shown { 1.0 } else { 0.35 };
        let painter = ui.painter_at(rect);
        let middle = rect.center().y;
        if is_first {
            let letter = FontId::proportional(theme::TEXT_SMALL);
            let at = pos2(rect.left(), middle);
            painter.text(
                at,
                eframe::egui::Align2::LEFT_CENTER,
                model.label_letter(),
                letter,
                theme::model_color(model.color),
            );
        }
        let left = rect.left() + LETTER;
        let color = curve.color(ui).gamma_multiply(fade);
        sample(
            &painter,
            [pos2(left, middle), pos2(left + SAMPLE, middle)],
            curve.metric.is_test(),
            Stroke::new(2.0, color),
        );
        let figures = FontId::monospace(theme::TEXT_SMALL);
        let value = painter.layout_no_wrap(value, figures, palette.text.gamma_multiply(fade));
        let value_at = pos2(rect.right() - value.size().x, middle - value.size().y / 2.0);
        let text_at = left + SAMPLE + theme::GRID / 2.0;
        let room = (value_at.x - text_at - theme::GRID / 2.0).max(0.0);
        widgets::paint_truncated(
            &painter,
            &curve.short_name(),
            pos2(text_at, middle),
            room,
            palette.text.gamma_multiply(fade),
        );
        painter.galley(value_at, value, palette.text);
        if response.has_focus() || response.hovered() {
            painter.rect_stroke(rect, 2.0, Stroke::new(1.0, palette.text_secondary), StrokeKind::Inside);
        }
    }
    let tip = tr(&format!("series.{}_tip", curve.id.name()));
    let unit = tr(&format!("unit.{}", curve.metric.unit.name()));
    if response.on_hover_text(format!("{name} ({unit})\n{tip}\n{}", tr("training.row_tip"))).clicked()
        && !hidden.remove(&key)
    {
        hidden.insert(key);
    }
}

/// A piece of a curve's line: dashed where it is of test images.
fn sample(painter: &Painter, [from, to]: [Pos2; 2], dashed: bool, stroke: Stroke) {
    if dashed {
        painter.extend(eframe::egui::Shape::dashed_line(&[from, to], stroke, 4.0, 3.0));
    } else {
        painter.line_segment([from, to], stroke);
    }
}
