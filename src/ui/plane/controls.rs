//! What stands below and on top of the plane: the cursor's figures, the empty state.

use super::PlanePanel;
use super::facts::facts;
use super::header::axis_name;
use super::layers;
use crate::explore::plane::{Plane, PlaneAxis};
use crate::ui::command::{Command, ModelCommand, PlaneCommand};
use crate::ui::text::{tr, whole};
use crate::ui::theme;
use crate::ui::view::View;
use eframe::egui::{self, RichText};
use rust_i18n::t;
use std::sync::Arc;

impl PlanePanel {
    pub(super) fn footer(&mut self, ui: &mut egui::Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let secondary = theme::of(ui).text_secondary;
        ui.horizontal(|ui| {
            ui.label(RichText::new(tr("plane.cursor")).color(secondary));
            let [x, y] = view.cursor_after(commands);
            let plane = view.plane(view.settings.plane.model).and_then(|known| known.plane.clone());
            let plane = plane.unwrap_or_else(|| Arc::new(Plane::of_two()));
            // Along a dimension it is the latent's own coordinate.
            let [along_x, along_y] = PlaneAxis::BOTH.map(|axis| plane.offset(axis));
            let [name_x, name_y] = PlaneAxis::BOTH.map(|axis| axis_name(&plane, axis));
            let (mut a, mut b) = (x + along_x, y + along_y);
            let speed = f64::from(self.viewport.half_height / 200.0);
            let field = |ui: &mut egui::Ui, value: &mut f32, name: &str| {
                let prefix = format!("{name} ");
                let field = egui::DragValue::new(value).speed(speed).fixed_decimals(3).prefix(prefix).range(-1e4..=1e4);
                let response = ui.add(field).accessible_name(t!("plane.cursor_on", axis = name));
                let response = response.on_hover_text(t!("plane.cursor_on_tip", axis = name));
                (response.changed(), response.drag_stopped() || response.lost_focus())
            };
            let (changed_a, done_a) = field(ui, &mut a, &name_x);
            let (changed_b, done_b) = field(ui, &mut b, &name_y);
            // What was not touched keeps its bits.
            let to = [if changed_a { a - along_x } else { x }, if changed_b { b - along_y } else { y }];
            if changed_a || changed_b {
                commands.push(PlaneCommand::Cursor(to).into());
            }
            if done_a || done_b {
                commands.push(PlaneCommand::CursorSettled(to).into());
            }
            if let Some(some) = some_points(view) {
                ui.label(RichText::new(some).color(secondary));
                ui.separator();
            }
            // A tooltip would lie over the classes below.
            let of_legend = self.selection.isolated.map(|_| tr("plane.legend_help"));
            let hint = self.hovered_in_words(view).or(of_legend).unwrap_or_else(|| tr("plane.help"));
            ui.add(egui::Label::new(RichText::new(hint).color(secondary)).truncate());
        });
    }

    /// Which image the pointer is over.
    fn hovered_in_words(&self, view: &View<'_>) -> Option<String> {
        let index = self.hovered?;
        let points = view.plane(view.settings.plane.model)?.points.as_ref()?;
        let (image, class) = (points.image(index)?, points.label(index));
        let words = format!("{} {image}", tr("plane.test_image"));
        let words = match self.selection.class_names().get(class) {
            Some(name) => format!("{words} · {} {name}", tr("plane.class")),
            None => words,
        };
        let known = view.data.map(|data| facts(&data.test, image, &view.settings.plane.color_by)).unwrap_or_default();
        let chosen = known.iter().find(|fact| fact.is_chosen);
        Some(chosen.map_or(words.clone(), |fact| format!("{words} · {} {}", fact.name, fact.value)))
    }

    /// What will be here, and the button that brings it.
    pub(super) fn empty(&self, ui: &mut egui::Ui, rect: egui::Rect, view: &View<'_>, commands: &mut Vec<Command>) {
        let slot = view.settings.plane.model;
        let made = view.plane(slot).is_some_and(|known| known.tiles.is_some() || known.points.is_some());
        if made || view.model(slot).snapshot.is_some() {
            return;
        }
        let width = rect.width().min(360.0);
        let place = egui::Rect::from_center_size(rect.center(), egui::vec2(width, 96.0));
        let layout = egui::Layout::top_down(egui::Align::Center);
        let builder = egui::UiBuilder::new().id_salt("plane empty").max_rect(place).layout(layout);
        let mut child = ui.new_child(builder);
        child.label(RichText::new(tr("plane.empty")).color(theme::of(ui).text_secondary));
        child.add_space(theme::GRID);
        if child.button(tr("plane.fill")).clicked() {
            commands.push(ModelCommand::ToggleAll.into());
        }
    }
}

/// How many of the test images are points, where not all of them are.
fn some_points(view: &View<'_>) -> Option<String> {
    let settings = &view.settings.plane;
    let shown = layers::is_shown(layers::POINTS, &settings.show);
    let points = view.plane(settings.model)?.points.as_ref().filter(|_| shown)?.count();
    let images = view.data?.test.count();
    let text = |count: usize| whole(count as u64);
    (points < images).then(|| t!("plane.some_points", shown = text(points), all = text(images)).into_owned())
}
