//! What lies over the tiles: rings of the prior, ticks, the cross-hair, the hovered point's posterior and image.

use super::{PlaneInput, PlanePanel};
use crate::explore::plane::ellipse;
use crate::explore::view::{Area, ticks};
use crate::gpu::image::{self, Fit};
use eframe::egui::{self, Align2, FontId, Painter, Pos2, Rect, Stroke, pos2, vec2};

/// Corners of a drawn ellipse.
const ELLIPSE_CORNERS: usize = 48;

impl PlanePanel {
    fn pixel(&self, area: Area, position: [f32; 2]) -> Pos2 {
        self.view.pixel_from_plane(area, position).into()
    }

    /// Rings at 1, 2 and 3 standard deviations of the prior, about where the plane comes nearest to its mean.
    pub(super) fn rings(&self, painter: &Painter, area: Area, input: &PlaneInput<'_>) {
        if !input.show.rings {
            return;
        }
        let zero =
            |plane: &std::sync::Arc<crate::explore::plane::Plane>| plane.plane_from_latent(&vec![0.0; plane.latent()]);
        let middle = self.pixel(area, input.plane.map_or([0.0, 0.0], zero));
        let stroke = Stroke::new(1.0, input.colors.ring);
        for sigma in 1..=3 {
            let radius = sigma as f32 * self.view.scale(area);
            painter.circle_stroke(middle, radius, Stroke::new(3.0, input.colors.halo.gamma_multiply(0.5)));
            painter.circle_stroke(middle, radius, stroke);
            let place = middle + vec2(0.0, -radius);
            if painter.clip_rect().contains(place) {
                label(painter, place, Align2::CENTER_CENTER, format!("{sigma}σ"), input);
            }
        }
    }

    /// Figures along the lower and the left edge.
    pub(super) fn ticks(&self, painter: &Painter, area: Area, input: &PlaneInput<'_>) {
        let (min, max) = self.view.bounds(area);
        let rect = painter.clip_rect();
        let whole = Rect::from_min_size(area.min.into(), area.size.into());
        let stroke = Stroke::new(1.0, input.colors.ring);
        let count = |pixels: f32, spacing: f32| (pixels / spacing).clamp(2.0, 12.0) as usize;
        let (values, digits) = ticks(min[0], max[0], count(area.size[0], 90.0));
        for value in values {
            let x = self.pixel(area, [value, 0.0]).x;
            painter.line_segment([pos2(x, whole.bottom() - 5.0), pos2(x, whole.bottom())], stroke);
            let place = pos2(x, whole.bottom() - 6.0);
            if rect.shrink2(vec2(24.0, 0.0)).x_range().contains(x) {
                label(painter, place, Align2::CENTER_BOTTOM, format!("{value:.digits$}"), input);
            }
        }
        let (values, digits) = ticks(min[1], max[1], count(area.size[1], 70.0));
        for value in values {
            let y = self.pixel(area, [0.0, value]).y;
            painter.line_segment([pos2(whole.left(), y), pos2(whole.left() + 5.0, y)], stroke);
            let place = pos2(whole.left() + 8.0, y);
            if y > whole.top() + 10.0 && y < whole.bottom() - 28.0 {
                label(painter, place, Align2::LEFT_CENTER, format!("{value:.digits$}"), input);
            }
        }
    }

    pub(super) fn cross_hair(&self, painter: &Painter, area: Area, cursor: [f32; 2], input: &PlaneInput<'_>) {
        let at = self.pixel(area, cursor);
        let rect = painter.clip_rect();
        let thin = Stroke::new(1.0, input.colors.cursor.gamma_multiply(0.5));
        painter.hline(rect.x_range(), at.y, thin);
        painter.vline(at.x, rect.y_range(), thin);
        painter.circle_stroke(at, 6.0, Stroke::new(4.0, input.colors.halo));
        painter.circle_stroke(at, 6.0, Stroke::new(2.0, input.colors.cursor));
    }

    /// One and two standard deviations of the hovered point's posterior, as the plane cuts its shadow.
    pub(super) fn posterior(&self, painter: &Painter, area: Area, input: &PlaneInput<'_>) {
        let (Some(index), Some(points)) = (self.hovered, input.points) else { return };
        let (Some(covariance), Some(mean)) = (points.covariance(index), points.position(index)) else { return };
        if !covariance.iter().all(|x| x.is_finite()) {
            return;
        }
        let color = input.class_color(points.label(index));
        for sigmas in [1.0, 2.0] {
            let ring = ellipse(mean, covariance, sigmas, ELLIPSE_CORNERS);
            let corners: Vec<Pos2> = ring.into_iter().map(|position| self.pixel(area, position)).collect();
            painter.add(egui::Shape::closed_line(corners.clone(), Stroke::new(3.5, input.colors.halo)));
            painter.add(egui::Shape::closed_line(corners, Stroke::new(1.5, color)));
        }
        painter.circle_filled(self.pixel(area, mean), 4.0, color);
    }

    /// The hovered point's image with its number and class, beside the pointer and inside the area.
    pub(super) fn card(&self, painter: &Painter, area: Area, pointer: Option<Pos2>, input: &PlaneInput<'_>) {
        let (Some(card), Some(pointer), Some(points)) = (&self.card, pointer, input.points) else { return };
        let whole = Rect::from_min_size(area.min.into(), area.size.into());
        let side = 112.0;
        let size = vec2(side + 16.0, side + 36.0);
        let mut min = pointer + vec2(16.0, 16.0);
        if min.x + size.x > whole.right() {
            min.x = pointer.x - 16.0 - size.x;
        }
        if min.y + size.y > whole.bottom() {
            min.y = pointer.y - 16.0 - size.y;
        }
        let frame = Rect::from_min_size(min.max(whole.min), size);
        let class = points.label(card.index);
        painter.rect_filled(frame, 4.0, input.colors.surface);
        let stroke = Stroke::new(2.0, input.class_color(class));
        painter.rect_stroke(frame, 4.0, stroke, egui::StrokeKind::Inside);
        let place = Rect::from_min_size(frame.min + vec2(8.0, 8.0), vec2(side, side));
        image::paint(painter, place, &self.card_slot, &card.picture, input.map, Fit::Sharp);
        let name = input.class_names.get(class).map_or("", String::as_str);
        let said = format!("{}  {name}", card.index);
        let at = pos2(frame.center().x, frame.bottom() - 8.0);
        painter.text(at, Align2::CENTER_BOTTOM, said, FontId::proportional(14.0), input.colors.text);
    }
}

/// A figure that can be read over any tile: on a little ground of its own.
fn label(painter: &Painter, at: Pos2, anchor: Align2, text: String, input: &PlaneInput<'_>) {
    let galley = painter.layout_no_wrap(text, FontId::monospace(12.0), input.colors.text_secondary);
    let rect = anchor.anchor_size(at, galley.size());
    painter.rect_filled(rect.expand2(vec2(2.0, 0.0)), 2.0, input.colors.background.gamma_multiply(0.7));
    painter.galley(rect.min, galley, input.colors.text_secondary);
}
