//! One batch: records of a label and an image, to the end of the file.

use crate::dataset::sample::ImageShape;
use crate::dataset::source::SourceError;
use crate::dataset::stream::{Meter, Stream};
use crate::message::{Message, message};
use std::path::Path;

/// Red, green and blue planes of 32×32.
pub const SHAPE: ImageShape = ImageShape { channels: 3, height: 32, width: 32 };
/// Classes that there are.
pub const CLASSES: usize = 10;
/// The bytes of one label and its image.
pub const RECORD: u64 = 1 + SHAPE.values() as u64;
/// The most images of one split: some 1.5 GB.
const MAX_IMAGES: u64 = 500_000;
/// Records that are taken apart at a time: about a mebibyte.
const CHUNK: u64 = 341;

/// What the batches of one split hold.
pub struct Images {
    /// `[count, 3, 32, 32]`.
    pub pixels: Vec<u8>,
    /// `[count]`, each below ten.
    pub labels: Vec<u8>,
}

impl Images {
    /// None yet, and room for `count` of them, at most [`MAX_IMAGES`].
    pub fn with_room(count: u64) -> Self {
        let count = count.min(MAX_IMAGES) as usize;
        Self { pixels: Vec::with_capacity(count * (RECORD as usize - 1)), labels: Vec::with_capacity(count) }
    }
}

/// A batch that has been opened.
pub struct CifarBatch {
    stream: Stream<'static>,
}

impl CifarBatch {
    /// Opens `path`.
    pub fn open(path: &Path, meter: &Meter<'_>) -> Result<Self, SourceError> {
        Ok(Self { stream: Stream::open(path, message!("a batch of CIFAR-10"), meter)? })
    }

    /// Images that the length of a plain file stands for; 0 of a packed one, which tells its own only at its end.
    ///
    /// # Errors
    /// A length that is not one of whole records, or more images with the `before` of other batches than a split may have.
    pub fn announced(&self, before: u64) -> Result<u64, SourceError> {
        let Some(length) = self.stream.plain_length() else { return Ok(0) };
        let count = length / RECORD;
        if count > MAX_IMAGES.saturating_sub(before) {
            return Err(self.too_many(before, Message::words(count)));
        }
        if !length.is_multiple_of(RECORD) {
            return Err(self.ragged(length));
        }
        Ok(count)
    }

    /// Images that the file may hold, also a packed one.
    pub fn most_images(&self) -> u64 {
        self.stream.most_bytes() / RECORD
    }

    /// Appends all its images to `images`.
    ///
    /// # Errors
    /// A label above 9, a last record that is cut, more images than a split may have, or what
    /// [`Stream::read_up_to`] refuses.
    pub fn read(mut self, images: &mut Images, meter: &Meter<'_>) -> Result<(), SourceError> {
        let before = images.labels.len() as u64;
        let mut chunk = Vec::new();
        loop {
            chunk.clear();
            self.stream.read_up_to(CHUNK * RECORD, &mut chunk, meter)?;
            let records = chunk.chunks_exact(RECORD as usize);
            let cut = records.remainder().len() as u64;
            for record in records {
                let count = images.labels.len() as u64;
                if count >= MAX_IMAGES {
                    return Err(self.too_many(before, message!("{count} and more", count = count - before)));
                }
                let Some((label, pixels)) = record.split_first() else { continue };
                if usize::from(*label) >= CLASSES {
                    return Err(SourceError::unexpected(
                        self.stream.path(),
                        message!("a class from 0 to 9 at the start of each record"),
                        message!("{label} in record {record}", label, record = count - before),
                    ));
                }
                images.labels.push(*label);
                images.pixels.extend_from_slice(pixels);
            }
            let count = images.labels.len() as u64 - before;
            if cut > 0 {
                return Err(self.ragged(count * RECORD + cut));
            }
            if (chunk.len() as u64) < CHUNK * RECORD {
                return if count > 0 { Ok(()) } else { Err(self.ragged(0)) };
            }
        }
    }

    fn ragged(&self, length: u64) -> SourceError {
        let left = length % RECORD;
        SourceError::unexpected(
            self.stream.path(),
            message!("records of {size} bytes (a class, then 32×32 each of red, green and blue)", size = RECORD),
            match length {
                0 => message!("no bytes"),
                _ => {
                    let records = length / RECORD;
                    message!("{length} bytes: {records} records and {left} bytes", length, records, left)
                }
            },
        )
    }

    fn too_many(&self, before: u64, found: Message) -> SourceError {
        SourceError::unexpected(
            self.stream.path(),
            message!("at most {most} images to learn from, and as many to test on", most = MAX_IMAGES),
            match before {
                0 => found,
                _ => message!("{found}, after {before} in other batches", found, before),
            },
        )
    }
}
