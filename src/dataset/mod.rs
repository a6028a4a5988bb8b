//! Data to learn from: one file or folder a format or source, each with a line in [`FORMATS`] or [`BUILT_IN`].
//!
//! A [`Dataset`] is two [`Split`]s. A split is [`Rows`], which are read by index, and columns, which say what is known of
//! each example. What can be read is listed in one place, which the command line and the refusals read; the dialog shows what is built in.

mod cache;
mod cifar;
mod column;
mod counts;
mod digits;
pub mod download;
mod folder;
mod format;
mod idx;
mod images;
mod meaning;
mod numpy;
mod options;
mod points_file;
mod progress;
mod registry;
mod room;
mod rows;
mod sample;
mod set;
mod share;
mod source;
mod split;
mod sprites;
mod stratified;
mod stream;
mod toys;
mod understood;
mod view;
mod words;
mod zipped;

pub use column::{Cells, Column, ColumnValues};
pub use counts::{ExamplesLeft, PartCounts, SourceCounts};
pub use digits::digits;
pub use format::{BuiltIn, Candidate, Format};
pub use images::{FolderPreview, preview};
pub use numpy::npy_header;
pub use options::{DataOptions, ImageColor, ImageFit, MAX_SIDE, SplitChoice, ValueRange};
pub use points_file::{POINTS_ENDING, points_text};
pub use progress::Progress;
pub use registry::{BUILT_IN, FORMATS, check_named, fetch_and_load, load};
pub use rows::{Element, InMemory, Rows};
pub use sample::{ImageShape, Sample};
pub use set::{Dataset, DatasetId};
pub use source::{Place, Source, SourceError};
pub use split::Split;
pub use stratified::stratified;
