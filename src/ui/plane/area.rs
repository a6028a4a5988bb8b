//! The plane itself: what the pointer and the keys do to it, and its layers.

use super::PlanePanel;
use super::known::PlaneView;
use super::layers::{self, PlaneFrame};
use super::path::through_image;
use crate::explore::anchors::{Anchor, Anchors};
use crate::explore::encoded::EncodedPoints;
use crate::explore::field::POSTERIOR;
use crate::explore::line::PlaneLine;
use crate::explore::path::PlanePath;
use crate::explore::viewport::{Area, Viewport};
use crate::ui::command::{Command, ImageSubject, PlaneCommand};
use crate::ui::copy;
use crate::ui::text::tr;
use crate::ui::theme;
use crate::ui::view::View;
use eframe::egui::{self, Key, Modifiers, PointerButton, Role, Sense, Stroke, WidgetInfo};
use rust_i18n::t;
use std::cell::Cell;
use std::sync::Arc;

/// How near the pointer must come to a point to hover it, in points of the screen.
const PICK_RADIUS: f32 = 8.0;

impl PlanePanel {
    pub(super) fn area(&mut self, ui: &mut egui::Ui, size: egui::Vec2, view: &View<'_>, commands: &mut Vec<Command>) {
        let response = ui.allocate_response(size, Sense::click_and_drag());
        let rect = response.rect;
        let area = Area { min: rect.min.into(), size: rect.size().into() };
        self.area = Some(area);
        self.focus = Some(response.id);
        let slot = view.settings.plane.model;
        let model = view.model(slot);
        let nothing = PlaneView::default();
        let known = view.plane(slot).unwrap_or(&nothing);
        let points = known.points.as_ref().filter(|_| layers::is_shown(layers::POINTS, &view.settings.plane.show));
        let whole = self.whole(area, model.has_prior(), points);
        if self.viewport == Viewport::default() {
            self.viewport = whole;
        }
        let before = self.viewport;
        self.pointer(ui, &response, area, view, commands);
        self.hover(&response, area, points);
        self.subject = self.selected.subject(self.hovered.zip(points.map(|points| &**points)), view);
        let heat_shown = layers::is_shown(POSTERIOR.id, &view.settings.plane.show);
        let image = self.subject.filter(|_| heat_shown).and_then(|subject| subject.image(view.data, view.pad.image));
        self.heat.follow(known, image);
        let hovered_image = self.hovered.zip(points).and_then(|(index, points)| points.image(index));
        if let (Some(image), true) = (hovered_image, response.double_clicked() && origin_can_move(view)) {
            commands.push(PlaneCommand::OriginFromPoint(view.slots.id(slot), image).into());
        }
        self.keys(ui, &response, area, view, commands);
        self.menu(&response, hovered_image, view, commands);
        // What the person did shows in this same frame.
        let cursor = view.cursor_after(commands);
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Canvas, true, tr("plane.name"));
            info.current_text_value = Some(format!("{:.3}, {:.3}", cursor[0], cursor[1]));
            info
        });
        let mut frame = PlaneFrame {
            view,
            slot,
            known,
            grid: view.settings.plane.grid,
            tiles_shown: layers::is_shown(layers::TILES, &view.settings.plane.show) && !view.has_points(),
            palette: theme::of(ui),
            rect,
            viewport: self.viewport,
            whole,
            cursor,
            line: line_after(view, commands),
            path: path_after(view, commands),
            pointer: response.hover_pos(),
            hovered: self.hovered,
            subject: self.subject,
            heat: self.heat.grid(),
            points,
            selection: &mut self.selection,
            legends_bottom: Cell::new(rect.bottom() - 2.5 * theme::GRID),
            asked: None,
        };
        let shown = self
            .layers
            .iter_mut()
            .filter(|(entry, _)| entry.is_shown(&view.settings.plane.show) && (entry.applies)(model));
        let mut shown: Vec<_> = shown.map(|(_, layer)| layer).collect();
        if ui.is_rect_visible(rect) {
            let painter = ui.painter_at(rect);
            // Tiles cover it all: a processor that draws pays for what lies under them, too.
            if !frame.tiles_shown {
                painter.rect_filled(rect, 0.0, frame.palette.surfaces[0]);
            }
            for layer in &mut shown {
                layer.draw(&painter, &frame);
            }
            let strokes = [Stroke::new(3.0, frame.halo()), Stroke::new(1.5, frame.palette.text)];
            self.outlining.draw(&painter, |position| frame.pixel_from_plane(position), strokes);
            if response.has_focus() {
                let stroke = egui::Stroke::new(1.0, frame.palette.text_secondary);
                painter.rect_stroke(rect, 0.0, stroke, egui::StrokeKind::Inside);
            }
        }
        frame.selection.isolated = None;
        for layer in &mut shown {
            layer.controls(ui, &mut frame);
        }
        self.viewport = frame.asked.unwrap_or(self.viewport);
        if std::mem::take(&mut self.asked_fit) {
            self.viewport = self.fit(area, points).unwrap_or(self.viewport);
        }
        if self.viewport != before {
            commands.push(PlaneCommand::Viewport(self.viewport).into());
        }
        self.empty(ui, rect, view, commands);
    }

    /// The primary button moves the cursor, the others pan, the wheel zooms.
    fn pointer(
        &mut self,
        ui: &egui::Ui,
        response: &egui::Response,
        area: Area,
        view: &View<'_>,
        commands: &mut Vec<Command>,
    ) {
        let (primary, pressed, clicked) =
            ui.input(|i| (i.pointer.primary_down(), i.pointer.any_pressed(), i.pointer.primary_clicked()));
        let held = primary && response.is_pointer_button_down_on();
        // Pressed and let go within one slow frame; the keyboard's click has no place and is not meant.
        let tapped = clicked && response.clicked_by(PointerButton::Primary);
        if tapped || (pressed && response.is_pointer_button_down_on()) {
            response.request_focus();
        }
        if self.outline(ui, (response, area), view, commands) || self.lay(ui, (response, area), view, commands) {
            return;
        }
        match response.interact_pointer_pos().filter(|_| held || (tapped && self.moving.is_none())) {
            Some(pixel) => {
                let to = self.viewport.plane_from_pixel(area, pixel.into());
                if to != view.cursor {
                    commands.push(PlaneCommand::Cursor(to).into());
                }
                self.moving = Some(to);
            }
            None => {
                if let Some(to) = self.moving.take() {
                    commands.push(PlaneCommand::CursorSettled(to).into());
                }
            }
        }
        if response.dragged_by(PointerButton::Secondary) || response.dragged_by(PointerButton::Middle) {
            self.viewport = self.viewport.panned(area, response.drag_delta().into());
        }
        if let Some(pixel) = response.hover_pos() {
            let (scroll, zoom) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
            let factor = zoom * (scroll / 240.0).exp();
            if factor != 1.0 {
                self.viewport = self.viewport.zoomed(area, pixel.into(), factor);
            }
        }
    }

    /// Finds the encoded point under the pointer.
    fn hover(&mut self, response: &egui::Response, area: Area, points: Option<&Arc<EncodedPoints>>) {
        let pointer = response.hover_pos().filter(|_| !response.dragged());
        self.hovered = pointer.zip(points).and_then(|(pixel, points)| {
            let position = self.viewport.plane_from_pixel(area, pixel.into());
            let radius = PICK_RADIUS / self.viewport.scale(area);
            points.nearest(position, radius, |group| self.selection.is_selected(group))
        });
    }

    fn keys(
        &mut self,
        ui: &egui::Ui,
        response: &egui::Response,
        area: Area,
        view: &View<'_>,
        commands: &mut Vec<Command>,
    ) {
        let focused = ui.memory(|memory| memory.focused());
        if focused.is_none() || response.has_focus() {
            self.free_keys(ui, view, commands);
        }
        if !response.has_focus() {
            return;
        }
        // Arrows move the cursor, not the focus; Tab and Escape leave as everywhere.
        let filter = egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let (right, up, fine, closer) = ui.input(|i| {
            let count = |key| i.num_presses(key) as f32;
            (
                count(Key::ArrowRight) - count(Key::ArrowLeft),
                count(Key::ArrowUp) - count(Key::ArrowDown),
                i.modifiers.shift,
                if i.modifiers.command { 0.0 } else { count(Key::Plus) + count(Key::Equals) - count(Key::Minus) },
            )
        });
        if right != 0.0 || up != 0.0 {
            commands.push(PlaneCommand::CursorSettled(self.viewport.nudged(view.cursor, [right, up], fine)).into());
        }
        if closer != 0.0 {
            let about = self.viewport.pixel_from_plane(area, view.cursor);
            self.viewport = self.viewport.zoomed(area, about, 1.25f32.powf(closer));
        }
    }

    /// Keys that act where nothing has the keyboard, or the plane has it.
    fn free_keys(&mut self, ui: &egui::Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        Self::line_key(ui, view, commands);
        let pressed = |key| ui.input_mut(|input| input.modifiers.is_none() && input.consume_key(Modifiers::NONE, key));
        self.asked_fit |= pressed(Key::F);
        if pressed(Key::Num0) {
            self.reset_view(commands);
        }
        if pressed(Key::Home) && view.cursor != [0.0; 2] {
            commands.push(PlaneCommand::CursorSettled([0.0; 2]).into());
        }
    }

    fn menu(
        &mut self,
        response: &egui::Response,
        hovered_image: Option<usize>,
        view: &View<'_>,
        commands: &mut Vec<Command>,
    ) {
        if response.secondary_clicked() {
            self.menu_image = hovered_image;
            if let (Some(area), Some(pixel)) = (self.area, response.interact_pointer_pos()) {
                self.menu_place = self.viewport.plane_from_pixel(area, pixel.into());
            }
        }
        let slot = view.settings.plane.model;
        response.context_menu(|ui| {
            if ui.button(tr("plane.menu_cursor")).clicked() {
                commands.push(PlaneCommand::CursorSettled(self.menu_place).into());
            }
            self.anchor_entries(ui, view, commands);
            let code = self.menu_image.filter(|_| view.model(slot).has_encoder() && !view.has_points());
            let waypoint = code.and_then(|image| through_image(view, self.menu_place, image));
            let through = ui.add_enabled(waypoint.is_some(), egui::Button::new(tr("plane.menu_path")));
            if through.on_hover_text(tr("plane.menu_path_tip")).clicked() {
                commands.extend(waypoint.map(Command::from));
            }
            let image = self.menu_image.filter(|_| origin_can_move(view));
            let button = egui::Button::new(tr("plane.menu_origin"));
            if let (true, Some(image)) = (ui.add_enabled(image.is_some(), button).clicked(), image) {
                commands.push(PlaneCommand::OriginFromPoint(view.slots.id(slot), image).into());
            }
            let plane = view.plane(slot).and_then(|known| known.plane.as_ref());
            let moved = plane.is_some_and(|plane| plane.origin.iter().any(|x| *x != 0.0));
            if ui.add_enabled(moved, egui::Button::new(tr("plane.menu_zero"))).clicked() {
                commands.push(PlaneCommand::OriginToZero(view.slots.id(slot)).into());
            }
            if !view.has_points() && view.model(slot).snapshot.is_some() {
                // The whole tile, where the pointer is on one.
                let tiles = self.lattice(view.settings.plane.grid);
                let tiles = tiles.filter(|_| layers::is_shown(layers::TILES, &view.settings.plane.show));
                let place = tiles.map_or(self.menu_place, |lattice| lattice.middle_at(self.menu_place));
                copy::entry(ui, ImageSubject::Decoded(slot, place), commands);
            }
            if ui.button(tr("plane.reset")).clicked() {
                self.reset_view(commands);
            }
        });
    }
}

