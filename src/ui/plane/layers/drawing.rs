//! Where what is drawn on the pad lies.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::explore::plane::ellipse;
use crate::ui::pad::cell::DrawnCell;
use crate::ui::text::tr;
use eframe::egui::{Painter, Pos2, Rect, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, vec2};

/// Corners of a drawn ellipse.
const CORNERS: usize = 48;
/// Half the height of the marker, in points.
const SIZE: f32 = 8.0;

/// The code of the drawing as a diamond, with one and two standard deviations of its posterior where there is a prior.
#[derive(Default)]
pub struct DrawingLayer {
    cell: DrawnCell,
    at: Option<[f32; 2]>,
}

impl PlaneLayer for DrawingLayer {
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>) {
        self.cell.update(frame.view, frame.slot, frame.view.pad.image);
        let plane = frame.known.plane.as_deref();
        let found = self.cell.found().zip(plane).filter(|(found, plane)| found.mean.len() == plane.latent());
        self.at = found.map(|(found, plane)| plane.plane_from_latent(&found.mean));
        let (Some((found, plane)), Some(at)) = (found, self.at) else { return };
        let color = frame.palette.text;
        let covariance = plane.covariance_from_log_variance(&found.log_variance);
        if frame.model().has_prior() && covariance.iter().all(|x| x.is_finite()) {
            for sigmas in [1.0, 2.0] {
                let ring = ellipse(at, covariance, sigmas, CORNERS);
                let corners: Vec<Pos2> = ring.into_iter().map(|position| frame.pixel_from_plane(position)).collect();
                painter.add(Shape::closed_line(corners.clone(), Stroke::new(3.5, frame.halo())));
                painter.add(Shape::closed_line(corners, Stroke::new(1.5, color)));
            }
        }
        let middle = frame.pixel_from_plane(at);
        let corner = |across: f32, up: f32| middle + SIZE * vec2(across, up);
        let corners = vec![corner(0.0, -1.0), corner(1.0, 0.0), corner(0.0, 1.0), corner(-1.0, 0.0)];
        painter.add(Shape::convex_polygon(corners, color, Stroke::new(2.0, frame.halo())));
    }

    fn controls(&mut self, ui: &mut Ui, frame: &mut PlaneFrame<'_>) {
        let Some(at) = self.at else { return };
        let place = Rect::from_center_size(frame.pixel_from_plane(at), Vec2::splat(2.0 * SIZE));
        let response = ui.interact(place, ui.scope_id().with("drawing on the plane"), Sense::hover());
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Image, true, tr("pad.marker"));
            info.current_text_value = Some(format!("{:.3}, {:.3}", at[0], at[1]));
            info
        });
    }
}
