//! The bar at the top: menus, and what there is to know at any time.

mod chips;
mod menus;

use crate::ui::command::Command;
use crate::ui::text::tr;
use crate::ui::theme;
use crate::ui::view::View;
use eframe::egui::{self, Align, Layout, MenuBar, ScrollArea, Ui};

/// A menu; scrolled where the window is lower than it.
fn menu(ui: &mut Ui, key: &str, add: impl FnOnce(&mut Ui)) {
    ui.menu_button(tr(key), |ui| {
        let room = ui.ctx().content_rect().bottom() - ui.cursor().top() - 2.0 * theme::GRID;
        ScrollArea::vertical().max_height(room.max(theme::LINE)).show(ui, add);
    });
}

/// Draws the bar.
pub fn ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    MenuBar::new().ui(ui, |ui| {
        menu(ui, "menu.file", |ui| menus::file(ui, view, commands));
        menu(ui, "menu.edit", |ui| menus::edit(ui, commands));
        menu(ui, "menu.view", |ui| menus::view(ui, view, commands));
        menu(ui, "menu.run", |ui| menus::run(ui, view, commands));
        menu(ui, "menu.help", |ui| menus::help(ui, commands));
        ui.separator();
        chips::data(ui, view, commands);
        ui.separator();
        chips::device(ui, view);
        ui.separator();
        chips::decoder(ui, view);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            chips::theme_button(ui, view, commands);
            let device = if view.device.is_empty() { tr("device.none") } else { view.device.to_owned() };
            ui.add(egui::Label::new(theme::note(ui, device)).truncate().show_tooltip_when_elided(false))
                .on_hover_text(tr("device.tip"));
        });
    });
}
