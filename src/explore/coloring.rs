//! What encoded points are coloured by: a column of the data, as groups that a palette of 256 colours tells apart.

use crate::dataset::{Cells, Column, ColumnValues, Split};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

/// Steps of a scale; the group behind the last one has what is no number.
pub const LEVELS: usize = 255;
/// The group of what has no number.
pub const NO_NUMBER: usize = LEVELS;
/// Texts that have a group of their own where there are more than one more; the others are one group.
const MOST_TEXTS: usize = 9;
/// A scale that all numbers would make more than so many times as wide as those between [`ENDS`] is cut there.
const WIDEST: f32 = 3.0;
/// Where a scale is cut, as shares of the numbers.
const ENDS: [f64; 2] = [0.02, 0.98];

/// By what points are coloured, as a person chose it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColorBy {
    /// By the data's class.
    #[default]
    Class,
    /// By the column of this name; by class in data that has no such column.
    Column(String),
    /// By the nats that an image's code says: KL of its posterior from the prior, summed over dimensions.
    Kl,
    /// By how badly an image is reconstructed: mean squared error of a pixel.
    Error,
    /// All alike.
    Nothing,
}

impl ColorBy {
    /// The column of `split` that it is, unless it is its class.
    pub fn column<'a>(&self, split: &'a Split) -> Option<&'a Column> {
        let Self::Column(name) = self else { return None };
        others(split).find(|column| column.name == *name)
    }
}

/// The column of classes that examples are coloured and counted by.
pub fn class_column(split: &Split) -> Option<&Column> {
    split.columns().iter().find(|column| matches!(column.values, ColumnValues::Class { .. }))
}

/// All columns but the one of classes.
pub fn others(split: &Split) -> impl Iterator<Item = &Column> {
    let class = class_column(split);
    split.columns().iter().filter(move |column| class.is_none_or(|class| !std::ptr::eq(*column, class)))
}

/// What the groups of points mean.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum PointKey {
    /// A group is a class of the data.
    #[default]
    Class,
    /// There is one group.
    Alike,
    /// A group is a category.
    Categories {
        /// What they are called, the group 0 first.
        names: Arc<[String]>,
        /// Whether the group behind them has all the others.
        others: bool,
    },
    /// A group is a step of a scale.
    Scale(ValueScale),
}

/// A scale of numbers in [`LEVELS`] steps.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueScale {
    /// Its lower end.
    pub low: f32,
    /// Its upper end, not below the lower one.
    pub high: f32,
    /// Whether there are numbers below it, and above it: they have the colours of its ends.
    pub beyond: [bool; 2],
    /// Whether there is what has no number.
    pub gaps: bool,
}

impl ValueScale {
    /// Over all numbers; where few of them lie far from all the others, from the 2nd to the 98th percentile.
    pub fn of(values: impl IntoIterator<Item = f32>) -> Self {
        let mut gaps = false;
        let is_number = |value: &f32| {
            gaps |= !value.is_finite();
            value.is_finite()
        };
        let mut numbers: Vec<f32> = values.into_iter().filter(is_number).collect();
        let least = numbers.iter().copied().fold(f32::INFINITY, f32::min);
        let greatest = numbers.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        if numbers.is_empty() {
            return Self { low: 0.0, high: 0.0, beyond: [false; 2], gaps };
        }
        let last = numbers.len() - 1;
        let [low, high] = ENDS.map(|share| {
            let place = (share * last as f64).round() as usize;
            *numbers.select_nth_unstable_by(place.min(last), f32::total_cmp).1
        });
        let is_wide = high > low && (f64::from(greatest) - f64::from(least)) > f64::from(WIDEST * (high - low));
        let (low, high) = if is_wide { (low, high) } else { (least, greatest) };
        Self { low, high, beyond: [least < low, greatest > high], gaps }
    }

    /// How far along the scale a number is, in [0, 1]; the middle where all are the same.
    pub fn part(&self, value: f32) -> f32 {
        let span = f64::from(self.high) - f64::from(self.low);
        let part = if span > 0.0 { (f64::from(value) - f64::from(self.low)) / span } else { 0.5 };
        part.clamp(0.0, 1.0) as f32
    }

    /// The number that is so far along the scale.
    pub fn value(&self, part: f32) -> f32 {
        let (low, high, part) = (f64::from(self.low), f64::from(self.high), f64::from(part.clamp(0.0, 1.0)));
        (low + part * (high - low)) as f32
    }

    /// The group of a number.
    pub fn level(&self, value: f32) -> usize {
        if !value.is_finite() {
            return NO_NUMBER;
        }
        ((self.part(value) * LEVELS as f32) as usize).min(LEVELS - 1)
    }
}

