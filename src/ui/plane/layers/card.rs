//! The hovered point's image, and what the data says of it.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::dataset::DatasetId;
use crate::explore::coloring::ColorBy;
use crate::gpu::TextureSlot;
use crate::gpu::image::{self, Fit};
use crate::picture::Bitmap;
use crate::ui::plane::facts::{ColumnFact, facts};
use crate::ui::theme;
use crate::ui::widgets::cut_short;
use eframe::egui::{Align2, FontId, Painter, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

/// The hovered point's image with its number, its class and its other columns, beside the pointer and inside the plane.
#[derive(Default)]
pub struct CardLayer {
    made: Option<Made>,
    slot: TextureSlot,
}

/// Height of a column's row.
const FACT: f32 = 2.0 * theme::GRID;

/// The picture of a test image.
struct Made {
    image: usize,
    of: DatasetId,
    picture: Bitmap,
    color_by: ColorBy,
    facts: Vec<ColumnFact>,
}

impl PlaneLayer for CardLayer {
    fn draw(&mut self, _: &Painter, frame: &PlaneFrame<'_>) {
        self.prepare(frame);
    }

    /// It is above the legends.
    fn controls(&mut self, ui: &mut Ui, frame: &mut PlaneFrame<'_>) {
        self.paint(&ui.painter_at(frame.rect), frame);
    }
}

impl CardLayer {
    fn paint(&self, painter: &Painter, frame: &PlaneFrame<'_>) {
        let (Some(made), Some(pointer), Some(points), Some(hovered)) =
            (&self.made, frame.pointer, frame.points, frame.hovered)
        else {
            return;
        };
        let whole = frame.rect;
        let side = 14.0 * theme::GRID;
        let rows = made.facts.len() as f32 * FACT;
        let size = vec2(side + 2.0 * theme::GRID, side + 4.5 * theme::GRID + rows);
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
        let color = theme::group_color(&points.coloring.key, points.group(hovered));
        painter.rect_stroke(ground, 4.0, Stroke::new(2.0, color), StrokeKind::Inside);
        let place = Rect::from_min_size(ground.min + vec2(theme::GRID, theme::GRID), vec2(side, side));
        image::paint(painter, place, &self.slot, &made.picture, frame.view.settings.color_map, Fit::Sharp);
        let class = frame.selection.class_names().get(class).map(String::as_str);
        let caption = format!("{}  {}", made.image, class.unwrap_or_default());
        let at = pos2(ground.center().x, ground.bottom() - theme::GRID - rows);
        let font = FontId::proportional(theme::TEXT_BODY);
        painter.text(at, Align2::CENTER_BOTTOM, caption, font, frame.palette.text);
        for (row, fact) in (0u16..).zip(&made.facts) {
            let y = ground.bottom() - theme::GRID / 2.0 - rows + f32::from(row) * FACT;
            let color = if fact.is_chosen { frame.palette.text } else { frame.palette.text_secondary };
            let name = cut_short(painter, &fact.name, 0.5 * side, color);
            let value = cut_short(painter, &fact.value, side - name.size().x - theme::GRID, color);
            let right = ground.right() - theme::GRID - value.size().x;
            painter.galley(pos2(ground.left() + theme::GRID, y), name, color);
            painter.galley(pos2(right, y), value, color);
        }
    }

    /// Makes the picture of the hovered point's image, once.
    fn prepare(&mut self, frame: &PlaneFrame<'_>) {
        let hovered = frame.hovered.zip(frame.points).and_then(|(index, points)| points.image(index));
        let (Some(image), Some(data)) = (hovered, frame.data().filter(|data| !data.sample().is_point())) else {
            self.made = None;
            return;
        };
        let images = &data.test;
        let color_by = &frame.view.settings.plane.color_by;
        let same = |made: &Made| made.image == image && made.of == data.id && made.color_by == *color_by;
        if !self.made.as_ref().is_some_and(same) {
            let picture = Bitmap::new(images.shape(), &images.image(image));
            let facts = facts(images, image, color_by);
            self.made = Some(Made { image, of: data.id.clone(), picture, color_by: color_by.clone(), facts });
        }
    }
}
