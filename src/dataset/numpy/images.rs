//! Arrays of images become two splits: in memory, or in the cache where they are large.

use super::array::{Array, ArrayLayout, elements_words, images_words, size_words};
use super::header::Header;
use super::values::{Extremes, Values, kind_of};
use crate::dataset::cache::{self, CacheKey, CacheWriter, Written};
use crate::dataset::meaning::{Meaning, ValueKind};
use crate::dataset::options::ValueRange;
use crate::dataset::room::{check_count, check_room};
use crate::dataset::rows::{InMemory, Rows};
use crate::dataset::sample::ImageShape;
use crate::dataset::share::Share;
use crate::dataset::source::SourceError;
use crate::dataset::stream::Meter;
use crate::message::message;
use std::path::Path;
use std::sync::Arc;

/// Larger arrays are read by index from the cache.
const IN_MEMORY: u64 = 512 << 20;

/// All images of a data set.
pub struct ImagesRead {
    /// To learn from, and to test on.
    pub rows: [Arc<dyn Rows>; 2],
    /// The numbers that are black and white in the arrays.
    pub stored: [f32; 2],
}

/// The arrays that the images of a data set come from, all of one layout and type.
pub struct ImageArrays {
    shape: ImageShape,
    channels_last: bool,
    element_bytes: u64,
    kind: ValueKind,
    counts: [usize; 2],
}

impl ImageArrays {
    /// Checks that arrays of these headers go together and that there is enough in them; `path` is what all come from.
    ///
    /// # Errors
    /// What was found instead.
    pub fn of(path: &Path, arrays: &[(&Header, Share)]) -> Result<Self, SourceError> {
        let mut all: Option<(ArrayLayout, &Header)> = None;
        let mut counts = [0usize; 2];
        for (header, share) in arrays {
            if header.element.is_text() {
                return Err(SourceError::unexpected(path, elements_words(), message!("text")));
            }
            let layout = ArrayLayout::of(&header.shape)
                .ok_or_else(|| SourceError::unexpected(path, images_words(), size_words(&header.shape)))?;
            match all {
                Some((first, of))
                    if (first.shape, first.channels_last) != (layout.shape, layout.channels_last)
                        || of.element != header.element =>
                {
                    let expected = message!("images of one size and type to learn from and to test on");
                    return Err(SourceError::unexpected(path, expected, size_words(&header.shape)));
                }
                _ => all = Some((layout, header)),
            }
            check_count(path, layout.count as u64)?;
            for (count, more) in counts.iter_mut().zip(share.counts(layout.count)) {
                *count = count.saturating_add(more);
            }
        }
        let expected = message!("at least one image to learn from and one to test on");
        match (all, arrays.first()) {
            (Some((layout, header)), _) if counts.iter().all(|count| *count > 0) => Ok(Self {
                shape: layout.shape,
                channels_last: layout.channels_last,
                element_bytes: header.element.size(),
                kind: kind_of(header),
                counts,
            }),
            (_, Some((header, _))) => Err(SourceError::unexpected(path, expected, size_words(&header.shape))),
            (_, None) => Err(SourceError::unexpected(path, expected, message!("none"))),
        }
    }

    /// Of each image.
    pub fn shape(&self) -> ImageShape {
        self.shape
    }

    fn bytes(&self) -> u64 {
        let values = self.counts.iter().fold(0u64, |all, count| all.saturating_add(*count as u64));
        values.saturating_mul(self.shape.values() as u64).saturating_mul(self.kind.size() as u64)
    }

    /// Reads all images and which numbers are black and white in them: `each` gives the arrays in turn to what it is given. What is large is read once into the cache,
    /// whose entry `key` names.
    ///
    /// # Errors
    /// A part that cannot be read, or values that are no pixels.
    pub fn read(
        &self,
        path: &Path,
        range: Option<ValueRange>,
        key: CacheKey,
        meter: &Meter<'_>,
        each: impl FnOnce(&mut dyn FnMut(Array<'_>, Share) -> Result<(), SourceError>) -> Result<(), SourceError>,
    ) -> Result<ImagesRead, SourceError> {
        let meaning = |extremes: &Extremes| {
            let expected = || message!("values in [0, 1], [−1, 1], [0, 255] or [0, 65535]");
            extremes.meaning(range).map_err(|found| SourceError::unexpected(path, expected(), found))
        };
        if self.bytes() <= IN_MEMORY {
            check_room(path, self.bytes())?;
            let size = self.shape.values();
            let [train, test] = self.counts.map(|count| Values::with_room(self.kind, count * size));
            let mut splits = [train, test];
            let extremes = self.decode(meter, each, &mut |split, values, image| {
                values.add_example_to(image, size, &mut splits[split]);
                Ok(())
            })?;
            let meaning = meaning(&extremes)?;
            let rows = splits.map(|values| rows(values.with(meaning), size));
            return Ok(ImagesRead { rows, stored: meaning.ends(self.kind) });
        }
        let key = match range {
            Some(range) => key.with(range.word().as_bytes()),
            None => key,
        };
        let is_cancelled = || meter.check().is_err();
        let fill = |writer: &mut CacheWriter| self.fill(writer, path, meter, each, meaning);
        let cached = cache::open_or_make::<()>(key, path, self.bytes(), &is_cancelled, fill)?;
        Ok(ImagesRead { rows: cached.rows, stored: cached.stored })
    }

    fn fill(
        &self,
        writer: &mut CacheWriter,
        path: &Path,
        meter: &Meter<'_>,
        each: impl FnOnce(&mut dyn FnMut(Array<'_>, Share) -> Result<(), SourceError>) -> Result<(), SourceError>,
        meaning: impl FnOnce(&Extremes) -> Result<Meaning, SourceError>,
    ) -> Result<Written<()>, SourceError> {
        let mut bytes = Vec::new();
        let extremes = self.decode(meter, each, &mut |split, values, image| {
            bytes.clear();
            values.example_bytes(image, self.shape.values(), &mut bytes);
            writer.add(split, &bytes).map_err(|error| SourceError::io(path, error))
        })?;
        Ok(Written { shape: self.shape, kind: self.kind, meaning: meaning(&extremes)?, more: () })
    }

    /// Decodes all images and gives each to `take` with its split; gives what all values lie between.
    fn decode(
        &self,
        meter: &Meter<'_>,
        each: impl FnOnce(&mut dyn FnMut(Array<'_>, Share) -> Result<(), SourceError>) -> Result<(), SourceError>,
        take: &mut dyn FnMut(usize, &Values, usize) -> Result<(), SourceError>,
    ) -> Result<Extremes, SourceError> {
        let size = self.shape.values();
        let mut extremes = Extremes::new(self.kind);
        each(&mut |array, share| {
            let header = array.header.clone();
            let count = header.shape.first().map_or(0, |count| *count as usize);
            let mut first = 0;
            array.read(self.element_bytes * size as u64, meter, |bytes| {
                let mut values = Values::decode(&header, bytes);
                extremes.add(&values);
                if self.channels_last {
                    values.planes(self.shape.channels, size);
                }
                let images = bytes.len() / (size * header.element.size() as usize).max(1);
                for image in 0..images {
                    take(share.split(first + image, count), &values, image)?;
                }
                first += images;
                Ok(())
            })
        })?;
        Ok(extremes)
    }
}

fn rows(values: Values, size: usize) -> Arc<dyn Rows> {
    match values {
        Values::U8(values) => Arc::new(InMemory::new(values, size)),
        Values::U16(values) => Arc::new(InMemory::new(values, size)),
        Values::F32(values) => Arc::new(InMemory::new(values, size)),
    }
}
