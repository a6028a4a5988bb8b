//! The drawing pad as a value: what was drawn, step by step, and what was kept of it.

use super::brush::{PadStroke, draw};
use crate::dataset::ImageShape;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Steps that can be taken back; what is older stays drawn.
const MOST_STEPS: usize = 60;
/// Places of one stroke, and drawings that are kept.
const MOST_POINTS: usize = 20_000;
/// Drawings that are kept, at most.
pub const MOST_KEPT: usize = 500;

/// Drawings that a data set is made of, at least: two to train on and one to test on.
pub const FEWEST_DRAWINGS: usize = 3;
/// Letters of a class's name, at most.
const LONGEST_NAME: usize = 40;

/// An image of bytes, `[channels, height, width]`; written as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PadImage(Arc<[u8]>);

impl PadImage {
    /// Of values in [0, 1].
    pub fn of(values: &[f32]) -> Self {
        Self(values.iter().map(|value| (value * 255.0 + 0.5) as u8).collect())
    }

    /// Its values in [0, 1].
    pub fn values(&self) -> impl Iterator<Item = f32> {
        self.0.iter().map(|byte| f32::from(*byte) / 255.0)
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl Serialize for PadImage {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for PadImage {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        STANDARD.decode(text).map(|bytes| Self(bytes.into())).map_err(serde::de::Error::custom)
    }
}

/// One step of drawing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PadStep {
    /// A stroke.
    Stroke(PadStroke),
    /// An image in place of what was there.
    Image(PadImage),
    /// Nothing in place of what was there.
    Clear,
}

/// The pen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PadPen {
    /// Its width as a part of the image's longer side.
    pub width: f32,
    /// Its colour where images have colours.
    pub color: [u8; 3],
    /// Whether it takes away instead.
    pub erases: bool,
}

impl Default for PadPen {
    fn default() -> Self {
        Self { width: 0.09, color: [255; 3], erases: false }
    }
}

impl PadPen {
    /// The widths that there are.
    pub const WIDTHS: std::ops::RangeInclusive<f32> = 0.02..=0.4;
}

/// A drawing that was kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptDrawing {
    /// Its shape.
    pub shape: ImageShape,
    /// What was drawn.
    pub image: PadImage,
    /// Its class.
    pub label: u8,
}

/// The pad.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PadState {
    /// The shape of what is drawn.
    pub shape: Option<ImageShape>,
    /// What lies under the steps.
    pub base: Option<PadImage>,
    /// What was drawn on it.
    pub steps: Vec<PadStep>,
    /// What was taken back, the last one first to come again.
    pub undone: Vec<PadStep>,
    /// The pen.
    pub pen: PadPen,
    /// Whether the cursor goes to the code of what is drawn.
    pub follows: bool,
    /// The class of the next drawing that is kept.
    pub label: u8,
    /// What was kept.
    pub kept: Vec<KeptDrawing>,
    /// What classes of drawings are called, where a person has said so.
    pub names: BTreeMap<u8, String>,
}

/// Something done to the pad.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PadChange {
    /// A stroke begins.
    Begin(PadStroke),
    /// It goes on to these places.
    Extend(Vec<[f32; 2]>),
    /// An image in place of what is there.
    Image(PadImage),
    /// Nothing in place of what is there.
    Clear,
    /// The last step is taken back.
    Back,
    /// And made again.
    Again,
    /// Another pen.
    Pen(PadPen),
    /// Whether the cursor follows.
    Follow(bool),
    /// The class of the next drawing that is kept.
    Label(u8),
    /// Another name for a class; an empty one takes it away.
    Name(u8, String),
    /// What is drawn is kept.
    Keep,
    /// A kept drawing (its place in the list) goes.
    Forget(usize),
}

impl PadChange {
    /// Whether it changes what a person made, and not the tools.
    pub const fn is_work(&self) -> bool {
        !matches!(self, Self::Extend(_) | Self::Pen(_) | Self::Follow(_) | Self::Label(_))
    }
}

