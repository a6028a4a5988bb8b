//! `.npy` files of images, as NumPy writes them: one array of all images, read in C order.
//!
//! The header is parsed within bounds and compared with the file's length before memory is taken for what it announces.

mod header;
mod values;

use super::column::Column;
use super::format::{Candidate, Format};
use super::options::DataOptions;
use super::progress::Progress;
use super::room::{check_count, check_room};
use super::rows::{Element, InMemory};
use super::sample::{ImageShape, Sample};
use super::set::Dataset;
use super::source::{Source, SourceError};
use super::split::Split;
use super::stream::{Meter, Stream};
use crate::message::{Message, message};
use header::{Header, MAGIC, MAX_HEADER, START};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use values::Values;

/// The longest side of an image, in pixels.
const MAX_SIDE: u64 = 512;
/// The most bytes of data.
const MAX_BYTES: u64 = 2 << 30;
/// Bytes that are decoded at a time: whole elements of any type.
const PART: u64 = 1 << 20;
/// Of so many images one is for testing.
const TEST_EVERY: usize = 10;

fn file_words() -> Message {
    message!("a NumPy file (.npy)")
}

fn images_words() -> Message {
    message!(
        "images of 1×1 to 512×512 pixels as an array [count, height, width], [count, height, width, channels] or \
         [count, channels, height, width] with 1 or 3 channels"
    )
}

fn elements_words() -> Message {
    message!("whole or floating-point numbers or truth values as elements")
}

/// A file `NAME.npy` of images: `[count, height, width]`, `[count, height, width, channels]` or
/// `[count, channels, height, width]` with 1 or 3 channels (where both would fit, channels are last).
///
/// Whole numbers of 1 to 8 bytes, floating-point numbers of 4 or 8 or truth values, in either byte order. The range of all
/// values is the first of [0, 1], [−1, 1], [0, 255] and [0, 65535] that holds them. Every tenth image is for testing, and the
/// last one where there are fewer than ten. Where `NAME_labels.npy` lies beside, it holds a class from 0 to 255 an image.
pub struct Npy;

impl Format for Npy {
    fn name(&self) -> &'static str {
        "NPY"
    }

    fn summary(&self) -> Message {
        message!("a NumPy file of images (NAME.npy, with classes in NAME_labels.npy where there are any)")
    }

    fn claims(&self, candidate: &Candidate) -> bool {
        candidate.names.is_none() && candidate.path.extension().is_some_and(|end| end.eq_ignore_ascii_case("npy"))
    }

    fn open(&self, path: &Path, _options: &DataOptions, progress: &Progress) -> Result<Dataset, SourceError> {
        let meter = Meter::new(path, progress);
        let labels_path = labels_path(path).filter(|path| path.is_file());
        for file in [path].into_iter().chain(labels_path.as_deref()) {
            meter.expect_file(file)?;
        }
        let images = Array::open(path, &meter)?;
        let layout = Layout::of(&images.header.shape)
            .ok_or_else(|| SourceError::unexpected(path, images_words(), size_words(&images.header.shape)))?;
        if layout.count < 2 {
            let found = size_words(&images.header.shape);
            return Err(SourceError::unexpected(
                path,
                message!("at least one image to learn from and one to test on"),
                found,
            ));
        }
        let labels = labels_path.map(|path| read_labels(&path, layout.count, &meter)).transpose()?;
        check_count(path, layout.count as u64)?;
        let header = images.header.clone();
        let count = images.length / header.element.size();
        check_room(path, count.saturating_mul(Values::element_bytes(&header)))?;
        let mut values = Values::with_room(&header, count as usize);
        images.read(&meter, |bytes| values.add(&header, bytes))?;
        let values = values.in_range().map_err(|found| {
            SourceError::unexpected(path, message!("values in [0, 1], [−1, 1], [0, 255] or [0, 65535]"), found)
        })?;
        let name = path.file_stem().map_or_else(|| "data".to_owned(), |name| name.to_string_lossy().to_lowercase());
        let (train, test) = match values {
            Values::U8(values) => splits(values, layout, labels),
            Values::U16(values) => splits(values, layout, labels),
            Values::F32(values) => splits(values, layout, labels),
        };
        Ok(Dataset::new(Source::path(path), name, train, test))
    }
}

