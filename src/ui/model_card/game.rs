//! What the two networks of a GAN play for, and what holds the critic back.

use super::fields::{self, Usual};
use crate::model::Config;
use crate::nn::adversarial::AdversarialLoss;
use crate::ui::text::tr;
use crate::ui::theme;
use crate::ui::widgets::row;
use eframe::egui::{DragValue, RichText, Ui};

/// Draws the section.
pub fn ui(ui: &mut Ui, config: &mut Config) {
    fields::rows(ui, "game", |ui| rows(ui, config));
    let free = config.gradient_penalty == 0.0 && config.weight_clip == 0.0 && config.r1_gamma == 0.0;
    if config.gan_loss == AdversarialLoss::Wasserstein && free {
        ui.label(RichText::new(tr("model.wasserstein_free")).small().color(theme::of(ui).warning));
    }
}

fn rows(ui: &mut Ui, config: &mut Config) {
    row(ui, &tr("model.gan_loss"), &tr("model.gan_loss_tip"), |ui| {
        let name = |loss: AdversarialLoss| tr(&format!("gan_loss.{}", loss.name()));
        fields::choice(ui, "loss", &mut config.gan_loss, &AdversarialLoss::ALL, name)
    });
    row(ui, &tr("model.critic_steps"), &tr("model.critic_steps_tip"), |ui| {
        ui.add(DragValue::new(&mut config.critic_steps).range(1..=1000).speed(0.1).update_while_editing(false))
    });
    row(ui, &tr("model.r1"), &tr("model.r1_tip"), |ui| fields::linear(ui, &mut config.r1_gamma, 0.0, 10.0));
    let penalty = Usual::real(10.0, 0.0..=1000.0);
    let (name, tip) = (tr("model.gradient_penalty"), tr("model.gradient_penalty_tip"));
    fields::optional(ui, &name, &tip, &mut config.gradient_penalty, penalty);
    let clip = Usual::real(0.01, 0.0..=1000.0);
    fields::optional(ui, &tr("model.weight_clip"), &tr("model.weight_clip_tip"), &mut config.weight_clip, clip);
}
