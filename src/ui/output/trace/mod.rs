//! How an image was drawn, shown with it: the tree over its pixels, the states of its rows, or the probabilities of its pixels in
//! the order that they were drawn in.

mod conditionals;
mod frame;
mod states;
mod tree;

use crate::gpu::TextureSlot;
use crate::nn::operations::DrawTrace;
use crate::picture::Bitmap;
use conditionals::{DrawnPart, DrawnPictures};
use eframe::egui::{Rect, Ui, pos2};
pub(super) use frame::TraceFrame;

/// What is kept of it from frame to frame.
#[derive(Default)]
pub(super) struct TraceView {
    /// How many pixels or rows are shown as drawn so far; `None` where all are.
    pub drawn: Option<usize>,
    pictures: Option<DrawnPictures>,
    heat_texture: TextureSlot,
}

/// How much of a place is left to the image.
pub(super) fn image_room(frame: &TraceFrame<'_>, place: Rect) -> Rect {
    match &**frame.trace {
        DrawTrace::States(_) => {
            Rect::from_min_max(place.min, pos2(place.right() - states::width(place), place.bottom()))
        }
        DrawTrace::Tree(_) | DrawTrace::Conditionals(_) => place,
    }
}

/// The slider of how much is shown as drawn so far, where it is drawn in an order; gives what is chosen.
pub(super) fn slider(ui: &mut Ui, frame: &TraceFrame<'_>, drawn: Option<usize>) -> Option<usize> {
    match &**frame.trace {
        DrawTrace::Conditionals(conditionals) => {
            DrawnPart::new(frame.shape, conditionals.order, drawn).slider(ui, frame.model)
        }
        DrawTrace::Tree(_) | DrawTrace::States(_) => drawn,
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
