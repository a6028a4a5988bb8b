//! Points of a plane that a person has outlined or searched, and what their images are like together.

use super::browse::Search;
use super::codes::{MapKind, PointMap};
use super::coloring::PointColoring;
use super::encoded::EncodedPoints;
use crate::dataset::Split;
use crate::message::Message;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Corners of an outline by hand, at most; a hand that draws more has every other one left out.
pub const MOST_CORNERS: usize = 512;
/// Images that a mean is of, at most: of more, evenly spread ones are.
const MOST_AVERAGED: usize = 10_000;
/// Images between two checks whether to go on.
const CHUNK: usize = 256;

/// A closed line on a plane.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outline {
    /// Its corners, one after another; the last is joined to the first.
    pub corners: Vec<[f32; 2]>,
    /// Groups of points that are not shown: none of them is selected.
    pub hidden: BTreeSet<usize>,
}

impl Outline {
    /// A box between two of its corners.
    pub fn of_box(from: [f32; 2], to: [f32; 2]) -> Self {
        let corners = vec![from, [to[0], from[1]], to, [from[0], to[1]]];
        Self { corners, hidden: BTreeSet::new() }
    }

    /// Whether a position lies inside, by the even-odd rule.
    pub fn contains(&self, [x, y]: [f32; 2]) -> bool {
        let Some(mut before) = self.corners.last().copied() else { return false };
        let mut inside = false;
        for corner in self.corners.iter().copied() {
            if (corner[1] > y) != (before[1] > y) {
                let at = corner[0] + (y - corner[1]) / (before[1] - corner[1]) * (before[0] - corner[0]);
                inside ^= x < at;
            }
            before = corner;
        }
        inside
    }

    /// The images whose points lie inside and are shown: their places in the split, rising.
    pub fn images(&self, points: &EncodedPoints) -> Arc<[u32]> {
        let placed = points.points.iter().zip(points.encoding.images.iter());
        self.inside(placed.map(|(point, image)| (point.position, point.group, *image)))
    }

    /// The same of a map of points, with the groups that they are coloured by.
    pub fn images_of_map(&self, map: &PointMap, coloring: &PointColoring) -> Arc<[u32]> {
        let placed = map.positions.iter().zip(map.images.iter().zip(&map.labels));
        let group = |image: u32, label: u8| u32::from(coloring.group(image, label));
        self.inside(placed.map(|(position, (image, label))| (*position, group(*image, *label), *image)))
    }

    /// Of points with their position, group and image.
    fn inside(&self, placed: impl Iterator<Item = ([f32; 2], u32, u32)>) -> Arc<[u32]> {
        let (mut low, mut high) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
        for corner in &self.corners {
            low = [low[0].min(corner[0]), low[1].min(corner[1])];
            high = [high[0].max(corner[0]), high[1].max(corner[1])];
        }
        let near = |[x, y]: [f32; 2]| (low[0]..=high[0]).contains(&x) && (low[1]..=high[1]).contains(&y);
        let inside = placed.filter(|(position, group, _)| {
            near(*position) && self.contains(*position) && !self.hidden.contains(&(*group as usize))
        });
        inside.map(|(_, _, image)| image).collect()
    }
}

/// An outline by hand, of as many corners as it has room for: evenly thinned, however long it is.
#[derive(Clone, Debug)]
pub struct Lasso {
    /// What is outlined so far.
    pub outline: Outline,
    /// Every so-manieth corner is kept.
    stride: usize,
    pushed: usize,
}

impl Lasso {
    /// It begins here.
    pub fn new(from: [f32; 2]) -> Self {
        Self { outline: Outline { corners: vec![from], ..Outline::default() }, stride: 1, pushed: 1 }
    }

    /// Adds a corner.
    pub fn push(&mut self, corner: [f32; 2]) {
        let corners = &mut self.outline.corners;
        if self.pushed.is_multiple_of(self.stride) {
            if corners.len() >= MOST_CORNERS {
                let mut place = 0usize;
                corners.retain(|_| {
                    place += 1;
                    place % 2 == 1
                });
                self.stride *= 2;
            }
            corners.push(corner);
        }
        self.pushed += 1;
    }
}

/// How test images are selected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SelectBy {
    /// Those whose points lie inside.
    Outline(Outline),
    /// Those whose points on a map lie inside.
    Map(MapKind, Outline),
    /// Those that are found by what was typed.
    Search(String),
}

/// Images that are selected, and what they are like together.
#[derive(Clone, Debug, PartialEq)]
pub struct SelectedImages {
    /// Their places in the split, rising.
    pub images: Arc<[u32]>,
    /// How many of each class; empty where the data has no classes.
    pub classes: Vec<usize>,
    /// How many of them mean and deviation are of, evenly spread.
    pub averaged: usize,
    /// Their mean, `[values]`.
    pub mean: Vec<f32>,
    /// The standard deviation of each value, `[values]`.
    pub deviation: Vec<f32>,
}

