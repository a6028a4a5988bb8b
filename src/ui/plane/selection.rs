//! Which of the encoded points a person looks at: groups that are hidden, a group that is pointed at, a part of a scale.

use crate::explore::coloring::{LEVELS, NO_NUMBER, PointColoring, PointKey, ValueScale};
use crate::gpu::points::PointPalette;
use crate::ui::theme;
use eframe::egui::Color32;
use std::collections::BTreeSet;

/// How much of what they hide at other times points that are not looked at hide.
const FADED: f32 = 0.15;

/// What is looked at of the points of one coloring; another coloring starts with all of them.
#[derive(Default)]
pub struct PointSelection {
    class_names: Vec<String>,
    column: Option<String>,
    key: PointKey,
    hidden: BTreeSet<usize>,
    range: Option<[f32; 2]>,
    /// The group that the legend is pointed at.
    pub isolated: Option<usize>,
}

impl PointSelection {
    /// These points are coloured so, and the data's classes are these.
    pub fn follow(&mut self, class_names: &[String], coloring: Option<&PointColoring>) {
        let key = coloring.map(|coloring| &coloring.key);
        let is_same_kind = key.is_none_or(|key| std::mem::discriminant(key) == std::mem::discriminant(&self.key));
        let is_same_column = coloring.is_none_or(|coloring| coloring.column == self.column);
        if self.class_names != class_names || !is_same_kind || !is_same_column {
            *self = Self { class_names: class_names.to_vec(), ..Self::default() };
        }
        if let Some(coloring) = coloring
            && (self.key != coloring.key || self.column != coloring.column)
        {
            (self.column, self.key) = (coloring.column.clone(), coloring.key.clone());
        }
    }

    /// What the groups mean.
    pub const fn key(&self) -> &PointKey {
        &self.key
    }

    /// The names of the data's classes.
    pub fn class_names(&self) -> &[String] {
        &self.class_names
    }

    /// Whether the points of a group are drawn.
    pub fn is_shown(&self, group: usize) -> bool {
        !self.hidden.contains(&group)
    }

    /// Whether the points of a group are drawn, and within the range.
    pub fn is_selected(&self, group: usize) -> bool {
        self.is_shown(group) && self.is_within(group)
    }

    fn is_within(&self, group: usize) -> bool {
        match (&self.key, self.range) {
            (PointKey::Scale(scale), Some([low, high])) => (scale.level(low)..=scale.level(high)).contains(&group),
            _ => true,
        }
    }

    /// All groups that are not selected.
    pub fn left_out(&self) -> BTreeSet<usize> {
        match self.range {
            None => self.hidden.clone(),
            Some(_) => (0..=NO_NUMBER).filter(|group| !self.is_selected(*group)).collect(),
        }
    }

    /// Hides a group, or shows it.
    pub fn toggle(&mut self, group: usize) {
        if !self.hidden.remove(&group) {
            self.hidden.insert(group);
        }
    }

    /// Shows one of so many groups alone, or all where it is alone already.
    pub fn solo(&mut self, group: usize, groups: usize) {
        let others = || (0..groups).filter(|other| *other != group);
        let alone = others().all(|other| self.hidden.contains(&other));
        self.hidden.clear();
        if !alone {
            self.hidden.extend(others());
        }
    }

    /// The numbers that are looked at, the lower one first; `None` where all are.
    pub const fn range(&self) -> Option<[f32; 2]> {
        self.range
    }

    /// Looks at these numbers alone, or at all.
    pub fn set_range(&mut self, range: Option<[f32; 2]>) {
        self.range = range.map(|[one, other]| [one.min(other), one.max(other)]);
    }

    /// The scale, where the groups are steps of one.
    pub const fn scale(&self) -> Option<ValueScale> {
        match self.key {
            PointKey::Scale(scale) => Some(scale),
            _ => None,
        }
    }

    /// The colour of a group; none where it is hidden.
    pub fn shown_color(&self, group: usize) -> Option<Color32> {
        self.is_shown(group).then(|| theme::group_color(&self.key, group))
    }

    /// All groups that are shown in one colour.
    pub fn grey(&self, color: Color32, opacity: f32) -> PointPalette {
        PointPalette::new(|group| self.is_shown(group).then_some(color), opacity)
    }

    /// The colours of all groups; what is not looked at is faded.
    pub fn palette(&self, opacity: f32) -> PointPalette {
        let palette = PointPalette::new(|group| self.shown_color(group), opacity);
        let isolated = self.isolated.filter(|group| self.is_shown(*group));
        match isolated {
            Some(isolated) => palette.faded(|group| group != isolated, FADED),
            None if self.range.is_some() => palette.faded(|group| !self.is_within(group), FADED),
            None => palette,
        }
    }
}

const _: () = assert!(LEVELS == NO_NUMBER && NO_NUMBER < 256);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Cells, Column, ColumnValues, ImageShape, Split};
    use crate::explore::coloring::ColorBy;
    use crate::explore::point_choice::first_images;
    use std::sync::Arc;

    fn coloring(name: &str) -> PointColoring {
        let number = ColumnValues::Number(Cells::ByIndex(Arc::new(|index| index as f32)));
        let column = Column { name: name.to_owned(), values: number };
        let split = Split::of_bytes(ImageShape::grey(1, 1), [0; 101], vec![column]);
        PointColoring::new(&split, &first_images(101, 101), &ColorBy::Column(name.to_owned()))
    }

    #[test]
    fn a_range_of_numbers_leaves_the_others_out_until_another_column_colours() {
        let mut selection = PointSelection::default();
        selection.follow(&[], Some(&coloring("size")));
        selection.set_range(Some([60.0, 40.0]));
        assert_eq!(selection.range(), Some([40.0, 60.0]));
        let scale = selection.scale().unwrap_or(ValueScale::of([]));
        let selected = [39.0, 40.0, 60.0, 61.0, f32::NAN].map(|number| selection.is_selected(scale.level(number)));
        assert_eq!(selected, [false, true, true, false, false]);
        assert!(selection.is_shown(0), "faded, not hidden");
        assert_eq!(selection.left_out().len(), (0..=NO_NUMBER).filter(|group| !selection.is_selected(*group)).count());
        selection.follow(&[], Some(&coloring("size")));
        selection.follow(&[], None);
        assert!(selection.range().is_some(), "kept while points come and go");
        selection.follow(&[], Some(&coloring("mass")));
        assert_eq!((selection.range(), selection.left_out().len()), (None, 0));
    }
}