impl PadState {
    /// Carries out a change, on data of this shape. What was drawn on data of another shape goes with the first step.
    pub fn apply(&mut self, change: PadChange, shape: ImageShape) {
        match change {
            PadChange::Begin(stroke) => self.step(PadStep::Stroke(stroke), shape),
            PadChange::Extend(points) => {
                if let Some(PadStep::Stroke(stroke)) = self.steps.last_mut() {
                    let room = MOST_POINTS.saturating_sub(stroke.points.len());
                    stroke.points.extend(points.into_iter().take(room));
                }
            }
            PadChange::Image(image) if image.bytes().len() == shape.values() => {
                self.step(PadStep::Image(image), shape);
            }
            PadChange::Image(_) => {}
            PadChange::Clear => self.step(PadStep::Clear, shape),
            PadChange::Back => self.undone.extend(self.steps.pop()),
            PadChange::Again => self.steps.extend(self.undone.pop()),
            PadChange::Pen(pen) => self.pen = pen,
            PadChange::Follow(follows) => self.follows = follows,
            PadChange::Label(label) => self.label = label,
            PadChange::Name(label, name) => {
                self.names.insert(label, name);
                self.names = whole_names(std::mem::take(&mut self.names));
            }
            PadChange::Keep => {
                if self.kept.len() < MOST_KEPT && self.shape == Some(shape) {
                    let image = PadImage::of(&painted(self, shape));
                    self.kept.push(KeptDrawing { shape, image, label: self.label });
                }
            }
            PadChange::Forget(place) => {
                if place < self.kept.len() {
                    self.kept.remove(place);
                }
            }
        }
    }

    fn step(&mut self, step: PadStep, shape: ImageShape) {
        if self.shape != Some(shape) {
            (self.shape, self.base) = (Some(shape), None);
            self.steps.clear();
        }
        self.undone.clear();
        self.steps.push(step);
        if self.steps.len() > MOST_STEPS {
            let oldest =
                Self { steps: vec![self.steps.remove(0)], kept: Vec::new(), undone: Vec::new(), ..self.clone() };
            self.base = Some(PadImage::of(&painted(&oldest, shape)));
        }
    }

    /// The kept drawings of this shape, with their places in the list.
    pub fn kept_of(&self, shape: ImageShape) -> impl Iterator<Item = (usize, &KeptDrawing)> {
        self.kept.iter().enumerate().filter(move |(_, kept)| kept.shape == shape)
    }

    /// What a class of drawings is called: its number, where nobody has said it.
    pub fn class_name(&self, label: u8) -> String {
        self.names.get(&label).cloned().unwrap_or_else(|| label.to_string())
    }

    /// Whether a step can be taken back, and made again, on data of this shape.
    pub fn can_go(&self, shape: ImageShape) -> [bool; 2] {
        let is_here = self.shape == Some(shape);
        [is_here && !self.steps.is_empty(), is_here && !self.undone.is_empty()]
    }

    /// What was read and cannot be drawn goes.
    #[must_use]
    pub fn made_whole(mut self) -> Self {
        let fits = |image: &PadImage, shape: ImageShape| image.bytes().len() == shape.values();
        self.kept.retain(|kept| fits(&kept.image, kept.shape));
        self.kept.truncate(MOST_KEPT);
        self.names = whole_names(self.names);
        let shape = self.shape.filter(|shape| shape.values() <= 3 * 512 * 512);
        let is_whole = |step: &PadStep| match step {
            PadStep::Stroke(stroke) => {
                let is_finite = stroke.points.iter().flatten().all(|x| x.is_finite());
                is_finite && stroke.width.is_finite() && stroke.points.len() <= MOST_POINTS
            }
            PadStep::Image(image) => shape.is_some_and(|shape| fits(image, shape)),
            PadStep::Clear => true,
        };
        self.shape = shape;
        self.base = self.base.filter(|base| shape.is_some_and(|shape| fits(base, shape)));
        self.steps.retain(is_whole);
        self.undone.retain(is_whole);
        if !PadPen::WIDTHS.contains(&self.pen.width) {
            self.pen.width = PadPen::default().width;
        }
        self
    }
}

