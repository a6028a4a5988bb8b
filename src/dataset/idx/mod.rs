//! Folders of IDX files: MNIST, Fashion-MNIST, KMNIST, EMNIST and everything else in their form.
//!
//! All four headers are read and compared with each other, and with the files' lengths where those say
//! something, before memory is taken for what they announce.

mod emnist;
mod file;

use super::column::Column;
use super::folder::{find, folder_name};
use super::format::{Candidate, Format};
use super::options::DataOptions;
use super::progress::Progress;
use super::room::{check_count, check_room};
use super::sample::ImageShape;
use super::set::Dataset;
use super::source::{Source, SourceError};
use super::split::Split;
use super::stream::Meter;
use crate::message::{Message, message};
use file::IdxFile;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The longest side of an image, in pixels.
const MAX_SIDE: u64 = 512;
/// What both image files end in, with and without a dot, and what the label files end in.
const IMAGES: [&str; 2] = ["-images-idx3-ubyte", "-images.idx3-ubyte"];
const LABELS: [&str; 2] = ["-labels-idx1-ubyte", "-labels.idx1-ubyte"];

/// The sounds of KMNIST's ten hiragana.
const HIRAGANA: [&str; 10] = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"];
const FASHION: [&str; 10] =
    ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

/// A folder of the MNIST family: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the same two with `t10k`, each
/// plain or with `.gz`, with `-idx` or `.idx`. A plain file is preferred to a packed one. Or one of EMNIST, whose names begin
/// with `emnist-SPLIT-` and whose images are stored on their side: they are turned upright.
///
/// Images are grey, of any size up to 512×512, and at most 2 GiB a file; labels are any byte, and the classes
/// are `0` to the greatest label, or Fashion-MNIST's where the folder's name contains `fashion`, KMNIST's where it contains
/// `kmnist`, and those of EMNIST's own list. Progress counts
/// bytes on disk; a request to cancel ends the work within a mebibyte.
pub struct IdxFolder;

impl Format for IdxFolder {
    fn name(&self) -> &'static str {
        "IDX"
    }

    fn summary(&self) -> Message {
        message!("a folder of IDX files (MNIST's format: train-images-idx3-ubyte, …)")
    }

    fn claims(&self, candidate: &Candidate) -> bool {
        candidate.holds(is_ours)
    }

    fn open(&self, path: &Path, _options: &DataOptions, progress: &Progress) -> Result<Dataset, SourceError> {
        let emnist = emnist::split_of(path)?;
        let [train_stem, test_stem] = match emnist {
            Some(split) => ["train", "test"].map(|part| format!("emnist-{split}-{part}")),
            None => ["train", "t10k"].map(str::to_owned),
        };
        let (train_paths, test_paths) = (find_pair(path, &train_stem)?, find_pair(path, &test_stem)?);
        let meter = Meter::new(path, progress);
        for file in train_paths.iter().chain(&test_paths) {
            meter.expect_file(file)?;
        }
        let train = Pair::open(&train_paths, &meter)?;
        let test = Pair::open(&test_paths, &meter)?;
        if test.shape != train.shape {
            let [images, _] = &test_paths;
            return Err(SourceError::unexpected(
                images,
                message!("images of {size} pixels, as in the train file", size = size_words(train.shape)),
                message!("images of {size} pixels", size = size_words(test.shape)),
            ));
        }
        check_room(path, train.bytes()?.saturating_add(test.bytes()?))?;
        let (mut train, mut test) = (train.read(&meter)?, test.read(&meter)?);
        let name = folder_name(path);
        let names: Arc<[String]> = match emnist {
            Some(split) => emnist::class_names(path, split, greatest([&train, &test]), &meter)?.into(),
            None => class_names(&name, greatest([&train, &test])),
        };
        if emnist.is_some() && train.shape.height == train.shape.width {
            for images in [&mut train, &mut test] {
                emnist::turn_upright(&mut images.pixels, images.shape.width);
            }
        }
        let [train, test] = [train, test].map(|Images { shape, pixels, labels }| {
            Split::of_bytes(shape, pixels, vec![Column::class(labels, names.clone())])
        });
        Ok(Dataset::new(Source::path(path), name, train, test))
    }
}

/// The greatest class of all images.
fn greatest(splits: [&Images; 2]) -> u8 {
    splits.iter().flat_map(|images| &images.labels).copied().max().unwrap_or(0)
}

/// The names of the classes of a folder of this name.
fn class_names(name: &str, greatest: u8) -> Arc<[String]> {
    let known = [("fashion", FASHION), ("kmnist", HIRAGANA)];
    match known.into_iter().find(|(part, names)| name.contains(part) && usize::from(greatest) < names.len()) {
        Some((_, names)) => names.map(str::to_owned).into(),
        None => (0..=greatest).map(|class| class.to_string()).collect(),
    }
}

/// What one split holds.
struct Images {
    shape: ImageShape,
    /// `[count, height, width]`.
    pixels: Vec<u8>,
    /// `[count]`.
    labels: Vec<u8>,
}

/// The images and labels of one split, their headers read and found to agree.
struct Pair {
    images: IdxFile,
    labels: IdxFile,
    shape: ImageShape,
}

impl Pair {
    fn open([images_path, labels_path]: &[PathBuf; 2], meter: &Meter<'_>) -> Result<Self, SourceError> {
        let images = IdxFile::open(images_path, meter, 3)?;
        let labels = IdxFile::open(labels_path, meter, 1)?;
        let [count, height, width] = images.sizes;
        if count == 0 {
            return Err(SourceError::unexpected(images_path, message!("at least one image"), message!("0 images")));
        }
        check_count(images_path, count)?;
        if !(1..=MAX_SIDE).contains(&height) || !(1..=MAX_SIDE).contains(&width) {
            return Err(SourceError::unexpected(
                images_path,
                message!("images of 1×1 to {most}×{most} pixels", most = MAX_SIDE),
                message!("a header that says {height}×{width}", height, width),
            ));
        }
        images.check_length()?;
        labels.check_length()?;
        let [label_count, ..] = labels.sizes;
        if label_count != count {
            return Err(SourceError::unexpected(
                labels_path,
                message!("{count} labels, one for each image", count),
                message!("{count} labels", count = label_count),
            ));
        }
        // Both are at most MAX_SIDE.
        let shape = ImageShape::grey(height as usize, width as usize);
        Ok(Self { images, labels, shape })
    }

    /// What it takes in memory.
    fn bytes(&self) -> Result<u64, SourceError> {
        Ok(self.images.announced()?.saturating_add(self.labels.announced()?))
    }

    fn read(self, meter: &Meter<'_>) -> Result<Images, SourceError> {
        let labels = self.labels.read(meter)?;
        let pixels = self.images.read(meter)?;
        Ok(Images { shape: self.shape, pixels, labels })
    }
}

/// The files of one split: images, labels.
fn find_pair(folder: &Path, split: &str) -> Result<[PathBuf; 2], SourceError> {
    let find = |endings: [&str; 2]| find(folder, &endings.map(|ending| format!("{split}{ending}")));
    Ok([find(IMAGES)?, find(LABELS)?])
}

/// Whether a file of this name is one of a folder of this kind.
fn is_ours(name: &str) -> bool {
    let plain = name.strip_suffix(".gz").unwrap_or(name);
    let stem = IMAGES.iter().chain(&LABELS).find_map(|ending| plain.strip_suffix(ending));
    stem.is_some_and(|stem| ["train", "t10k"].contains(&stem) || emnist::is_stem(stem))
}

fn size_words(shape: ImageShape) -> String {
    format!("{}×{}", shape.height, shape.width)
}
