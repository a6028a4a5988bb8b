//! The line that is laid over the plane.

use super::layer::{PlaneFrame, PlaneLayer};
use eframe::egui::{Painter, Pos2, Stroke};

/// The line with the places of its images; its beginning is larger.
pub struct LineLayer;

impl PlaneLayer for LineLayer {
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>) {
        let Some(line) = frame.line else { return };
        let places = line.positions().map(|position| frame.pixel_from_plane(position));
        let ends: [Pos2; 2] = [line.from, line.to].map(|position| frame.pixel_from_plane(position));
        painter.line_segment(ends, Stroke::new(4.0, frame.halo()));
        painter.line_segment(ends, Stroke::new(2.0, frame.palette.text));
        for (place, at) in places.into_iter().enumerate() {
            let radius = if place == 0 { 5.0 } else { 3.0 };
            painter.circle_filled(at, radius + 1.0, frame.halo());
            painter.circle_filled(at, radius, frame.palette.text);
        }
    }
}
