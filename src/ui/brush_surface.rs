//! An image that a brush is drawn over: where it went, in pixels of the image.

use crate::dataset::ImageShape;
use crate::explore::pad::PadPen;
use eframe::egui::emath::GuiRounding;
use eframe::egui::{Color32, CursorIcon, DragValue, Event, PointerButton, Pos2, Rect, Response, Role, Sense, Stroke};
use eframe::egui::{Ui, WidgetInfo, vec2};

/// Whether the brush is down.
#[derive(Default)]
pub struct BrushSurface {
    draws: bool,
}

/// What the brush did in a frame.
pub enum BrushMove {
    /// It was put down here.
    Begin([f32; 2]),
    /// It went on to these places.
    Along(Vec<[f32; 2]>),
}

/// The largest side up to `side` (in points) at which every pixel of an image is a whole number of the screen's.
pub fn whole_pixel_side(ui: &Ui, side: f32, shape: ImageShape) -> f32 {
    let (longest, scale) = (shape.width.max(shape.height).max(1) as f32, ui.ctx().pixels_per_point());
    let times = (side * scale / longest).floor();
    if times >= 1.0 { times * longest / scale } else { side }
}

/// A place that begins and ends at whole pixels of the screen.
pub fn on_pixels(ui: &Ui, rect: Rect) -> Rect {
    rect.round_to_pixels(ui.ctx().pixels_per_point())
}

impl BrushSurface {
    /// A place for an image whose longer side is `side` points, called `name`: a press begins a stroke, and a drag goes on with
    /// it.
    pub fn ui(&mut self, ui: &mut Ui, side: f32, shape: ImageShape, name: &str) -> (Response, Vec<BrushMove>) {
        let longest = shape.width.max(shape.height).max(1) as f32;
        let size = vec2(shape.width as f32, shape.height as f32) * (side / longest);
        let (_, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let rect = on_pixels(ui, response.rect);
        response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, name));
        let scale = longest / side;
        let on_image = |at: Pos2| [(at.x - rect.left()) * scale, (at.y - rect.top()) * scale];
        // All of it that happened since the last frame: in a slow one a stroke may begin and end.
        let (events, is_down) =
            ui.input(|i| (i.events.clone(), i.pointer.primary_down() || i.pointer.primary_released()));
        self.draws &= is_down;
        let seen = rect.intersect(ui.clip_rect());
        let is_here = |at: Pos2| seen.contains(at) && ui.ctx().layer_id_at(at) == Some(response.layer_id);
        let (mut moves, mut way) = (Vec::new(), Vec::new());
        for event in events {
            match event {
                Event::PointerButton { pos, button: PointerButton::Primary, pressed: true, .. } if is_here(pos) => {
                    self.draws = true;
                    extend(&mut way, &mut moves);
                    moves.push(BrushMove::Begin(on_image(pos)));
                }
                Event::PointerButton { button: PointerButton::Primary, pressed: false, .. } => self.draws = false,
                Event::PointerMoved(at) if self.draws => way.push(on_image(at)),
                Event::PointerGone => self.draws = false,
                _ => {}
            }
        }
        extend(&mut way, &mut moves);
        (response.on_hover_cursor(CursorIcon::Crosshair), moves)
    }
}

/// Lets the stroke go on to these places, if there are any.
fn extend(way: &mut Vec<[f32; 2]>, moves: &mut Vec<BrushMove>) {
    if !way.is_empty() {
        moves.push(BrushMove::Along(std::mem::take(way)));
    }
}

/// A field for the width of a brush, which is a part of the image's longer side and is shown in pixels; gives what it is now.
pub fn width_field(ui: &mut Ui, width: f32, shape: ImageShape, (name, tip): (&str, &str)) -> f32 {
    let longest = shape.width.max(shape.height).max(1) as f32;
    let (least, most) = (*PadPen::WIDTHS.start(), *PadPen::WIDTHS.end());
    let mut pixels = width * longest;
    let field = DragValue::new(&mut pixels).range(least * longest..=most * longest);
    let field = ui.add(field.speed(0.05).fixed_decimals(1).suffix(" px")).accessible_name(name);
    let is_changed = field.on_hover_text(tip).changed();
    if is_changed { (pixels / longest).clamp(least, most) } else { width }
}

/// The brush under the pointer, whose width is a part of the image's longer side.
pub fn show_brush(ui: &Ui, response: &Response, width: f32, color: Color32) {
    let rect = on_pixels(ui, response.rect);
    if let Some(at) = response.hover_pos() {
        let radius = width * rect.width().max(rect.height()) / 2.0;
        ui.painter_at(rect).circle_stroke(at, radius, Stroke::new(1.0, color));
    }
}
