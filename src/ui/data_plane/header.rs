//! What stands above the data planes: whose they are, what is drawn, steps of one part alone.

use super::DataPlanePanel;
use super::settings::DataPlaneSettings;
use crate::explore::data_plane::DataPlaneLayers;
use crate::trainer::{Part, Phase};
use crate::ui::command::{Command, ModelCommand, ViewCommand};
use crate::ui::settings::{SLOW_MOTION, Settings};
use crate::ui::slot::Slot;
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{theme, widgets};
use eframe::egui::containers::menu::{MenuButton, MenuConfig};
use eframe::egui::{ComboBox, PopupCloseBehavior, RichText, Ui};
use rust_i18n::t;

impl DataPlanePanel {
    /// Draws it.
    pub(super) fn header(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let mut settings = view.settings.data_plane.clone();
        let mut steps_per_s = view.settings.steps_per_s;
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GRID / 2.0;
            ui.selectable_value(&mut settings.model, None, tr("data_plane.both"))
                .on_hover_text(tr("data_plane.both_tip"));
            for slot in Slot::BOTH {
                let name = RichText::new(slot.name()).color(view.color(slot)).strong();
                let chosen = ui.selectable_value(&mut settings.model, Some(slot), name);
                let words = t!("data_plane.model", slot = slot.name());
                chosen.on_hover_text(words);
            }
            layers(ui, &mut settings);
            slow_motion(ui, &mut steps_per_s);
            for slot in Slot::BOTH.into_iter().filter(|slot| settings.model.is_none_or(|shown| shown == *slot)) {
                parts(ui, view, slot, commands);
            }
            self.draw_button(ui);
        });
        if settings != view.settings.data_plane || steps_per_s != view.settings.steps_per_s {
            let settings = Settings { data_plane: settings, steps_per_s, ..view.settings.clone() };
            commands.push(ViewCommand::Settings(Box::new(settings)).into());
        }
    }
}

/// What is drawn, each with its switch.
fn layers(ui: &mut Ui, settings: &mut DataPlaneSettings) {
    let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let words = format!("{} {}", tr("data_plane.layers"), theme::signs::MENU);
    let (button, _) = MenuButton::new(words).config(stays).ui(ui, |ui| {
        let DataPlaneLayers { real, samples, field, arrows, grid, reconstructions } = &mut settings.layers;
        let switches = [
            (real, "data_plane.real", "data_plane.real_tip"),
            (&mut settings.by_class, "data_plane.by_class", "data_plane.by_class_tip"),
            (samples, "data_plane.samples", "data_plane.samples_tip"),
            (field, "data_plane.field", "data_plane.field_tip"),
            (arrows, "data_plane.arrows", "data_plane.arrows_tip"),
            (grid, "data_plane.grid", "data_plane.grid_tip"),
            (reconstructions, "data_plane.reconstructions", "data_plane.reconstructions_tip"),
        ];
        for (is_on, words, tip) in switches {
            ui.checkbox(is_on, tr(words)).on_hover_text(tr(tip));
        }
    });
    button.on_hover_text(tr("data_plane.layers_tip"));
}

/// How fast models train.
fn slow_motion(ui: &mut Ui, steps_per_s: &mut Option<u32>) {
    let words = |steps: Option<u32>| match steps {
        Some(steps) => t!("data_plane.steps_per_s", steps = steps).into_owned(),
        None => tr("data_plane.full_speed"),
    };
    let list = ComboBox::from_id_salt("slow motion").selected_text(words(*steps_per_s)).width(14.0 * theme::GRID);
    let shown = list.show_ui(ui, |ui| {
        for steps in SLOW_MOTION.into_iter().map(Some).chain([None]) {
            ui.selectable_value(steps_per_s, steps, words(steps));
        }
    });
    shown.response.accessible_name(tr("data_plane.speed")).on_hover_text(tr("data_plane.speed_tip"));
}

/// A step of each part of a model that can be stepped alone.
fn parts(ui: &mut Ui, view: &View<'_>, slot: Slot, commands: &mut Vec<Command>) {
    let model = view.model(slot);
    let phase = model.status.map(|status| status.phase);
    let can = matches!(phase, Some(Phase::Paused | Phase::Training | Phase::Finished)) && model.mistake.is_none();
    for (part, number) in model.config.family().parts.iter().zip(1..) {
        let sign = format!("{} {} {}", theme::signs::STEP, slot.name(), part.sign);
        let name = t!("data_plane.step", part = part.sign, slot = slot.name());
        if widgets::sign_button(ui, can, &sign, &name, &tr(&format!("{}_tip", part.words))).clicked() {
            commands.push(ModelCommand::Step(model.id, Part::Only(number)).into());
        }
    }
}
