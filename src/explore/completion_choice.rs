//! What of an image is missing, as a person brushes it, and how it is completed.

use super::brush::{PadStroke, draw};
use super::completion::KeepRule;
use super::pad::{PadImage, PadPen};
use crate::dataset::ImageShape;
use serde::{Deserialize, Serialize};

/// Draws of the missing pixels by each model.
pub const COMPLETION_DRAWS: usize = 4;
/// Pixels of an image of which places are kept, at most.
const MOST_PLACES: usize = 512 * 512;

/// Which image is completed, and what of it is missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct CompletionChoice {
    /// The test image, by its place in the test set.
    pub image: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// The brush, whose eraser gives pixels back.
    pub brush: PadPen,
    /// What is missing, where that was chosen.
    missing: Option<MissingPixels>,
}

/// Which places of an image are missing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct MissingPixels {
    height: usize,
    width: usize,
    /// 255 where one is missing, else 0.
    places: PadImage,
}

/// Something done to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompletionChange {
    /// Another test image.
    Image(usize),
    /// What a rule keeps is kept, the rest is missing.
    Keep(KeepRule),
    /// The brush went along these places of the image, and those that it covers are missing, or kept by the eraser.
    Paint {
        /// In pixels from the upper left corner.
        points: Vec<[f32; 2]>,
        /// Whether a stroke begins with it.
        begins: bool,
    },
    /// Another brush.
    Brush(PadPen),
    /// Other draws.
    Seed(u64),
}

impl Default for CompletionChoice {
    fn default() -> Self {
        let brush = PadPen { width: 0.2, ..PadPen::default() };
        Self { image: 0, seed: 0, brush, missing: None }
    }
}

impl CompletionChange {
    /// Whether it is a change of its own, and not a tool or part of a stroke.
    pub const fn is_work(&self) -> bool {
        !matches!(self, Self::Brush(_) | Self::Paint { begins: false, .. })
    }
}

impl CompletionChoice {
    /// Whether images of this shape are small enough for it.
    pub const fn fits(shape: ImageShape) -> bool {
        shape.height.saturating_mul(shape.width) <= MOST_PLACES
    }

    /// Carries out a change, on images of this shape.
    pub fn apply(&mut self, change: CompletionChange, shape: ImageShape) {
        match change {
            CompletionChange::Image(image) => self.image = image,
            CompletionChange::Seed(seed) => self.seed = seed,
            CompletionChange::Brush(brush) => self.brush = brush,
            CompletionChange::Keep(rule) => {
                let kept = rule.mask(Self::places(shape), self.seed, self.image as u64);
                self.set(shape, kept.into_iter().map(|kept| !kept));
            }
            CompletionChange::Paint { points, .. } => {
                let places = Self::places(shape);
                let mut missing: Vec<f32> =
                    self.missing(shape).into_iter().map(|missing| f32::from(u8::from(missing))).collect();
                let color = if self.brush.erases { [0; 3] } else { [255; 3] };
                let width = self.brush.width * shape.width.max(shape.height) as f32;
                draw(&mut missing, &PadStroke { points, width, color }, places);
                self.set(shape, missing.into_iter().map(|missing| missing > 0.5));
            }
        }
    }

    /// Whether the draws are of the same pixels of the same image, whatever the brush is.
    pub fn asks_the_same(&self, other: &Self) -> bool {
        (self.image, self.seed, &self.missing) == (other.image, other.seed, &other.missing)
    }

    /// Whether each pixel is kept, `[shape.values()]`: at first the upper half.
    pub fn kept(&self, shape: ImageShape) -> Vec<bool> {
        let kept: Vec<bool> = self.missing(shape).into_iter().map(|missing| !missing).collect();
        kept.repeat(shape.channels)
    }

    /// Whether each place is missing, `[height, width]`.
    fn missing(&self, shape: ImageShape) -> Vec<bool> {
        match &self.missing {
            Some(of) if (of.height, of.width) == (shape.height, shape.width) => {
                of.places.bytes().iter().map(|byte| *byte > 0).collect()
            }
            _ => KeepRule::Top.mask(Self::places(shape), 0, 0).into_iter().map(|kept| !kept).collect(),
        }
    }

