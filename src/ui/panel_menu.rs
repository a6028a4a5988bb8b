//! The menu of a panel's tab: the panel as a picture, and as a figure where it has one.

use crate::ui::command::{Ask, Command, ExportSubject, FileCommand, PanelPictureUse};
use crate::ui::export;
use crate::ui::output;
use crate::ui::pane::Pane;
use crate::ui::text::tr;
use crate::ui::view::View;
use eframe::egui::{Button, Ui};

/// What a panel is exported as where it has a figure of its own.
fn figure(pane: &Pane, view: &View<'_>) -> Option<ExportSubject> {
    match pane.id() {
        "plane" => Some(ExportSubject::Plane(view.settings.plane.model)),
        "training" => Some(ExportSubject::Curves),
        "compare" => Some(ExportSubject::Sheet),
        _ => None,
    }
}

/// Its entries.
pub fn ui(ui: &mut Ui, pane: &Pane, view: &View<'_>, commands: &mut Vec<Command>) {
    for (words, tip, purpose) in [
        (tr("layout.save_picture"), tr("layout.save_picture_tip"), PanelPictureUse::Save),
        (tr("layout.copy_picture"), tr("layout.copy_picture_tip"), PanelPictureUse::Copy),
    ] {
        if ui.button(words).on_hover_text(tip).clicked() {
            commands.push(FileCommand::PicturePanel(pane.clone(), purpose).into());
        }
    }
    if let Some(subject) = figure(pane, view) {
        let figure = Button::new(tr("layout.save_figure"));
        let figure = ui.add_enabled(export::is_ready(view, subject), figure);
        if figure.on_hover_text(tr("layout.save_figure_tip")).clicked() {
            commands.push(FileCommand::Ask(Ask::Export(subject)).into());
        }
    }
    if pane.id() == "output" {
        output::trace_switch(ui, view, commands);
    }
}
