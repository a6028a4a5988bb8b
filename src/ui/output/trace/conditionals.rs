//! An image as far as it has been drawn, and the probabilities that its pixels were drawn with, as heat.

use super::frame::TraceFrame;
use crate::dataset::ImageShape;
use crate::gpu::TextureSlot;
use crate::gpu::image::{self, Fit};
use crate::nn::operations::{DrawOrder, DrawTrace, PixelConditionals};
use crate::picture::{Bitmap, ColorMap};
use crate::ui::output::heading::{Heading, framed};
use crate::ui::text::{number, tr, whole};
use crate::ui::theme;
use eframe::egui::{Rect, Slider, Ui, pos2};
use rust_i18n::t;
use std::sync::Arc;

/// The slider is never narrower, in points.
const NARROWEST: f32 = 4.0 * theme::GRID;

/// The first pixels or rows of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DrawnPart {
    shape: ImageShape,
    order: DrawOrder,
    /// How many, at most [`Self::all`].
    drawn: usize,
}

impl DrawnPart {
    /// So many of them, or all.
    pub fn new(shape: ImageShape, order: DrawOrder, drawn: Option<usize>) -> Self {
        let whole = Self { shape, order, drawn: usize::MAX };
        let all = whole.all();
        Self { drawn: drawn.unwrap_or(all).min(all), ..whole }
    }

    /// How many there are.
    fn all(self) -> usize {
        match self.order {
            DrawOrder::Pixels => self.shape.values(),
            DrawOrder::Rows => self.shape.height,
        }
    }

    fn is_whole(self) -> bool {
        self.drawn == self.all()
    }

    /// Places of the image, row by row, of which something is drawn.
    fn places(self) -> usize {
        let area = self.shape.height * self.shape.width;
        match self.order {
            DrawOrder::Pixels => self.drawn.min(area),
            DrawOrder::Rows => self.drawn * self.shape.width,
        }
    }

    /// Of values `[shape.values()]` those that are drawn; zeros elsewhere.
    fn of(self, values: &[f32]) -> Vec<f32> {
        let area = (self.shape.height * self.shape.width).max(1);
        let is_drawn = |pixel: usize| match self.order {
            DrawOrder::Pixels => pixel < self.drawn,
            DrawOrder::Rows => pixel % area < self.places(),
        };
        values.iter().enumerate().map(|(pixel, value)| if is_drawn(pixel) { *value } else { 0.0 }).collect()
    }

    /// Draws the ground over what is not drawn yet.
    pub fn paint_rest(self, ui: &Ui, image: Rect, frame: &TraceFrame<'_>) {
        let (places, width) = (self.places(), self.shape.width.max(1));
        if places >= self.shape.height * width {
            return;
        }
        let (painter, ground) = (ui.painter_at(image), theme::of(ui).line);
        let next = frame.pixel(image, places);
        painter.rect_filled(Rect::from_min_max(next.min, pos2(image.right(), next.bottom())), 0.0, ground);
        painter.rect_filled(Rect::from_min_max(pos2(image.left(), next.bottom()), image.max), 0.0, ground);
    }

    /// The slider of how many; gives what is chosen, `None` for all.
    pub fn slider(self, ui: &mut Ui, model: &str) -> Option<usize> {
        let (all, mut drawn) = (self.all(), self.drawn);
        let (name, tip) = match self.order {
            DrawOrder::Pixels => (t!("output.drawn_pixels", model = model), "output.drawn_pixels_tip"),
            DrawOrder::Rows => (t!("output.drawn_rows", model = model), "output.drawn_rows_tip"),
        };
        ui.spacing_mut().slider_width = ui.available_width().max(NARROWEST);
        let slider = ui.add(Slider::new(&mut drawn, 0..=all).show_value(false)).accessible_name(name);
        slider.on_hover_text(t!(tip, drawn = whole(drawn as u64), all = whole(all as u64)));
        (drawn < all).then_some(drawn)
    }
}

