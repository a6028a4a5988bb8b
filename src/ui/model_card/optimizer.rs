//! How gradients become updates.

use super::fields::{self, Usual};
use crate::model::{Config, Family};
use crate::nn::optimizer::Method;
use crate::ui::text::tr;
use crate::ui::widgets::row;
use eframe::egui::{Response, Ui};

/// The weight decay that AdamW starts with: without any it is Adam.
const USUAL_DECAY: f64 = 0.01;

/// Draws the section.
pub fn ui(ui: &mut Ui, config: &mut Config) {
    fields::rows(ui, "optimizer", |ui| rows(ui, config));
}

fn rows(ui: &mut Ui, config: &mut Config) {
    row(ui, &tr("model.optimizer"), &tr("model.optimizer_tip"), |ui| method(ui, config));
    if config.optimizer != Method::RmsProp {
        row(ui, &tr("model.adam_beta1"), &tr("model.adam_beta1_tip"), |ui| {
            fields::real(ui, &mut config.adam_beta1, 0.0..=0.9999)
        });
        row(ui, &tr("model.adam_beta2"), &tr("model.adam_beta2_tip"), |ui| {
            fields::real(ui, &mut config.adam_beta2, 0.0..=0.999_999)
        });
    }
    if config.optimizer == Method::AdamW {
        row(ui, &tr("model.weight_decay"), &tr("model.weight_decay_tip"), |ui| {
            fields::real(ui, &mut config.weight_decay, 0.0..=10.0)
        });
    }
    let usual = Usual::real(1.0, 0.0..=1e6);
    fields::optional(ui, &tr("model.gradient_clip"), &tr("model.gradient_clip_tip"), &mut config.gradient_clip, usual);
    if config.family == Family::Gan {
        row(ui, &tr("model.critic_rate"), &tr("model.critic_rate_tip"), |ui| {
            fields::real(ui, &mut config.critic_rate, 0.0..=1000.0)
        });
    }
}

fn method(ui: &mut Ui, config: &mut Config) -> Response {
    let name = |method| match method {
        Method::Adam => tr("optimizer.adam"),
        Method::AdamW => tr("optimizer.adamw"),
        Method::RmsProp => tr("optimizer.rmsprop"),
    };
    let before = config.optimizer;
    let response = fields::choice(ui, "method", &mut config.optimizer, &Method::ALL, name);
    if config.optimizer != before {
        config.weight_decay = if config.optimizer == Method::AdamW { USUAL_DECAY } else { 0.0 };
    }
    response
}
