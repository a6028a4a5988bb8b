//! What is known of each example besides its values: its class, a number, a text.

use sha2::{Digest, Sha256};
use std::fmt;
use std::sync::Arc;

/// One thing that is known of every example of a split.
#[derive(Clone, Debug)]
pub struct Column {
    /// What it is called: `class`, `rotation`, …
    pub name: String,
    /// What it says of each example.
    pub values: ColumnValues,
}

/// What a column says of each example.
#[derive(Clone, Debug)]
pub enum ColumnValues {
    /// One of at most 256 classes.
    Class {
        /// A name a class.
        names: Arc<[String]>,
        /// The class of each example, an index into the names.
        indices: Cells<u8>,
    },
    /// A number: a factor, a measurement.
    Number(Cells<f32>),
    /// Some words.
    Text(Cells<Arc<str>>),
}

/// A value an example, listed or computed.
#[derive(Clone)]
pub enum Cells<T> {
    /// In the order of the examples.
    Listed(Arc<[T]>),
    /// From the index of the example; always the same.
    ByIndex(Arc<dyn Fn(usize) -> T + Send + Sync>),
}

impl<T: Clone> Cells<T> {
    /// The value of one example; `None` past the end of a list.
    pub fn get(&self, index: usize) -> Option<T> {
        match self {
            Self::Listed(values) => values.get(index).cloned(),
            Self::ByIndex(value) => Some(value(index)),
        }
    }
}

impl<T> fmt::Debug for Cells<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listed(values) => write!(f, "{} listed", values.len()),
            Self::ByIndex(_) => f.write_str("by index"),
        }
    }
}

impl Column {
    /// A column of classes, listed: `indices` point into `names`.
    pub fn class(indices: impl Into<Arc<[u8]>>, names: impl Into<Arc<[String]>>) -> Self {
        let values = ColumnValues::Class { names: names.into(), indices: Cells::Listed(indices.into()) };
        Self { name: "class".to_owned(), values }
    }

    /// Adds to `hash` what tells this column from another. Of classes these are the indices and nothing else, as in the
    /// data sets of the first release; of computed values the name, as their examples say what they are computed from.
    pub fn digest(&self, hash: &mut Sha256) {
        let name = |hash: &mut Sha256, kind: &str| {
            hash.update(kind);
            hash.update((self.name.len() as u64).to_le_bytes());
            hash.update(&self.name);
        };
        match &self.values {
            ColumnValues::Class { indices: Cells::Listed(indices), .. } => hash.update(indices),
            ColumnValues::Number(Cells::Listed(numbers)) => {
                name(hash, "number");
                numbers.iter().for_each(|number| hash.update(number.to_le_bytes()));
            }
            ColumnValues::Text(Cells::Listed(texts)) => {
                name(hash, "text");
                for text in texts.iter() {
                    hash.update((text.len() as u64).to_le_bytes());
                    hash.update(text.as_bytes());
                }
            }
            ColumnValues::Class { indices: Cells::ByIndex(_), .. } => name(hash, "class by index"),
            ColumnValues::Number(Cells::ByIndex(_)) => name(hash, "number by index"),
            ColumnValues::Text(Cells::ByIndex(_)) => name(hash, "text by index"),
        }
    }
}
