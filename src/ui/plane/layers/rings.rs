//! Rings of the prior.

use super::layer::{PlaneFrame, PlaneLayer};
use eframe::egui::{Align2, Painter, Stroke, vec2};

/// Rings at 1, 2 and 3 standard deviations of the prior, about where the plane comes nearest to its mean.
pub struct RingsLayer;

impl PlaneLayer for RingsLayer {
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>) {
        let plane = frame.known.plane.as_ref();
        let zero = plane.map_or([0.0, 0.0], |plane| plane.plane_from_latent(&vec![0.0; plane.latent()]));
        let middle = frame.pixel_from_plane(zero);
        for sigma in 1..=3 {
            let radius = sigma as f32 * frame.viewport.scale(frame.area());
            painter.circle_stroke(middle, radius, Stroke::new(3.0, frame.halo().gamma_multiply(0.5)));
            painter.circle_stroke(middle, radius, Stroke::new(1.0, frame.palette.text_secondary));
            let place = middle + vec2(0.0, -radius);
            if painter.clip_rect().contains(place) {
                frame.label(painter, place, Align2::CENTER_CENTER, format!("{sigma}σ"));
            }
        }
    }
}
