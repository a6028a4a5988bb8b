//! Files and folders that are either the old one or the new one, whatever fails in between.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// Writes beside `path`, syncs, renames over it, syncs the folder. On failure `path` is as it was and nothing is left beside it.
///
/// # Errors
/// The file system's own.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    write_with(path, |file| file.write_all(bytes))
}

/// The same for what is too large to be held in memory: `fill` writes it.
///
/// # Errors
/// The file system's own, or `fill`'s.
pub fn write_with(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    let folder = parent(path);
    let mut file = tempfile::Builder::new().prefix(".").suffix(".part").tempfile_in(folder)?;
    fill(file.as_file_mut())?;
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
    let old = path.exists().then(|| move_aside(path, parent)).transpose()?;
    if let Err(error) = fs::rename(beside.path(), path) {
        if let Some(old) = &old {
            fs::rename(old.path().join(REPLACED), path)?;
        }
        return Err(error);
    }
    // Renamed away: there is nothing left for the guard to remove.
    let _ = beside.keep();
    sync_folder(parent)
}

/// The name of a folder that is replaced, inside one beside it.
const REPLACED: &str = "replaced";

/// Renames a folder into a new one beside it, which is removed when it is dropped.
fn move_aside(path: &Path, parent: &Path) -> io::Result<tempfile::TempDir> {
    let old = tempfile::Builder::new().prefix(".").suffix(".old").tempdir_in(parent)?;
    fs::rename(path, old.path().join(REPLACED))?;
    Ok(old)
}

/// Removes a folder in such a way that it is there whole or not at all: it is renamed first. What a crash in between
/// leaves is for [`clean`].
///
/// # Errors
/// The file system's own.
pub fn remove_folder(path: &Path) -> io::Result<()> {
    let parent = parent(path);
    let beside = tempfile::Builder::new().prefix(".").suffix(".gone").tempdir_in(parent)?;
    fs::rename(path, beside.path().join("removed"))?;
    sync_folder(parent)?;
    beside.close()
}

/// Removes what crashes have left half-written or half-removed in `folder`. Only for the sole writer there.
///
/// # Errors
/// The file system's own.
pub fn clean(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let ours = [".part", ".old", ".gone"].iter().any(|ending| name.ends_with(ending));
        if name.starts_with(".tmp") || (name.starts_with('.') && ours) {
            if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
        }
    }
    Ok(())
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

/// Syncs a folder inside one that [`write_folder`] fills: the names in it.
///
/// # Errors
/// The file system's own.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Folders cannot be opened for syncing here; renames are durable with the next flush of the file system.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