/// Points' groups, and what they mean.
#[derive(Debug, Default)]
pub struct PointColoring {
    /// The column's name; none of classes, and where all are alike.
    pub column: Option<String>,
    /// What the groups mean.
    pub key: PointKey,
    /// The places of images in the split, rising, and their groups; none of classes, and where all are alike.
    images: Arc<[u32]>,
    groups: Vec<u8>,
}

impl PointColoring {
    /// The groups of the `images` (places in the split, rising) by a column; by class where the split has no such column.
    /// Computed columns are computed: not a thing for a frame.
    pub fn new(split: &Split, images: &Arc<[u32]>, by: &ColorBy) -> Self {
        let Some(column) = by.column(split) else {
            let key = if *by == ColorBy::Nothing { PointKey::Alike } else { PointKey::Class };
            return Self { key, ..Self::default() };
        };
        let (key, groups) = match &column.values {
            ColumnValues::Class { names, indices } => (
                PointKey::Categories { names: names.clone(), others: false },
                images.iter().map(|image| indices.get(*image as usize).unwrap_or(0)).collect(),
            ),
            ColumnValues::Number(numbers) => {
                let number = |image: &u32| numbers.get(*image as usize).unwrap_or(f32::NAN);
                return Self::of_numbers(&column.name, images, images.iter().map(number).collect());
            }
            ColumnValues::Text(texts) => of_texts(texts, images),
        };
        Self { column: Some(column.name.clone()), key, images: images.clone(), groups }
    }

    /// The groups of the `images` by a number each.
    pub fn of_numbers(name: &str, images: &Arc<[u32]>, values: Vec<f32>) -> Self {
        let scale = ValueScale::of(values.iter().copied());
        let groups = values.iter().map(|value| scale.level(*value) as u8).collect();
        Self { column: Some(name.to_owned()), key: PointKey::Scale(scale), images: images.clone(), groups }
    }

    /// The group of an image, given by its place in the split and its class.
    pub fn group(&self, image: u32, class: u8) -> u8 {
        match self.key {
            PointKey::Class => class,
            PointKey::Alike => 0,
            PointKey::Categories { .. } | PointKey::Scale(_) => {
                let place = self.images.binary_search(&image).ok();
                place.and_then(|place| self.groups.get(place)).copied().unwrap_or(NO_NUMBER as u8)
            }
        }
    }
}

/// The most frequent texts as groups, the most frequent first, and the others as one.
fn of_texts(texts: &Cells<Arc<str>>, images: &[u32]) -> (PointKey, Vec<u8>) {
    let text = |image: &u32| texts.get(*image as usize).unwrap_or_default();
    let all: Vec<Arc<str>> = images.iter().map(text).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in &all {
        *counts.entry(text).or_default() += 1;
    }
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let others = counts.len() > MOST_TEXTS + 1;
    if others {
        counts.truncate(MOST_TEXTS);
    }
    let places: BTreeMap<&str, usize> = counts.iter().enumerate().map(|(group, (text, _))| (*text, group)).collect();
    let groups = all.iter().map(|text| places.get(&**text).copied().unwrap_or(counts.len()) as u8).collect();
    let names = counts.iter().map(|(text, _)| (*text).to_owned()).collect();
    (PointKey::Categories { names, others }, groups)
}

/// A coloring that is made by the first who needs it, and only once.
#[derive(Debug)]
pub struct ColoringRequest {
    split: Split,
    images: Arc<[u32]>,
    by: ColorBy,
    made: OnceLock<Arc<PointColoring>>,
}

impl ColoringRequest {
    /// Asks for [`PointColoring::new`].
    pub fn new(split: &Split, images: &Arc<[u32]>, by: ColorBy) -> Self {
        Self { split: split.clone(), images: images.clone(), by, made: OnceLock::new() }
    }

    /// By what it colours.
    pub fn by(&self) -> &ColorBy {
        &self.by
    }

