//! Listed files become the images of two splits: all cores decode, what is broken is left out, counted and named.

use super::decode::{Found, Target, decode, look};
use crate::dataset::cache::{self, CacheKey, CachedImages, Written};
use crate::dataset::meaning::{Meaning, ValueKind};
use crate::dataset::options::{DataOptions, ImageColor};
use crate::dataset::progress::Progress;
use crate::dataset::rows::{InMemory, Rows};
use crate::dataset::sample::ImageShape;
use crate::dataset::source::SourceError;
use crate::message::{Message, message};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Files whose headers say what all are brought to, where nothing is asked for.
const LOOKED_AT: usize = 256;
/// Images of one size, whose longer side is at most this, stay as they are; others become squares of [`USUAL_SIDE`].
const KEPT_SIDE: u32 = 128;
const USUAL_SIDE: u32 = 64;
/// Files that are decoded between two looks at whether the work was cancelled.
const BATCH: usize = 1024;
/// So many files are decoded at each opening; of more, what came of them is kept.
const CACHED: usize = 2000;
/// Broken files that a note names; the others are in the log.
const NAMED_IN_A_NOTE: usize = 8;
/// Broken files of which it is kept what is wrong with them.
const NAMED: usize = 1000;

/// A file, and the split that its image goes to: 0 to learn from, 1 to test on.
#[derive(Clone, Debug)]
pub struct Listed {
    pub path: PathBuf,
    pub split: usize,
}

/// What came of the files.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Gathered {
    /// Places of the files that are left out, rising.
    broken: Vec<u32>,
    /// What is wrong with the first of them, in English.
    why: Vec<String>,
}

impl Gathered {
    /// Whether the file at a place of the list has become an image.
    pub fn holds(&self, place: usize) -> bool {
        u32::try_from(place).is_ok_and(|place| self.broken.binary_search(&place).is_err())
    }

    fn leave_out(&mut self, place: usize, root: &Path, file: &Listed, why: &Message) {
        self.broken.push(place as u32);
        if self.why.len() < NAMED {
            // Of a table its folder's.
            let folders = [Some(root), root.parent()];
            let inside = folders
                .into_iter()
                .flatten()
                .find_map(|folder| file.path.strip_prefix(folder).ok().filter(|inside| !inside.as_os_str().is_empty()));
            let path = inside.unwrap_or(&file.path).display();
            tracing::debug!(%path, %why, "left out");
            self.why.push(format!("{path}: {why}"));
        }
    }

    /// What a person should know of it.
    pub fn note(&self, path: &Path, files: usize) -> Option<Message> {
        let first = self.why.iter().take(NAMED_IN_A_NOTE).map(String::as_str).collect::<Vec<_>>().join("; ");
        let count = self.broken.len();
        (count > 0).then(|| {
            message!("{path}: {count} of {files} files are no images and left out: {first}", path, count, files, first)
        })
    }
}

/// What all images are brought to: what is asked for, or what suits the files; and the numbers that are black and white in
/// the files, or in most of those that were looked at.
pub fn target(files: &[Listed], options: &DataOptions) -> (Target, [f32; 2]) {
    let step = files.len().div_ceil(LOOKED_AT).max(1);
    let found: Vec<Found> = files.par_iter().step_by(step).filter_map(|file| look(&file.path).ok()).collect();
    let is_grey = found.iter().all(|found| found.color == ImageColor::Grey);
    let channels = match options.color {
        Some(ImageColor::Grey) => 1,
        Some(ImageColor::Rgb) => 3,
        None => {
            if is_grey {
                1
            } else {
                3
            }
        }
    };
    let one_size = found.first().filter(|first| {
        let same = |other: &Found| (other.width, other.height) == (first.width, first.height);
        found.iter().all(same) && first.width.max(first.height) <= KEPT_SIDE
    });
    let (width, height) = match (options.side, one_size) {
        (Some(side), _) => (side, side),
        (None, Some(found)) => (found.width, found.height),
        (None, None) => (USUAL_SIDE, USUAL_SIDE),
    };
    let shape = ImageShape { channels, height: height as usize, width: width as usize };
    let has = |white: u16| found.iter().filter(|found| found.white == white).count();
    let white = [1, u16::MAX, 255].into_iter().max_by_key(|white| has(*white)).unwrap_or(255);
    (Target { shape, fit: options.fit.unwrap_or_default() }, [0.0, f32::from(white)])
}

/// Decodes all files into two splits; what takes long is kept in the cache, or taken from it. Progress counts files.
///
/// # Errors
/// Somebody cancelled, no room on the disk, or too few files that are images.
pub fn gather(
    root: &Path,
    files: &[Listed],
    options: &DataOptions,
    key: CacheKey,
    progress: &Progress,
) -> Result<CachedImages<Gathered>, SourceError> {
    let (target, stored) = target(files, options);
    let shape = target.shape;
    progress.set_total(files.len() as u64);
    if files.len() < CACHED {
        let mut splits: [Vec<u8>; 2] = Default::default();
        let more = decode_all(root, files, target, progress, |split, image| {
            splits[split].extend_from_slice(image);
            Ok(())
        })?;
        let rows = splits.map(|bytes| Arc::new(InMemory::<u8>::new(bytes, shape.values())) as Arc<dyn Rows>);
        return Ok(CachedImages { shape, rows, stored, more });
    }
    let key = key.with(format!("{target:?}").as_bytes());
    let bytes = (files.len() as u64).saturating_mul(shape.values() as u64);
    let cached = cache::open_or_make(key, root, bytes, &|| progress.is_cancelled(), |writer| {
        let more = decode_all(root, files, target, progress, |split, image| writer.add(split, image))?;
        Ok(Written { shape, kind: ValueKind::U8, meaning: Meaning::AsIs, more })
    })?;
    progress.set_done(files.len() as u64);
    Ok(CachedImages { stored, ..cached })
}

/// Decodes all files and gives each image in turn to `take`, with its split.
fn decode_all(
    root: &Path,
    files: &[Listed],
    target: Target,
    progress: &Progress,
    mut take: impl FnMut(usize, &[u8]) -> std::io::Result<()>,
) -> Result<Gathered, SourceError> {
    let mut gathered = Gathered::default();
    let mut counts = [0usize; 2];
    for (batch, listed) in files.chunks(BATCH).enumerate() {
        if progress.is_cancelled() {
            return Err(SourceError::Cancelled(root.to_owned()));
        }
        let images: Vec<Result<Vec<u8>, Message>> = listed.par_iter().map(|file| decode(&file.path, target)).collect();
        for (place, (image, file)) in images.into_iter().zip(listed).enumerate() {
            match image {
                Ok(image) => {
                    let split = file.split.min(1);
                    counts[split] += 1;
                    take(split, &image).map_err(|error| SourceError::io(root, error))?;
                }
                Err(why) => gathered.leave_out(batch * BATCH + place, root, file, &why),
            }
        }
        progress.set_done((batch * BATCH + listed.len()) as u64);
    }
    if !counts.contains(&0) {
        return Ok(gathered);
    }
    let count = counts[0] + counts[1];
    let expected = message!("at least one image to learn from and one to test on");
    let found = match gathered.why.first() {
        Some(first) => message!("{count} images ({first})", count, first),
        None => message!("{count} images", count),
    };
    Err(SourceError::unexpected(root, expected, found))
}
