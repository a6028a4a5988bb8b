//! The presets to choose from, under a heading for each kind of family.

use crate::model::FAMILIES;
use crate::ui::command::Command;
use crate::ui::text::tr;
use crate::ui::theme;
use crate::ui::view::ModelView;
use eframe::egui::Ui;

/// Draws the list.
pub fn choices(ui: &mut Ui, model: &ModelView<'_>, commands: &mut Vec<Command>) {
    let mut heading = "";
    for family in FAMILIES {
        if family.heading != heading {
            if !heading.is_empty() {
                ui.separator();
            }
            heading = family.heading;
            ui.label(theme::note(ui, tr(heading)));
        }
        for preset in family.presets {
            let chosen = model.config.preset == preset.name;
            let response = ui.selectable_label(chosen, preset.name);
            let summary = tr(&format!("preset.{}", preset.name));
            if response.on_hover_text(summary).clicked() && !chosen {
                commands.push(Command::Preset(model.slot, preset.name.to_owned()));
            }
        }
    }
}
