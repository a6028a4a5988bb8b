//! The encoded data.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::explore::encoded::EncodedPoints;
use crate::explore::point_choice::is_fresh;
use crate::gpu::points::{self, PointSlot, PointStyle};
use eframe::egui::{Color32, Painter};
use std::sync::Arc;

/// Encoded test images in the colours of their groups.
#[derive(Default)]
pub struct PointsLayer {
    slot: PointSlot,
    /// Those that are selected, drawn over the others.
    alone: Option<DrawnAlone>,
    alone_slot: PointSlot,
}

/// The points of a selection.
struct DrawnAlone {
    /// The ids of the points and of the selection that they are.
    of: [u64; 2],
    points: Arc<EncodedPoints>,
}

/// The radius of an encoded point with its outline, in points of the screen: smaller where there are many, so that the
/// tiles can be seen between them.
fn radius(count: usize) -> f32 {
    match count {
        0..=500 => 4.0,
        501..=3000 => 3.25,
        3001..=30_000 => 2.75,
        30_001..=200_000 => 2.0,
        _ => 1.25,
    }
}

/// So many points have outlines, which set them off from tiles and from each other; of more, little but outlines would
/// be seen.
const OUTLINED: usize = 30_000;

/// How much of the tiles points hide that are not selected where some are.
const GREY: f32 = 0.12;

/// How much of the tiles points hide whose weights are much older than the tiles'.
const FADED: f32 = 0.35;

impl PlaneLayer for PointsLayer {
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>) {
        let Some(points) = frame.points else { return };
        let step = points.encoding.step;
        let newest = frame.tiles_step().or_else(|| frame.model().snapshot.map(|snapshot| snapshot.step));
        let old = newest.is_some_and(|newest| step < newest && !is_fresh(step, newest));
        let settings = &frame.view.settings.plane;
        let opacity = settings.point_opacity * if old { FADED } else { 1.0 };
        let palette = frame.selection.palette(opacity);
        let outline = if points.count() <= OUTLINED { frame.rim() } else { Color32::TRANSPARENT };
        let radius = settings.point_size * radius(points.count());
        let selected = frame.view.planes.selection.shown.as_ref();
        let Some(selected) = selected else {
            self.alone = None;
            let style = PointStyle { radius, outline, palette };
            points::paint(painter, frame.rect, &self.slot, points, frame.viewport, style);
            return;
        };
        let grey = frame.selection.grey(frame.palette.text_secondary, GREY * opacity);
        let style = PointStyle { radius, outline: Color32::TRANSPARENT, palette: grey };
        points::paint(painter, frame.rect, &self.slot, points, frame.viewport, style);
        let of = [points.id, selected.id];
        let made = self.alone.take().filter(|alone| alone.of == of);
        let make = || DrawnAlone { of, points: Arc::new(points.drawn_alone(&selected.selected.images)) };
        let alone = self.alone.insert(made.unwrap_or_else(make));
        let style = PointStyle { radius, outline, palette };
        points::paint(painter, frame.rect, &self.alone_slot, &alone.points, frame.viewport, style);
    }
}
