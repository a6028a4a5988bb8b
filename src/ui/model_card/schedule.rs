//! What changes by itself while a model trains, and when it ends.

use super::fields::{self, Usual};
use super::rate_curve;
use crate::model::{Config, Family, Schedule};
use crate::ui::text::tr;
use crate::ui::view::ModelView;
use crate::ui::widgets::row;
use eframe::egui::Ui;

/// Draws the section.
pub fn ui(ui: &mut Ui, model: &ModelView<'_>, config: &mut Config) {
    fields::rows(ui, "schedule", |ui| rows(ui, config));
    rate_curve::ui(ui, model, config);
}

fn rows(ui: &mut Ui, config: &mut Config) {
    row(ui, &tr("model.warm_up"), &tr("model.warm_up_tip"), |ui| fields::steps(ui, &mut config.warm_up_steps, 0));
    row(ui, &tr("model.schedule"), &tr("model.schedule_tip"), |ui| {
        let name = |schedule| match schedule {
            Schedule::Constant => tr("schedule.constant"),
            Schedule::Cosine => tr("schedule.cosine"),
            Schedule::Step => tr("schedule.step"),
        };
        fields::choice(ui, "schedule", &mut config.schedule, &Schedule::ALL, name)
    });
    let names = match config.schedule {
        Schedule::Constant => None,
        Schedule::Cosine => {
            Some(["model.cosine_steps", "model.cosine_steps_tip", "model.cosine_share", "model.cosine_share_tip"])
        }
        Schedule::Step => {
            Some(["model.step_steps", "model.step_steps_tip", "model.step_share", "model.step_share_tip"])
        }
    };
    if let Some([steps, steps_tip, share, share_tip]) = names {
        row(ui, &tr(steps), &tr(steps_tip), |ui| fields::steps(ui, &mut config.schedule_steps, 1));
        row(ui, &tr(share), &tr(share_tip), |ui| fields::real(ui, &mut config.schedule_share, 0.0..=1.0));
    }
    if config.family == Family::Vae {
        row(ui, &tr("model.beta_warm_up"), &tr("model.beta_warm_up_tip"), |ui| {
            fields::steps(ui, &mut config.beta_warm_up_steps, 0)
        });
        let unit = format!(" {}", tr("model.unit_nats"));
        let usual = Usual { unit, ..Usual::real(0.25, 0.0..=100.0) };
        fields::optional(ui, &tr("model.free_bits"), &tr("model.free_bits_tip"), &mut config.free_bits, usual);
    }
    if config.encodes() {
        let mut tests = config.early_stop_tests as f64;
        let unit = format!(" {}", tr("model.unit_tests"));
        let usual = Usual { unit, whole: true, ..Usual::real(5.0, 1.0..=1000.0) };
        fields::optional(ui, &tr("model.early_stop"), &tr("model.early_stop_tip"), &mut tests, usual);
        config.early_stop_tests = tests.round() as u64;
    }
}
