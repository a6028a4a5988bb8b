//! A distribution drawn by hand: a spray of points.

use super::{DataPlanePanel, OnScreen};
use crate::explore::data_plane::DataBounds;
use crate::random::{Purpose, stream};
use crate::ui::command::{Command, DataCommand};
use crate::ui::text::{tr, whole};
use crate::ui::{theme, widgets};
use eframe::egui::{Color32, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};
use rand_distr::{Distribution, StandardNormal};
use rust_i18n::t;

/// What is drawn on: from −3 to 3 along both axes.
const BOUNDS: DataBounds = DataBounds { low: [-3.0; 2], high: [3.0; 2] };
/// Points a frame that the button is held for, and how far they lie about the pointer: the standard deviation.
const SPRAYED: usize = 12;
const SPREAD: f32 = 0.08;
/// Points that can be drawn, and that are enough to learn from.
const MOST: usize = 20_000;
const ENOUGH: usize = 1_000;
/// Half the side of a point on the screen.
const POINT: f32 = 1.25;

impl DataPlanePanel {
    /// The button that begins a drawing.
    pub(super) fn draw_button(&mut self, ui: &mut Ui) {
        if widgets::button(ui, true, &tr("data_plane.draw"), &tr("data_plane.draw_tip")).clicked() {
            self.drawing = Some(Vec::new());
        }
    }

    /// The canvas with what can be done with what is on it; it ends with a drawing that is learned, or left.
    pub(super) fn canvas(&mut self, ui: &mut Ui, commands: &mut Vec<Command>) {
        let Some(mut points) = self.drawing.take() else { return };
        let mut keep = true;
        ui.horizontal_wrapped(|ui| {
            let learn =
                widgets::button(ui, points.len() >= ENOUGH, &tr("data_plane.learn"), &tr("data_plane.learn_tip"));
            if learn.clicked() {
                commands.push(DataCommand::LearnDrawn(std::mem::take(&mut points)).into());
                keep = false;
            }
            if widgets::button(ui, !points.is_empty(), &tr("data_plane.clear"), &tr("data_plane.clear_tip")).clicked() {
                points.clear();
            }
            keep &= !widgets::button(ui, true, &tr("data_plane.leave"), &tr("data_plane.leave_tip")).clicked();
            let count = t!("data_plane.drawn_count", count = whole(points.len() as u64), enough = whole(ENOUGH as u64));
            ui.label(theme::note(ui, count));
        });
        let size = ui.available_size();
        let side = size.x.min(size.y).max(1.0);
        ui.horizontal(|ui| {
            ui.add_space(((size.x - side) / 2.0).max(0.0));
            let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::drag());
            response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, tr("data_plane.canvas")));
            let on_screen = OnScreen { rect, bounds: BOUNDS };
            let pointer = response.interact_pointer_pos().filter(|_| response.is_pointer_button_down_on());
            if let Some(pointer) = pointer.filter(|pointer| rect.contains(*pointer)) {
                spray(&mut points, on_screen.place(pointer));
                // Held still it goes on.
                ui.ctx().request_repaint();
            }
            if ui.is_rect_visible(rect) {
                let (palette, painter) = (theme::of(ui), ui.painter_at(rect));
                painter.rect_filled(rect, 0.0, palette.surfaces[0]);
                let drawn = points.iter().map(|point| (*point, palette.text) as ([f32; 2], Color32));
                painter.add(on_screen.squares(drawn, POINT));
                painter.rect_stroke(rect, 0.0, Stroke::new(1.0, palette.line), StrokeKind::Inside);
            }
        });
        self.drawing = keep.then_some(points);
    }
}

/// Adds a frame's points about a place.
fn spray(points: &mut Vec<[f32; 2]>, [x, y]: [f32; 2]) {
    for _ in 0..SPRAYED.min(MOST.saturating_sub(points.len())) {
        let mut random = stream(0, Purpose::Generate, 1, points.len() as u64);
        let mut off = || -> f32 { StandardNormal.sample(&mut random) };
        points.push([x + SPREAD * off(), y + SPREAD * off()]);
    }
}
