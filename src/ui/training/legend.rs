//! The gutter beside a plot: which line is which, and what it was last.

use super::curves::{Measured, ShownCurve};
use crate::model::{MetricId, ModelId};
use crate::ui::text::{number, tr};
use crate::ui::view::ModelView;
use crate::ui::{theme, widgets};
use eframe::egui::{
    Align, FontId, Layout, Painter, Pos2, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};
use rust_i18n::t;
use std::collections::BTreeSet;

/// Width of the gutter, in points.
pub(super) const WIDTH: f32 = 22.0 * theme::GRID;
/// Length of the piece of line that a row begins with.
const SAMPLE: f32 = 2.5 * theme::GRID;

/// Draws the rows of a plot's curves; a click hides or shows one.
pub(super) fn ui(
    ui: &mut Ui,
    height: f32,
    shown: &[(&Measured<'_>, Vec<ShownCurve>)],
    hidden: &mut BTreeSet<(ModelId, MetricId)>,
) {
    ui.allocate_ui_with_layout(vec2(WIDTH, height), Layout::top_down(Align::Min), |ui| {
        ui.set_min_size(vec2(WIDTH, height));
        ui.set_max_width(WIDTH);
        ui.spacing_mut().item_spacing.y = 0.0;
        let area = ScrollArea::vertical().id_salt(ui.next_auto_id()).auto_shrink(false).max_height(height);
        area.show(ui, |ui| {
            for (measured, curves) in shown.iter().filter(|(_, curves)| !curves.is_empty()) {
                for (place, curve) in curves.iter().enumerate() {
                    row(ui, measured.model, curve, place == 0, hidden);
                }
            }
        });
    });
}

fn row(
    ui: &mut Ui,
    model: &ModelView<'_>,
    curve: &ShownCurve,
    is_first: bool,
    hidden: &mut BTreeSet<(ModelId, MetricId)>,
) {
    let key = (model.id, curve.id);
    let is_shown = !hidden.contains(&key);
    let size = vec2((ui.available_width() - theme::GRID).max(0.0), theme::LINE);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let (name, value) = (curve.name(), number(f64::from(curve.last)));
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
        let left = rect.left() + 1.5 * theme::GRID;
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
        widgets::paint_truncated(ui, &painter, &name, pos2(text_at, middle), room, palette.text.gamma_multiply(fade));
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
