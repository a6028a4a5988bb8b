//! Figures along the edges.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::explore::plane::PlaneAxis;
use crate::explore::viewport::ticks;
use crate::ui::plane::header::axis_name;
use eframe::egui::{Align2, Painter, Stroke, pos2, vec2};

/// Figures along the lower and the left edge.
pub struct TicksLayer;

impl PlaneLayer for TicksLayer {
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>) {
        let whole = frame.rect;
        let (min, max) = frame.viewport.bounds(frame.area());
        let stroke = Stroke::new(1.0, frame.palette.text_secondary);
        let count = |pixels: f32, spacing: f32| (pixels / spacing).clamp(2.0, 12.0) as usize;
        let plane = frame.known.plane.as_deref();
        // Along a dimension the figures are the latent's own coordinate.
        let [right, up] = PlaneAxis::BOTH.map(|axis| plane.map_or(0.0, |plane| plane.offset(axis)));
        let (values, digits) = ticks(min[0] + right, max[0] + right, count(whole.width(), 90.0));
        for value in values {
            let x = frame.pixel_from_plane([value - right, 0.0]).x;
            painter.line_segment([pos2(x, whole.bottom() - 5.0), pos2(x, whole.bottom())], stroke);
            let place = pos2(x, whole.bottom() - 6.0);
            if painter.clip_rect().shrink2(vec2(24.0, 0.0)).x_range().contains(x) {
                frame.label(painter, place, Align2::CENTER_BOTTOM, format!("{value:.digits$}"));
            }
        }
        let (values, digits) = ticks(min[1] + up, max[1] + up, count(whole.height(), 70.0));
        for value in values {
            let y = frame.pixel_from_plane([0.0, value - up]).y;
            painter.line_segment([pos2(whole.left(), y), pos2(whole.left() + 5.0, y)], stroke);
            let place = pos2(whole.left() + 8.0, y);
            if y > whole.top() + 28.0 && y < whole.bottom() - 28.0 {
                frame.label(painter, place, Align2::LEFT_CENTER, format!("{value:.digits$}"));
            }
        }
        if let Some(plane) = plane {
            let corner = whole.right_bottom() - vec2(4.0, 6.0);
            frame.label(painter, corner, Align2::RIGHT_BOTTOM, axis_name(plane, PlaneAxis::X));
            frame.label(painter, whole.left_top() + vec2(8.0, 6.0), Align2::LEFT_TOP, axis_name(plane, PlaneAxis::Y));
        }
    }
}
