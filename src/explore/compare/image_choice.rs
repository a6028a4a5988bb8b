//! Which test images are on a sheet.

use crate::dataset::Dataset;
use crate::random::{Purpose, stream};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

/// Images that can be pinned.
pub const MOST_PINNED: usize = 20;

/// How test images are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImageDraw {
    /// The first of each class in turn.
    #[default]
    EachClass,
    /// At random, by the sheet's seed.
    Random,
}

impl ImageDraw {
    /// Both, in the order they are shown.
    pub const ALL: [Self; 2] = [Self::EachClass, Self::Random];
}

/// Which test images are on a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ImageChoice {
    /// How they are drawn.
    pub draw: ImageDraw,
    /// Only those of this class are.
    pub class: Option<usize>,
    /// Places in the test set of those that are there however others are drawn, and above them.
    pub pinned: Vec<usize>,
}

impl ImageChoice {
    /// Places in the test set: so many that are drawn, or all there are, and behind them pinned ones that are not among them.
    pub fn places(&self, data: &Dataset, count: usize, seed: u64) -> Vec<usize> {
        let mut places = match self.draw {
            ImageDraw::EachClass => in_turn(data, self.class, count),
            ImageDraw::Random => {
                let mut all: Vec<usize> =
                    (0..data.test.count()).filter(|index| self.is_of_class(data, *index)).collect();
                let (drawn, _) = all.partial_shuffle(&mut stream(seed, Purpose::Examine, 4, 0), count);
                drawn.to_vec()
            }
        };
        let drawn = places.len();
        let missing = |index: &&usize| **index < data.test.count() && !places.iter().take(drawn).any(|p| p == *index);
        let missing: Vec<usize> = self.pinned.iter().filter(missing).copied().collect();
        places.extend(missing);
        places
    }

    fn is_of_class(&self, data: &Dataset, index: usize) -> bool {
        self.class.is_none_or(|class| data.test.class(index) == Some(class))
    }

    /// Whether an image is pinned, by its place in the test set.
    pub fn is_pinned(&self, index: usize) -> bool {
        self.pinned.contains(&index)
    }

    /// The same with an image pinned or not; where there are too many pinned the first goes.
    #[must_use]
    pub fn pin(&self, index: usize, on: bool) -> Self {
        let mut pinned: Vec<usize> = self.pinned.iter().copied().filter(|other| *other != index).collect();
        if on {
            pinned.push(index);
        }
        let surplus = pinned.len().saturating_sub(MOST_PINNED);
        pinned.drain(..surplus);
        Self { pinned, ..self.clone() }
    }
}

/// The first test image of each class, then the second of each, and so on: `count` indices, or all there are. Where the
/// data has no classes these are the first images.
pub fn one_of_each_class(dataset: &Dataset, count: usize) -> Vec<usize> {
    in_turn(dataset, None, count)
}

/// The same of one class alone, or of all.
fn in_turn(dataset: &Dataset, only: Option<usize>, count: usize) -> Vec<usize> {
    let mut by_class: Vec<Vec<usize>> = vec![Vec::new(); dataset.class_names().len().max(1)];
    for index in 0..dataset.test.count() {
        let class = dataset.test.class(index).unwrap_or(0);
        if let Some(same) = by_class.get_mut(class).filter(|_| only.is_none_or(|only| only == class)) {
            same.push(index);
        }
    }
    let longest = by_class.iter().map(Vec::len).max().unwrap_or(0);
    (0..longest)
        .flat_map(|place| by_class.iter().filter_map(move |class| class.get(place).copied()))
        .take(count)
        .collect()
}
