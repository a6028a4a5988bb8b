//! One model's card: its preset, its buttons, where it is, its numbers that may change while it trains, and the others in
//! sections.

mod fields;
mod presets;
mod rate_curve;
mod sections;

use crate::model::Section;
use crate::trainer::{Part, Phase, Status};
use crate::ui::command::{Command, Slot};
use crate::ui::text::{tr, whole};
use crate::ui::theme::signs;
use crate::ui::view::ModelView;
use crate::ui::{theme, widgets};
use eframe::egui::{self, ComboBox, RichText, Ui};
use rust_i18n::t;

/// Draws a card.
pub fn ui(ui: &mut Ui, model: &ModelView<'_>, commands: &mut Vec<Command>) {
    ui.push_id(model.slot, |ui| {
        head(ui, model, commands);
        buttons(ui, model, commands);
        status_line(ui, model);
        trouble(ui, model);
        let mut config = model.config.clone();
        fields::rows(ui, Section::LIVE, &mut config);
        sections::ui(ui, model, &mut config);
        if model.waits_for_reset {
            ui.label(RichText::new(tr("model.waits_for_reset")).small().color(theme::of(ui).warning));
        }
        if config != *model.config {
            commands.push(Command::Edit(model.slot, config));
        }
    });
}

fn head(ui: &mut Ui, model: &ModelView<'_>, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        widgets::badge(ui, model.slot);
        let name = t!("model.preset_of", slot = model.slot.name());
        let response = ComboBox::from_id_salt("preset")
            .selected_text(model.config.preset.as_str())
            .width(16.0 * theme::GRID)
            .height(60.0 * theme::GRID)
            .show_ui(ui, |ui| presets::choices(ui, model, commands))
            .response;
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, &name));
        response.on_hover_text(tr("model.preset_tip"));
        ui.add(egui::Label::new(theme::note(ui, tr(model.config.family().words))).truncate());
    });
}

fn buttons(ui: &mut Ui, model: &ModelView<'_>, commands: &mut Vec<Command>) {
    let slot = model.slot;
    let named = |key: &str| t!(key, slot = slot.name()).into_owned();
    let phase = model.status.map(|status| status.phase);
    let can = matches!(phase, Some(Phase::Paused | Phase::Training | Phase::Finished)) && model.mistake.is_none();
    ui.horizontal(|ui| {
        if model.is_training() {
            if widgets::sign_button(ui, can, signs::PAUSE, &named("train.pause"), &tr("train.pause_tip")).clicked() {
                commands.push(Command::Pause(slot));
            }
        } else if widgets::sign_button(ui, can, signs::START, &named("train.start"), &tr("train.start_tip")).clicked() {
            commands.push(Command::Start(slot));
        }
        let mut step = |ui: &mut Ui, sign: &str, words: &str, tip: &str, part: Part| {
            if widgets::sign_button(ui, can, sign, &named(words), &tr(tip)).clicked() {
                commands.push(Command::Step(slot, part));
            }
        };
        step(ui, signs::STEP, "train.step", "train.step_tip", Part::Whole);
        for (part, number) in model.config.family().parts.iter().zip(1..) {
            step(ui, part.sign, part.words, &format!("{}_tip", part.words), Part::Only(number));
        }
        let any = phase.is_some();
        if widgets::sign_button(ui, any, signs::RESET, &named("train.reset"), &tr("train.reset_tip")).clicked() {
            commands.push(Command::Reset(slot));
        }
        if widgets::sign_button(ui, any, signs::SAVE, &named("train.save"), &tr("train.save_tip")).clicked() {
            commands.push(Command::Save(slot));
        }
    });
}

fn status_line(ui: &mut Ui, model: &ModelView<'_>) {
    let Some(status) = model.status else {
        ui.label(theme::note(ui, tr("train.no_data")));
        return;
    };
    let phase = match status.phase {
        Phase::Paused if status.step == 0 => "phase.ready",
        Phase::Paused => "phase.paused",
        Phase::Training => "phase.training",
        Phase::Finished => "phase.finished",
        Phase::Failed => "phase.failed",
        Phase::Stopped => "phase.stopped",
    };
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(tr(phase)).small().strong());
        ui.label(theme::figure(progress(&status)));
    })
    .response
    .on_hover_text(tr("phase.tip"));
    if model.ready_made {
        ui.label(theme::note(ui, tr("model.ready_made")));
    }
}

fn progress(status: &Status) -> String {
    let epoch = status.step as f64 / status.steps_per_epoch.max(1) as f64;
    let step = t!("phase.step", step = whole(status.step), epoch = format!("{epoch:.2}"));
    let mut line = step.into_owned();
    if status.samples_per_s > 0.0 {
        line += &format!(" · {}", t!("phase.rate", rate = whole(status.samples_per_s.round() as u64)));
    }
    if status.train_s > 0.0 {
        line += &format!(" · {:.1} s", status.train_s);
    }
    line
}

fn trouble(ui: &mut Ui, model: &ModelView<'_>) {
    let danger = theme::of(ui).danger;
    if let Some(failure) = model.failure {
        ui.label(RichText::new(failure).color(danger));
        ui.label(RichText::new(tr("model.after_failure")).small().color(danger));
    }
    if let Some(mistake) = &model.mistake {
        ui.label(RichText::new(mistake).color(danger));
    }
}

/// The name that a slot's start button has, for those who look for it by name.
pub fn start_name(slot: Slot) -> String {
    t!("train.start", slot = slot.name()).into_owned()
}