/// Names of one line each; those without a letter go.
fn whole_names(names: BTreeMap<u8, String>) -> BTreeMap<u8, String> {
    let whole =
        |name: String| -> String { name.trim().chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect() };
    let names = names.into_iter().map(|(label, name)| (label, whole(name)));
    names.filter(|(_, name)| !name.is_empty()).collect()
}

/// What is on a pad, `[channels, height, width]`; black where it is of another shape.
pub fn painted(pad: &PadState, shape: ImageShape) -> Vec<f32> {
    let mut values = vec![0.0; shape.values()];
    if pad.shape == Some(shape) {
        if let Some(base) = &pad.base {
            values.iter_mut().zip(base.values()).for_each(|(value, base)| *value = base);
        }
        pad.steps.iter().for_each(|step| apply(&mut values, step, shape));
    }
    values
}

pub(super) fn apply(values: &mut [f32], step: &PadStep, shape: ImageShape) {
    match step {
        PadStep::Clear => values.fill(0.0),
        PadStep::Image(image) => values.iter_mut().zip(image.values()).for_each(|(value, image)| *value = image),
        PadStep::Stroke(stroke) => draw(values, stroke, shape),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SHAPE: ImageShape = ImageShape::grey(4, 4);

    fn dot(x: f32) -> PadChange {
        PadChange::Begin(PadStroke { points: vec![[x, 2.0]], width: 1.0, color: [255; 3] })
    }

    #[test]
    fn steps_go_back_and_come_again_until_another_is_made() {
        let mut pad = PadState::default();
        [dot(0.0), dot(1.0), PadChange::Clear].into_iter().for_each(|change| pad.apply(change, SHAPE));
        assert_eq!((pad.steps.len(), pad.can_go(SHAPE)), (3, [true, false]));
        pad.apply(PadChange::Back, SHAPE);
        pad.apply(PadChange::Back, SHAPE);
        assert_eq!((pad.steps.len(), pad.undone.len()), (1, 2));
        pad.apply(PadChange::Again, SHAPE);
        assert_eq!(pad.steps.len(), 2);
        pad.apply(dot(3.0), SHAPE);
        assert_eq!((pad.steps.len(), pad.can_go(SHAPE)), (3, [true, false]));
        pad.apply(dot(1.0), ImageShape::grey(5, 5));
        assert_eq!((pad.steps.len(), pad.can_go(SHAPE)), (1, [false; 2]), "other data, another pad");
    }

    #[test]
    fn old_steps_stay_drawn_and_no_longer_go_back() {
        let mut pad = PadState::default();
        (0..MOST_STEPS + 20).for_each(|_| pad.apply(dot(1.5), SHAPE));
        assert_eq!(pad.steps.len(), MOST_STEPS);
        (0..MOST_STEPS).for_each(|_| pad.apply(PadChange::Back, SHAPE));
        assert!(painted(&pad, SHAPE).iter().any(|value| *value > 0.0));
    }

    #[test]
    fn it_is_the_same_after_writing_and_reading_and_what_cannot_be_drawn_is_left_out() {
        let mut pad = PadState::default();
        pad.apply(dot(1.0), SHAPE);
        pad.apply(PadChange::Label(7), SHAPE);
        pad.apply(PadChange::Keep, SHAPE);
        pad.apply(PadChange::Name(7, " a\nrrow ".to_owned()), SHAPE);
        pad.apply(PadChange::Name(8, " ".to_owned()), SHAPE);
        assert_eq!((pad.class_name(7), pad.class_name(8)), ("arrow".to_owned(), "8".to_owned()));
        pad.apply(PadChange::Image(PadImage::of(&[0.5; 16])), SHAPE);
        let text = serde_json::to_string(&pad).unwrap();
        let read: PadState = serde_json::from_str(&text).unwrap();
        assert_eq!(read.clone().made_whole(), pad);
        assert_eq!((read.kept.len(), read.kept[0].label), (1, 7));
        let broken = PadState { shape: Some(ImageShape::grey(9, 9)), ..pad }.made_whole();
        assert_eq!(broken.steps.len(), 1, "an image of another size");
    }
}
