//! How dense the encoded points lie.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::explore::density::{DensityGrid, DensityRequest, DensityTask};
use crate::explore::viewport::Viewport;
use crate::picture::ColorMap;
use crate::ui::text::{number, tr};
use crate::ui::theme;
use eframe::egui::{Align2, Color32, ColorImage, FontId, Mesh, Painter, Rect, Shape, TextureHandle, TextureOptions};
use eframe::egui::{Context, pos2, vec2};
use std::collections::BTreeSet;

/// Points that are counted in one frame: half a millisecond or so.
const PIECE: usize = 100_000;
/// How much of what lies under it the highest density hides.
const OPACITY: f32 = 0.85;
/// Stops of the colour bar.
const STOPS: usize = 32;

/// A kernel estimate of the density of the shown points over what is seen, as one texture, with a colour bar. It is made
/// anew when points or view are others, a piece a frame; until then the one before stays where it belongs on the plane.
#[derive(Default)]
pub struct DensityLayer {
    task: Option<(Key, DensityTask)>,
    made: Option<Made>,
}

/// What an estimate is of.
#[derive(Clone, PartialEq)]
struct Key {
    points: u64,
    hidden: BTreeSet<usize>,
    viewport: Viewport,
    aspect: f32,
}

struct Made {
    key: Key,
    low: [f32; 2],
    high: [f32; 2],
    highest: f32,
    texture: TextureHandle,
}

impl PlaneLayer for DensityLayer {
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>) {
        self.update(painter.ctx(), frame);
        let Some(made) = self.made.as_ref().filter(|made| made.highest > 0.0) else { return };
        let [left, bottom] = frame.pixel_from_plane(made.low).into();
        let [right, top] = frame.pixel_from_plane(made.high).into();
        let place = Rect::from_min_max(pos2(left, top), pos2(right, bottom));
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        painter.image(made.texture.id(), place, whole, Color32::WHITE);
        bar(painter, frame, made.highest);
    }
}

impl DensityLayer {
    /// Goes on with the estimate; one that was begun is finished before another begins, so that there is always a next one.
    fn update(&mut self, context: &Context, frame: &PlaneFrame<'_>) {
        let Some(points) = &frame.known.points else {
            (self.task, self.made) = (None, None);
            return;
        };
        if self.task.is_none() {
            let (viewport, aspect) = (frame.viewport, frame.rect.aspect_ratio());
            let key = Key { points: points.id, hidden: frame.selection.left_out(), viewport, aspect };
            if self.made.as_ref().is_some_and(|made| made.key == key) {
                return;
            }
            let (low, high) = frame.viewport.bounds(frame.area());
            let request = DensityRequest { points: points.clone(), hidden: key.hidden.clone(), low, high };
            self.task = Some((key, DensityTask::new(request)));
        }
        // All of few points in one frame: they are seen twice.
        let passes = if points.count() < PIECE / 2 { 2 } else { 1 };
        for _ in 0..passes {
            if let Some((key, task)) = &mut self.task
                && let Some(grid) = task.advance(PIECE)
            {
                let key = key.clone();
                self.show(context, key, &grid);
                self.task = None;
            }
        }
        let newest = self.made.as_ref().is_some_and(|made| {
            made.key.points == points.id
                && made.key.viewport == frame.viewport
                && made.key.hidden == frame.selection.left_out()
        });
        if !newest {
            context.request_repaint();
        }
    }

    fn show(&mut self, context: &Context, key: Key, grid: &DensityGrid) {
        let highest = grid.highest();
        let color = |value: &f32| color(value / highest.max(f32::MIN_POSITIVE));
        let image = ColorImage::new(grid.size, grid.values.iter().map(color).collect());
        let texture = match self.made.take() {
            Some(Made { mut texture, .. }) => {
                texture.set(image, TextureOptions::LINEAR);
                texture
            }
            None => context.load_texture("density", image, TextureOptions::LINEAR),
        };
        self.made = Some(Made { key, low: grid.low, high: grid.high, highest, texture });
    }
}

/// The colour of a part of the highest density: the less there is, the more can be seen through it.
fn color(part: f32) -> Color32 {
    let [red, green, blue] = ColorMap::Viridis.rgb(part);
    Color32::from_rgb(red, green, blue).gamma_multiply(OPACITY * part.clamp(0.0, 1.0).sqrt())
}

/// Which colour is which density, in the lower right corner.
fn bar(painter: &Painter, frame: &PlaneFrame<'_>, highest: f32) {
    let size = vec2(20.0 * theme::GRID, 1.5 * theme::GRID);
    let margin = vec2(2.0 * theme::GRID, 5.0 * theme::GRID);
    let Some(ground) = frame.place_legend(size + margin) else { return };
    let corner = ground.right_bottom() - vec2(theme::GRID, 0.5 * theme::GRID);
    let place = Rect::from_min_max(corner - size - vec2(0.0, 2.0 * theme::GRID), corner - vec2(0.0, 2.0 * theme::GRID));
    painter.rect_filled(ground, 4.0, frame.palette.surfaces[1].gamma_multiply(0.88));
    let mut mesh = Mesh::default();
    for stop in 0..STOPS {
        let edge = |stop: usize| place.left() + place.width() * stop as f32 / STOPS as f32;
        let part = Rect::from_x_y_ranges(edge(stop)..=edge(stop + 1), place.y_range());
        mesh.add_colored_rect(part, color((stop as f32 + 0.5) / STOPS as f32));
    }
    painter.add(Shape::mesh(mesh));
    let font = FontId::monospace(theme::TEXT_SMALL);
    let text =
        |at, anchor, text: String, font: FontId| painter.text(at, anchor, text, font, frame.palette.text_secondary);
    for (part, anchor) in [(0.0, Align2::LEFT_TOP), (0.5, Align2::CENTER_TOP), (1.0, Align2::RIGHT_TOP)] {
        let at = pos2(place.left() + part * place.width(), place.bottom() + 2.0);
        text(at, anchor, number(f64::from(part * highest)), font.clone());
    }
    let font = FontId::proportional(theme::TEXT_SMALL);
    text(place.center_top() - vec2(0.0, 2.0), Align2::CENTER_BOTTOM, tr("plane_layer.density_unit"), font);
}
