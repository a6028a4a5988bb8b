//! One array: its header, read within bounds and compared with how long it is, then its elements in parts.

use super::header::{Header, MAGIC, MAX_HEADER, START};
use super::text;
use crate::dataset::room::check_room;
use crate::dataset::sample::ImageShape;
use crate::dataset::source::SourceError;
use crate::dataset::stream::{Meter, Stream};
use crate::message::{Message, message};
use std::path::Path;
use std::sync::Arc;

/// The longest side of an image, in pixels.
const MAX_SIDE: u64 = 512;
/// The most bytes of data.
const MAX_BYTES: u64 = 64 << 30;
/// Bytes that are decoded at a time, or one example where that is more.
const PART: u64 = 1 << 20;

/// Bytes that a text takes in memory besides its own.
const TEXT_BYTES: u64 = 40;

pub fn file_words() -> Message {
    message!("a NumPy file (.npy)")
}

pub fn images_words() -> Message {
    message!(
        "images of 1×1 to 512×512 pixels as an array [count, height, width], [count, height, width, channels] or \
         [count, channels, height, width] with 1 or 3 channels"
    )
}

pub fn elements_words() -> Message {
    message!("whole or floating-point numbers or truth values as elements")
}

/// The sizes of an array, for a sentence.
pub fn size_words(sizes: &[u64]) -> Message {
    let sizes: Vec<_> = sizes.iter().map(u64::to_string).collect();
    message!("an array [{sizes}]", sizes = sizes.join(", "))
}

/// How the images of an array lie in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArrayLayout {
    /// Images.
    pub count: usize,
    /// Of each of them.
    pub shape: ImageShape,
    /// Whether the channels lie side by side at every pixel.
    pub channels_last: bool,
}

impl ArrayLayout {
    /// None where these are not the sizes of an array of images: `[count, height, width]`, `[count, height, width, channels]`
    /// or `[count, channels, height, width]` with 1 or 3 channels (where both would fit, channels are last).
    pub fn of(sizes: &[u64]) -> Option<Self> {
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

/// An array whose header has been read and found to agree with its length.
pub struct Array<'a> {
    /// What its header says.
    pub header: Header,
    /// Bytes of its elements.
    pub length: u64,
    stream: Stream<'a>,
}

impl<'a> Array<'a> {
    /// Reads the header of an array.
    ///
    /// # Errors
    /// What was found in place of an array that can be read.
    pub fn open(mut stream: Stream<'a>, meter: &Meter<'_>) -> Result<Self, SourceError> {
        let path = stream.path().to_owned();
        let wrong = |expected: Message, found: Message| SourceError::unexpected(&path, expected, found);
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

    /// The file or member that it is.
    pub fn path(&self) -> &Path {
        self.stream.path()
    }

    /// The text of all elements.
    ///
    /// # Errors
    /// Those of [`Self::read`], or what is no text.
    pub fn read_texts(self, meter: &Meter<'_>) -> Result<Vec<Arc<str>>, SourceError> {
        let (path, header, mut texts) = (self.path().to_owned(), self.header.clone(), Vec::new());
        let count = self.length / header.element.size().max(1);
        check_room(&path, self.length.saturating_add(count.saturating_mul(TEXT_BYTES)))?;
        self.read(header.element.size(), meter, |bytes| {
            text::add_texts(&header, bytes, &mut texts)
                .map_err(|found| SourceError::unexpected(&path, message!("text in each element"), found))
        })?;
        Ok(texts)
    }

    /// The data, exactly as much as the header announces, in parts of whole examples of `example` bytes each.
    ///
    /// # Errors
    /// Where there is less, or `each` fails.
    pub fn read(
        mut self,
        example: u64,
        meter: &Meter<'_>,
        mut each: impl FnMut(&[u8]) -> Result<(), SourceError>,
    ) -> Result<(), SourceError> {
        let example = example.max(1);
        let step = (PART / example).max(1).saturating_mul(example);
        let (mut part, mut found) = (Vec::new(), 0);
        while found < self.length {
            part.clear();
            let expected = step.min(self.length - found);
            self.stream.read_up_to(expected, &mut part, meter)?;
            found += part.len() as u64;
            if (part.len() as u64) < expected {
                let found = message!("{size} bytes: the file became shorter", size = found);
                let expected = message!("{size} bytes of data after the header", size = self.length);
                return Err(SourceError::unexpected(self.stream.path(), expected, found));
            }
            each(&part)?;
        }
        // A packed member ends with its checksum, which is compared where its end is read.
        self.stream.read_up_to(1, &mut part, meter)
    }
}
