//! One entry of the cache: made once of what was opened, read by index from then on.

use super::file_rows::FileRows;
use super::{MOST_BYTES, folder, prune};
use crate::dataset::meaning::{Meaning, ValueKind};
use crate::dataset::rows::{InMemory, Rows};
use crate::dataset::sample::ImageShape;
use crate::dataset::source::SourceError;
use crate::disk::{FileError, WorkLock, atomic, open_file, read_file};
use crate::message::message;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;
use std::sync::Arc;

pub(super) const ABOUT: &str = "about.json";
const SPLITS: [&str; 2] = ["train.bin", "test.bin"];
/// Another number when an entry means something else.
const FORMAT: u32 = 1;
/// The most bytes that an entry's description may have.
const MAX_ABOUT: u64 = 256 << 20;
/// Bytes of an entry that are held in memory, at most; more are read from the file.
const IN_MEMORY: u64 = 512 << 20;

/// What an entry was made of: anything that changes must change it.
#[derive(Clone)]
pub struct CacheKey(Sha256);

impl CacheKey {
    /// Of one kind of entries.
    pub fn new(kind: &str) -> Self {
        Self(Sha256::new()).with(kind.as_bytes())
    }

    /// And of these bytes.
    #[must_use]
    pub fn with(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// And of a file as it is now: its path, length and time of change.
    #[must_use]
    pub fn with_file(self, path: &Path, data: &std::fs::Metadata) -> Self {
        let changed = data.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        let changed = changed.map_or(0, |time| time.as_nanos());
        self.with(path.as_os_str().as_encoded_bytes()).with(&data.len().to_le_bytes()).with(&changed.to_le_bytes())
    }

    fn name(self) -> String {
        hexadecimal(self.0)
    }
}

fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What an entry says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct About<T> {
    format: u32,
    shape: ImageShape,
    counts: [usize; 2],
    kind: ValueKind,
    meaning: Meaning,
    sums: [String; 2],
    /// What the reader wants to know again.
    more: T,
}

/// An entry's images: to learn from, to test on.
pub struct CachedImages<T> {
    /// Of each image.
    pub shape: ImageShape,
    /// The two splits.
    pub rows: [Arc<dyn Rows>; 2],
    /// The numbers that were black and white in what the entry was made of.
    pub stored: [f32; 2],
    /// What the reader wanted to know again.
    pub more: T,
}

/// Opens an entry of a folder; `None` where there is none, or it is not whole.
fn open<T: DeserializeOwned>(path: &Path) -> Option<CachedImages<T>> {
    let about = read_file(&path.join(ABOUT), MAX_ABOUT).ok()?;
    let about: About<T> = serde_json::from_slice(&about).ok().filter(|about: &About<T>| about.format == FORMAT)?;
    let opened = opened(path, about)?;
    // It has served now.
    let touched = File::options().append(true).open(path.join(ABOUT));
    if let Ok(file) = touched {
        let _ = file.set_modified(std::time::SystemTime::now());
    }
    Some(opened)
}

fn opened<T>(path: &Path, about: About<T>) -> Option<CachedImages<T>> {
    let About { shape, counts, kind, meaning, sums, more, .. } = about;
    let size = shape.values();
    let mut rows: Vec<Arc<dyn Rows>> = Vec::new();
    for ((name, count), sum) in SPLITS.iter().zip(counts).zip(sums) {
        let (mut file, length) = open_file(&path.join(name)).ok()?;
        if length != (count as u64).checked_mul(size as u64)?.checked_mul(kind.size() as u64)? {
            return None;
        }
        // By its own length alone: what is in memory and what is not have ids of different kinds.
        let is_small = length <= IN_MEMORY && (kind, meaning) == (ValueKind::U8, Meaning::AsIs);
        rows.push(match is_small {
            true => {
                let mut bytes = Vec::with_capacity(length as usize);
                file.read_to_end(&mut bytes).ok()?;
                Arc::new(InMemory::<u8>::new(bytes, size))
            }
            false => Arc::new(FileRows { file, count, size, kind, meaning, sum, failed: false.into() }),
        });
    }
    Some(CachedImages { shape, rows: rows.try_into().ok()?, stored: meaning.ends(kind), more })
}

/// Takes the images of an entry, in order.
pub struct CacheWriter {
    files: [BufWriter<File>; 2],
    sums: [Sha256; 2],
    written: [u64; 2],
}

impl CacheWriter {
    /// Adds elements to a split: 0 to learn from, 1 to test on.
    ///
    /// # Errors
    /// The file system's own.
    pub fn add(&mut self, split: usize, bytes: &[u8]) -> io::Result<()> {
        let split = split.min(1);
        self.sums[split].update(bytes);
        self.written[split] += bytes.len() as u64;
        self.files[split].write_all(bytes)
    }
}

/// What is known of an entry when all of it is written.
pub struct Written<T> {
    pub shape: ImageShape,
    pub kind: ValueKind,
    pub meaning: Meaning,
    pub more: T,
}

/// Opens an entry of about `bytes` bytes of what lies at `source`, which `fill` makes where there is none. Of several
/// programs, or threads, that want the same one at once one makes it, and the others wait for it.
///
/// # Errors
/// `fill`'s, somebody cancelled, no room on the disk, or the file system's own.
pub fn open_or_make<T: Serialize + DeserializeOwned>(
    key: CacheKey,
    source: &Path,
    bytes: u64,
    is_cancelled: &dyn Fn() -> bool,
    fill: impl FnOnce(&mut CacheWriter) -> Result<Written<T>, SourceError>,
) -> Result<CachedImages<T>, SourceError> {
    match folder() {
        Some(folder) => open_or_make_in(&folder.join("images"), key, source, bytes, is_cancelled, fill),
        None => {
            let expected = message!("a folder for the cache of data (LATENTARIUM_CACHE)");
            Err(SourceError::unexpected(source, expected, message!("none")))
        }
    }
}

fn open_or_make_in<T: Serialize + DeserializeOwned>(
    images: &Path,
    key: CacheKey,
    source: &Path,
    bytes: u64,
    is_cancelled: &dyn Fn() -> bool,
    fill: impl FnOnce(&mut CacheWriter) -> Result<Written<T>, SourceError>,
) -> Result<CachedImages<T>, SourceError> {
    let name = key.name();
    let path = images.join(&name);
    if let Some(there) = open(&path) {
        return Ok(there);
    }
    let failed = |error: &io::Error| {
        let FileError { expected, found, .. } = FileError::written(error);
        SourceError::unexpected(images, expected, found)
    };
    std::fs::create_dir_all(images).map_err(|error| failed(&error))?;
    let lock_path = images.join(format!(".{name}.lock"));
    let _lock = match WorkLock::wait(&lock_path, is_cancelled).map_err(|error| failed(&error))? {
        WorkLock::Cancelled => return Err(SourceError::Cancelled(source.to_owned())),
        lock => lock,
    };
    let made = match open(&path) {
        Some(there) => Ok(there),
        None => make(images, &path, bytes, fill, failed),
    };
    // Who waits with it finds the entry there, or makes it as where there are no locks.
    let _ = std::fs::remove_file(lock_path);
    made
}

/// Makes an entry and opens it, or one that another program has made meanwhile where there are no locks.
fn make<T: Serialize + DeserializeOwned>(
    images: &Path,
    path: &Path,
    bytes: u64,
    fill: impl FnOnce(&mut CacheWriter) -> Result<Written<T>, SourceError>,
    failed: impl Fn(&io::Error) -> SourceError,
) -> Result<CachedImages<T>, SourceError> {
    check_disk(images, bytes)?;
    if path.exists() {
        // One that could not be opened.
        atomic::remove_folder(path).map_err(|error| failed(&error))?;
    }
    let mut refused = None;
    let written = atomic::write_folder(path, |beside| {
        write(beside, fill).map_err(|error| match error {
            EntryError::Refused(error) => {
                refused = Some(error);
                io::Error::other("not filled")
            }
            EntryError::Io(error) => error,
        })
    });
    if let Some(error) = refused {
        return Err(error);
    }
    let made = open(path);
    match (made, written) {
        (Some(made), _) => {
            prune(images, MOST_BYTES, path);
            Ok(made)
        }
        (None, Err(error)) => Err(failed(&error)),
        (None, Ok(())) => Err(SourceError::unexpected(
            path,
            message!("what was just written to the cache of data"),
            message!("another length"),
        )),
    }
}

/// Why an entry is not written.
enum EntryError {
    /// By who fills it.
    Refused(SourceError),
    /// By the file system.
    Io(io::Error),
}

impl From<io::Error> for EntryError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Writes all files of an entry into a folder.
fn write<T: Serialize>(
    folder: &Path,
    fill: impl FnOnce(&mut CacheWriter) -> Result<Written<T>, SourceError>,
) -> Result<(), EntryError> {
    let file = |name: &str| File::create(folder.join(name)).map(|file| BufWriter::with_capacity(1 << 20, file));
    let [train, test] = SPLITS;
    let mut writer = CacheWriter { files: [file(train)?, file(test)?], sums: Default::default(), written: [0; 2] };
    let Written { shape, kind, meaning, more } = fill(&mut writer).map_err(EntryError::Refused)?;
    let CacheWriter { files, sums, written } = writer;
    for file in files {
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
    }
    let example = (shape.values() * kind.size()).max(1) as u64;
    let counts = written.map(|bytes| (bytes / example) as usize);
    let about = About { format: FORMAT, shape, counts, kind, meaning, sums: sums.map(hexadecimal), more };
    let mut file = File::create(folder.join(ABOUT))?;
    file.write_all(&serde_json::to_vec(&about).map_err(io::Error::from)?)?;
    Ok(file.sync_all()?)
}

/// Refuses what the disk has no room for.
fn check_disk(folder: &Path, bytes: u64) -> Result<(), SourceError> {
    #[cfg(unix)]
    if let Ok(disk) = rustix::fs::statvfs(folder) {
        let free = disk.f_bavail.saturating_mul(disk.f_frsize);
        if bytes > free {
            return Err(SourceError::unexpected(
                folder,
                message!("room on the disk for {size}", size = crate::memory::gibibytes(bytes)),
                message!("{size} free", size = crate::memory::gibibytes(free)),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
