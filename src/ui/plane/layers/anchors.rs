//! The anchors of the model whose plane it is.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::explore::anchors::Anchors;
use eframe::egui::{Align2, Painter, Stroke, vec2};

/// How far an anchor may be off the plane to be on it, in latent units.
const ON: f32 = 1e-2;
const RADIUS: f32 = 6.0;

/// A ring with a letter where each anchor lies; a thinner one where it lies off the plane, seen along its shortest way to it.
pub struct AnchorsLayer;

impl PlaneLayer for AnchorsLayer {
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>) {
        let Some(plane) = &frame.known.plane else { return };
        for (place, letter) in Anchors::NAMES.into_iter().enumerate() {
            let anchor = frame.known.anchors.get(place).filter(|anchor| anchor.latent.len() == plane.latent());
            let Some(anchor) = anchor else { continue };
            let position = plane.plane_from_latent(&anchor.latent);
            let on = plane.latent_from_plane(position);
            let off = on.iter().zip(&anchor.latent).map(|(on, z)| (on - z).powi(2)).sum::<f32>().sqrt();
            let (at, width) = (frame.pixel_from_plane(position), if off < ON { 2.5 } else { 1.0 });
            painter.circle_stroke(at, RADIUS, Stroke::new(width + 2.0, frame.halo()));
            painter.circle_stroke(at, RADIUS, Stroke::new(width, frame.palette.text));
            frame.label(painter, at + vec2(RADIUS + 2.0, 0.0), Align2::LEFT_CENTER, letter.to_owned());
        }
    }
}