/// Pictures of what is drawn.
pub(super) struct DrawnPictures {
    trace: Arc<DrawTrace>,
    pub part: DrawnPart,
    /// The image; `None` where all of it is drawn.
    pub image: Option<Bitmap>,
    heat: Bitmap,
}

impl DrawnPictures {
    pub fn new(frame: &TraceFrame<'_>, conditionals: &PixelConditionals, part: DrawnPart) -> Self {
        let image = (!part.is_whole()).then(|| Bitmap::new(frame.shape, &part.of(frame.image)));
        let heat = Bitmap::new(frame.shape, &part.of(&conditionals.ones));
        Self { trace: frame.trace.clone(), part, image, heat }
    }

    /// Whether they are of this.
    pub fn are_of(&self, trace: &Arc<DrawTrace>, part: DrawnPart) -> bool {
        Arc::ptr_eq(&self.trace, trace) && self.part == part
    }

    /// The probabilities as an image in its frame.
    pub fn heat_ui(
        &self,
        ui: &mut Ui,
        side: f32,
        (frame, conditionals): (&TraceFrame<'_>, &PixelConditionals),
        texture: &TextureSlot,
    ) {
        let heading = Heading {
            name: tr("output.conditionals_short"),
            accessible: t!("output.conditionals", model = frame.model).into_owned(),
            color: frame.color,
            figure: None,
            refused: None,
        };
        let mut place = Rect::NOTHING;
        let response = framed(ui, side, &heading, |ui, inside| {
            place = image::place(inside, self.heat.size(), Fit::Sharp, ui.ctx().pixels_per_point());
            image::paint(ui.painter(), inside, texture, &self.heat, ColorMap::Magma, Fit::Sharp);
            self.part.paint_rest(ui, place, frame);
        });
        let mut words = tr("output.conditionals_tip");
        if let Some(pointed) = frame.pointed(ui, place).filter(|_| response.hovered()) {
            words = format!("{}\n{words}", at(frame, conditionals, self.part, pointed));
        }
        response.on_hover_text_at_pointer(words);
    }
}

/// The probability of the pixel under the pointer and what was drawn, of each channel.
fn at(frame: &TraceFrame<'_>, conditionals: &PixelConditionals, part: DrawnPart, [row, column]: [usize; 2]) -> String {
    let area = frame.shape.height * frame.shape.width;
    let place = row * frame.shape.width + column;
    let (row, column) = (row + 1, column + 1);
    if place >= part.places() {
        return t!("output.conditionals_later", row = row, column = column).into_owned();
    }
    let of_channel = |channel: usize| {
        let (p, value) = (conditionals.ones.get(channel * area + place)?, frame.image.get(channel * area + place)?);
        Some(
            t!("output.conditionals_at", row = row, column = column, p = number(f64::from(*p)), value = value)
                .into_owned(),
        )
    };
    (0..frame.shape.channels).filter_map(of_channel).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_drawn_channel_by_channel_and_rows_with_all_their_channels() {
        let shape = ImageShape { channels: 2, height: 2, width: 2 };
        let part = |order, drawn| DrawnPart::new(shape, order, drawn);
        let ones = [1.0; 8];
        let pixels = part(DrawOrder::Pixels, Some(5));
        assert_eq!((pixels.all(), pixels.places(), pixels.is_whole()), (8, 4, false));
        assert_eq!(pixels.of(&ones), [1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0]);
        let rows = part(DrawOrder::Rows, Some(1));
        assert_eq!((rows.all(), rows.places(), rows.is_whole()), (2, 2, false));
        assert_eq!(rows.of(&ones), [1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
        for order in [DrawOrder::Pixels, DrawOrder::Rows] {
            assert!(part(order, None).is_whole() && part(order, Some(usize::MAX)).is_whole());
            assert_eq!(part(order, None).of(&ones), ones);
            assert_eq!(part(order, Some(0)).places(), 0);
        }
    }
}
