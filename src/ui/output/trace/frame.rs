//! An image on the screen, and what says how it was drawn.

use crate::dataset::ImageShape;
use crate::nn::operations::DrawTrace;
use eframe::egui::{Color32, Rect, Ui, vec2};
use std::sync::Arc;

/// An image, how it was drawn, and whose it is.
pub struct TraceFrame<'a> {
    /// How it was drawn.
    pub trace: &'a Arc<DrawTrace>,
    /// The image's shape.
    pub shape: ImageShape,
    /// The image, `[shape.values()]`.
    pub image: &'a [f32],
    /// The letter of the view.
    pub model: &'static str,
    /// The model's colour.
    pub color: Color32,
}

impl TraceFrame<'_> {
    /// The place of a pixel of an image that is painted here, by its number in a plane.
    pub(super) fn pixel(&self, image: Rect, place: usize) -> Rect {
        let ImageShape { height, width, .. } = self.shape;
        let size = image.size() / vec2(width.max(1) as f32, height.max(1) as f32);
        let (column, row) = (place % width.max(1), place / width.max(1) % height.max(1));
        Rect::from_min_size(image.min + vec2(column as f32, row as f32) * size, size)
    }

    /// The row and the column of the pixel under the pointer.
    pub(super) fn pointed(&self, ui: &Ui, image: Rect) -> Option<[usize; 2]> {
        let at = ui.input(|input| input.pointer.hover_pos()).filter(|at| image.contains(*at))?;
        let part = (at - image.min) / image.size();
        let cell = |part: f32, cells: usize| ((part * cells as f32) as usize).min(cells.saturating_sub(1));
        Some([cell(part.y, self.shape.height), cell(part.x, self.shape.width)])
    }
}
