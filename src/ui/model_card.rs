//! One model's card: its preset, its buttons, where it is, its numbers that may change while it trains, and the others in
//! sections.

pub mod card_ids;
mod class_bars;
mod entry;
mod fields;
mod numbers;
pub mod presets;
mod rate_curve;
pub mod resting;
pub mod sections;
mod status;
mod thumbnails;

use crate::model::Section;
use crate::trainer::{Part, Phase};
use crate::ui::command::{Command, FileCommand, ModelCommand};
use crate::ui::text::tr;
use crate::ui::theme::signs;
use crate::ui::view::{ModelView, View};
use crate::ui::{theme, widgets};
use eframe::egui::{self, ComboBox, RichText, Ui};
use rust_i18n::t;

/// Room for the button that opens the menu of a model, in points.
const MENU_WIDTH: f32 = 5.0 * theme::GRID;

/// Draws a card; that of a model that stands in no view is short.
pub fn ui(ui: &mut Ui, view: &View<'_>, model: &ModelView<'_>, commands: &mut Vec<Command>) {
    head(ui, view, model, commands);
    buttons(ui, model, commands);
    status::table(ui, model, view.has_points());
    status::notice(ui, model, commands);
    if model.slot.is_none() {
        return;
    }
    let mut config = model.config.clone();
    class_bars::ui(ui, view, model, ui.available_width());
    fields::rows(ui, Section::LIVE, &mut config);
    sections::ui(ui, model, &mut config);
    if config != *model.config {
        commands.push(ModelCommand::Edit(model.id, Box::new(config)).into());
    }
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
            .width(ui.available_width() - MENU_WIDTH)
            .height(80.0 * theme::GRID)
            .show_ui(ui, |ui| {
                if let Some(preset) = presets::list(ui, Some(&model.config.preset), view.data.map(|data| &**data)) {
                    commands.push(ModelCommand::Preset(model.id, preset).into());
                }
            })
            .response;
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, &name));
        response.on_hover_text(format!("{}\n{}", tr(model.config.family().words), tr("model.preset_tip")));
        entry::ui(ui, view, model, commands);
    });
}

fn buttons(ui: &mut Ui, model: &ModelView<'_>, commands: &mut Vec<Command>) {
    let id = model.id;
    let named = |key: &str| t!(key, slot = model.label()).into_owned();
    let phase = model.status.map(|status| status.phase);
    let can = matches!(phase, Some(Phase::Paused | Phase::Training | Phase::Waiting | Phase::Finished))
        && model.mistake.is_none();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID / 2.0;
        // What is left of the line: as wide whether it trains or not.
        let others = 3 + model.config.family().parts.len();
        let width = ui.available_width() - others as f32 * (widgets::SIGN_WIDTH + theme::GRID / 2.0);
        if model.is_training() || model.queued {
            let words = format!("{} {}", signs::PAUSE, tr("train.pause_word"));
            if widgets::wide_button(ui, can, width, &words, &named("train.pause"), &tr("train.pause_tip")).clicked() {
                commands.push(ModelCommand::Pause(id).into());
            }
        } else {
            let words = format!("{} {}", signs::START, tr("train.start_word"));
            if widgets::wide_button(ui, can, width, &words, &named("train.start"), &tr("train.start_tip")).clicked() {
                commands.push(ModelCommand::Start(id).into());
            }
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
