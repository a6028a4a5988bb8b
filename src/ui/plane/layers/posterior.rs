//! What the encoder says of the image that is looked at.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::explore::browse::{DataPart, ExamplePlace};
use crate::explore::field::POSTERIOR;
use crate::explore::plane::ellipse;
use crate::explore::posterior::PosteriorSubject;
use crate::ui::theme;
use eframe::egui::{Painter, Pos2, Shape, Stroke};

/// Corners of a drawn ellipse.
const CORNERS: usize = 48;

/// One and two standard deviations of a point's posterior, as the plane cuts its shadow: of the hovered point, and while
/// posteriors are looked at of the image that is selected.
pub struct PosteriorLayer;

impl PlaneLayer for PosteriorLayer {
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>) {
        let Some(points) = frame.points else { return };
        let selected = frame.subject.filter(|_| frame.view.settings.plane.show.get(POSTERIOR.id) == Some(true));
        let selected = selected.and_then(|subject| match subject {
            PosteriorSubject::Example(ExamplePlace { part: DataPart::Test, index }) => points.of_image(index),
            _ => None,
        });
        let Some(index) = frame.hovered.or(selected) else { return };
        let (Some(covariance), Some(mean)) = (points.covariance(index), points.position(index)) else { return };
        if !covariance.iter().all(|x| x.is_finite()) {
            return;
        }
        let color = theme::group_color(&points.coloring.key, points.group(index));
        for sigmas in [1.0, 2.0] {
            let ring = ellipse(mean, covariance, sigmas, CORNERS);
            let corners: Vec<Pos2> = ring.into_iter().map(|position| frame.pixel_from_plane(position)).collect();
            painter.add(Shape::closed_line(corners.clone(), Stroke::new(3.5, frame.halo())));
            painter.add(Shape::closed_line(corners, Stroke::new(1.5, color)));
        }
        painter.circle_filled(frame.pixel_from_plane(mean), 4.0, color);
    }
}
