//! The help: what there is to do, and the keys.

use crate::ui::text::tr;
use crate::ui::{theme, widgets};
use eframe::egui::{Align2, Context, Grid, ScrollArea, Window};

const KEYS: [(&str, &str); 22] = [
    ("help.space", "help.space_does"),
    ("S", "help.s_does"),
    ("Ctrl+R", "help.r_does"),
    ("help.arrows", "help.arrows_does"),
    ("help.on_timeline", "help.on_timeline_does"),
    ("help.shift_drag", "help.shift_drag_does"),
    ("help.shift_click", "help.shift_click_does"),
    ("help.ctrl_drag", "help.ctrl_drag_does"),
    ("F", "help.f_does"),
    ("Home", "help.home_does"),
    ("0", "help.zero_does"),
    ("Ctrl+O", "help.ctrl_o_does"),
    ("Ctrl+S", "help.ctrl_s_does"),
    ("Ctrl+E", "help.ctrl_e_does"),
    ("Ctrl+Z", "help.ctrl_z_does"),
    ("Ctrl+Shift+Z", "help.ctrl_shift_z_does"),
    ("F5", "help.f5_does"),
    ("F11", "help.f11_does"),
    ("help.double_click", "help.double_click_does"),
    ("F1", "help.f1_does"),
    ("Ctrl +/−", "help.zoom_does"),
    ("Tab", "help.tab_does"),
];

/// Draws the help window; `open` turns false when it is closed.
pub fn ui(context: &Context, open: &mut bool) {
    if !*open {
        return;
    }
    widgets::note_dialog(context);
    if widgets::escapes(context) {
        *open = false;
    }
    Window::new(tr("help.title"))
        .id(eframe::egui::Id::unique("help"))
        .open(open)
        .collapsible(false)
        .default_width(70.0 * theme::GRID)
        .anchor(Align2::CENTER_CENTER, [0.0, 0.0])
        .show(context, |ui| {
            let room = context.content_rect().height() - 14.0 * theme::GRID;
            ScrollArea::vertical().max_height(room.max(10.0 * theme::GRID)).show(ui, |ui| {
                for paragraph in ["help.what", "help.begin", "help.plane", "help.compare", "help.wrong"] {
                    ui.label(tr(paragraph));
                    ui.add_space(theme::GRID);
                }
                ui.label(theme::title(tr("help.keys")));
                Grid::new("keys").num_columns(2).spacing([2.0 * theme::GRID, theme::GRID / 2.0]).show(ui, |ui| {
                    for (key, does) in KEYS {
                        let key = if key.starts_with("help.") { tr(key) } else { key.to_owned() };
                        ui.label(theme::figure(key));
                        ui.label(tr(does));
                        ui.end_row();
                    }
                });
                ui.add_space(theme::GRID);
                ui.label(theme::note(ui, tr("help.focus")));
            });
        });
}

/// The keys of the language tables that this window uses besides those written out above.
pub fn keys() -> impl Iterator<Item = &'static str> {
    KEYS.iter().flat_map(|(key, does)| [*key, *does]).filter(|key| key.starts_with("help."))
}
