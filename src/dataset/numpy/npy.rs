//! `.npy` files: one array of all images, with their classes in another file beside it.

use super::array::{Array, file_words, size_words};
use super::columns::ColumnParts;
use super::images::ImageArrays;
use super::values;
use crate::dataset::cache::CacheKey;
use crate::dataset::format::{Candidate, Format};
use crate::dataset::options::DataOptions;
use crate::dataset::progress::Progress;
use crate::dataset::set::Dataset;
use crate::dataset::share::Share;
use crate::dataset::source::{Source, SourceError};
use crate::dataset::stream::{Meter, Stream};
use crate::dataset::understood::OF_ARRAYS;
use crate::disk;
use crate::message::{Message, message};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file `NAME.npy` of images: `[count, height, width]`, `[count, height, width, channels]` or
/// `[count, channels, height, width]` with 1 or 3 channels (where both would fit, channels are last).
///
/// Whole numbers of 1 to 8 bytes, floating-point numbers of 2, 4 or 8 or truth values, in either byte order. The range of all
/// values is the first of [0, 1], [−1, 1], [0, 255] and [0, 65535] that holds them, where none is asked for. Every tenth
/// image is for testing, and the last one where there are fewer than ten. Where `NAME_labels.npy` lies beside, it holds a
/// class from 0 to 255 an image, and `NAME_classes.txt` says what they are called, in UTF-8, one a line from class 0; or a
/// word, which is its class where there are at most 256 different ones.
pub struct Npy;

/// Bytes of a file of class names, at most.
const MOST_NAME_BYTES: u64 = 1 << 16;

impl Format for Npy {
    fn name(&self) -> &'static str {
        "NPY"
    }

    fn summary(&self) -> Message {
        message!("a NumPy file of images (NAME.npy, with classes in NAME_labels.npy where there are any)")
    }

    fn claims(&self, candidate: &Candidate) -> bool {
        candidate.ends_in("npy")
    }

    fn options(&self) -> &'static [&'static str] {
        OF_ARRAYS
    }

    fn open(&self, path: &Path, options: &DataOptions, progress: &Progress) -> Result<Dataset, SourceError> {
        let meter = Meter::new(path, progress);
        let labels_path = beside(path, "_labels.npy").filter(|path| path.is_file());
        for file in [path].into_iter().chain(labels_path.as_deref()) {
            meter.expect_file(file)?;
        }
        let images = Array::open(Stream::open(path, file_words(), &meter)?, &meter)?;
        let header = images.header.clone();
        let share = Share::EveryTenth;
        let arrays = ImageArrays::of(path, &[(&header, share)])?;
        let count = header.shape.first().map_or(0, |count| *count as usize);
        let mut columns = ColumnParts::default();
        if let Some(labels) = labels_path {
            add_labels(path, &labels, count, share, &meter, &mut columns)?;
        }
        let data = path.metadata().map_err(|error| SourceError::io(path, error))?;
        let key = CacheKey::new("npy").with_file(path, &data);
        let read = arrays.read(path, options.range, key, &meter, |take| take(images, share))?;
        let [train, test] = columns.splits(arrays.shape(), read.rows);
        let stored = Some(read.stored);
        Ok(Dataset { stored, ..Dataset::new(Source::path(path), file_name(path), train, test) })
    }
}

/// A file's own name in lower case, without its ending.
pub fn file_name(path: &Path) -> String {
    path.file_stem().map_or_else(|| "data".to_owned(), |name| name.to_string_lossy().to_lowercase())
}

/// Where something that is known of the images in `path` would be.
fn beside(path: &Path, ending: &str) -> Option<PathBuf> {
    let mut name = path.file_stem()?.to_owned();
    name.push(ending);
    Some(path.with_file_name(name))
}

/// Reads the classes' names, where they are there: of all up to the greatest of `labels`.
fn read_names(path: &Path, labels: &[u8]) -> Result<Option<Arc<[String]>>, SourceError> {
    let Some(path) = beside(path, "_classes.txt").filter(|path| path.is_file()) else { return Ok(None) };
    let count = labels.iter().copied().max().map_or(0, |greatest| usize::from(greatest) + 1);
    let refused =
        |found| SourceError::unexpected(&path, message!("names of {count} classes, one a line", count), found);
    let bytes = disk::read_file(&path, MOST_NAME_BYTES)
        .map_err(|error| SourceError::unexpected(&path, error.expected, error.found))?;
    let text = String::from_utf8(bytes).map_err(|_| refused(message!("text that is not UTF-8")))?;
    let names: Vec<String> = text.lines().map(|line| line.trim().to_owned()).take(256).collect();
    if names.len() < count {
        return Err(refused(message!("{lines} lines", lines = names.len())));
    }
    Ok(Some(names.into()))
}

/// Reads a class for each of `count` images, as a number or a word.
fn add_labels(
    images: &Path,
    path: &Path,
    count: usize,
    share: Share,
    meter: &Meter<'_>,
    columns: &mut ColumnParts,
) -> Result<(), SourceError> {
    let array = Array::open(Stream::open(path, file_words(), meter)?, meter)?;
    if array.header.shape != [count as u64] {
        let found = size_words(&array.header.shape);
        return Err(SourceError::unexpected(path, message!("{count} labels, one for each image", count), found));
    }
    if array.header.element.is_text() {
        columns.add_words("class", share.parts(&array.read_texts(meter)?), true);
        return Ok(());
    }
    let header = array.header.clone();
    let mut bytes = Vec::new();
    array.read(header.element.size(), meter, |more| {
        bytes.extend_from_slice(more);
        Ok(())
    })?;
    let classes = values::labels(&header, &bytes)
        .map_err(|found| SourceError::unexpected(path, message!("a class from 0 to 255 for each image"), found))?;
    columns.add_classes("class", share.parts(&classes), read_names(images, &classes)?);
    Ok(())
}
