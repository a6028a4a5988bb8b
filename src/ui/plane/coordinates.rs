//! The coordinates beside the plane's own: a bar each, which moves the plane's origin.

use crate::explore::plane::{Plane, PlaneAxis};
use crate::ui::command::{Command, PlaneCommand};
use crate::ui::text::{latent_dimension, tr};
use crate::ui::theme;
use crate::ui::view::View;
use eframe::egui::{
    Align2, EventFilter, FontId, Key, Rect, Response, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};
use rust_i18n::t;

/// Bars reach from minus to plus so much.
const MOST: f32 = 3.0;
/// What a press of an arrow key changes.
const STEP: f32 = 0.1;
/// Height of a bar, and of the names below, in points.
const BAR_HEIGHT: f32 = 32.0;
const NAME_HEIGHT: f32 = 12.0;
/// Width of a bar with the space to the next, in points: at least, and at most.
const WIDTHS: (f32, f32) = (10.0, 40.0);
/// Every so-manieth name is written that there are so many points for each.
const NAME_WIDTH: f32 = 24.0;
const NAME_SIZE: f32 = 10.0;

/// The height of the strip, in points: 0 where the plane is the whole space.
pub(super) fn height(view: &View<'_>) -> f32 {
    let plane = view.plane(view.settings.plane.model).and_then(|known| known.plane.as_deref());
    match plane {
        Some(plane) if plane.latent() > 2 => BAR_HEIGHT + NAME_HEIGHT + theme::GRID,
        _ => 0.0,
    }
}

/// Draws the strip.
pub(super) fn ui(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let slot = view.settings.plane.model;
    let Some(plane) = view.plane(slot).and_then(|known| known.plane.as_deref()).filter(|plane| plane.latent() > 2)
    else {
        return;
    };
    let own = PlaneAxis::BOTH.map(|axis| plane.dimension(axis));
    let others: Vec<usize> = (0..plane.latent()).filter(|dimension| !own.contains(&Some(*dimension))).collect();
    let width = (ui.available_width() / others.len().max(1) as f32).clamp(WIDTHS.0, WIDTHS.1);
    let model = view.slots.id(slot);
    let height = BAR_HEIGHT + NAME_HEIGHT;
    let every = (NAME_WIDTH / width).ceil().max(1.0) as usize;
    ScrollArea::horizontal().id_salt("plane coordinates").show_viewport(ui, |ui, seen| {
        ui.set_min_size(vec2(width * others.len() as f32, height));
        // Noise may have a coordinate for each value of an image: those that are seen, and one more on each side for the Tab key.
        let first = ((seen.left() / width).floor().max(1.0) as usize - 1).min(others.len());
        let end = ((seen.right() / width).ceil().max(0.0) as usize + 1).clamp(first, others.len());
        for (place, dimension) in others.iter().copied().enumerate().take(end).skip(first) {
            let corner = ui.min_rect().min + vec2(place as f32 * width, 0.0);
            let rect = Rect::from_min_size(corner, vec2(width, height));
            if let Some(value) = bar(ui, plane, dimension, rect, place.is_multiple_of(every)) {
                commands.push(PlaneCommand::OriginCoordinate(model, dimension, value).into());
            }
        }
    });
}

/// One bar; gives the value that it is dragged to.
fn bar(ui: &Ui, plane: &Plane, dimension: usize, rect: Rect, named: bool) -> Option<f32> {
    let value = plane.origin.get(dimension).copied().unwrap_or(0.0);
    let response = ui.interact(rect, ui.scope_id().with(dimension), Sense::click_and_drag());
    if response.gained_focus() {
        response.scroll_to_me(None);
    }
    let name = latent_dimension(dimension);
    response.widget_info(|| WidgetInfo::slider(true, f64::from(value), &name));
    let frame = Rect::from_min_size(rect.min, vec2(rect.width() - 2.0, BAR_HEIGHT));
    if ui.is_rect_visible(rect) {
        draw(ui, frame, value, &response);
        if named {
            let at = pos2(frame.left(), rect.bottom());
            let color = theme::of(ui).text_secondary;
            ui.painter().text(at, Align2::LEFT_BOTTOM, &name, FontId::proportional(NAME_SIZE), color);
        }
    }
    let asked = asked(ui, &response, frame, value);
    response.on_hover_text(format!(
        "{}\n{}",
        t!("plane.coordinate", name = name, value = format!("{value:.2}")),
        tr("plane.coordinate_tip")
    ));
    asked.filter(|asked| *asked != value)
}

fn draw(ui: &Ui, frame: Rect, value: f32, response: &Response) {
    let (palette, painter) = (theme::of(ui), ui.painter());
    painter.rect_filled(frame, 1.0, palette.surfaces[2]);
    let y = |value: f32| frame.center().y - (value / MOST).clamp(-1.0, 1.0) * frame.height() / 2.0;
    let filled = Rect::from_x_y_ranges(frame.x_range(), y(value.max(0.0))..=y(value.min(0.0)));
    painter.rect_filled(filled, 1.0, palette.text_secondary);
    painter.hline(frame.x_range(), y(0.0), Stroke::new(1.0, palette.text_secondary));
    if response.hovered() || response.has_focus() || response.dragged() {
        painter.rect_stroke(frame, 1.0, Stroke::new(1.0, palette.text), StrokeKind::Inside);
    }
}

/// What pointer and keys ask for.
fn asked(ui: &Ui, response: &Response, frame: Rect, value: f32) -> Option<f32> {
    if response.double_clicked() {
        return Some(0.0);
    }
    if response.has_focus() {
        let filter = EventFilter { vertical_arrows: true, ..Default::default() };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        let presses = ui.input(|i| i.num_presses(Key::ArrowUp) as f32 - i.num_presses(Key::ArrowDown) as f32);
        if presses != 0.0 {
            return Some((value + presses * STEP).clamp(-MOST, MOST));
        }
    }
    let pixel = response.interact_pointer_pos().filter(|_| response.dragged())?;
    let part = (frame.center().y - pixel.y) / (frame.height() / 2.0);
    Some((part * MOST).clamp(-MOST, MOST))
}