/// Where classes of the images in `path` would be.
fn labels_path(path: &Path) -> Option<PathBuf> {
    let mut name = path.file_stem()?.to_owned();
    name.push("_labels.npy");
    Some(path.with_file_name(name))
}

/// Reads a class for each of `count` images.
fn read_labels(path: &Path, count: usize, meter: &Meter<'_>) -> Result<Vec<u8>, SourceError> {
    let array = Array::open(path, meter)?;
    if array.header.shape != [count as u64] {
        let found = size_words(&array.header.shape);
        return Err(SourceError::unexpected(path, message!("{count} labels, one for each image", count), found));
    }
    let header = array.header.clone();
    let mut bytes = Vec::new();
    array.read(meter, |more| bytes.extend_from_slice(more))?;
    values::labels(&header, &bytes)
        .map_err(|found| SourceError::unexpected(path, message!("a class from 0 to 255 for each image"), found))
}

/// How the images of an array lie in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    count: usize,
    shape: ImageShape,
    channels_last: bool,
}

impl Layout {
    /// None where these are not the sizes of an array of images.
    fn of(sizes: &[u64]) -> Option<Self> {
        let (count, channels, height, width, channels_last) = match *sizes {
            [count, height, width] => (count, 1, height, width, false),
            [count, height, width, channels @ (1 | 3)] => (count, channels, height, width, true),
            [count, channels @ (1 | 3), height, width] => (count, channels, height, width, false),
            _ => return None,
        };
        let is_side = |side: u64| (1..=MAX_SIDE).contains(&side);
        let shape = ImageShape { channels: channels as usize, height: height as usize, width: width as usize };
        let count = usize::try_from(count).ok()?;
        (is_side(height) && is_side(width)).then_some(Self { count, shape, channels_last })
    }
}

/// A file whose header has been read and found to agree with the file's length.
struct Array {
    header: Header,
    length: u64,
    stream: Stream,
}

impl Array {
    fn open(path: &Path, meter: &Meter<'_>) -> Result<Self, SourceError> {
        let mut stream = Stream::open(path, file_words(), meter)?;
        let wrong = |expected: Message, found: Message| SourceError::unexpected(path, expected, found);
        let Some(file) = stream.plain_length() else {
            return Err(wrong(file_words(), message!("a packed file")));
        };
        let mut start = Vec::new();
        stream.read_up_to(START as u64, &mut start, meter)?;
        let version = match start.strip_prefix(MAGIC) {
            Some([version @ 1..=3, 0]) => *version,
            Some([major, minor]) => {
                return Err(wrong(
                    message!("a NumPy file of version 1.0, 2.0 or 3.0"),
                    message!("version {major}.{minor}", major, minor),
                ));
            }
            _ => {
                return Err(wrong(
                    message!("a NumPy file, which begins with {begin} and a version", begin = "\\x93NUMPY"),
                    message!("other bytes"),
                ));
            }
        };
        let mut length = Vec::new();
        stream.read_up_to(if version == 1 { 2 } else { 4 }, &mut length, meter)?;
        let announced = length.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte));
        if announced > MAX_HEADER {
            return Err(wrong(
                message!("a header of at most {most} bytes", most = MAX_HEADER),
                message!("one of {announced}", announced),
            ));
        }
        let mut text = Vec::new();
        stream.read_up_to(announced, &mut text, meter)?;
        let before = (START + length.len() + text.len()) as u64;
        if (text.len() as u64) < announced || length.len() < 2 {
            return Err(wrong(
                message!("a whole header"),
                message!("{size} bytes in all: the file is truncated", size = file),
            ));
        }
        let header = Header::parse(&text).map_err(|found| wrong(elements_words(), found))?;
        if header.fortran {
            return Err(wrong(
                message!("an array in C order"),
                message!("one in Fortran order (numpy.ascontiguousarray changes it)"),
            ));
        }
        let bytes = header.shape.iter().try_fold(header.element.size(), |bytes, size| bytes.checked_mul(*size));
        let Some(length) = bytes.filter(|bytes| *bytes <= MAX_BYTES) else {
            return Err(wrong(message!("at most {most} bytes of data", most = MAX_BYTES), size_words(&header.shape)));
        };
        match file.saturating_sub(before) {
            found if found < length => Err(wrong(
                message!("{size} bytes of data after the header", size = length),
                message!("{size} bytes: the file is truncated", size = found),
            )),
            found if found > length => Err(wrong(
                message!("{size} bytes of data after the header", size = length),
                message!("{size} bytes: there is trailing data", size = found),
            )),
            _ => Ok(Self { header, length, stream }),
        }
    }

    /// The data, exactly as much as the header announces, in parts of whole elements.
    fn read(mut self, meter: &Meter<'_>, mut each: impl FnMut(&[u8])) -> Result<(), SourceError> {
        let (mut part, mut found) = (Vec::new(), 0);
        while found < self.length {
            part.clear();
            self.stream.read_up_to(PART.min(self.length - found), &mut part, meter)?;
            if part.is_empty() {
                let found = message!("{size} bytes: the file became shorter", size = found);
                let expected = message!("{size} bytes of data after the header", size = self.length);
                return Err(SourceError::unexpected(self.stream.path(), expected, found));
            }
            found += part.len() as u64;
            each(&part);
        }
        Ok(())
    }
}

