//! The plane itself: what the pointer and the keys do to it, and the order in which its layers are drawn.

use super::{Card, PlaneAction, PlaneInput, PlanePanel};
use crate::explore::view::{Area, View};
use crate::gpu::image::Picture;
use crate::gpu::points::{self, Palette, PointStyle};
use eframe::egui::{self, Key, PointerButton, Role, Sense, WidgetInfo};

/// How near the pointer must come to a point to hover it, in points of the screen.
const PICK_RADIUS: f32 = 8.0;

/// The radius of an encoded point with its outline, in points of the screen: smaller where there are many, so that the
/// tiles can be seen between them.
fn point_radius(count: usize) -> f32 {
    match count {
        0..=500 => 4.0,
        501..=3000 => 3.25,
        3001..=30_000 => 2.75,
        30_001..=200_000 => 2.0,
        _ => 1.25,
    }
}

/// So many points have outlines, which set them off from tiles and from each other; of more, little but outlines would
/// be seen.
const OUTLINED: usize = 30_000;

impl PlanePanel {
    pub(super) fn area(
        &mut self,
        ui: &mut egui::Ui,
        size: egui::Vec2,
        input: &PlaneInput<'_>,
        actions: &mut Vec<PlaneAction>,
    ) {
        let response = ui.allocate_response(size, Sense::click_and_drag());
        let rect = response.rect;
        let area = Area { min: rect.min.into(), size: rect.size().into() };
        self.area = Some(area);
        self.focus = Some(response.id);
        self.pointer(ui, &response, area, input, actions);
        self.keys(ui, &response, area, input, actions);
        self.menu(&response, input, actions);
        // What the person did shows in this same frame.
        let cursor = actions
            .iter()
            .rev()
            .find_map(|action| match action {
                PlaneAction::CursorMoved(to) => Some(*to),
                _ => None,
            })
            .unwrap_or(input.cursor);
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Canvas, true, (input.text)("plane.name"));
            info.current_text_value = Some(format!("{:.3}, {:.3}", cursor[0], cursor[1]));
            info
        });
        if ui.is_rect_visible(rect) {
            self.draw(ui, &response, area, cursor, input);
        }
        self.legend(ui, rect, input);
        self.empty(ui, rect, input, actions);
    }

    fn pointer(
        &mut self,
        ui: &egui::Ui,
        response: &egui::Response,
        area: Area,
        input: &PlaneInput<'_>,
        actions: &mut Vec<PlaneAction>,
    ) {
        let (primary, pressed, clicked) =
            ui.input(|i| (i.pointer.primary_down(), i.pointer.any_pressed(), i.pointer.primary_clicked()));
        let held = primary && response.is_pointer_button_down_on();
        // Pressed and let go within one slow frame; the keyboard's click has no place and is not meant.
        let tapped = clicked && response.clicked_by(PointerButton::Primary);
        if tapped || (pressed && response.is_pointer_button_down_on()) {
            response.request_focus();
        }
        match response.interact_pointer_pos().filter(|_| held || (tapped && self.moving.is_none())) {
            Some(pixel) => {
                let to = self.view.plane_from_pixel(area, pixel.into());
                if to != input.cursor {
                    actions.push(PlaneAction::CursorMoved(to));
                }
                self.moving = Some(to);
            }
            None => {
                if let Some(to) = self.moving.take() {
                    actions.push(PlaneAction::CursorSettled(to));
                }
            }
        }
        let mut view = self.view;
        if response.dragged_by(PointerButton::Secondary) || response.dragged_by(PointerButton::Middle) {
            view = view.panned(area, response.drag_delta().into());
        }
        if let Some(pixel) = response.hover_pos() {
            let (scroll, zoom) = ui.input(|i| (i.smooth_scroll_delta().y, i.zoom_delta()));
            let factor = zoom * (scroll / 240.0).exp();
            if factor != 1.0 {
                view = view.zoomed(area, pixel.into(), factor);
            }
        }
        self.set_view(view, actions);
        let hovered =
            response.hover_pos().filter(|_| !response.dragged()).and_then(|pixel| self.picked(pixel, area, input));
        if hovered != self.hovered {
            self.hovered = hovered;
            actions.push(PlaneAction::Hovered(hovered));
        }
        if let (Some(index), true) = (hovered, response.double_clicked() && origin_can_move(input)) {
            actions.push(PlaneAction::OriginFromPoint(index));
        }
    }

    /// The encoded point under a place on the screen.
    fn picked(&self, pixel: egui::Pos2, area: Area, input: &PlaneInput<'_>) -> Option<usize> {
        let points = input.points.filter(|_| input.show.points)?;
        let position = self.view.plane_from_pixel(area, pixel.into());
        let radius = PICK_RADIUS / self.view.scale(area);
        points.nearest(position, radius, |class| !self.hidden.contains(&class))
    }

    fn keys(
        &mut self,
        ui: &egui::Ui,
        response: &egui::Response,
        area: Area,
        input: &PlaneInput<'_>,
        actions: &mut Vec<PlaneAction>,
    ) {
        if !response.has_focus() {
            return;
        }
        // Arrows move the cursor, not the focus; Tab and Escape leave as everywhere.
        let filter = egui::EventFilter { horizontal_arrows: true, vertical_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let (right, up, fine, closer, home) = ui.input(|i| {
            let count = |key| i.num_presses(key) as f32;
            (
                count(Key::ArrowRight) - count(Key::ArrowLeft),
                count(Key::ArrowUp) - count(Key::ArrowDown),
                i.modifiers.shift,
                if i.modifiers.command { 0.0 } else { count(Key::Plus) + count(Key::Equals) - count(Key::Minus) },
                i.key_pressed(Key::Home),
            )
        });
        if right != 0.0 || up != 0.0 {
            let to = self.nudged(input.cursor, [right, up], fine);
            actions.push(PlaneAction::CursorMoved(to));
            actions.push(PlaneAction::CursorSettled(to));
        }
        if closer != 0.0 {
            let about = self.view.pixel_from_plane(area, input.cursor);
            self.set_view(self.view.zoomed(area, about, 1.25f32.powf(closer)), actions);
        }
        if home {
            self.set_view(View::default(), actions);
        }
    }

    fn menu(&mut self, response: &egui::Response, input: &PlaneInput<'_>, actions: &mut Vec<PlaneAction>) {
        if response.secondary_clicked() {
            self.menu_point = self.hovered;
            if let (Some(area), Some(pixel)) = (self.area, response.interact_pointer_pos()) {
                self.menu_place = self.view.plane_from_pixel(area, pixel.into());
            }
        }
        let text = input.text;
        response.context_menu(|ui| {
            if ui.button(text("plane.menu_cursor")).clicked() {
                actions.push(PlaneAction::CursorMoved(self.menu_place));
                actions.push(PlaneAction::CursorSettled(self.menu_place));
            }
            let point = self.menu_point.filter(|_| origin_can_move(input));
            let button = egui::Button::new(text("plane.menu_origin"));
            if let (true, Some(index)) = (ui.add_enabled(point.is_some(), button).clicked(), point) {
                actions.push(PlaneAction::OriginFromPoint(index));
            }
            let moved = input.plane.is_some_and(|plane| plane.origin.iter().any(|x| *x != 0.0));
            if ui.add_enabled(moved, egui::Button::new(text("plane.menu_zero"))).clicked() {
                actions.push(PlaneAction::OriginToZero);
            }
            if ui.button(text("plane.reset")).clicked() {
                self.set_view(View::default(), actions);
            }
        });
    }

    fn draw(&mut self, ui: &egui::Ui, response: &egui::Response, area: Area, cursor: [f32; 2], input: &PlaneInput<'_>) {
        let rect = response.rect;
        let painter = ui.painter_at(rect);
        match self.lattice(input.grid).filter(|_| input.show.tiles) {
            // They cover it all: a processor that draws pays for what lies under them, too.
            Some(lattice) => self.tiles.draw(&painter, rect, lattice, self.view, input),
            None => _ = painter.rect_filled(rect, 0.0, input.colors.background),
        }
        self.rings(&painter, area, input);
        if let Some(points) = input.points.filter(|_| input.show.points) {
            let shown = |class: usize| !self.hidden.contains(&class);
            let palette = Palette::new(|class| shown(class).then(|| input.class_color(class)));
            let outline = if points.count() <= OUTLINED { input.colors.halo } else { egui::Color32::TRANSPARENT };
            let style = PointStyle { radius: point_radius(points.count()), outline, palette };
            points::paint(&painter, rect, &self.points_slot, points, self.view, style);
        }
        self.ticks(&painter, area, input);
        self.posterior(&painter, area, input);
        self.cross_hair(&painter, area, cursor, input);
        self.prepare_card(input);
        self.card(&painter, area, response.hover_pos(), input);
        if response.has_focus() {
            let stroke = egui::Stroke::new(1.0, input.colors.focus);
            painter.rect_stroke(rect, 0.0, stroke, egui::StrokeKind::Inside);
        }
    }

    /// Makes the picture of the hovered point's image, once.
    fn prepare_card(&mut self, input: &PlaneInput<'_>) {
        let (Some(index), Some(images)) = (self.hovered, input.images) else {
            self.card = None;
            return;
        };
        let same = |card: &Card| card.index == index && card.split.same(images);
        if !self.card.as_ref().is_some_and(same) {
            let picture = Picture::new(images.shape(), &images.image(index));
            self.card = Some(Card { index, split: images.clone(), picture });
        }
    }
}

/// With two dimensions the plane is the whole space: its origin stays where it is.
fn origin_can_move(input: &PlaneInput<'_>) -> bool {
    input.plane.is_some_and(|plane| plane.latent() > 2)
}
