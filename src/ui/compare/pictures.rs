//! The pictures of a sheet that are on the screen: each is made when it is first drawn, and uploaded only where it changed.

use crate::explore::compare::{Sheet, SheetColumn};
use crate::gpu::{self, image};
use crate::picture::{self, Bitmap, ColorMap};
use eframe::egui::{Painter, Rect};
use std::collections::HashMap;
use std::sync::Arc;

/// A picture by what it is made of: where that lies in memory, its column, and a number.
type PictureKey = (usize, SheetColumn, usize);

/// An image of a sheet.
#[derive(Clone, Copy)]
pub(super) struct SheetImage<'a> {
    pub sheet: &'a Sheet,
    pub column: SheetColumn,
    pub row: usize,
}

/// An image of a model's strip between two test images.
#[derive(Clone, Copy)]
pub(super) struct StripImage<'a> {
    pub sheet: &'a Sheet,
    pub model: usize,
    pub place: usize,
}

/// Those that were drawn last.
#[derive(Default)]
pub(super) struct SheetPictures {
    /// The sheet that they are of: what lies where it lies is not let go meanwhile.
    sheet: Option<Arc<Sheet>>,
    before: HashMap<PictureKey, (Bitmap, gpu::TextureSlot)>,
    drawn: HashMap<PictureKey, (Bitmap, gpu::TextureSlot)>,
}

impl SheetPictures {
    /// A frame ends: what was not drawn in it is let go.
    pub fn end_frame(&mut self, sheet: &Arc<Sheet>) {
        self.before = std::mem::take(&mut self.drawn);
        self.sheet = Some(sheet.clone());
    }

    /// Draws an image of a sheet; whether there is one.
    pub fn paint(&mut self, painter: &Painter, rect: Rect, of: SheetImage<'_>, map: ColorMap) -> bool {
        let Some((key, cell)) = key(of).zip(of.sheet.cell(of.column, of.row)) else { return false };
        self.draw(painter, rect, key, map, || picture::cell(of.sheet.shape(), cell));
        true
    }

    /// Draws an image of a strip between two test images; whether there is one.
    pub fn paint_strip(&mut self, painter: &Painter, rect: Rect, of: StripImage<'_>, map: ColorMap) -> bool {
        let StripImage { sheet, model, place } = of;
        let Some(made) = &sheet.interpolation else { return false };
        let strip = made.strips.get(model).and_then(Option::as_ref);
        let Some(values) = strip.and_then(|strip| strip.images.get(place)) else { return false };
        let key = (values.as_ptr() as usize, SheetColumn::Sample(model), place);
        self.draw(painter, rect, key, map, || Bitmap::new(sheet.shape(), values));
        true
    }

    fn draw(&mut self, painter: &Painter, rect: Rect, key: PictureKey, map: ColorMap, make: impl FnOnce() -> Bitmap) {
        let before = self.before.remove(&key);
        let kept =
            self.drawn.entry(key).or_insert_with(|| before.unwrap_or_else(|| (make(), gpu::TextureSlot::default())));
        image::paint(painter, rect, &kept.1, &kept.0, map, image::Fit::Full);
    }
}

/// What is the same for the same picture in one sheet after another.
fn key(SheetImage { sheet, column, row }: SheetImage<'_>) -> Option<PictureKey> {
    let model = column.model().and_then(|model| sheet.models.get(model));
    let (place, row) = match column {
        SheetColumn::Original => (Arc::as_ptr(&sheet.source.data) as usize, sheet.originals.get(row)?.index),
        SheetColumn::Reconstruction(_) | SheetColumn::Error(_) => {
            (Arc::as_ptr(model?.reconstruction(row)?) as usize, 0)
        }
        SheetColumn::Sample(_) => (model?.samples.as_ptr() as usize, row),
        SheetColumn::Nearest(_) => (model?.nearest.as_ref()?.as_ptr() as usize, row),
    };
    Some((place, column, row))
}
