//! Where the components of a prior lie that is a mixture.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::explore::plane::ellipse;
use crate::snapshot::Prior;
use eframe::egui::{Painter, Pos2, Shape, Stroke};

/// Corners of a drawn ellipse.
const CORNERS: usize = 64;
/// The faintest that a component is drawn, as a share of the strongest.
const FAINTEST: f32 = 0.35;

/// One and two standard deviations of each component, as the plane cuts its shadow; the more it weighs, the stronger.
pub struct MixtureLayer;

impl PlaneLayer for MixtureLayer {
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>) {
        let Some((snapshot, plane)) = frame.model().snapshot.zip(frame.known.plane.as_deref()) else { return };
        let Prior::GaussianMixture { weights, means, covariances } = &snapshot.prior else { return };
        let latent = snapshot.latent.max(1);
        if plane.latent() != latent {
            return;
        }
        let most = weights.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        let parts = means.chunks_exact(latent).zip(covariances.chunks_exact(latent * latent));
        for (weight, (mean, covariance)) in weights.iter().zip(parts) {
            let covariance = plane.covariance_of(covariance);
            if !mean.iter().chain(&covariance).all(|x| x.is_finite()) {
                continue;
            }
            let (middle, strength) = (plane.plane_from_latent(mean), (weight / most).max(FAINTEST));
            for sigmas in [1.0, 2.0] {
                let ring = ellipse(middle, covariance, sigmas, CORNERS);
                let corners: Vec<Pos2> = ring.into_iter().map(|position| frame.pixel_from_plane(position)).collect();
                painter
                    .add(Shape::closed_line(corners.clone(), Stroke::new(3.5, frame.halo().gamma_multiply(strength))));
                let color = frame.palette.text.gamma_multiply(strength);
                painter.add(Shape::closed_line(corners, Stroke::new(1.5, color)));
            }
            painter.circle_filled(frame.pixel_from_plane(middle), 2.5, frame.palette.text);
        }
    }
}
