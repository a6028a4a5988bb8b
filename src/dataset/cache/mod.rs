//! The cache of data that was opened before: images as they are read by index, for what is larger than memory or slow to decode.
//!
//! An entry is a folder named after what it was made of: `train.bin` and `test.bin` with the elements of all images, least
//! significant byte first, and `about.json`. It is written under another name and renamed when it is whole. What has not
//! served for longest goes when there is more than [`MOST_BYTES`].

mod entry;
mod file_rows;

pub use entry::{CacheKey, CacheWriter, CachedImages, Written, open_or_make};

use std::path::{Path, PathBuf};

/// All entries together, in bytes.
const MOST_BYTES: u64 = 32 << 30;

/// The folder of the cache; the environment's `LATENTARIUM_CACHE` goes before the user's own. `None` where there is neither.
pub fn folder() -> Option<PathBuf> {
    match std::env::var_os("LATENTARIUM_CACHE") {
        Some(folder) if !folder.is_empty() => Some(PathBuf::from(folder)),
        _ => Some(directories::ProjectDirs::from("", "", "latentarium")?.cache_dir().to_owned()),
    }
}

/// Removes the entries that have not served for longest, until the others take less than `most` bytes.
fn prune(folder: &Path, most: u64, keep: &Path) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut found: Vec<_> = entries
        .flatten()
        .filter_map(|entry| {
            let about = entry.path().join(entry::ABOUT).metadata().ok()?;
            let sizes =
                std::fs::read_dir(entry.path()).ok()?.flatten().filter_map(|file| Some(file.metadata().ok()?.len()));
            Some((about.modified().ok()?, sizes.sum::<u64>(), entry.path()))
        })
        .collect();
    found.sort();
    let mut all: u64 = found.iter().map(|(_, size, _)| size).sum();
    for (_, size, path) in found {
        if all <= most {
            break;
        }
        if path != keep && crate::disk::atomic::remove_folder(&path).is_ok() {
            tracing::info!(path = %path.display(), "removed from the cache of data");
            all = all.saturating_sub(size);
        }
    }
}
