//! Copying images: a menu on each of them, and a key for those that are shown large.

use crate::ui::command::{Command, FileCommand, ImageSubject};
use crate::ui::text::tr;
use eframe::egui::text_selection::LabelSelectionState;
use eframe::egui::{Context, Event, Response, Sense, Ui};

/// What an image senses that does nothing else: the button of its menu, but no focus.
pub const IMAGE_SENSE: Sense = Sense::CLICK;

/// The menu of an image; `response` senses clicks.
pub fn menu(response: &Response, subject: ImageSubject, commands: &mut Vec<Command>) {
    response.context_menu(|ui| entry(ui, subject, commands));
}

/// The entry in a menu.
pub fn entry(ui: &mut Ui, subject: ImageSubject, commands: &mut Vec<Command>) {
    if ui.button(tr("copy.image")).on_hover_text(tr("copy.image_tip")).clicked() {
        commands.push(FileCommand::CopyImage(subject).into());
    }
}

/// Whether the key that copies was pressed, and for no text.
pub fn pressed(context: &Context) -> bool {
    let has_selection = || context.plugin::<LabelSelectionState>().lock().has_selection();
    let for_text = context.text_edit_focused() || has_selection();
    !for_text && context.input(|input| input.events.contains(&Event::Copy))
}
