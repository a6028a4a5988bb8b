//! One model's card: its preset, its buttons, where it is, its numbers that may change while it trains, and the others in
//! sections.

mod entry;
mod fields;
pub mod presets;
mod rate_curve;
mod sections;

use crate::model::Section;
use crate::trainer::{Part, Phase, Status};
use crate::ui::command::{Command, FileCommand, ModelCommand};
use crate::ui::text::{explain, tr, whole};
use crate::ui::theme::signs;
use crate::ui::view::{ModelView, View};
use crate::ui::{theme, widgets};
use eframe::egui::{self, ComboBox, RichText, Ui};
use rust_i18n::t;

/// Draws a card; that of a model that stands in no view is short.
pub fn ui(ui: &mut Ui, view: &View<'_>, model: &ModelView<'_>, commands: &mut Vec<Command>) {
    ui.push_id(model.id, |ui| {
        head(ui, view, model, commands);
        buttons(ui, model, commands);
        status_line(ui, model);
        trouble(ui, model);
        if model.slot.is_none() {
            return;
        }
        let mut config = model.config.clone();
        fields::rows(ui, Section::LIVE, &mut config);
        sections::ui(ui, model, &mut config);
        if model.waits_for_reset {
            ui.label(RichText::new(tr("model.waits_for_reset")).small().color(theme::of(ui).warning));
        }
        if config != *model.config {
            commands.push(ModelCommand::Edit(model.id, Box::new(config)).into());
        }
    });
}

fn head(ui: &mut Ui, view: &View<'_>, model: &ModelView<'_>, commands: &mut Vec<Command>) {
    if model.name != model.config.preset {
        ui.add(egui::Label::new(RichText::new(model.name).strong()).truncate());
    }
    ui.horizontal(|ui| {
        widgets::badge(ui, model);
        let name = t!("model.preset_of", slot = model.label());
        let response = ComboBox::from_id_salt("preset")
            .selected_text(model.config.preset.as_str())
            .width(16.0 * theme::GRID)
            .height(80.0 * theme::GRID)
            .show_ui(ui, |ui| {
                if let Some(preset) = presets::list(ui, Some(&model.config.preset)) {
                    commands.push(ModelCommand::Preset(model.id, preset).into());
                }
            })
            .response;
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, &name));
        response.on_hover_text(tr("model.preset_tip"));
        entry::ui(ui, view, model, commands);
        ui.add(egui::Label::new(theme::note(ui, tr(model.config.family().words))).truncate());
    });
}

fn buttons(ui: &mut Ui, model: &ModelView<'_>, commands: &mut Vec<Command>) {
    let id = model.id;
    let named = |key: &str| t!(key, slot = model.label()).into_owned();
    let phase = model.status.map(|status| status.phase);
    let can = matches!(phase, Some(Phase::Paused | Phase::Training | Phase::Waiting | Phase::Finished))
        && model.mistake.is_none();
    ui.horizontal(|ui| {
        if model.is_training() || model.queued {
            if widgets::sign_button(ui, can, signs::PAUSE, &named("train.pause"), &tr("train.pause_tip")).clicked() {
                commands.push(ModelCommand::Pause(id).into());
            }
        } else if widgets::sign_button(ui, can, signs::START, &named("train.start"), &tr("train.start_tip")).clicked() {
            commands.push(ModelCommand::Start(id).into());
        }
        let mut step = |ui: &mut Ui, sign: &str, words: &str, tip: &str, part: Part| {
            if widgets::sign_button(ui, can, sign, &named(words), &tr(tip)).clicked() {
                commands.push(ModelCommand::Step(id, part).into());
            }
        };
        step(ui, signs::STEP, "train.step", "train.step_tip", Part::Whole);
        for (part, number) in model.config.family().parts.iter().zip(1..) {
            step(ui, part.sign, part.words, &format!("{}_tip", part.words), Part::Only(number));
        }
        let any = phase.is_some();
        if widgets::sign_button(ui, any, signs::RESET, &named("train.reset"), &tr("train.reset_tip")).clicked() {
            commands.push(ModelCommand::Reset(id).into());
        }
        if widgets::sign_button(ui, any, signs::SAVE, &named("train.save"), &tr("train.save_tip")).clicked() {
            commands.push(FileCommand::Save(id).into());
        }
    });
}

fn status_line(ui: &mut Ui, model: &ModelView<'_>) {
    let Some(status) = model.status else {
        ui.label(theme::note(ui, tr("train.no_data")));
        return;
    };
    let phase = match status.phase {
        Phase::Paused if model.queued => "phase.queued",
        Phase::Paused if status.step == 0 => "phase.ready",
        Phase::Paused => "phase.paused",
        Phase::Training => "phase.training",
        Phase::Waiting => "phase.waiting",
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
        ui.label(RichText::new(explain(failure)).color(danger));
        ui.label(RichText::new(tr("model.after_failure")).small().color(danger));
    }
    if let Some(mistake) = &model.mistake {
        ui.label(RichText::new(explain(mistake)).color(danger));
    }
}