impl SelectedImages {
    /// The images of `split` that what was typed finds; `None` where nothing was typed, or `go_on` said no.
    ///
    /// # Errors
    /// One sentence that says what can be searched instead.
    pub fn found(text: &str, split: &Split, go_on: &mut dyn FnMut() -> bool) -> Result<Option<Arc<[u32]>>, Message> {
        let Some(search) = Search::parse(text, split)? else { return Ok(None) };
        let mut found = Vec::new();
        for index in 0..split.count() {
            if index % CHUNK == 0 && !go_on() {
                return Ok(None);
            }
            if search.matches(index) {
                found.push(index as u32);
            }
        }
        Ok(Some(found.into()))
    }

    /// What images at these places are like; `None` where `go_on` said no.
    pub fn of(split: &Split, images: Arc<[u32]>, go_on: &mut dyn FnMut() -> bool) -> Option<Self> {
        let mut classes = vec![0; split.class_names().len()];
        for class in images.iter().filter_map(|image| split.class(*image as usize)) {
            if let Some(count) = classes.get_mut(class) {
                *count += 1;
            }
        }
        let size = split.sample().values();
        let (mut sums, mut squares) = (vec![0.0f64; size], vec![0.0f64; size]);
        let mut image = vec![0.0f32; size];
        let mut averaged = 0usize;
        for place in images.iter().step_by(images.len().div_ceil(MOST_AVERAGED).max(1)) {
            if averaged.is_multiple_of(CHUNK) && !go_on() {
                return None;
            }
            split.read(*place as usize, &mut image);
            for ((value, sum), square) in image.iter().zip(&mut sums).zip(&mut squares) {
                *sum += f64::from(*value);
                *square += f64::from(*value).powi(2);
            }
            averaged += 1;
        }
        let count = averaged.max(1) as f64;
        let mean = sums.iter().map(|sum| (sum / count) as f32).collect();
        let variance = sums.iter().zip(&squares).map(|(sum, square)| square / count - (sum / count).powi(2));
        let deviation = variance.map(|variance| variance.max(0.0).sqrt() as f32).collect();
        Some(Self { images, classes, averaged, mean, deviation })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::{Column, ImageShape};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_box_holds_what_lies_between_its_corners(
            a in prop::array::uniform2(-3.0f32..3.0), b in prop::array::uniform2(-3.0f32..3.0), p in prop::array::uniform2(-4.0f32..4.0),
        ) {
            let between = |axis: usize| a[axis].min(b[axis]) < p[axis] && p[axis] < a[axis].max(b[axis]);
            prop_assert_eq!(Outline::of_box(a, b).contains(p), between(0) && between(1));
        }

        /// A polygon around a circle holds what lies well inside, and nothing that lies outside.
        #[test]
        fn a_lasso_round_a_circle_holds_the_circle(corners in 8usize..200, x in -2.0f32..2.0, y in -2.0f32..2.0) {
            let mut lasso = Lasso::new([1.0, 0.0]);
            for corner in 1..corners {
                let (sin, cos) = (corner as f32 / corners as f32 * std::f32::consts::TAU).sin_cos();
                lasso.push([cos, sin]);
            }
            let lasso = lasso.outline;
            let distance = x.hypot(y);
            if distance < 0.9 {
                prop_assert!(lasso.contains([x, y]));
            } else if distance > 1.001 {
                prop_assert!(!lasso.contains([x, y]));
            }
        }
    }

    #[test]
    fn a_long_lasso_keeps_its_shape_with_fewer_corners() {
        let mut lasso = Lasso::new([1.0, 0.0]);
        for corner in 1..10_000 {
            let (sin, cos) = (corner as f32 / 1e4 * std::f32::consts::TAU).sin_cos();
            lasso.push([cos, sin]);
        }
        let lasso = lasso.outline;
        assert!(lasso.corners.len() <= MOST_CORNERS);
        assert!(lasso.contains([0.9, 0.0]) && lasso.contains([-0.6, -0.6]) && !lasso.contains([1.1, 0.0]));
        assert!(!Outline::default().contains([0.0; 2]));
    }

    #[test]
    fn mean_spread_and_counts_are_those_of_the_selected_and_a_search_selects_what_it_finds() {
        let class = Column::class([0u8, 1, 1, 0], ["x", "y"].map(str::to_owned));
        let split = Split::of_bytes(ImageShape::grey(1, 2), vec![0, 255, 51, 0, 153, 0, 255, 255], vec![class]);
        let found = |text: &str| SelectedImages::found(text, &split, &mut || true);
        let images = found("y").unwrap().unwrap();
        assert_eq!(&*images, [1, 2]);
        let selected = SelectedImages::of(&split, images, &mut || true).unwrap();
        assert_eq!((selected.classes.as_slice(), selected.averaged), ([0, 2].as_slice(), 2));
        assert!((selected.mean[0] - 0.4).abs() < 1e-6 && (selected.deviation[0] - 0.2).abs() < 1e-6);
        assert_eq!((selected.mean[1], selected.deviation[1]), (0.0, 0.0));
        assert_eq!(found("  ").unwrap(), None);
        assert!(found("size > 2").is_err());
        assert_eq!(SelectedImages::of(&split, Arc::from([0u32]), &mut || false), None);
    }
}
