//! What is known of the data that is looked through: what the panel draws from.

use crate::explore::browse::{Browse, DataStatistics, ExamplePlace};
use crate::message::Message;
use crate::picture::Bitmap;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// The data that is looked through.
#[derive(Clone, Copy)]
pub struct BrowseView<'a> {
    /// What a person chose.
    pub browse: &'a Browse,
    /// Which examples are listed.
    pub listed: &'a ListedExamples,
    /// Small pictures of some of them.
    pub thumbnails: &'a Thumbnails,
    /// What all examples are like, as soon as that is known.
    pub statistics: Option<&'a Arc<DataStatistics>>,
    /// The example that is looked at, as soon as it is read.
    pub example: Option<&'a ShownExample>,
}

/// Which examples of a part are listed.
#[derive(Clone, Debug, Default)]
pub enum ListedExamples {
    /// All, as they lie in the data.
    #[default]
    All,
    /// They are being searched and sorted.
    Coming,
    /// These.
    These(Arc<[u32]>),
    /// What was typed is no search.
    Refused(Message),
}

impl ListedExamples {
    /// How many, of a part that has so many; `None` where it is not known.
    pub fn count(&self, all: usize) -> Option<usize> {
        match self {
            Self::All => Some(all),
            Self::These(places) => Some(places.len()),
            Self::Coming | Self::Refused(_) => None,
        }
    }

    /// Where the example at this place of the data is listed.
    pub fn position(&self, place: usize) -> Option<usize> {
        match self {
            Self::All => Some(place),
            Self::These(places) => places.iter().position(|other| *other as usize == place),
            Self::Coming | Self::Refused(_) => None,
        }
    }

    /// The place in the data of what is listed at `position`.
    pub fn place(&self, position: usize) -> Option<usize> {
        match self {
            Self::All => Some(position),
            Self::These(places) => places.get(position).map(|place| *place as usize),
            Self::Coming | Self::Refused(_) => None,
        }
    }
}

/// Small pictures of listed examples, made a stretch of positions at a time.
#[derive(Clone, Debug, Default)]
pub struct Thumbnails {
    stretches: BTreeMap<usize, Arc<[Bitmap]>>,
}

impl Thumbnails {
    /// Positions in a stretch.
    pub const STRETCH: usize = 64;
    /// Stretches that are kept beside those on the screen.
    const KEPT: usize = 24;

    /// The picture at a position, if it is made.
    pub fn get(&self, position: usize) -> Option<&Bitmap> {
        self.stretches.get(&(position / Self::STRETCH))?.get(position % Self::STRETCH)
    }

    /// The stretches of these positions.
    pub fn stretches(positions: &Range<usize>) -> Range<usize> {
        positions.start / Self::STRETCH..positions.end.div_ceil(Self::STRETCH)
    }

    /// Whether a stretch is made.
    pub fn has(&self, stretch: usize) -> bool {
        self.stretches.contains_key(&stretch)
    }

    /// Adds the pictures of a stretch.
    pub fn insert(&mut self, stretch: usize, pictures: Arc<[Bitmap]>) {
        self.stretches.insert(stretch, pictures);
    }

    /// Lets the pictures go that are farthest from these stretches.
    pub fn keep_near(&mut self, seen: &Range<usize>) {
        while self.stretches.len() > seen.len() + Self::KEPT {
            let before = self.stretches.keys().next().copied().map_or(0, |first| seen.start.saturating_sub(first));
            let behind = self.stretches.keys().next_back().copied().map_or(0, |last| last.saturating_sub(seen.end));
            _ = if before > behind { self.stretches.pop_first() } else { self.stretches.pop_last() };
        }
    }
}

/// The example that is looked at.
#[derive(Clone, Debug)]
pub struct ShownExample {
    /// Which one it is.
    pub place: ExamplePlace,
    /// All of it.
    pub picture: Bitmap,
}

/// What the panel needs to be made in the background.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrowseNeeds {
    /// The positions that are on the screen.
    pub positions: Range<usize>,
    /// Whether it shows what all examples are like.
    pub statistics: bool,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::ImageShape;

    #[test]
    fn pictures_are_found_by_position_and_those_far_away_are_let_go() {
        let mut thumbnails = Thumbnails::default();
        let size = |position: usize| [1 + position % 7, 1];
        for stretch in 0..200 {
            let positions = stretch * Thumbnails::STRETCH..(stretch + 1) * Thumbnails::STRETCH;
            let picture = |position| {
                let [width, height] = size(position);
                Bitmap::new(ImageShape::grey(height, width), &[0.0; 7])
            };
            thumbnails.insert(stretch, positions.map(picture).collect());
        }
        let seen = Thumbnails::stretches(&(6_000..6_200));
        assert_eq!(seen, 93..97);
        thumbnails.keep_near(&seen);
        assert_eq!(thumbnails.stretches.len(), 4 + Thumbnails::KEPT);
        assert!(seen.clone().all(|stretch| thumbnails.has(stretch)) && !thumbnails.has(0) && !thumbnails.has(199));
        for position in 6_000..6_200 {
            assert_eq!(thumbnails.get(position).unwrap().size(), size(position));
        }
    }
}
