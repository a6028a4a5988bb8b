//! Points of a plane from distributions that are known: what GANs and VAEs are shown on where one can see all of it.
//!
//! Each point is a draw of its own stream, so that no point depends on how many there are.

mod shapes;

pub use shapes::{GRID, MOONS, PINWHEEL, RING, SPIRALS, SWISS_ROLL};

use super::column::{Cells, Column, ColumnValues};
use super::format::BuiltIn;
use super::progress::Progress;
use super::rows::Rows;
use super::sample::Sample;
use super::set::Dataset;
use super::source::{Source, SourceError};
use super::split::Split;
use super::understood::OF_POINTS;
use crate::random::{Purpose, stream};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Points to learn from, and to test on.
const TRAIN: usize = 10_000;
const TEST: usize = 2_000;
/// Part of the id; another number when any point or column changes.
const VERSION: u32 = 1;
/// The key of all draws: `toys` in ASCII.
const SEED: u64 = 0x746f_7973;

/// A distribution over the plane.
pub struct Toy {
    /// What it is opened by.
    name: &'static str,
    /// What it is, in one line.
    summary: &'static str,
    /// What its parts are called, and a name a part; `None` where it has none.
    parts: Option<(&'static str, &'static [&'static str])>,
    /// What number is known of each point; `None` where there is none.
    number: Option<&'static str>,
    /// A draw.
    draw: fn(&mut ChaCha8Rng) -> Drawn,
}

/// A draw, before it is rounded.
struct Drawn {
    /// The point.
    at: [f64; 2],
    /// The part of the distribution that it is of, from 0.
    part: u8,
    /// What is known of it: an angle, a place along a curve.
    number: f64,
}

impl BuiltIn for Toy {
    fn name(&self) -> &'static str {
        self.name
    }

    fn summary(&self) -> &'static str {
        self.summary
    }

    fn options(&self) -> &'static [&'static str] {
        OF_POINTS
    }

    fn open(&self, progress: &Progress) -> Result<Dataset, SourceError> {
        if progress.is_cancelled() {
            return Err(SourceError::Cancelled(self.name.into()));
        }
        let (train, test) = (self.split(0, TRAIN), self.split(TRAIN, TEST));
        Ok(Dataset::new(Source::built_in(self.name), self.name, train, test))
    }
}

impl Toy {
    /// `count` draws from draw `first` on.
    fn split(&self, first: usize, count: usize) -> Split {
        let draw = |index: usize| (self.draw)(&mut stream(SEED, Purpose::Generate, 0, index as u64));
        let drawn: Vec<Drawn> = (first..first + count).map(draw).collect();
        let values = drawn.iter().flat_map(|drawn| drawn.at).map(|value| value as f32).collect();
        let mut columns = Vec::new();
        if let Some((name, names)) = self.parts {
            let indices: Vec<u8> = drawn.iter().map(|drawn| drawn.part).collect();
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            columns.push(Column { name: name.to_owned(), ..Column::class(indices, names) });
        }
        if let Some(name) = self.number {
            let numbers: Vec<f32> = drawn.iter().map(|drawn| drawn.number as f32).collect();
            // By index: what the numbers follow from is in the id already.
            let number = move |index: usize| numbers.get(index).copied().unwrap_or(0.0);
            columns
                .push(Column { name: name.to_owned(), values: ColumnValues::Number(Cells::ByIndex(Arc::new(number))) });
        }
        let rows = ToyPoints { name: self.name, first, values };
        Split::new(Sample::Point { dims: 2 }, Arc::new(rows), columns)
    }
}

/// Points as they were drawn.
struct ToyPoints {
    name: &'static str,
    first: usize,
    /// `[count, 2]`.
    values: Vec<f32>,
}

impl Rows for ToyPoints {
    fn count(&self) -> usize {
        self.values.len() / 2
    }

    fn read(&self, index: usize, out: &mut [f32]) {
        match self.values.chunks_exact(2).nth(index) {
            Some(point) => out.copy_from_slice(point),
            None => out.fill(0.0),
        }
    }

    fn digest(&self, hash: &mut Sha256) {
        hash.update(self.name);
        for number in [VERSION as usize, self.first, self.count()] {
            hash.update((number as u64).to_le_bytes());
        }
    }
}
