//! Where the model whose plane it is has the image that is selected on the compare sheet.

use super::layer::{PlaneFrame, PlaneLayer};
use eframe::egui::{Align2, Painter, Stroke, vec2};

/// How far the place may be off the plane to be on it, in latent units.
const ON: f32 = 1e-2;
const RADIUS: f32 = 9.0;

/// A ring about its code, or about where it was found by inversion; a thinner one where that lies off the plane.
pub struct SelectedLayer;

impl PlaneLayer for SelectedLayer {
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>) {
        let (sheet, Some(plane)) = (&frame.view.sheet, &frame.known.plane) else { return };
        let latent = sheet.selected_latent(frame.slot).filter(|latent| latent.len() == plane.latent());
        let (Some(latent), Some(index)) = (latent, sheet.selection) else { return };
        let position = plane.plane_from_latent(latent);
        let on = plane.latent_from_plane(position);
        let off = on.iter().zip(latent).map(|(on, z)| (on - z).powi(2)).sum::<f32>().sqrt();
        let (at, width) = (frame.pixel_from_plane(position), if off < ON { 2.5 } else { 1.0 });
        painter.circle_stroke(at, RADIUS, Stroke::new(width + 2.5, frame.halo()));
        painter.circle_stroke(at, RADIUS, Stroke::new(width, frame.view.color(frame.slot)));
        frame.label(painter, at + vec2(RADIUS + 2.0, -RADIUS), Align2::LEFT_BOTTOM, format!("#{index}"));
    }
}
