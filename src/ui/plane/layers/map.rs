//! Where what is seen lies in the whole.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::explore::viewport::{Area, Viewport};
use crate::ui::text::tr;
use crate::ui::theme;
use eframe::egui::{Painter, Rect, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

/// Height of the map, in points.
const HEIGHT: f32 = 10.0 * theme::GRID;
/// It is there where what is seen is smaller than so much of the whole.
const CLOSE: f32 = 0.6;

/// A small map in the lower left corner while the plane is looked at closely: the whole of it, what of it is seen, and the
/// cursor. Dragging in it moves what is seen.
pub struct MapLayer;

impl PlaneLayer for MapLayer {
    fn draw(&mut self, _: &Painter, _: &PlaneFrame<'_>) {}

    fn controls(&mut self, ui: &mut Ui, frame: &mut PlaneFrame<'_>) {
        let whole = Viewport { half_height: frame.whole.half_height.max(1e-6), ..frame.whole };
        if frame.viewport.half_height > CLOSE * whole.half_height {
            return;
        }
        let size = vec2(HEIGHT * frame.rect.aspect_ratio().clamp(0.5, 2.0), HEIGHT);
        // Beside and above the figures of the edges.
        let corner = frame.rect.left_bottom() + vec2(6.0 * theme::GRID, -3.0 * theme::GRID - size.y);
        let place = Rect::from_min_size(corner, size);
        if !frame.rect.contains_rect(place.expand(theme::GRID)) {
            return;
        }
        let area = Area { min: place.min.into(), size: place.size().into() };
        let response = ui.interact(place, ui.scope_id().with("plane map"), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, tr("plane.map")));
        let painter = ui.painter_at(place);
        painter.rect_filled(place, 2.0, frame.palette.surfaces[1].gamma_multiply(0.88));
        painter.rect_stroke(place, 2.0, Stroke::new(1.0, frame.palette.text_secondary), StrokeKind::Inside);
        let pixel = |position: [f32; 2]| whole.pixel_from_plane(area, position);
        let (low, high) = frame.viewport.bounds(frame.area());
        let ([left, bottom], [right, top]) = (pixel(low), pixel(high));
        let seen = Rect::from_min_max(pos2(left, top), pos2(right, bottom));
        // However little is seen, it can be found.
        let seen = Rect::from_center_size(seen.center(), seen.size().max(vec2(4.0, 4.0)));
        painter.rect_filled(seen, 0.0, frame.palette.text.gamma_multiply(0.25));
        painter.rect_stroke(seen, 0.0, Stroke::new(1.0, frame.palette.text), StrokeKind::Inside);
        painter.circle_filled(pixel(frame.cursor).into(), 2.5, frame.palette.text);
        let held = response.interact_pointer_pos().filter(|_| response.is_pointer_button_down_on());
        if let Some(at) = held {
            let centre = whole.plane_from_pixel(area, at.into());
            if centre.iter().all(|x| x.is_finite()) {
                frame.asked = Some(Viewport { centre, ..frame.viewport });
            }
        }
        response.on_hover_text(tr("plane.map_tip"));
    }
}