/// The two splits of `values`, which are all images as `layout` says.
fn splits<T: Element>(mut values: Vec<T>, layout: Layout, labels: Option<Vec<u8>>) -> (Split, Split) {
    let size = layout.shape.values();
    if layout.channels_last {
        planes(&mut values, layout.shape);
    }
    let is_test = |index: usize| match layout.count < TEST_EVERY {
        true => index + 1 == layout.count,
        false => index % TEST_EVERY == TEST_EVERY - 1,
    };
    let test = part(&values, size, is_test);
    let mut kept = 0;
    for index in (0..layout.count).filter(|index| !is_test(*index)) {
        values.copy_within(index * size..(index + 1) * size, kept * size);
        kept += 1;
    }
    values.truncate(kept * size);
    let names: Option<Arc<[String]>> = labels.as_ref().map(|labels| {
        let greatest = labels.iter().copied().max().unwrap_or(0);
        (0..=greatest).map(|class| class.to_string()).collect()
    });
    let split = |values: Vec<T>, chosen: &dyn Fn(usize) -> bool| {
        let classes = labels.as_ref().map(|labels| part(labels, 1, chosen)).zip(names.clone());
        let columns = classes.map(|(labels, names)| Column::class(labels, names)).into_iter().collect();
        Split::new(Sample::Image(layout.shape), Arc::new(InMemory::new(values, size)), columns)
    };
    (split(values, &|index| !is_test(index)), split(test, &is_test))
}

/// Copies of those examples of `[count, size]` whose index is `chosen`.
fn part<T: Copy>(values: &[T], size: usize, chosen: impl Fn(usize) -> bool) -> Vec<T> {
    let examples = values.chunks_exact(size).enumerate().filter(|(index, _)| chosen(*index));
    examples.flat_map(|(_, example)| example).copied().collect()
}

/// Puts the channels of each image, which lie side by side at every pixel, into planes.
fn planes<T: Copy>(values: &mut [T], shape: ImageShape) {
    let mut pixels = Vec::with_capacity(shape.values());
    for image in values.chunks_exact_mut(shape.values()) {
        pixels.clear();
        pixels.extend((0..shape.channels).flat_map(|channel| image.iter().skip(channel).step_by(shape.channels)));
        image.copy_from_slice(&pixels);
    }
}

/// The sizes of an array, for a sentence.
fn size_words(sizes: &[u64]) -> Message {
    let sizes: Vec<_> = sizes.iter().map(u64::to_string).collect();
    message!("an array [{sizes}]", sizes = sizes.join(", "))
}