impl PlanePanel {
    /// Marks the point's code that the menu was opened over, or the place.
    fn anchor_entries(&self, ui: &mut egui::Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let slot = view.settings.plane.model;
        let Some((known, plane)) = view.plane(slot).and_then(|known| Some((known, known.plane.as_ref()?))) else {
            return;
        };
        let of_point = || {
            let (image, points) = self.menu_image.zip(known.points.as_ref())?;
            let (mean, _) = points.encoding.posterior(points.of_image(image)?)?;
            Some(Anchor { latent: mean.to_vec(), image: u32::try_from(image).ok() })
        };
        ui.menu_button(tr("plane.menu_anchor"), |ui| {
            for (place, letter) in Anchors::NAMES.into_iter().enumerate() {
                if ui.button(t!("plane.menu_anchor_of", letter = letter)).clicked() {
                    let here = || Anchor { latent: plane.latent_from_plane(self.menu_place), image: None };
                    let anchor = of_point().unwrap_or_else(here);
                    commands.push(PlaneCommand::Anchor(view.slots.id(slot), place, Some(anchor)).into());
                    ui.close();
                }
            }
        });
    }
}

/// The line after these commands.
fn line_after(view: &View<'_>, commands: &[Command]) -> Option<PlaneLine> {
    let laid = commands.iter().rev().find_map(|command| match command {
        Command::Plane(PlaneCommand::Line(line)) => Some(*line),
        Command::Plane(PlaneCommand::LineSettled(line)) => Some(Some(*line)),
        _ => None,
    });
    laid.unwrap_or(view.line)
}

/// The path after these commands: laying a line takes it away.
fn path_after(view: &View<'_>, commands: &[Command]) -> Option<PlanePath> {
    let laid = commands.iter().rev().find_map(|command| match command {
        Command::Plane(PlaneCommand::Path(path)) => Some(path.clone()),
        Command::Plane(PlaneCommand::Line(Some(_)) | PlaneCommand::LineSettled(_)) => Some(None),
        _ => None,
    });
    laid.unwrap_or_else(|| view.path.cloned())
}

/// With two dimensions the plane is the whole space: its origin stays where it is.
fn origin_can_move(view: &View<'_>) -> bool {
    let plane = view.plane(view.settings.plane.model).and_then(|known| known.plane.as_ref());
    plane.is_some_and(|plane| plane.latent() > 2)
}
