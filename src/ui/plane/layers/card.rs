//! The hovered point's image.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::dataset::Split;
use crate::gpu::TextureSlot;
use crate::gpu::image::{self, Fit};
use crate::picture::Bitmap;
use crate::ui::theme;
use eframe::egui::{Align2, FontId, Painter, Rect, Stroke, StrokeKind, pos2, vec2};

/// The hovered point's image with its number and class, beside the pointer and inside the plane.
#[derive(Default)]
pub struct CardLayer {
    made: Option<Made>,
    slot: TextureSlot,
}

/// The picture of a test image.
struct Made {
    image: usize,
    split: Split,
    picture: Bitmap,
}

impl PlaneLayer for CardLayer {
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>) {
        self.prepare(frame);
        let (Some(made), Some(pointer), Some(points), Some(hovered)) =
            (&self.made, frame.pointer, frame.points, frame.hovered)
        else {
            return;
        };
        let whole = frame.rect;
        let side = 14.0 * theme::GRID;
        let size = vec2(side + 2.0 * theme::GRID, side + 4.5 * theme::GRID);
        let beside = 2.0 * theme::GRID;
        let mut min = pointer + vec2(beside, beside);
        if min.x + size.x > whole.right() {
            min.x = pointer.x - beside - size.x;
        }
        if min.y + size.y > whole.bottom() {
            min.y = pointer.y - beside - size.y;
        }
        let ground = Rect::from_min_size(min.max(whole.min), size);
        let class = points.label(hovered);
        painter.rect_filled(ground, 4.0, frame.palette.surfaces[1]);
        painter.rect_stroke(ground, 4.0, Stroke::new(2.0, theme::class_color(class)), StrokeKind::Inside);
        let place = Rect::from_min_size(ground.min + vec2(theme::GRID, theme::GRID), vec2(side, side));
        image::paint(painter, place, &self.slot, &made.picture, frame.view.settings.color_map, Fit::Sharp);
        let caption = format!("{}  {}", made.image, frame.class_name(class).unwrap_or_default());
        let at = pos2(ground.center().x, ground.bottom() - theme::GRID);
        let font = FontId::proportional(theme::TEXT_BODY);
        painter.text(at, Align2::CENTER_BOTTOM, caption, font, frame.palette.text);
    }
}

impl CardLayer {
    /// Makes the picture of the hovered point's image, once.
    fn prepare(&mut self, frame: &PlaneFrame<'_>) {
        let hovered = frame.hovered.zip(frame.points).and_then(|(index, points)| points.image(index));
        let (Some(image), Some(data)) = (hovered, frame.data()) else {
            self.made = None;
            return;
        };
        let images = &data.test;
        let same = |made: &Made| made.image == image && made.split.same(images);
        if !self.made.as_ref().is_some_and(same) {
            let picture = Bitmap::new(images.shape(), &images.image(image));
            self.made = Some(Made { image, split: images.clone(), picture });
        }
    }
}
