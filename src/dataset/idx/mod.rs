//! Folders of IDX files: MNIST, Fashion-MNIST, KMNIST, EMNIST and everything else in their form.
//!
//! All four headers are read and compared with each other, and with the files' lengths where those say
//! something, before memory is taken for what they announce.

mod file;

use super::{Dataset, ImageShape, Pixels, Progress, Source, SourceError, Split};
use file::{Idx, Meter};
use std::path::{Path, PathBuf};

/// The longest side of an image, in pixels.
const MAX_SIDE: u64 = 512;
/// The most bytes that one file may unpack to.
const MAX_BYTES: u64 = 2 << 30;
/// What both image files end in, with and without a dot, and what the label files end in.
const IMAGES: [&str; 2] = ["-images-idx3-ubyte", "-images.idx3-ubyte"];
const LABELS: [&str; 2] = ["-labels-idx1-ubyte", "-labels.idx1-ubyte"];

const FASHION: [&str; 10] =
    ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

/// Opens the MNIST-family folder `path`: `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and the same two
/// with `t10k`, each plain or with `.gz`, with `-idx` or `.idx`. A plain file is preferred to a packed one.
///
/// Images are grey, of any size up to 512×512, and at most 2 GiB a file; labels are any byte, and the classes
/// are `0` to the greatest label, or Fashion-MNIST's where the folder's name contains `fashion`. Progress counts
/// bytes on disk; a wish to cancel is heard within a mebibyte.
///
/// # Errors
/// [`SourceError::Cancelled`], or one sentence that names the file, what was expected and what was found.
pub fn load_folder(path: &Path, progress: &Progress) -> Result<Dataset, SourceError> {
    check_folder(path)?;
    let train_paths = find_pair(path, "train")?;
    let test_paths = find_pair(path, "t10k")?;
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
            format!("images of {} pixels, as in the train file", size_words(train.shape)),
            format!("images of {} pixels", size_words(test.shape)),
        ));
    }
    let (train, test) = (train.read(&meter)?, test.read(&meter)?);
    let name = folder_name(path);
    let greatest = train.labels.iter().chain(test.labels.iter()).copied().max().unwrap_or(0);
    let class_names = if name.contains("fashion") && usize::from(greatest) < FASHION.len() {
        FASHION.map(str::to_owned).to_vec()
    } else {
        (0..=greatest).map(|class| class.to_string()).collect()
    };
    Ok(Dataset::new(Source::Path(path.to_owned()), name, train, test, class_names))
}

/// The images and labels of one split, their headers read and found to agree.
struct Pair<'a> {
    images: Idx<'a>,
    labels: Idx<'a>,
    shape: ImageShape,
}

impl<'a> Pair<'a> {
    fn open([images_path, labels_path]: &[PathBuf; 2], meter: &Meter<'a>) -> Result<Self, SourceError> {
        let images = Idx::open(images_path, meter, 3)?;
        let labels = Idx::open(labels_path, meter, 1)?;
        let [count, height, width] = images.sizes;
        if count == 0 {
            return Err(SourceError::unexpected(images_path, "at least one image", "0 images"));
        }
        if !(1..=MAX_SIDE).contains(&height) || !(1..=MAX_SIDE).contains(&width) {
            return Err(SourceError::unexpected(
                images_path,
                format!("images of 1×1 to {MAX_SIDE}×{MAX_SIDE} pixels"),
                format!("a header that says {height}×{width}"),
            ));
        }
        images.check_length()?;
        labels.check_length()?;
        let [label_count, ..] = labels.sizes;
        if label_count != count {
            return Err(SourceError::unexpected(
                labels_path,
                format!("{count} labels, one for each image"),
                format!("{label_count} labels"),
            ));
        }
        // Both are at most MAX_SIDE.
        let shape = ImageShape::grey(height as usize, width as usize);
        Ok(Self { images, labels, shape })
    }

    fn read(self, meter: &Meter<'a>) -> Result<Split, SourceError> {
        let labels = self.labels.read(meter)?;
        let pixels = self.images.read(meter)?;
        Ok(Split { shape: self.shape, pixels: Pixels::U8(pixels.into()), labels: labels.into() })
    }
}

/// Refuses what is not a folder.
fn check_folder(path: &Path) -> Result<(), SourceError> {
    let expected = "a folder of IDX files (MNIST's format)";
    match std::fs::metadata(path) {
        Ok(data) if data.is_dir() => Ok(()),
        Ok(data) if data.is_file() => Err(SourceError::unexpected(path, expected, "a file")),
        Ok(_) => Err(SourceError::unexpected(path, expected, "something that is neither a file nor a folder")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(SourceError::unexpected(path, expected, "nothing there"))
        }
        Err(error) => Err(SourceError::Io { path: path.to_owned(), error }),
    }
}

/// The files of one split: images, labels.
fn find_pair(folder: &Path, split: &str) -> Result<[PathBuf; 2], SourceError> {
    Ok([find(folder, split, IMAGES)?, find(folder, split, LABELS)?])
}

/// The first file there is of all spellings of one.
fn find(folder: &Path, split: &str, endings: [&str; 2]) -> Result<PathBuf, SourceError> {
    for packed in ["", ".gz"] {
        for ending in endings {
            let path = folder.join(format!("{split}{ending}{packed}"));
            if path.is_file() {
                return Ok(path);
            }
        }
    }
    let [usual, _] = endings;
    let path = folder.join(format!("{split}{usual}"));
    let found = if path.is_dir() { "a folder of that name" } else { "no such file" };
    Err(SourceError::unexpected(&path, "this file, plain or with .gz", found))
}

/// The folder's own name in lower case, also where `path` ends in `..`.
fn folder_name(path: &Path) -> String {
    let resolved = match path.file_name() {
        Some(_) => None,
        None => std::fs::canonicalize(path).ok(),
    };
    resolved
        .as_deref()
        .unwrap_or(path)
        .file_name()
        .map_or_else(|| "data".to_owned(), |name| name.to_string_lossy().to_lowercase())
}

fn size_words(shape: ImageShape) -> String {
    format!("{}×{}", shape.height, shape.width)
}
