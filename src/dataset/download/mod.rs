//! Data sets that are downloaded, when a person asks for one and never else.
//!
//! In the cache a data set is a folder of its own name, which is there whole or not at all. What is on its way lies beside it
//! in a hidden folder, which one program at a time works in.

mod kept;
mod mirrors;
mod request;
mod table;
mod tar;
mod transfer;
mod unpack;

pub use super::cache::folder as cache_folder;
pub use mirrors::{MirroredFile, Mirrors};
pub use request::Patience;
pub use table::{DOWNLOADS, Download, Packing, RemoteFile};

use super::progress::Progress;
use super::source::SourceError;
use crate::disk::{WorkLock, atomic};
use crate::message::message;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use transfer::{Transfer, written};

/// How long bytes are counted for a rate.
const RATE: Duration = Duration::from_millis(500);

/// Where downloads come from, and where they are kept.
#[derive(Clone, Debug)]
pub struct Downloads {
    /// The folder that they are kept in.
    pub cache: PathBuf,
    /// Other addresses than the table's.
    pub mirrors: Mirrors,
    /// How long is waited for what.
    pub patience: Patience,
}

impl Downloads {
    /// Brings a data set into the cache, unless it is there: each file resumed where it was cut off and compared with its
    /// checksum, then unpacked. Progress counts bytes, with their rate; a request to cancel ends it within a moment, and
    /// what came is kept.
    ///
    /// # Errors
    /// [`SourceError::Cancelled`], or one sentence that names the address or file, what was expected and what was found.
    pub fn fetch(&self, download: &Download, progress: &Progress) -> Result<PathBuf, SourceError> {
        if let Some(there) = cached(&self.cache, download) {
            return Ok(there);
        }
        let made = |path: &Path| fs::create_dir_all(path).map_err(|error| written(path, &error));
        made(&self.cache)?;
        let _lock = self.lock(download, progress)?;
        if let Some(there) = cached(&self.cache, download) {
            return Ok(there);
        }
        let (work, folder) = (self.cache.join(format!(".{}", download.name)), self.cache.join(download.name));
        made(&work)?;
        let wanted = self.mirrors.wanted(download);
        progress.set_total(wanted.iter().map(|file| file.bytes).sum());
        let (mut before, mut rate) = (0, Rate::new());
        for file in &wanted {
            let mut report = |here| {
                progress.set_done(before + here);
                progress.set_rate(rate.after(before + here));
            };
            Transfer { wanted: file, folder: &work, patience: self.patience, progress, report: &mut report }.run()?;
            before += file.bytes;
        }
        progress.set_rate(0);
        let taken_away = match folder.symlink_metadata() {
            // Not whole: somebody took a file of it away.
            Ok(_) => atomic::remove_folder(&folder),
            Err(_) => Ok(()),
        };
        taken_away.map_err(|error| written(&folder, &error))?;
        unpack::into_folder(download, &work, &folder, progress)?;
        Ok(folder)
    }

    /// Waits until nobody else brings the same data set.
    fn lock(&self, download: &Download, progress: &Progress) -> Result<WorkLock, SourceError> {
        let path = self.cache.join(format!(".{}.lock", download.name));
        match WorkLock::wait(&path, || progress.is_cancelled()).map_err(|error| written(&path, &error))? {
            WorkLock::Cancelled => Err(SourceError::Cancelled(path)),
            lock => Ok(lock),
        }
    }
}

/// The folder of a data set in the cache, where all of its files are there.
pub fn cached(cache: &Path, download: &Download) -> Option<PathBuf> {
    let folder = cache.join(download.name);
    download.kept().all(|name| folder.join(name).is_file()).then_some(folder)
}

/// The same in this person's cache.
pub fn in_cache(download: &Download) -> Option<PathBuf> {
    cached(&cache_folder()?, download)
}

/// Brings a data set that a person asked for into this person's cache.
///
/// # Errors
/// See [`Downloads::fetch`]; or there is no folder for a cache, or the file of other addresses is none.
pub fn fetch(download: &Download, progress: &Progress) -> Result<PathBuf, SourceError> {
    if let Some(there) = in_cache(download) {
        return Ok(there);
    }
    let nowhere = || {
        let (expected, found) = (message!("a folder to keep downloads in"), message!("none"));
        SourceError::unexpected(Path::new("LATENTARIUM_CACHE"), expected, found)
    };
    let cache = cache_folder().ok_or_else(nowhere)?;
    let downloads = Downloads { cache, mirrors: Mirrors::of_person()?, patience: Patience::default() };
    downloads.fetch(download, progress)
}

/// Bytes a second, of the last moment.
struct Rate {
    since: Instant,
    /// Bytes that were here then; none before the first.
    then: Option<u64>,
    last: u64,
}

impl Rate {
    fn new() -> Self {
        Self { since: Instant::now(), then: None, last: 0 }
    }

    /// The rate, now that so many bytes are here; what was here at the beginning did not come now.
    fn after(&mut self, here: u64) -> u64 {
        let (then, elapsed) = (*self.then.get_or_insert(here), self.since.elapsed());
        if elapsed >= RATE {
            self.last = (here.saturating_sub(then) as f64 / elapsed.as_secs_f64()) as u64;
            (self.since, self.then) = (Instant::now(), Some(here));
        }
        self.last
    }
}
