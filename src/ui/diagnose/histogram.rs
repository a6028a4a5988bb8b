//! A histogram as small as a word.

use crate::nn::inspection::ValueFigures;
use crate::ui::text::number;
use crate::ui::theme;
use eframe::egui::{Color32, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2};
use rust_i18n::t;

/// Its size in points.
const SIZE: [f32; 2] = [9.0 * theme::GRID, 2.25 * theme::GRID];

/// Draws the histogram of values; the height is the root of how many there are, so that few are seen beside many.
pub(super) fn ui(ui: &mut Ui, figures: &ValueFigures, name: &str, color: Color32) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(SIZE[0], SIZE[1]), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    let palette = theme::of(ui);
    ui.painter().rect_filled(rect, 0.0, palette.surfaces[2]);
    bars(ui, rect, &figures.histogram, color);
    let (least, most) = (f64::from(figures.least), f64::from(figures.most));
    if least < 0.0 && most > 0.0 {
        let x = rect.left() + rect.width() * (-least / (most - least)) as f32;
        let stroke = (1.0, palette.text_secondary);
        ui.painter().line_segment([pos2(x, rect.top()), pos2(x, rect.bottom())], stroke);
    }
    response.on_hover_text(t!(
        "diagnose.values",
        name = name,
        least = number(least),
        most = number(most),
        mean = number(figures.mean),
        deviation = number(figures.deviation()),
        bad = figures.not_finite
    ))
}

/// Bars of a histogram, over the whole width.
pub(super) fn bars(ui: &Ui, rect: Rect, counts: &[u32], color: Color32) {
    let most = counts.iter().copied().max().unwrap_or(0).max(1) as f32;
    let width = rect.width() / counts.len().max(1) as f32;
    for (place, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = rect.height() * (*count as f32 / most).sqrt();
        let left = rect.left() + place as f32 * width;
        let bar = Rect::from_min_max(pos2(left, rect.bottom() - height), pos2(left + width, rect.bottom()));
        ui.painter().rect_filled(bar, 0.0, color);
    }
}
