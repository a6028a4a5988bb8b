//! How an image was drawn, shown with it: the tree over its pixels, the states of its rows, or the probabilities of its pixels in
//! the order that they were drawn in.

mod conditionals;
mod states;
mod tree;

use crate::dataset::ImageShape;
use crate::gpu::TextureSlot;
use crate::nn::operations::DrawTrace;
use crate::picture::Bitmap;
use conditionals::{DrawnPart, DrawnPictures};
use eframe::egui::{Color32, Rect, Ui, pos2, vec2};
use std::sync::Arc;

/// An image, how it was drawn, and whose it is.
pub(super) struct TraceFrame<'a> {
    pub trace: &'a Arc<DrawTrace>,
    pub shape: ImageShape,
    /// `[shape.values()]`
    pub image: &'a [f32],
    /// The letter of the view.
    pub model: &'static str,
    pub color: Color32,
}

/// What is kept of it from frame to frame.
#[derive(Default)]
pub(super) struct TraceView {
    /// How many pixels or rows are shown as drawn so far; `None` where all are.
    pub drawn: Option<usize>,
    pictures: Option<DrawnPictures>,
    heat_texture: TextureSlot,
}

impl TraceFrame<'_> {
    /// How much of a place is left to the image.
    pub fn image_room(&self, place: Rect) -> Rect {
        match &**self.trace {
            DrawTrace::States(_) => {
                Rect::from_min_max(place.min, pos2(place.right() - states::width(place), place.bottom()))
            }
            DrawTrace::Tree(_) | DrawTrace::Conditionals(_) => place,
        }
    }

    /// The slider of how much is shown as drawn so far, where it is drawn in an order; gives what is chosen.
    pub fn slider(&self, ui: &mut Ui, drawn: Option<usize>) -> Option<usize> {
        match &**self.trace {
            DrawTrace::Conditionals(conditionals) => {
                DrawnPart::new(self.shape, conditionals.order, drawn).slider(ui, self.model)
            }
            DrawTrace::Tree(_) | DrawTrace::States(_) => drawn,
        }
    }

    /// The place of a pixel of an image that is painted here, by its number in a plane.
    fn pixel(&self, image: Rect, place: usize) -> Rect {
        let ImageShape { height, width, .. } = self.shape;
        let size = image.size() / vec2(width.max(1) as f32, height.max(1) as f32);
        let (column, row) = (place % width.max(1), place / width.max(1) % height.max(1));
        Rect::from_min_size(image.min + vec2(column as f32, row as f32) * size, size)
    }

    /// The row and the column of the pixel under the pointer.
    fn pointed(&self, ui: &Ui, image: Rect) -> Option<[usize; 2]> {
        let at = ui.input(|input| input.pointer.hover_pos()).filter(|at| image.contains(*at))?;
        let part = (at - image.min) / image.size();
        let cell = |part: f32, cells: usize| ((part * cells as f32) as usize).min(cells.saturating_sub(1));
        Some([cell(part.y, self.shape.height), cell(part.x, self.shape.width)])
    }
}

impl TraceView {
    /// Makes the pictures that are drawn, where others were there.
    pub fn prepare(&mut self, frame: &TraceFrame<'_>) {
        let DrawTrace::Conditionals(conditionals) = &**frame.trace else {
            self.pictures = None;
            return;
        };
        let part = DrawnPart::new(frame.shape, conditionals.order, self.drawn);
        if !self.pictures.as_ref().is_some_and(|pictures| pictures.are_of(frame.trace, part)) {
            self.pictures = Some(DrawnPictures::new(frame, conditionals, part));
        }
    }

    /// What is shown of the image, where that is not all of it.
    pub fn picture(&self) -> Option<&Bitmap> {
        self.pictures.as_ref()?.image.as_ref()
    }

    /// Draws it over the image and beside it; `image` is where that is painted in its `place`.
    pub fn ui(&self, ui: &Ui, (place, image): (Rect, Rect), frame: &TraceFrame<'_>) {
        match &**frame.trace {
            DrawTrace::Tree(edges) => tree::ui(ui, image, frame, edges),
            DrawTrace::States(path) => states::ui(ui, image, (frame, path), states::width(place)),
            DrawTrace::Conditionals(_) => {
                if let Some(pictures) = &self.pictures {
                    pictures.part.paint_rest(ui, image, frame);
                }
            }
        }
    }

    /// The probabilities of an image's pixels, as an image beside it.
    pub fn heat_ui(&self, ui: &mut Ui, side: f32, frame: &TraceFrame<'_>) {
        if let (DrawTrace::Conditionals(conditionals), Some(pictures)) = (&**frame.trace, &self.pictures) {
            pictures.heat_ui(ui, side, (frame, conditionals), &self.heat_texture);
        }
    }
}
