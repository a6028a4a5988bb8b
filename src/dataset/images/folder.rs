//! A folder of images, with classes from its sub-folders.

use super::decode::decode;
use super::gather::{Gathered, Listed, gather, target};
use super::listing::{FolderListing, ImageFile, holds_images};
use crate::dataset::cache::CacheKey;
use crate::dataset::column::{Column, ColumnValues};
use crate::dataset::folder::folder_name;
use crate::dataset::format::{Candidate, Format};
use crate::dataset::options::DataOptions;
use crate::dataset::progress::Progress;
use crate::dataset::sample::{ImageShape, Sample};
use crate::dataset::set::Dataset;
use crate::dataset::share::Share;
use crate::dataset::source::{Source, SourceError};
use crate::dataset::split::Split;
use crate::dataset::understood::OF_IMAGE_FILES;
use crate::dataset::words::classes_or_texts;
use crate::message::{Message, message};
use std::path::Path;

/// A folder of PNG (8 and 16 bit), JPEG, GIF (its first frame), BMP, WebP and TIFF files, mixed in size and colour.
///
/// Folders `train` and `test`, where both are there, are the two splits; else every tenth file is for testing. The folders
/// below are the classes. Files stand in the order of their names, numbers as numbers, whatever their class, so that every
/// part of the data holds all classes. What all images are brought to: [`DataOptions`]' `side`, `fit` and `color`; where
/// nothing is said, images of one size of up to 128 pixels stay as they are, others become 64×64; grey where all are grey.
pub struct ImageFolder;

impl Format for ImageFolder {
    fn name(&self) -> &'static str {
        "PNG, JPEG, …"
    }

    fn summary(&self) -> Message {
        message!("a folder of images (PNG, JPEG, GIF, BMP, WebP, TIFF), with a folder a class where there are classes")
    }

    fn claims(&self, candidate: &Candidate) -> bool {
        candidate.names.as_ref().is_some_and(|names| holds_images(&candidate.path, names))
    }

    fn options(&self) -> &'static [&'static str] {
        OF_IMAGE_FILES
    }

    fn open(&self, path: &Path, options: &DataOptions, progress: &Progress) -> Result<Dataset, SourceError> {
        let FolderListing { files, passed_over } = FolderListing::of(path, progress)?;
        let (listed, classes) = shared_out(&files);
        let mut key = CacheKey::new("images");
        for file in &files {
            key = key.with(file.path.as_os_str().as_encoded_bytes());
            key = key.with(&file.length.to_le_bytes()).with(&file.changed.to_le_bytes());
        }
        let images = gather(path, &listed, options, key, progress)?;
        let stored = Some(images.stored);
        let columns = columns(&listed, &classes, &images.more);
        let [train_columns, test_columns] = columns;
        let [train_rows, test_rows] = images.rows;
        let split = |rows, columns| Split::new(Sample::Image(images.shape), rows, columns);
        let set = Dataset::new(
            Source::path(path),
            folder_name(path),
            split(train_rows, train_columns),
            split(test_rows, test_columns),
        );
        let mut notes: Vec<Message> = images.more.note(path, files.len()).into_iter().collect();
        if passed_over > 0 {
            notes.push(message!("{path}: {count} links and devices are passed over", path, count = passed_over));
        }
        Ok(Dataset { notes, stored, ..set })
    }
}

/// The split and the class folder of each file; no class where it lies in the folder itself.
fn shared_out(files: &[ImageFile]) -> (Vec<Listed>, Vec<Option<&str>>) {
    let split_of = |file: &ImageFile| match file.folders.first().map(|name| name.to_lowercase()).as_deref() {
        Some("train" | "training") => Some(0),
        Some("test" | "testing") => Some(1),
        _ => None,
    };
    let has = |split: usize| files.iter().any(|file| split_of(file) == Some(split));
    let is_split = has(0) && has(1);
    // Numbered files of several classes take turns: every tenth of all might be of one class.
    let shares = Share::of_each_class(&files.iter().map(|file| file.folders.first()).collect::<Vec<_>>());
    let mut listed = Vec::with_capacity(files.len());
    let mut classes = Vec::with_capacity(files.len());
    for (file, share) in files.iter().zip(shares) {
        let (split, class) = match split_of(file) {
            Some(split) if is_split => (split, file.folders.get(1)),
            _ if is_split => (0, file.folders.first()),
            _ => (share, file.folders.first()),
        };
        listed.push(Listed { path: file.path.clone(), split });
        classes.push(class.map(String::as_str));
    }
    (listed, classes)
}

/// A column of classes in both splits, or of words where there are too many; none where not all files have one.
fn columns(listed: &[Listed], classes: &[Option<&str>], gathered: &Gathered) -> [Vec<Column>; 2] {
    let Some(classes) = classes.iter().copied().collect::<Option<Vec<&str>>>() else { return Default::default() };
    let kept = || listed.iter().zip(&classes).enumerate().filter(|(place, _)| gathered.holds(*place));
    let of = |split: usize| kept().filter(move |(_, (file, _))| file.split == split).map(|(_, (_, class))| *class);
    let values = classes_or_texts(classes.iter().copied(), [0, 1].map(|split| of(split).collect()));
    values.map(|values| {
        let name = if matches!(values, ColumnValues::Text(_)) { "folder" } else { "class" };
        vec![Column { name: name.to_owned(), values }]
    })
}

/// What a model would see of a folder.
#[derive(Clone, Debug)]
pub struct FolderPreview {
    /// Files that are called like images.
    pub files: usize,
    /// Folders that would be classes.
    pub classes: usize,
    /// Of each image.
    pub shape: ImageShape,
    /// Some of them, from all parts of the folder, in [0, 1].
    pub images: Vec<Vec<f32>>,
    /// Files among these that are no images.
    pub broken: usize,
}

/// Decodes `count` images from all parts of a folder as [`ImageFolder`] would; `None` where it holds none.
///
/// # Errors
/// Somebody cancelled, or the file system's own words.
pub fn preview(
    path: &Path,
    options: &DataOptions,
    count: usize,
    progress: &Progress,
) -> Result<Option<FolderPreview>, SourceError> {
    let files = FolderListing::of(path, progress)?.files;
    if files.is_empty() {
        return Ok(None);
    }
    let (listed, classes) = shared_out(&files);
    let mut names: Vec<_> = classes.iter().copied().flatten().collect();
    names.sort_unstable();
    names.dedup();
    let (target, _) = target(&listed, options);
    let (mut images, mut broken) = (Vec::new(), 0);
    let step = listed.len().div_ceil(count.max(1)).max(1);
    // Class after class: of numbered files that take turns, some steps would meet one class only.
    let mut in_order: Vec<_> = listed.iter().zip(&classes).collect();
    in_order.sort_by_key(|(_, class)| **class);
    for (file, _) in in_order.into_iter().step_by(step) {
        if progress.is_cancelled() {
            return Err(SourceError::Cancelled(path.to_owned()));
        }
        match decode(&file.path, target) {
            Ok(bytes) => images.push(bytes.into_iter().map(|byte| f32::from(byte) / 255.0).collect()),
            Err(_) => broken += 1,
        }
    }
    Ok(Some(FolderPreview { files: files.len(), classes: names.len(), shape: target.shape, images, broken }))
}
