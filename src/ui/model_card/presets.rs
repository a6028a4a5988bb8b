//! The presets to choose from, under a heading for each kind of family.

use crate::model::FAMILIES;
use crate::ui::text::tr;
use crate::ui::theme;
use eframe::egui::Ui;

/// Draws the list, with the one that is `chosen` marked; gives the one that was clicked.
pub fn list(ui: &mut Ui, chosen: Option<&str>) -> Option<String> {
    let mut clicked = None;
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
            let is_chosen = chosen == Some(preset.name);
            let response = ui.selectable_label(is_chosen, preset.name);
            let summary = tr(&format!("preset.{}", preset.name));
            if response.on_hover_text(summary).clicked() && !is_chosen {
                clicked = Some(preset.name.to_owned());
            }
        }
    }
    clicked
}
