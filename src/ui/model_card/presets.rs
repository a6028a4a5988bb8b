//! The presets to choose from, autoencoders and GANs apart.

use crate::model::{Config, PRESETS};
use crate::ui::command::Command;
use crate::ui::text::tr;
use crate::ui::theme;
use crate::ui::view::ModelView;
use eframe::egui::Ui;

/// Draws the list.
pub fn choices(ui: &mut Ui, model: &ModelView<'_>, commands: &mut Vec<Command>) {
    for (encodes, heading) in [(true, "preset.autoencoders"), (false, "preset.gans")] {
        if !encodes {
            ui.separator();
        }
        ui.label(theme::note(ui, tr(heading)));
        for preset in PRESETS {
            if Config::preset(preset).is_none_or(|config| config.encodes() != encodes) {
                continue;
            }
            let chosen = model.config.preset == preset;
            let response = ui.selectable_label(chosen, preset);
            let summary = tr(&format!("preset.{preset}"));
            if response.on_hover_text(summary).clicked() && !chosen {
                commands.push(Command::Preset(model.slot, preset.to_owned()));
            }
        }
    }
}
