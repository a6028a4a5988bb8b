//! Where a decoder without an encoder has the data, and which of it it misses.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::explore::posterior::PlacedImages;
use crate::metrics::{COMPONENTS, MissedReference};
use crate::ui::text::{number, tr, whole};
use crate::ui::theme;
use eframe::egui::{Align2, FontId, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, pos2, vec2};
use rust_i18n::t;

/// Width of the note, the height of a line and of the curve.
const WIDTH: f32 = 30.0 * theme::GRID;
const LINE: f32 = 2.0 * theme::GRID;
const CURVE: f32 = 5.0 * theme::GRID;
/// Classes in a line.
const CLASSES: usize = 5;

/// A note with the share of the images that no place reproduces, in all, by class and over training. The places themselves are
/// the points.
pub struct PlacesLayer;

impl PlaneLayer for PlacesLayer {
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>) {
        let curve = &*frame.known.coverage;
        let lines = match frame.known.placed.as_deref() {
            Some(placed) => lines(frame, placed),
            None => vec![tr("plane_layer.places_missing")],
        };
        let below = if curve.len() > 1 { CURVE } else { 0.0 };
        let Some(ground) = frame.place_legend(vec2(WIDTH, LINE * lines.len() as f32 + theme::GRID + below)) else {
            return;
        };
        painter.rect_filled(ground, 4.0, frame.palette.surfaces[1].gamma_multiply(0.88));
        let mut at = ground.min + vec2(theme::GRID, theme::GRID / 2.0);
        for (row, words) in lines.into_iter().enumerate() {
            let color = if row == 0 { frame.palette.text } else { frame.palette.text_secondary };
            painter.text(at, Align2::LEFT_TOP, words, FontId::proportional(theme::TEXT_SMALL), color);
            at.y += LINE;
        }
        if curve.len() > 1 {
            let place = Rect::from_min_max(at, ground.max - vec2(theme::GRID, theme::GRID));
            let frame_stroke = Stroke::new(1.0, frame.palette.text_secondary);
            painter.rect_stroke(place, 0.0, frame_stroke, StrokeKind::Outside);
            painter.add(Shape::line(curve_in(place, curve), Stroke::new(1.5, frame.palette.text)));
        }
    }
}

/// What there is to say.
fn lines(frame: &PlaneFrame<'_>, placed: &PlacedImages) -> Vec<String> {
    let found = &placed.found;
    let percent = |share: f64| format!("{:.0}", 100.0 * share);
    let (share, images) = (percent(found.missed_share()), whole(found.places.len() as u64));
    let error = number(f64::from(found.rule.most_error));
    let rule = match found.rule.reference {
        MissedReference::Reconstructions => t!("plane_layer.missed_by_vae", error = error),
        MissedReference::Components => t!("plane_layer.missed_by_components", error = error, count = COMPONENTS),
    };
    let mut lines = vec![t!("plane_layer.missed", share = share, images = images).into_owned(), rule.into_owned()];
    let names = frame.data().map(|data| data.class_names()).unwrap_or_default();
    let counts = found.by_class(&placed.points.encoding.labels, names.len());
    let classes: Vec<String> = (names.iter().zip(counts))
        .map(|(name, (missed, all))| format!("{name}: {} %", percent(missed as f64 / all.max(1) as f64)))
        .collect();
    lines.extend(classes.chunks(CLASSES).take(4).map(|some| some.join("  ")));
    lines
}

/// The missed share over the steps, 0 below and 1 above.
fn curve_in(place: Rect, curve: &[(u64, f32)]) -> Vec<Pos2> {
    let steps = curve.first().zip(curve.last()).map_or([0, 1], |((first, _), (last, _))| [*first, *last]);
    let span = steps[1].saturating_sub(steps[0]).max(1) as f32;
    let point = |(step, share): &(u64, f32)| {
        let along = step.saturating_sub(steps[0]) as f32 / span;
        pos2(place.left() + along * place.width(), place.bottom() - share * place.height())
    };
    curve.iter().map(point).collect()
}
