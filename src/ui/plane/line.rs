//! The line that is laid over the plane, and the images along it, in a row below the plane.

use super::PlanePanel;
use super::path::extended;
use super::strip::side;
use crate::explore::line::{LineTiles, PlaneLine, row_view};
use crate::explore::refine::TilePlace;
use crate::explore::viewport::Area;
use crate::gpu::live::{self, Decode, DecodedModel};
use crate::gpu::tiles::{self, TileStyle};
use crate::ui::command::{Command, ImageSubject, PlaneCommand};
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{copy, theme, widgets};
use eframe::egui::{Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, vec2};
use std::sync::Arc;

/// A line that is shorter on the screen is none, in points.
const SHORTEST: f32 = 6.0;

/// A line that is being laid.
#[derive(Clone, Copy)]
pub(super) struct Laying {
    from: [f32; 2],
    line: Option<PlaneLine>,
    /// Whether there was a row of images when it was begun: the plane keeps its size meanwhile.
    row: bool,
}

/// The images along the line on the plane that is shown.
pub(super) fn tiles_of(view: &View<'_>) -> Option<LineTiles> {
    let plane = view.plane(view.settings.plane.model)?.plane.as_deref()?;
    Some(view.line.filter(|_| !view.has_points())?.tiles(plane))
}

impl PlanePanel {
    /// The height of the row of images in so wide a panel, in points: 0 where there is none.
    pub(super) fn row_height(&self, view: &View<'_>, width: f32) -> f32 {
        if self.has_row(view) { side(width) + theme::GRID } else { 0.0 }
    }

    fn has_row(&self, view: &View<'_>) -> bool {
        !view.has_points() && self.laying.map_or(view.line.is_some(), |laying| laying.row)
    }

    /// Lays a line while the pointer is dragged with Shift, and a waypoint of a path where it is let go at once; says whether it
    /// does. What is dragged then is not the cursor.
    pub(super) fn lay(
        &mut self,
        ui: &Ui,
        (response, area): (&Response, Area),
        view: &View<'_>,
        commands: &mut Vec<Command>,
    ) -> bool {
        let (shift, pressed, held) =
            ui.input(|i| (i.modifiers.shift, i.pointer.primary_pressed(), i.pointer.primary_down()));
        let on_plane = response.is_pointer_button_down_on();
        let pixel = response.interact_pointer_pos().filter(|_| held && on_plane);
        if let (true, true, None, Some(pixel)) = (shift, pressed, self.laying, pixel) {
            let from = self.viewport.plane_from_pixel(area, pixel.into());
            self.laying = Some(Laying { from, line: None, row: view.line.is_some() });
        }
        let Some(laying) = &mut self.laying else {
            // Pressed and let go within one slow frame.
            let tapped = response.interact_pointer_pos().filter(|_| shift && response.clicked());
            let place = tapped.map(|pixel| self.viewport.plane_from_pixel(area, pixel.into()));
            commands.extend(place.and_then(|place| extended(view, place)).map(Command::from));
            return place.is_some();
        };
        match pixel {
            Some(pixel) => {
                let line = PlaneLine { from: laying.from, to: self.viewport.plane_from_pixel(area, pixel.into()) };
                let begin = self.viewport.pixel_from_plane(area, laying.from);
                let long = (pixel - eframe::egui::Pos2::from(begin)).length() >= SHORTEST;
                if long && laying.line != Some(line) {
                    laying.line = Some(line);
                    commands.push(PlaneCommand::Line(Some(line)).into());
                }
            }
            None => {
                let waypoint = || extended(view, laying.from);
                let command = laying.line.map(PlaneCommand::LineSettled).or_else(waypoint);
                commands.extend(command.map(Command::from));
                self.laying = None;
            }
        }
        true
    }

    /// Escape takes the line or the path away, where nothing that is open takes Escape for itself.
    pub(super) fn line_key(ui: &Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let free = view.sheet.selection.is_none();
        if (view.line.is_some() || view.path.is_some()) && free && widgets::escapes_below_dialogs(ui.ctx()) {
            commands.extend(view.line.map(|_| PlaneCommand::Line(None).into()));
            commands.extend(view.path.map(|_| PlaneCommand::Path(None).into()));
        }
    }

    /// The images along the line.
    pub(super) fn line(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let Some((line, along)) = view.line.zip(tiles_of(view)).filter(|_| self.has_row(view)) else { return };
        let side = side(ui.available_width());
        ui.horizontal(|ui| {
            let size = vec2(side * PlaneLine::IMAGES as f32, side);
            let (rect, response) = ui.allocate_exact_size(size, Sense::click());
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, tr("plane.line_images")));
            if ui.is_rect_visible(rect) {
                self.draw_line(ui, rect, view, along);
            }
            let pointed =
                response.interact_pointer_pos().map(|pixel| ((pixel.x - rect.left()) / side).max(0.0) as usize);
            let position = |place: usize| line.positions().get(place).copied();
            if let Some(place) = pointed.filter(|_| response.clicked()) {
                commands.extend(position(place).map(|position| PlaneCommand::CursorSettled(position).into()));
            }
            if let Some(place) = pointed.filter(|_| response.secondary_clicked()) {
                self.strip.menu_place = place;
            }
            if let Some(position) = position(self.strip.menu_place) {
                copy::menu(&response, ImageSubject::Decoded(view.settings.plane.model, position), commands);
            }
            response.on_hover_text(tr("plane.line_images_tip"));
            let remove = (tr("plane.line_remove"), tr("plane.line_remove_tip"));
            if widgets::sign_button(ui, true, theme::signs::REMOVE, &remove.0, &remove.1).clicked() {
                commands.push(PlaneCommand::Line(None).into());
            }
        });
    }

    fn draw_line(&self, ui: &Ui, rect: Rect, view: &View<'_>, along: LineTiles) {
        let slot = view.settings.plane.model;
        let (painter, palette) = (ui.painter_at(rect), theme::of(ui));
        painter.rect_filled(rect, 0.0, palette.surfaces[0]);
        let Some(known) = view.plane(slot) else { return };
        let style = TileStyle { map: view.settings.color_map, smooth: true };
        match (known.on_device, view.model(slot).snapshot) {
            (Some(on_device), Some(snapshot)) => {
                let model = DecodedModel { id: on_device.model, snapshot: snapshot.clone() };
                let LineTiles { plane, lattice } = along;
                let place = TilePlace { plane: Arc::new(plane), lattice, limits: view.planes.limits };
                let decode = Decode::Tiles { place, view: row_view(&lattice), style };
                live::paint(&painter, rect, &self.strip.on_device, model, decode);
            }
            _ => {
                if let Some(made) = &known.line {
                    tiles::paint(&painter, rect, &self.strip.of_cpu, made, row_view(&made.lattice), style);
                }
            }
        }
        let width = rect.width() / PlaneLine::IMAGES as f32;
        for place in 1..PlaneLine::IMAGES {
            let x = rect.left() + width * place as f32;
            painter.vline(x, rect.y_range(), Stroke::new(2.0, palette.surfaces[1]));
        }
    }
}
