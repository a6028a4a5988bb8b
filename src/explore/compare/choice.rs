//! What a person has chosen to be on the sheet, and the order of its rows.

use super::image_choice::ImageChoice;
use super::sheet::Sheet;
use crate::explore::path::PathKind;
use serde::{Deserialize, Serialize};

/// In which order rows are shown, below those that are pinned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowOrder {
    /// As they are drawn.
    #[default]
    Drawn,
    /// The largest error of a model first, by its place.
    Error(usize),
    /// The largest difference of two models' errors first.
    Gap,
}

impl RowOrder {
    /// All of a sheet of two models, in the order they are shown.
    pub const ALL: [Self; 4] = [Self::Drawn, Self::Error(0), Self::Error(1), Self::Gap];

    fn value(self, sheet: &Sheet, row: usize) -> Option<f64> {
        match self {
            Self::Drawn => None,
            Self::Error(model) => Some(sheet.reconstruction(model, row)?.figures.squared_error),
            Self::Gap => sheet.gap(row),
        }
    }
}

/// What of a sheet is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SheetPart {
    /// Test images and what the models make of them.
    #[default]
    Images,
    /// Fresh samples beside their nearest training images.
    Samples,
    /// What lies between two of the test images.
    Interpolation,
}

impl SheetPart {
    /// All, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::Images, Self::Samples, Self::Interpolation];
}

/// What a person has chosen to be on the sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SheetChoice {
    /// Which test images.
    pub images: ImageChoice,
    /// In which order.
    pub order: RowOrder,
    /// What is looked at.
    pub part: SheetPart,
    /// How it is gone from one image to another: straight or along a great circle.
    pub path: PathKind,
}

impl SheetChoice {
    /// How it can be gone from one image to another.
    pub const PATHS: [PathKind; 2] = [PathKind::Straight, PathKind::Spherical];

    /// A choice that was read as one that can be shown.
    #[must_use]
    pub fn made_whole(mut self) -> Self {
        let pinned = std::mem::take(&mut self.images.pinned);
        self.images = pinned.into_iter().fold(self.images, |images, index| images.pin(index, true));
        if !RowOrder::ALL.contains(&self.order) {
            self.order = RowOrder::default();
        }
        if !Self::PATHS.contains(&self.path) {
            self.path = PathKind::default();
        }
        self
    }

    /// The rows of a sheet in the order that they are shown in: pinned ones first, in the order that they were pinned.
    pub fn rows(&self, sheet: &Sheet) -> Vec<usize> {
        let place = |index: &usize| sheet.originals.iter().position(|original| original.index == *index);
        let mut rows: Vec<usize> = self.images.pinned.iter().filter_map(place).collect();
        let is_free = |row: &usize| sheet.originals.get(*row).is_some_and(|o| !self.images.is_pinned(o.index));
        let free = (0..sheet.originals.len()).filter(is_free);
        let mut free: Vec<(usize, Option<f64>)> = free.map(|row| (row, self.order.value(sheet, row))).collect();
        // What is not known yet comes last.
        let key = |value: Option<f64>| value.filter(|value| !value.is_nan()).unwrap_or(f64::NEG_INFINITY);
        free.sort_by(|(_, a), (_, b)| key(*b).total_cmp(&key(*a)));
        rows.extend(free.into_iter().map(|(row, _)| row));
        rows
    }

    /// The rows between which models interpolate: that of the selected image (its place in the test set), or the first that is shown, and the next pinned one, or the
    /// next that is shown. `None` of a sheet of fewer than two.
    pub fn pair(&self, sheet: &Sheet, selection: Option<usize>) -> Option<[usize; 2]> {
        // In the order in which they were drawn: a pair stays while figures change.
        let rows = Self { order: RowOrder::Drawn, ..self.clone() }.rows(sheet);
        let is_selected = |row: &usize| sheet.originals.get(*row).map(|original| original.index) == selection;
        let at = selection.and_then(|_| rows.iter().position(is_selected)).unwrap_or(0);
        let from = *rows.get(at)?;
        let is_pinned = |row: &&usize| sheet.originals.get(**row).is_some_and(|o| self.images.is_pinned(o.index));
        let onward = || rows.iter().skip(at + 1).chain(rows.iter().take(at));
        let to = onward().find(is_pinned).or_else(|| onward().next())?;
        Some([from, *to])
    }
}
