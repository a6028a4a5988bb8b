//! Where the cursor stands.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::explore::viewport::Viewport;
use crate::ui::text::tr;
use crate::ui::theme;
use eframe::egui::{Painter, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, pos2};

/// Half the size of the arrow at the border, and how far from it its middle is, in points.
const ARROW: f32 = 8.0;
const FROM_BORDER: f32 = 16.0;

/// A cross-hair at the cursor; where it is out of view, an arrow at the border that points to it and goes there.
pub struct CursorLayer;

impl PlaneLayer for CursorLayer {
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>) {
        let at = frame.pixel_from_plane(frame.cursor);
        let rect = painter.clip_rect();
        let color = frame.palette.text;
        let thin = Stroke::new(1.0, color.gamma_multiply(0.5));
        painter.hline(rect.x_range(), at.y, thin);
        painter.vline(at.x, rect.y_range(), thin);
        painter.circle_stroke(at, 6.0, Stroke::new(4.0, frame.halo()));
        painter.circle_stroke(at, 6.0, Stroke::new(2.0, color));
    }

    fn controls(&mut self, ui: &mut Ui, frame: &mut PlaneFrame<'_>) {
        let at = frame.pixel_from_plane(frame.cursor);
        let Some(middle) = border(frame.rect, at) else { return };
        let place = Rect::from_center_size(middle, Vec2::splat(2.0 * ARROW + theme::GRID));
        // A drag that begins here is not one of the plane.
        let response = ui.interact(place, ui.scope_id().with("cursor out of view"), Sense::click_and_drag());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, tr("plane.show_cursor")));
        let along = (at - middle).normalized();
        let across = along.rot90() * ARROW;
        let corners = vec![middle + along * ARROW, middle - along * ARROW + across, middle - along * ARROW - across];
        let color = if response.hovered() { theme::of(ui).warning } else { frame.palette.text };
        let painter = ui.painter_at(frame.rect);
        painter.add(Shape::convex_polygon(corners, color, Stroke::new(2.0, frame.halo())));
        if response.on_hover_text(tr("plane.show_cursor_tip")).clicked() {
            frame.asked = Some(Viewport { centre: frame.cursor, ..frame.viewport });
        }
    }
}

/// Where the way from the middle of the plane to a place out of it leaves it, a little inside; `None` where it is in view, or
/// nowhere.
fn border(rect: Rect, at: Pos2) -> Option<Pos2> {
    let inner = rect.shrink(FROM_BORDER);
    if rect.contains(at) || !at.is_finite() || !inner.is_positive() {
        return None;
    }
    let (middle, way) = (rect.center(), at - rect.center());
    let part = |way: f32, half: f32| if way.abs() > f32::EPSILON { half / way.abs() } else { f32::INFINITY };
    let part = part(way.x, inner.width() / 2.0).min(part(way.y, inner.height() / 2.0)).min(1.0);
    Some(pos2(middle.x + part * way.x, middle.y + part * way.y))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_arrow_stands_inside_on_the_way_to_the_cursor(x in -5000.0f32..5000.0, y in -5000.0f32..5000.0) {
            let rect = Rect::from_min_max(pos2(100.0, 50.0), pos2(500.0, 350.0));
            match border(rect, pos2(x, y)) {
                None => prop_assert!(rect.contains(pos2(x, y))),
                Some(at) => {
                    prop_assert!(rect.shrink(FROM_BORDER - 0.1).contains(at), "{:?}", at);
                    let (there, wanted) = (at - rect.center(), pos2(x, y) - rect.center());
                    prop_assert!(there.normalized().dot(wanted.normalized()) > 0.999);
                }
            }
        }
    }
}