    fn set(&mut self, shape: ImageShape, missing: impl Iterator<Item = bool>) {
        let places: Vec<f32> = missing.map(|missing| f32::from(u8::from(missing))).collect();
        let ImageShape { height, width, .. } = shape;
        let places = PadImage::of(&places);
        self.missing = Self::fits(shape).then_some(MissingPixels { height, width, places });
    }

    const fn places(shape: ImageShape) -> ImageShape {
        ImageShape { channels: 1, ..shape }
    }

    /// What was read and cannot be goes.
    #[must_use]
    pub fn made_whole(mut self) -> Self {
        self.missing = self.missing.filter(|of| {
            let places = of.height.checked_mul(of.width).filter(|places| *places <= MOST_PLACES);
            places == Some(of.places.bytes().len())
        });
        if !PadPen::WIDTHS.contains(&self.brush.width) {
            self.brush = Self::default().brush;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SHAPE: ImageShape = ImageShape { channels: 3, height: 6, width: 5 };

    fn count(choice: &CompletionChoice, shape: ImageShape) -> usize {
        choice.kept(shape).into_iter().filter(|kept| !kept).count()
    }

    #[test]
    fn a_brush_takes_places_of_all_channels_away_and_its_eraser_gives_them_back() {
        let mut choice = CompletionChoice::default();
        assert_eq!(count(&choice, SHAPE), 3 * 15, "at first the lower half is missing");
        choice.apply(CompletionChange::Keep(KeepRule::Random { share: 1.0 }), SHAPE);
        assert_eq!(count(&choice, SHAPE), 0);
        let paint = |y: f32| CompletionChange::Paint { points: vec![[0.5, y], [4.5, y]], begins: true };
        choice.apply(paint(2.5), SHAPE);
        let kept = choice.kept(SHAPE);
        assert!((0..5).all(|column| [0, 30, 60].iter().all(|channel| !kept[channel + 10 + column])));
        assert_eq!(count(&choice, SHAPE), 15, "as wide as a fifth of the longer side");
        choice.apply(CompletionChange::Brush(PadPen { erases: true, width: 0.4, ..choice.brush }), SHAPE);
        choice.apply(paint(2.5), SHAPE);
        assert_eq!(count(&choice, SHAPE), 0);
        choice.apply(CompletionChange::Keep(KeepRule::Left), SHAPE);
        assert_eq!(count(&choice, SHAPE), 3 * 12);
        assert_eq!(count(&choice, ImageShape::grey(4, 4)), 8, "on images of another size");
        choice.apply(CompletionChange::Keep(KeepRule::Left), ImageShape::grey(600, 600));
        assert_eq!(choice.missing, None, "there is a limit to what is kept");
    }

    #[test]
    fn it_is_the_same_after_writing_and_reading_and_what_does_not_fit_is_left_out() {
        let mut choice = CompletionChoice::default();
        choice.apply(CompletionChange::Keep(KeepRule::Random { share: 0.25 }), SHAPE);
        choice.apply(CompletionChange::Image(7), SHAPE);
        let text = serde_json::to_string(&choice).unwrap();
        assert_eq!(serde_json::from_str::<CompletionChoice>(&text).unwrap().made_whole(), choice);
        let broken = text.replace("\"width\":5", "\"width\":9");
        let read = serde_json::from_str::<CompletionChoice>(&broken).unwrap().made_whole();
        assert_eq!((read.missing, read.image), (None, 7));
        for change in [
            CompletionChange::Keep(KeepRule::Random { share: 0.5 }),
            CompletionChange::Paint { points: vec![[1.0, 2.0]], begins: false },
        ] {
            let text = serde_json::to_string(&change).unwrap();
            assert_eq!(serde_json::from_str::<CompletionChange>(&text).unwrap(), change);
        }
    }
}
