//! The means of a sheet's figures, and the scale of its errors.

use super::titles::{letter_of, likelihood_name};
use crate::explore::compare::{ReconstructionKind, Searched, Sheet};
use crate::picture::ColorMap;
use crate::ui::text::{number, tr, whole};
use crate::ui::{theme, widgets};
use eframe::egui::{Color32, Rect, Sense, Ui, pos2, vec2};
use rust_i18n::t;

/// The size of the bar of errors, in points, and its steps.
const BAR: [f32; 2] = [10.0 * theme::GRID, theme::GRID];
const STEPS: usize = 40;

/// Below the table: a line a model, and how errors are drawn.
pub(super) fn footer(ui: &mut Ui, sheet: &Sheet) {
    for (place, model) in sheet.models.iter().enumerate() {
        ui.horizontal_wrapped(|ui| {
            ui.label(letter_of(place));
            if let Some(figures) = model.figures() {
                widgets::fact(ui, &tr("compare.mse"), &number(figures.squared_error), &tr("compare.mse_tip"));
                widgets::fact(ui, &tr("compare.psnr"), &format!("{:.1} dB", figures.psnr), &tr("compare.psnr_tip"));
                if let Some(ssim) = figures.ssim {
                    widgets::fact(ui, &tr("compare.ssim"), &format!("{ssim:.3}"), &tr("compare.ssim_tip"));
                }
                if let (Some(nats), Some(likelihood)) = (figures.nats, model.weights.likelihood) {
                    let name = t!("compare.nats", likelihood = likelihood_name(likelihood));
                    widgets::fact(ui, &name, &number(nats), &tr("compare.nats_tip"));
                }
            }
            if model.kind == ReconstructionKind::Inversion {
                let found = model.searched.iter().filter(|searched| **searched != Searched::No).count();
                let words = t!("compare.found", found = found, all = model.searched.len());
                ui.label(theme::note(ui, words)).on_hover_text(tr("compare.found_tip"));
            }
        });
    }
    ui.horizontal_wrapped(|ui| {
        scale(ui);
        let steps = sheet.models.iter().enumerate();
        let steps = steps.map(|(place, model)| format!("{} {}", letter_of(place), whole(model.step())));
        let steps = steps.collect::<Vec<_>>().join(" · ");
        widgets::fact(ui, &tr("compare.steps"), &steps, &tr("compare.steps_tip"));
    });
}

/// The colours of errors, which are the same on all maps.
fn scale(ui: &mut Ui) {
    let row = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID / 2.0;
        ui.label(theme::note(ui, tr("compare.scale")));
        ui.label(theme::figure("−1"));
        let (rect, _) = ui.allocate_exact_size(vec2(BAR[0], BAR[1]), Sense::hover());
        let step = rect.width() / STEPS as f32;
        for place in 0..STEPS {
            let error = 2.0 * (place as f32 + 0.5) / STEPS as f32 - 1.0;
            let [red, green, blue] = ColorMap::Signed.rgb(error.abs().sqrt().copysign(error));
            let left = rect.left() + place as f32 * step;
            let part = Rect::from_min_max(pos2(left, rect.top()), pos2(left + step, rect.bottom()));
            ui.painter().rect_filled(part, 0.0, Color32::from_rgb(red, green, blue));
        }
        ui.label(theme::figure("+1"));
    });
    row.response.on_hover_text(tr("compare.scale_tip"));
}
