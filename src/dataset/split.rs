//! One part of a data set: what is learned from, or what is tested on.

use super::column::{Cells, Column, ColumnValues};
use super::rows::{InMemory, Rows};
use super::sample::{ImageShape, Sample};
use std::fmt;
use std::sync::{Arc, Weak};

/// Examples of one kind, and what is known of each of them. A clone is the same split.
#[derive(Clone)]
pub struct Split {
    sample: Sample,
    rows: Arc<dyn Rows>,
    columns: Arc<[Column]>,
}

impl Split {
    /// `rows` hold examples that are `sample`; each of `columns` says something of all of them. The first column of
    /// classes is the one that examples are coloured and counted by.
    pub fn new(sample: Sample, rows: Arc<dyn Rows>, columns: Vec<Column>) -> Self {
        Self { sample, rows, columns: columns.into() }
    }

    /// Images of bytes in memory, `[count, channels, height, width]`; 0 is black and 255 white.
    pub fn of_bytes(shape: ImageShape, bytes: impl Into<Vec<u8>>, columns: Vec<Column>) -> Self {
        Self::new(Sample::Image(shape), Arc::new(InMemory::<u8>::new(bytes, shape.values())), columns)
    }

    /// What an example is.
    pub fn sample(&self) -> Sample {
        self.sample
    }

    /// The shape of every image.
    pub fn shape(&self) -> ImageShape {
        self.sample.shape()
    }

    /// Images in this split.
    pub fn count(&self) -> usize {
        self.rows.count()
    }

    /// The examples.
    pub fn rows(&self) -> &dyn Rows {
        &*self.rows
    }

    /// The same, not kept in memory by who has this.
    pub(super) fn rows_if_held(&self) -> Weak<dyn Rows> {
        Arc::downgrade(&self.rows)
    }

    /// What is known of each example.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Whether both are the same examples with the same columns: the very same in memory.
    pub fn same(&self, other: &Self) -> bool {
        self.sample == other.sample
            && std::ptr::addr_eq(Arc::as_ptr(&self.rows), Arc::as_ptr(&other.rows))
            && Arc::ptr_eq(&self.columns, &other.columns)
    }

    /// Writes image `index` as values in [0, 1] into `out` (`[shape().values()]`); black where there is no such image.
    pub fn read(&self, index: usize, out: &mut [f32]) {
        self.rows.read(index, out);
    }

    /// Image `index` as values in [0, 1], `[shape().values()]`.
    pub fn image(&self, index: usize) -> Vec<f32> {
        let mut out = vec![0.0; self.sample.values()];
        self.read(index, &mut out);
        out
    }

    /// The images `indices`, one after another, `[indices.len(), shape().values()]` in [0, 1].
    pub fn gather(&self, indices: &[usize]) -> Vec<f32> {
        let size = self.sample.values();
        let mut out = vec![0.0; indices.len() * size];
        for (row, index) in out.chunks_exact_mut(size.max(1)).zip(indices) {
            self.read(*index, row);
        }
        out
    }

    /// The class of image `index`; `None` where the data has no classes, or there is no such image.
    pub fn class(&self, index: usize) -> Option<usize> {
        let (_, indices) = self.classes().filter(|_| index < self.count())?;
        indices.get(index).map(usize::from)
    }

    /// A name a class; empty where the data has no classes.
    pub fn class_names(&self) -> &[String] {
        self.classes().map(|(names, _)| names).unwrap_or_default()
    }

    fn classes(&self) -> Option<(&[String], &Cells<u8>)> {
        self.columns.iter().find_map(|column| match &column.values {
            ColumnValues::Class { names, indices } => Some((&**names, indices)),
            ColumnValues::Number(_) | ColumnValues::Text(_) => None,
        })
    }
}

impl fmt::Debug for Split {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.count();
        f.debug_struct("Split").field("sample", &self.sample).field("count", &count).finish_non_exhaustive()
    }
}
