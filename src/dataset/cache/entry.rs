//! One entry of the cache: made once of what was opened, read by index from then on.

use super::file_rows::FileRows;
use super::{MOST_BYTES, folder, prune};
use crate::dataset::meaning::{Meaning, ValueKind};
use crate::dataset::rows::{InMemory, Rows};
use crate::dataset::sample::ImageShape;
use crate::dataset::source::SourceError;
use crate::disk::{FileError, atomic, open_file, read_file};
use crate::message::message;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
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
    /// What the reader wanted to know again.
    pub more: T,
}

/// Opens an entry; `None` where there is none, or it is not whole.
pub fn open<T: Serialize + for<'de> Deserialize<'de>>(key: CacheKey) -> Option<CachedImages<T>> {
    let path = folder()?.join("images").join(key.name());
    let about = read_file(&path.join(ABOUT), MAX_ABOUT).ok()?;
    let about: About<T> = serde_json::from_slice(&about).ok().filter(|about: &About<T>| about.format == FORMAT)?;
    let opened = opened(&path, about)?;
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
    Some(CachedImages { shape, rows: rows.try_into().ok()?, more })
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

/// Makes an entry of `bytes` bytes about `source` and opens it.
///
/// # Errors
/// `fill`'s, no room on the disk, or the file system's own.
pub fn write<T: Serialize>(
    key: CacheKey,
    source: &Path,
    bytes: u64,
    fill: impl FnOnce(&mut CacheWriter) -> Result<Written<T>, SourceError>,
) -> Result<CachedImages<T>, SourceError> {
    let unexpected = |path: &Path, error: FileError| SourceError::unexpected(path, error.expected, error.found);
    let Some(images) = folder().map(|folder| folder.join("images")) else {
        let expected = message!("a folder for the cache of data (LATENTARIUM_CACHE)");
        return Err(SourceError::unexpected(source, expected, message!("none")));
    };
    let failed = |error: &io::Error| unexpected(&images, FileError::written(error));
    std::fs::create_dir_all(&images).map_err(|error| failed(&error))?;
    check_disk(&images, bytes)?;
    let path = images.join(key.name());
    if path.exists() {
        // One that could not be opened.
        atomic::remove_folder(&path).map_err(|error| failed(&error))?;
    }
    let (mut about, mut refused) = (None, None);
    let written = atomic::write_folder(&path, |beside| {
        let file = |name: &str| File::create(beside.join(name)).map(|file| BufWriter::with_capacity(1 << 20, file));
        let [train, test] = SPLITS;
        let files = [file(train)?, file(test)?];
        let mut writer = CacheWriter { files, sums: Default::default(), written: [0; 2] };
        let whole = match fill(&mut writer) {
            Ok(whole) => whole,
            Err(error) => {
                refused = Some(error);
                return Err(io::Error::other("not filled"));
            }
        };
        let CacheWriter { files, sums, written } = writer;
        for file in files {
            file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        }
        let Written { shape, kind, meaning, more } = whole;
        let example = (shape.values() * kind.size()).max(1) as u64;
        let counts = written.map(|bytes| (bytes / example) as usize);
        let whole = About { format: FORMAT, shape, counts, kind, meaning, sums: sums.map(hexadecimal), more };
        let text = serde_json::to_vec(&whole)?;
        let mut file = File::create(beside.join(ABOUT))?;
        file.write_all(&text)?;
        file.sync_all()?;
        about = Some(whole);
        Ok(())
    });
    match (refused, written) {
        (Some(error), _) => return Err(error),
        (None, Err(error)) => return Err(failed(&error)),
        (None, Ok(())) => {}
    }
    prune(&images, MOST_BYTES, &path);
    about.and_then(|about| opened(&path, about)).ok_or_else(|| {
        SourceError::unexpected(
            &path,
            message!("what was just written to the cache of data"),
            message!("another length"),
        )
    })
}

/// Refuses what the disk has no room for.
fn check_disk(folder: &PathBuf, bytes: u64) -> Result<(), SourceError> {
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
