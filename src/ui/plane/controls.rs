//! What stands above, below and on top of the plane: choices, the cursor's figures, the empty state.

use super::PlanePanel;
use super::layers::{self, LAYERS};
use super::settings::PlaneSettings;
use crate::explore::tiles::LARGEST_GRID;
use crate::explore::viewport::Viewport;
use crate::ui::command::{Command, ModelCommand, PlaneCommand, ViewCommand};
use crate::ui::settings::Settings;
use crate::ui::slot::Slot;
use crate::ui::text::{tr, whole};
use crate::ui::theme;
use crate::ui::view::View;
use eframe::egui::{self, RichText, Slider};
use rust_i18n::t;

impl PlanePanel {
    pub(super) fn toolbar(&mut self, ui: &mut egui::Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let mut settings = view.settings.plane.clone();
        ui.horizontal_wrapped(|ui| {
            for slot in Slot::BOTH {
                let name = RichText::new(view.model(slot).name).color(view.color(slot)).strong();
                ui.selectable_value(&mut settings.model, slot, name);
            }
            ui.separator();
            let mut grid = settings.grid.clamp(1, LARGEST_GRID);
            let slider = Slider::new(&mut grid, 1..=LARGEST_GRID).text(tr("plane.grid"));
            if ui.add(slider).on_hover_text(tr("plane.grid_help")).changed() {
                settings.grid = grid;
            }
            ui.separator();
            for layer in LAYERS {
                let Some([name, explanation]) = layer.text_keys() else { continue };
                let mut shown = layer.is_shown(&settings.show);
                if ui.checkbox(&mut shown, tr(&name)).on_hover_text(tr(&explanation)).changed() {
                    settings.show.set(layer.id, shown);
                }
            }
            ui.separator();
            if ui.button(tr("plane.reset")).clicked() {
                self.viewport = Viewport::default();
            }
        });
        if settings != view.settings.plane {
            commands.push(change(view, settings));
        }
    }

    pub(super) fn footer(&mut self, ui: &mut egui::Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let secondary = theme::of(ui).text_secondary;
        ui.horizontal(|ui| {
            ui.label(RichText::new(tr("plane.cursor")).color(secondary));
            let [mut a, mut b] = view.cursor;
            let speed = f64::from(self.viewport.half_height / 200.0);
            let field = |ui: &mut egui::Ui, value: &mut f32, prefix: &str, name: &str| {
                let field = egui::DragValue::new(value).speed(speed).fixed_decimals(3).prefix(prefix).range(-1e4..=1e4);
                let response = ui.add(field).accessible_name(tr(name));
                (response.changed(), response.drag_stopped() || response.lost_focus())
            };
            let (changed_a, done_a) = field(ui, &mut a, "a ", "plane.cursor_a");
            let (changed_b, done_b) = field(ui, &mut b, "b ", "plane.cursor_b");
            if changed_a || changed_b {
                commands.push(PlaneCommand::Cursor([a, b]).into());
            }
            if done_a || done_b {
                commands.push(PlaneCommand::CursorSettled([a, b]).into());
            }
            if let Some(some) = some_points(view) {
                ui.label(RichText::new(some).color(secondary));
                ui.separator();
            }
            let hint = self.hovered_in_words(view).unwrap_or_else(|| tr("plane.help"));
            ui.add(egui::Label::new(RichText::new(hint).color(secondary)).truncate());
        });
    }

    /// Which image the pointer is over.
    fn hovered_in_words(&self, view: &View<'_>) -> Option<String> {
        let index = self.hovered?;
        let points = view.plane(view.settings.plane.model)?.points.as_ref()?;
        let (image, class) = (points.image(index)?, points.label(index));
        let words = format!("{} {image}", tr("plane.test_image"));
        Some(match self.class_names.get(class) {
            Some(name) => format!("{words} · {} {name}", tr("plane.class")),
            None => words,
        })
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

fn change(view: &View<'_>, plane: PlaneSettings) -> Command {
    ViewCommand::Settings(Box::new(Settings { plane, ..view.settings.clone() })).into()
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
