//! Files and folders that are either the old one or the new one, whatever fails in between.

use super::faults::point;
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
    point()?;
    let mut file = beside(PART, 0o666).tempfile_in(folder)?;
    point()?;
    fill(file.as_file_mut())?;
    point()?;
    file.as_file().sync_all()?;
    point()?;
    file.persist(path).map_err(|error| error.error)?;
    sync_folder(folder)
}

/// Fills a new folder `path` by `fill`, which is given another name to write under until all of it is on disk; the
/// rename is the commit. There must be nothing of that name, or an empty folder that was made for it.
///
/// # Errors
/// The file system's own, or `fill`'s; `path` is then as it was.
pub fn write_folder(path: &Path, fill: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let parent = parent(path);
    point()?;
    let beside = beside(PART, 0o777).tempdir_in(parent)?;
    fill(beside.path())?;
    sync_folder(beside.path())?;
    #[cfg(not(unix))]
    if path.is_dir() {
        fs::remove_dir(path)?;
    }
    point()?;
    fs::rename(beside.path(), path)?;
    // Renamed away: there is nothing left for the guard to remove.
    let _ = beside.keep();
    sync_folder(parent)
}

/// Removes a folder in such a way that it is there whole or not at all: it is renamed first. What a crash in between
/// leaves is for [`clean`].
///
/// # Errors
/// The file system's own.
pub fn remove_folder(path: &Path) -> io::Result<()> {
    let parent = parent(path);
    point()?;
    let beside = beside(GONE, 0o777).tempdir_in(parent)?;
    point()?;
    fs::rename(path, beside.path().join("removed"))?;
    sync_folder(parent)?;
    beside.close()
}

/// Removes what crashes have left half-written or half-removed in `folder`, which is no link. Only for the sole writer there;
/// whatever has another name, a person's own hidden files too, stays.
///
/// # Errors
/// The file system's own.
pub fn clean(folder: &Path) -> io::Result<()> {
    if !folder.symlink_metadata()?.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(is_left_over) {
            // Of a link itself, not what it leads to.
            if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
        }
    }
    Ok(())
}

/// What the names of everything begin with that is not whole yet, or no longer.
const PREFIX: &str = ".latentarium-";
/// What the names of things end with that are being written.
const PART: &str = ".part";
/// What the names of things end with that are being removed.
const GONE: &str = ".gone";
/// Characters between both, chosen at random.
const RANDOM: usize = 6;

/// How something is made beside what it will be, with the mode that any program would give it: less what the umask takes.
fn beside(ending: &'static str, mode: u32) -> tempfile::Builder<'static, 'static> {
    let mut made = tempfile::Builder::new();
    made.prefix(PREFIX).suffix(ending).rand_bytes(RANDOM);
    #[cfg(unix)]
    made.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
    #[cfg(not(unix))]
    let _ = mode;
    made
}

/// Whether a name is one that only this program gives, and only for a moment.
fn is_left_over(name: &str) -> bool {
    let middle = name.strip_prefix(PREFIX).and_then(|name| name.strip_suffix(PART).or_else(|| name.strip_suffix(GONE)));
    middle.is_some_and(|middle| middle.len() == RANDOM && middle.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// Writes a file inside a folder that [`write_folder`] fills, and syncs it.
///
/// # Errors
/// The file system's own.
pub fn write_inside(path: &Path, bytes: &[u8]) -> io::Result<()> {
    point()?;
    let mut file = File::create(path)?;
    point()?;
    file.write_all(bytes)?;
    point()?;
    file.sync_all()
}

pub(crate) fn parent(path: &Path) -> &Path {
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
    point()?;
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
