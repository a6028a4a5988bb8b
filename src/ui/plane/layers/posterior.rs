//! What the encoder says of the hovered point.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::explore::plane::ellipse;
use crate::ui::theme;
use eframe::egui::{Painter, Pos2, Shape, Stroke};

/// Corners of a drawn ellipse.
const CORNERS: usize = 48;

/// One and two standard deviations of the hovered point's posterior, as the plane cuts its shadow.
pub struct PosteriorLayer;

impl PlaneLayer for PosteriorLayer {
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>) {
        let (Some(index), Some(points)) = (frame.hovered, frame.points) else { return };
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
