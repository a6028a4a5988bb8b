//! Folders of CIFAR-10 binary batches (Krizhevsky 2009): ten classes of 32×32 colour photographs.
//!
//! The lengths of all plain files are compared with the form and the limit before memory is taken for them.

mod batch;

use super::column::Column;
use super::folder::{find, names};
use super::format::{Candidate, Format};
use super::options::DataOptions;
use super::progress::Progress;
use super::room::check_room;
use super::set::Dataset;
use super::source::{Source, SourceError};
use super::split::Split;
use super::stream::{Meter, Stream};
use crate::message::{Message, message};
use batch::{CLASSES, CifarBatch, Images, RECORD, SHAPE};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most bytes that the file of class names may have.
const MAX_META: u64 = 4096;
/// The longest class name, in characters.
const MAX_NAME: usize = 64;
/// The most files of one split: all are open at once while their lengths are compared with the limit.
const MAX_BATCHES: usize = 100;
const TRAIN: &str = "data_batch_";
const TEST: &str = "test_batch.bin";
const META: &str = "batches.meta.txt";

const NAMES: [&str; CLASSES] =
    ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"];

/// A folder of CIFAR-10 binary batches: every `data_batch_*.bin` in the order of its number to learn from,
/// `test_batch.bin` to test on, each plain or with `.gz` (a plain file is preferred), and where it is there
/// `batches.meta.txt` with the ten class names.
///
/// A batch is any number of records of 3073 bytes: the class, 0 to 9, then 32×32 bytes each of red, green and blue. At most
/// 500 000 images in 100 batches a split. Progress counts bytes on disk; a request to cancel ends the work within a mebibyte.
pub struct Cifar10;

impl Format for Cifar10 {
    fn name(&self) -> &'static str {
        "CIFAR-10"
    }

    fn summary(&self) -> Message {
        message!("a folder of CIFAR-10 binary batches (data_batch_1.bin, …, test_batch.bin)")
    }

    fn claims(&self, candidate: &Candidate) -> bool {
        candidate.holds(is_ours)
    }

    fn near_miss(&self, candidate: &Candidate) -> Option<Message> {
        candidate.holds(|name| name == "data_batch_1").then(|| {
            message!("CIFAR-10's version for Python (data_batch_1 without .bin): its binary version can be opened")
        })
    }

    fn open(&self, path: &Path, _options: &DataOptions, progress: &Progress) -> Result<Dataset, SourceError> {
        let train_paths = find_train(path)?;
        let test_path = find(path, &[TEST.to_owned()])?;
        let meter = Meter::new(path, progress);
        for file in train_paths.iter().chain([&test_path]) {
            meter.expect_file(file)?;
        }
        let names = class_names(path, &meter)?;
        let test = read_split(&[test_path], &names, &meter)?;
        let train = read_split(&train_paths, &names, &meter)?;
        Ok(Dataset::new(Source::path(path), "cifar-10", train, test))
    }
}

/// Whether a file of this name is a batch.
fn is_ours(name: &str) -> bool {
    let plain = name.strip_suffix(".gz").unwrap_or(name);
    plain == TEST || (plain.starts_with(TRAIN) && plain.ends_with(".bin"))
}

/// The batches to learn from, in order.
fn find_train(folder: &Path) -> Result<Vec<PathBuf>, SourceError> {
    let mut found = Vec::new();
    for name in names(folder)? {
        let name = name?;
        if is_ours(&name) && name.starts_with(TRAIN) {
            found.push(name.strip_suffix(".gz").unwrap_or(&name).to_owned());
        }
    }
    if found.is_empty() {
        found.push(format!("{TRAIN}1.bin"));
    }
    // By length first: 2 comes before 10.
    found.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
    found.dedup();
    if found.len() > MAX_BATCHES {
        let expected = message!("at most {most} batches to learn from", most = MAX_BATCHES);
        return Err(SourceError::unexpected(folder, expected, Message::words(found.len())));
    }
    found.into_iter().map(|name| find(folder, &[name])).collect()
}

/// Reads the files of one split, one after another.
fn read_split(paths: &[PathBuf], names: &Arc<[String]>, meter: &Meter<'_>) -> Result<Split, SourceError> {
    let mut batches = Vec::new();
    let (mut announced, mut most) = (0, 0u64);
    for path in paths {
        let batch = CifarBatch::open(path, meter)?;
        announced += batch.announced(announced)?;
        most = most.saturating_add(batch.most_images());
        batches.push(batch);
    }
    if let Some(first) = paths.first() {
        check_room(first, announced * RECORD)?;
    }
    let mut images = Images::with_room(most);
    for batch in batches {
        batch.read(&mut images, meter)?;
    }
    let Images { mut pixels, mut labels } = images;
    // Of packed batches there was room for all that their lengths could stand for.
    pixels.shrink_to_fit();
    labels.shrink_to_fit();
    Ok(Split::of_bytes(SHAPE, pixels, vec![Column::class(labels, names.clone())]))
}

/// The ten names in `batches.meta.txt`, a line each, or where there is no such file those that everybody knows.
fn class_names(folder: &Path, meter: &Meter<'_>) -> Result<Arc<[String]>, SourceError> {
    let path = folder.join(META);
    if !path.is_file() {
        return Ok(NAMES.map(str::to_owned).into());
    }
    let expected = message!("ten class names, a line each of at most {most} characters", most = MAX_NAME);
    let mut bytes = Vec::new();
    Stream::open(&path, expected.clone(), meter)?.read_up_to(MAX_META + 1, &mut bytes, meter)?;
    let wrong = |found: Message| SourceError::unexpected(&path, expected.clone(), found);
    if bytes.len() as u64 > MAX_META {
        return Err(wrong(message!("more than {most} bytes", most = MAX_META)));
    }
    let text = String::from_utf8(bytes).map_err(|_| wrong(message!("bytes that are not text")))?;
    let names: Arc<[String]> = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    if names.len() != CLASSES {
        return Err(wrong(message!("{count} lines", count = names.len())));
    }
    match names.iter().find(|name| name.chars().count() > MAX_NAME || name.chars().any(char::is_control)) {
        Some(_) => Err(wrong(message!("a line that is no name"))),
        None => Ok(names),
    }
}
