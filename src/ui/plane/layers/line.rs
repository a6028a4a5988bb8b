//! The line or the path that is laid over the plane.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::explore::path::PlanePath;
use crate::ui::seen::SeenPart;
use eframe::egui::{Painter, Pos2, Shape, Stroke};

/// Dashes of a path that leaves the plane, and what is between them, in points.
const DASH: f32 = 5.0;

/// The line or the path with the places of its images; its beginning is larger.
pub struct LineLayer;

impl PlaneLayer for LineLayer {
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>) {
        if let Some(path) = &frame.path {
            return draw_path(painter, frame, path);
        }
        let Some(line) = frame.line else { return };
        let places = line.positions().map(|position| frame.pixel_from_plane(position));
        let ends: [Pos2; 2] = [line.from, line.to].map(|position| frame.pixel_from_plane(position));
        draw(painter, frame, &ends);
        for (place, at) in places.into_iter().enumerate() {
            dot(painter, frame, at, if place == 0 { 5.0 } else { 3.0 });
        }
    }
}

/// As it was made; until then straight from waypoint to waypoint.
fn draw_path(painter: &Painter, frame: &PlaneFrame<'_>, path: &PlanePath) {
    let pixel = |position: &[f32; 2]| frame.pixel_from_plane(*position);
    let made = frame.known.path.as_ref().filter(|made| made.source.path == *path);
    let along: Vec<Pos2> = match made {
        Some(made) => made.places.iter().map(pixel).collect(),
        None => path.waypoints.iter().chain(path.waypoints.first().filter(|_| path.closed)).map(pixel).collect(),
    };
    if made.is_some_and(|made| made.leaves_plane()) {
        // What is seen of it is its shadow.
        for piece in seen_pieces(painter, &along) {
            painter.extend(Shape::dashed_line(&piece, Stroke::new(4.0, frame.halo()), DASH, DASH));
            painter.extend(Shape::dashed_line(&piece, Stroke::new(2.0, frame.palette.text), DASH, DASH));
        }
    } else {
        draw(painter, frame, &along);
    }
    for place in made.map(|made| made.image_places()).unwrap_or_default() {
        dot(painter, frame, pixel(&place), 2.0);
    }
    for (number, waypoint) in made.map_or(&path.waypoints, |made| &made.waypoints).iter().enumerate() {
        dot(painter, frame, pixel(waypoint), if number == 0 { 5.0 } else { 4.0 });
    }
}

fn seen_pieces(painter: &Painter, along: &[Pos2]) -> Vec<Vec<Pos2>> {
    let seen = painter.clip_rect();
    let place = |pixel: &Pos2| [pixel.x, pixel.y].map(f64::from);
    let seen = SeenPart { low: place(&seen.min), high: place(&seen.max) }.with_surroundings();
    let pieces = seen.pieces(&along.iter().map(place).collect::<Vec<_>>());
    let pixels = |piece: Vec<[f64; 2]>| piece.into_iter().map(|[x, y]| Pos2::new(x as f32, y as f32)).collect();
    pieces.into_iter().map(pixels).collect()
}

fn draw(painter: &Painter, frame: &PlaneFrame<'_>, along: &[Pos2]) {
    for stroke in [Stroke::new(4.0, frame.halo()), Stroke::new(2.0, frame.palette.text)] {
        painter.line(along.to_vec(), stroke);
    }
}

fn dot(painter: &Painter, frame: &PlaneFrame<'_>, at: Pos2, radius: f32) {
    painter.circle_filled(at, radius + 1.0, frame.halo());
    painter.circle_filled(at, radius, frame.palette.text);
}
