//! The bar at the top: menus, and what there is to know at any time.

mod chips;
mod menus;

use crate::ui::command::Command;
use crate::ui::text::tr;
use crate::ui::theme;
use crate::ui::view::View;
use eframe::egui::{self, Align, Layout, MenuBar, Ui};

/// Draws the bar.
pub fn ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    MenuBar::new().ui(ui, |ui| {
        ui.menu_button(tr("menu.file"), |ui| menus::file(ui, view, commands));
        ui.menu_button(tr("menu.edit"), |ui| menus::edit(ui, commands));
        ui.menu_button(tr("menu.view"), |ui| menus::view(ui, view, commands));
        ui.menu_button(tr("menu.run"), |ui| menus::run(ui, view, commands));
        ui.menu_button(tr("menu.help"), |ui| menus::help(ui, commands));
        ui.separator();
        chips::data(ui, view, commands);
        ui.separator();
        chips::device(ui, view);
        ui.separator();
        chips::decoder(ui, view);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            chips::theme_button(ui, view, commands);
            let device = if view.device.is_empty() { tr("device.none") } else { view.device.to_owned() };
            ui.add(egui::Label::new(theme::note(ui, device)).truncate()).on_hover_text(tr("device.tip"));
        });
    });
}
