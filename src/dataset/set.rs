//! A data set as a whole.

use super::counts::SourceCounts;
use super::sample::{ImageShape, Sample};
use super::source::Source;
use super::split::Split;
use crate::message::Message;
use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;

/// What tells a data set from every other: SHA-256 of what is in it, in hexadecimal. A run's `config.toml` keeps it as
/// `data_checksum`, so that a run never goes on with other data.
///
/// Hashed are, of the train split and then of the test split: the word `point` where its examples are points; count, channels, height and width as 64-bit little-endian
/// numbers, then what [`Rows::digest`](super::Rows::digest) gives, then each column. Of examples in memory that is all
/// their bytes. Of generated ones it is what they are generated from (the generator's name, its version, its counts), so
/// that nothing has to be generated: a generator whose images change must change its version.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DatasetId(String);

impl DatasetId {
    fn of(splits: [&Split; 2]) -> Self {
        let mut hash = Sha256::new();
        for split in splits {
            if split.sample().is_point() {
                hash.update(b"point");
            }
            let ImageShape { channels, height, width } = split.shape();
            for size in [split.count(), channels, height, width] {
                hash.update((size as u64).to_le_bytes());
            }
            split.rows().digest(&mut hash);
            split.columns().iter().for_each(|column| column.digest(&mut hash));
        }
        Self(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for DatasetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A data set: what is trained on, what is tested on, and where it came from.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// The same for the same data, wherever it lies.
    pub id: DatasetId,
    /// A short name for file names and the data chip: `digits`, `mnist`, …
    pub name: String,
    /// Where it came from; what a run's `config.toml` repeats it by.
    pub source: Source,
    /// What is learned from.
    pub train: Split,
    /// What is only measured on; of the same samples and with the same columns.
    pub test: Split,
    /// What a person should know of how it was read: members that were passed over, files that could not be read.
    pub notes: Vec<Message>,
    /// The numbers in the source that are black and white; none of points, and of what is generated.
    pub stored: Option<[f32; 2]>,
    /// How many examples its source has, where only some of them are looked at.
    pub whole: Option<Arc<SourceCounts>>,
}

impl Dataset {
    /// Puts a data set together and computes its id; images are stored as bytes, of which 0 is black and 255 white.
    pub fn new(source: Source, name: impl Into<String>, train: Split, test: Split) -> Self {
        let id = DatasetId::of([&train, &test]);
        let stored = (!train.sample().is_point()).then_some([0.0, 255.0]);
        Self { id, name: name.into(), source, train, test, notes: Vec::new(), stored, whole: None }
    }

    /// What an example is.
    pub fn sample(&self) -> Sample {
        self.train.sample()
    }

    /// The shape of every image.
    pub fn shape(&self) -> ImageShape {
        self.train.shape()
    }

    /// The range that values lie in: 0 and 1 of images, of points what there is among those to learn from.
    pub fn range(&self) -> [f32; 2] {
        if !self.sample().is_point() {
            return [0.0, 1.0];
        }
        let mut point = vec![0.0; self.sample().values()];
        let mut range = [f32::INFINITY, f32::NEG_INFINITY];
        for index in 0..self.train.count() {
            self.train.read(index, &mut point);
            range = point.iter().fold(range, |[low, high], value| [low.min(*value), high.max(*value)]);
        }
        if range[0] <= range[1] { range } else { [0.0, 1.0] }
    }

    /// A name a class; empty where the data has no classes.
    pub fn class_names(&self) -> &[String] {
        self.train.class_names()
    }
}
