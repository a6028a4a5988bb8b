//! Which files a folder of images holds, without opening any of them.

use crate::dataset::folder::names;
use crate::dataset::progress::Progress;
use crate::dataset::source::SourceError;
use crate::dataset::words::by_name;
use crate::message::message;
use std::cmp::Ordering;
use std::path::{Path, PathBuf};

/// The most files of one data set.
pub const MAX_FILES: usize = 2_000_000;
/// Folders in folders are looked into so deep: `train/class/part/file.png`.
const MAX_DEPTH: usize = 4;
/// Names that are looked at to tell whether a folder holds images.
const CLAIMED_BY: usize = 2000;

/// How names of images end.
const ENDINGS: [&str; 9] = ["png", "jpg", "jpeg", "gif", "bmp", "webp", "tif", "tiff", "dib"];

/// Whether a file of this name may be an image.
pub fn is_image_name(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    !name.starts_with('.')
        && ending.is_some_and(|ending| ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)))
}

/// A file that may be an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageFile {
    /// Where it lies.
    pub path: PathBuf,
    /// The folders between the one that was opened and it.
    pub folders: Vec<String>,
    /// Its own name.
    pub name: String,
    /// Bytes.
    pub length: u64,
    /// When it was changed last, in nanoseconds since 1970.
    pub changed: u128,
}

/// What a folder holds.
#[derive(Debug, Default)]
pub struct FolderListing {
    /// In the order of their names; files of one name in the order of their folders. Numbers count as numbers.
    pub files: Vec<ImageFile>,
    /// Links and what is neither a file nor a folder: never followed.
    pub passed_over: usize,
}

/// Whether a folder or one in it holds a file that is called like an image, told by a bounded number of names.
pub fn holds_images(folder: &Path, names: &[String]) -> bool {
    let mut left = CLAIMED_BY;
    names.iter().any(|name| is_image_name(name))
        || names.iter().any(|name| holds_below(&folder.join(name), 1, &mut left))
}

fn holds_below(folder: &Path, depth: usize, left: &mut usize) -> bool {
    let is_folder = folder.symlink_metadata().is_ok_and(|data| data.is_dir());
    if !is_folder || depth > MAX_DEPTH || *left == 0 {
        return false;
    }
    let Ok(found) = names(folder) else { return false };
    let found: Vec<String> = found.take(*left).flatten().collect();
    *left = left.saturating_sub(found.len().max(1));
    found.iter().any(|name| is_image_name(name))
        || found.iter().any(|name| holds_below(&folder.join(name), depth + 1, left))
}

impl FolderListing {
    /// Lists all images below a folder.
    ///
    /// # Errors
    /// Somebody cancelled, too many files, or the file system's own words.
    pub fn of(folder: &Path, progress: &Progress) -> Result<Self, SourceError> {
        let mut listing = Self::default();
        listing.add(folder, &mut Vec::new(), folder, progress)?;
        listing.files.sort_by(|a, b| by_name(&a.name, &b.name).then_with(|| by_names(&a.folders, &b.folders)));
        Ok(listing)
    }

    fn add(
        &mut self,
        folder: &Path,
        folders: &mut Vec<String>,
        root: &Path,
        progress: &Progress,
    ) -> Result<(), SourceError> {
        for name in names(folder)? {
            let name = name?;
            if progress.is_cancelled() {
                return Err(SourceError::Cancelled(root.to_owned()));
            }
            let path = folder.join(&name);
            let Ok(data) = path.symlink_metadata() else { continue };
            if data.is_dir() && folders.len() < MAX_DEPTH && !name.starts_with('.') {
                folders.push(name);
                self.add(&path, folders, root, progress)?;
                folders.pop();
            } else if is_image_name(&name) && data.is_file() {
                if self.files.len() == MAX_FILES {
                    let expected = message!("at most {most} images", most = MAX_FILES);
                    return Err(SourceError::unexpected(root, expected, message!("more")));
                }
                let changed = data.modified().ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
                let changed = changed.map_or(0, |time| time.as_nanos());
                self.files.push(ImageFile { path, folders: folders.clone(), name, length: data.len(), changed });
            } else if is_image_name(&name) {
                self.passed_over += 1;
            }
        }
        Ok(())
    }
}

fn by_names(a: &[String], b: &[String]) -> Ordering {
    let pairs = a.iter().zip(b).map(|(a, b)| by_name(a, b));
    pairs.fold(Ordering::Equal, Ordering::then).then(a.len().cmp(&b.len()))
}
