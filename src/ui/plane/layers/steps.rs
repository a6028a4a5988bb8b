//! Of which step what is drawn is, where that is not the newest.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::explore::timeline::KeptIn;
use crate::ui::text::whole;
use crate::ui::theme;
use eframe::egui::{Label, Painter, Rect, Shape, Ui, UiBuilder, pos2, vec2};
use rust_i18n::t;

/// A note in the upper left corner: the steps of tiles and points where they differ, or are older than the weights.
pub struct StepsLayer;

impl PlaneLayer for StepsLayer {
    fn draw(&mut self, _: &Painter, _: &PlaneFrame<'_>) {}

    fn controls(&mut self, ui: &mut Ui, frame: &mut PlaneFrame<'_>) {
        let Some(note) = note(frame) else { return };
        let whole = frame.rect;
        // Beside the figures of the left edge.
        let corner = pos2(whole.left() + 6.0 * theme::GRID, whole.top() + theme::GRID);
        let place = Rect::from_min_max(corner, pos2(whole.right(), corner.y + 3.0 * theme::GRID));
        if !place.is_positive() || place.width() < 12.0 * theme::GRID || place.bottom() > whole.bottom() {
            return;
        }
        let text = theme::figure(note).color(frame.palette.text);
        let mut child = ui.new_child(UiBuilder::new().id_salt("plane steps").max_rect(place));
        let ground = child.painter().add(Shape::Noop);
        let rect = child.add(Label::new(text).selectable(false).truncate()).rect;
        let fill = frame.palette.surfaces[0].gamma_multiply(0.7);
        child.painter().set(ground, Shape::rect_filled(rect.expand2(vec2(4.0, 2.0)), 2.0, fill));
    }
}

/// What the note says, if anything.
fn note(frame: &PlaneFrame<'_>) -> Option<String> {
    let model = frame.model();
    let shown = model.snapshot?.step;
    // What is looked back at is drawn as it was asked for: one note says what it is.
    let newest = if model.looked_back.is_some() { shown } else { model.newest.unwrap_or(shown) };
    let tiles = frame.tiles_step();
    let points = frame.points.map(|points| points.encoding.step);
    let text = match (points, tiles) {
        (Some(points), Some(tiles)) if points != tiles => {
            t!("plane.steps_differ", points = whole(points), tiles = whole(tiles))
        }
        (_, Some(tiles)) if tiles != newest => t!("plane.step_of_tiles", step = whole(tiles)),
        (Some(points), None) if points != newest => t!("plane.step_of_points", step = whole(points)),
        _ => match (model.looked_back?, whole(shown), whole(model.newest.unwrap_or(shown))) {
            (KeptIn::Memory, step, newest) => t!("plane.step_of_memory", step = step, newest = newest),
            (_, step, newest) => t!("plane.step_of_past", step = step, newest = newest),
        },
    };
    Some(text.into_owned())
}
