//! Where the cursor stands.

use super::layer::{PlaneFrame, PlaneLayer};
use eframe::egui::{Painter, Stroke};

/// A cross-hair at the cursor.
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
}