    /// The coloring.
    pub fn coloring(&self) -> &Arc<PointColoring> {
        self.made.get_or_init(|| Arc::new(PointColoring::new(&self.split, &self.images, &self.by)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::dataset::ImageShape;
    use crate::explore::point_choice::first_images;
    use proptest::prelude::*;

    fn split(values: ColumnValues) -> Split {
        let class = Column::class(vec![1u8; 40], ["a", "b"].map(str::to_owned));
        let column = Column { name: "other".to_owned(), values };
        Split::of_bytes(ImageShape::grey(1, 1), [0; 40], vec![class, column])
    }

    fn coloring(values: ColumnValues) -> PointColoring {
        PointColoring::new(&split(values), &first_images(40, 40), &ColorBy::Column("other".to_owned()))
    }

    #[test]
    fn what_the_data_does_not_have_is_its_class() {
        let data = split(ColumnValues::Number(Cells::ByIndex(Arc::new(|index| index as f32))));
        let images = first_images(40, 40);
        let by = |name: &str| PointColoring::new(&data, &images, &ColorBy::Column(name.to_owned()));
        for name in ["class", "rotation"] {
            assert_eq!((by(name).key, by(name).group(3, 1)), (PointKey::Class, 1));
        }
        assert_eq!(by("other").column.as_deref(), Some("other"));
        let alike = PointColoring::new(&data, &images, &ColorBy::Nothing);
        assert_eq!((&alike.key, alike.group(3, 1)), (&PointKey::Alike, 0));
        let names: Vec<&str> = others(&data).map(|column| column.name.as_str()).collect();
        assert_eq!(names, ["other"]);
    }

    #[test]
    fn numbers_are_steps_of_a_scale_and_what_is_no_number_stands_behind_it() {
        let values: Vec<f32> = (0..40).map(|index| if index == 7 { f32::NAN } else { index as f32 }).collect();
        let coloring = coloring(ColumnValues::Number(Cells::Listed(values.into())));
        let PointKey::Scale(scale) = coloring.key else { panic!("{coloring:?}") };
        assert_eq!((scale.low, scale.high, scale.beyond, scale.gaps), (0.0, 39.0, [false; 2], true));
        assert_eq!(coloring.group(0, 0), 0);
        assert_eq!(usize::from(coloring.group(39, 0)), LEVELS - 1);
        assert_eq!(usize::from(coloring.group(7, 0)), NO_NUMBER);
        assert!(coloring.group(20, 0) > coloring.group(19, 0));
    }

    #[test]
    fn a_few_far_numbers_do_not_take_the_scale_from_the_others() {
        let far = |index: usize| if index == 0 { -1e6 } else { index as f32 / 1000.0 };
        let scale = ValueScale::of((0..1000).map(far));
        assert!(scale.low >= 0.0 && scale.high < 1.0, "{scale:?}");
        assert_eq!((scale.beyond, scale.level(-1e6), scale.level(5.0)), ([true, true], 0, LEVELS - 1));
    }

    #[test]
    fn the_most_frequent_texts_have_groups_and_the_others_one() {
        // One text of twelve copies, eight of three, and four of one.
        let text = |index: usize| match index {
            0..12 => "often".to_owned(),
            12..36 => format!("three {}", index % 8),
            _ => format!("once {index}"),
        };
        let texts: Vec<Arc<str>> = (0..40).map(|index| text(index).into()).collect();
        let few = ColumnValues::Text(Cells::Listed(texts.iter().take(20).cloned().collect()));
        let coloring_of_all = coloring(ColumnValues::Text(Cells::Listed(texts.into())));
        let PointKey::Categories { names, others } = &coloring_of_all.key else { panic!("{coloring_of_all:?}") };
        assert_eq!((names.len(), names[0].as_str(), *others), (9, "often", true));
        assert_eq!((coloring_of_all.group(3, 0), coloring_of_all.group(38, 0)), (0, 9));
        let all_named = coloring(few);
        assert!(matches!(&all_named.key, PointKey::Categories { names, others: false } if names.len() == 10));
    }

    #[test]
    fn it_is_computed_once() {
        let counted = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let count = counted.clone();
        let number = move |index: usize| {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            index as f32
        };
        let data = split(ColumnValues::Number(Cells::ByIndex(Arc::new(number))));
        let request = ColoringRequest::new(&data, &first_images(40, 30), ColorBy::Column("other".to_owned()));
        for _ in 0..3 {
            assert_eq!(usize::from(request.coloring().group(29, 0)), LEVELS - 1);
        }
        assert_eq!(counted.load(std::sync::atomic::Ordering::Relaxed), 30);
    }

    proptest! {
        #[test]
        fn a_level_is_on_the_scale_and_rises_with_the_number(
            values in prop::collection::vec(prop::num::f32::ANY, 0..200), one in prop::num::f32::ANY, other in prop::num::f32::ANY,
        ) {
            let scale = ValueScale::of(values);
            prop_assert!(scale.low.is_finite() && scale.high.is_finite() && scale.low <= scale.high);
            let (one, other) = if one <= other { (one, other) } else { (other, one) };
            if one.is_finite() && other.is_finite() {
                prop_assert!(scale.level(one) <= scale.level(other) && scale.level(other) < LEVELS);
            }
            prop_assert!((scale.low..=scale.high).contains(&scale.value(0.5)));
        }
    }
}
