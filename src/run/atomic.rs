//! Files that are either the old one or the new one, whatever happens in between.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes beside `path`, syncs, renames over it, syncs the folder. On failure `path` is as it was and nothing is left beside it.
///
/// # Errors
/// The file system's own.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = parent(path);
    let mut file = tempfile::Builder::new().prefix(".").suffix(".part").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Fills a new folder `path` by `fill`, which is given another name to write under until all of it is on disk; the
/// rename is the commit. A folder that is already there is replaced.
///
/// # Errors
/// The file system's own, or `fill`'s; `path` is then as it was.
pub fn write_folder(path: &Path, fill: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let parent = parent(path);
    let beside = tempfile::Builder::new().prefix(".").suffix(".part").tempdir_in(parent)?;
    fill(beside.path())?;
    sync_folder(beside.path())?;
    if path.exists() {
        let old = tempfile::Builder::new().prefix(".").suffix(".old").tempdir_in(parent)?;
        fs::rename(path, old.path().join("replaced"))?;
    }
    fs::rename(beside.path(), path)?;
    // Renamed away: there is nothing left for the guard to remove.
    let _ = beside.keep();
    sync_folder(parent)
}

/// Writes a file inside a folder that [`write_folder`] fills, and syncs it.
///
/// # Errors
/// The file system's own.
pub fn write_inside(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Folders cannot be opened for syncing here; renames are durable with the next flush of the file system.
#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
