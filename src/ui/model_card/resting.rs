//! The card of a model that learned from other data: what it is, what it learned from, and a button that opens that again.

use crate::dataset::Source;
use crate::ui::command::{Command, ModelCommand};
use crate::ui::model_card::entry;
use crate::ui::slot::Slot;
use crate::ui::text::{tr, whole};
use crate::ui::view::{ModelView, View};
use crate::ui::{theme, widgets};
use eframe::egui::{Label, RichText, Ui};
use rust_i18n::t;

/// Draws it. To show such a model is to open its data; one that encodes goes into view A.
pub fn ui(ui: &mut Ui, view: &View<'_>, model: &ModelView<'_>, data: &Source, commands: &mut Vec<Command>) {
    ui.horizontal(|ui| {
        widgets::badge(ui, model);
        let menu = theme::GRID * 5.0;
        ui.scope(|ui| {
            ui.set_width(ui.available_width() - menu);
            ui.add(Label::new(RichText::new(model.name).strong()).truncate());
        });
        entry::ui(ui, view, model, commands);
    });
    if let Some(step) = model.status.map(|status| status.step).or(model.rests_at) {
        ui.label(theme::note(ui, t!("resting.step", step = whole(step))));
    }
    let slot = if model.has_encoder() { Slot::A } else { Slot::B };
    let (words, name) =
        (t!("resting.open", data = data.short_name()), t!("resting.open_for", data = data, name = model.name));
    let tip = format!("{name}\n{}", tr("resting.open_tip"));
    let width = ui.available_width();
    if widgets::wide_button(ui, view.opening.is_none(), width, &words, &name, &tip).clicked() {
        commands.push(ModelCommand::Show(slot, model.id).into());
    }
}
