//! The learning rate over the steps to come, as a small curve.

use crate::model::{LearningRate, Schedule};
use crate::ui::text::{number, tr, whole};
use crate::ui::theme;
use crate::ui::view::ModelView;
use eframe::egui::{self, Align, Layout, Role, Sense, Stroke, Ui, Vec2, WidgetInfo, pos2};
use rust_i18n::t;

/// Steps that are shown where nothing says how many matter.
const SOME_STEPS: u64 = 1000;

/// Draws the curve, and where the model stands on it.
pub fn ui(ui: &mut Ui, model: &ModelView<'_>, rate: &LearningRate) {
    let step = model.status.map_or(0, |status| status.step);
    let last = last_step(rate).max(step);
    let (rect, response) = ui.allocate_exact_size(Vec2::new(ui.available_width(), 6.0 * theme::GRID), Sense::hover());
    let palette = theme::of(ui);
    let color = theme::model_color(model.color);
    let inner = rect.shrink(theme::GRID / 2.0);
    let top = rate.learning_rate.max(f64::MIN_POSITIVE);
    let place = |step: u64| {
        let share = (rate.at(step) / top).clamp(0.0, 1.0) as f32;
        let x = inner.left() + inner.width() * (step as f64 / last as f64) as f32;
        pos2(x, inner.bottom() - inner.height() * share)
    };
    let places = inner.width().max(2.0) as u64;
    let curve: Vec<_> =
        (0..=places).map(|at| place((last as f64 * at as f64 / places as f64).round() as u64)).collect();
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, theme::GRID / 4.0, palette.surfaces[1]);
    painter.line(curve, Stroke::new(1.5, color));
    painter.circle_filled(place(step), theme::GRID / 2.0 - 1.0, color);
    let name = t!("model.rate_curve", slot = model.label());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    let under = response.hover_pos().map(|at| {
        let share = f64::from((at.x - inner.left()) / inner.width().max(1.0)).clamp(0.0, 1.0);
        (share * last as f64).round() as u64
    });
    response.on_hover_ui_at_pointer(|ui| {
        if let Some(step) = under {
            let words = t!("model.rate_at", step = whole(step), rate = number(rate.at(step)));
            ui.label(theme::figure(words));
        }
        ui.label(theme::note(ui, tr("model.rate_curve_tip")));
    });
    ui.horizontal(|ui| {
        ui.label(theme::note(ui, t!("model.rate_most", rate = number(rate.learning_rate))));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add(egui::Label::new(theme::note(ui, format!("{} {}", whole(last), tr("model.unit_steps")))).truncate());
        });
    });
}

/// The step up to which a schedule is worth looking at.
fn last_step(rate: &LearningRate) -> u64 {
    let warm = rate.warm_up_steps;
    let last = match rate.schedule {
        Schedule::Constant => warm.saturating_mul(4),
        Schedule::Cosine => rate.schedule_steps.max(warm).saturating_mul(5) / 4,
        Schedule::Step => rate.schedule_steps.max(warm).saturating_mul(5),
    };
    if last == 0 { SOME_STEPS } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_shows_the_whole_schedule() {
        let constant = LearningRate {
            learning_rate: 1e-3,
            warm_up_steps: 0,
            schedule: Schedule::Constant,
            schedule_steps: 400,
            schedule_share: 0.1,
        };
        let warm = LearningRate { warm_up_steps: 100, ..constant };
        assert_eq!(last_step(&constant), SOME_STEPS);
        assert_eq!(last_step(&warm), 400);
        assert_eq!(last_step(&LearningRate { schedule: Schedule::Cosine, ..warm }), 500);
        assert_eq!(last_step(&LearningRate { schedule: Schedule::Step, ..warm }), 2000);
    }
}
