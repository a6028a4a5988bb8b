//! The plane and the outputs alone, for a room to look at: no controls, and a pointer that can be seen from the last row.

use crate::ui::command::Command;
use crate::ui::view::View;
use crate::ui::{Pane, Panels, theme};
use eframe::egui::{self, Id, LayerId, Order, Panel, Stroke, Ui};

/// The panels that are shown.
pub fn panes() -> [Pane; 2] {
    [Pane::of("plane"), Pane::of("output")]
}

/// Draws them into all of `ui`.
pub fn ui(ui: &mut Ui, panels: &mut Panels, view: &View<'_>, commands: &mut Vec<Command>) {
    let [plane, output] = panes();
    let frame = egui::Frame::new().inner_margin(theme::GRID);
    // The outputs stand above each other: as wide as two of them are high.
    let width = (0.4 * ui.available_height()).min(0.4 * ui.available_width());
    let column = Panel::right("presented outputs").frame(frame).resizable(false).exact_size(width);
    column.show(ui, |ui| panels.ui(&output, ui, view, commands));
    egui::CentralPanel::default().frame(frame).show(ui, |ui| panels.ui(&plane, ui, view, commands));
    pointer(ui);
}

/// A ring around the pointer.
fn pointer(ui: &Ui) {
    let Some(at) = ui.input(|input| input.pointer.hover_pos()) else { return };
    let painter = ui.ctx().layer_painter(LayerId::new(Order::Tooltip, Id::unique("presented pointer")));
    let palette = theme::of(ui);
    painter.circle_stroke(at, theme::POINTER_RADIUS, Stroke::new(5.0, palette.surfaces[0]));
    painter.circle_stroke(at, theme::POINTER_RADIUS, Stroke::new(3.0, palette.text));
}
