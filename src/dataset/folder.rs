//! Folders: which kind of data one holds, and how its files are found.

use super::{Dataset, Progress, SourceError, cifar, idx};
use std::path::{Path, PathBuf};

/// What a folder may hold, as a refusal names it.
const KINDS: &str = "a folder of IDX files (MNIST's format: train-images-idx3-ubyte, …) \
                     or of CIFAR-10 binary batches (data_batch_1.bin, …, test_batch.bin)";

/// Opens the folder `path`: IDX files or CIFAR-10 binary batches, told apart by the names of its files.
///
/// # Errors
/// [`SourceError::Cancelled`], or one sentence that names the file, what was expected and what was found.
pub fn load(path: &Path, progress: &Progress) -> Result<Dataset, SourceError> {
    check_folder(path)?;
    let contents = Contents::of(path)?;
    match (contents.idx, contents.cifar) {
        (true, false) => idx::load_folder(path, progress),
        (false, true) => cifar::load_folder(path, progress),
        (true, true) => Err(SourceError::unexpected(path, KINDS, "files of both")),
        (false, false) if contents.pickled => Err(SourceError::unexpected(
            path,
            KINDS,
            "CIFAR-10's version for Python (data_batch_1 without .bin): its binary version can be opened",
        )),
        (false, false) if contents.empty => Err(SourceError::unexpected(path, KINDS, "an empty folder")),
        (false, false) => Err(SourceError::unexpected(path, KINDS, "files of neither")),
    }
}

/// What the names in a folder say.
struct Contents {
    empty: bool,
    idx: bool,
    cifar: bool,
    pickled: bool,
}

impl Contents {
    fn of(folder: &Path) -> Result<Self, SourceError> {
        let mut contents = Self { empty: true, idx: false, cifar: false, pickled: false };
        for name in names(folder)? {
            let name = name?;
            contents.empty = false;
            contents.idx |= idx::is_ours(&name);
            contents.cifar |= cifar::is_ours(&name);
            contents.pickled |= name == "data_batch_1";
        }
        Ok(contents)
    }
}

/// The names in a folder, in no order; one that is not Unicode is given with its other characters replaced.
///
/// # Errors
/// The file system's own words.
pub fn names(folder: &Path) -> Result<impl Iterator<Item = Result<String, SourceError>>, SourceError> {
    let wrong = |error| SourceError::io(folder, error);
    let entries = std::fs::read_dir(folder).map_err(wrong)?;
    Ok(entries.map(move |entry| Ok(entry.map_err(wrong)?.file_name().to_string_lossy().into_owned())))
}

/// The first file there is of all spellings of one, each plain or with `.gz`; a plain file is preferred.
///
/// # Errors
/// Names the first spelling where there is none.
pub fn find(folder: &Path, spellings: &[String]) -> Result<PathBuf, SourceError> {
    for packed in ["", ".gz"] {
        for spelling in spellings {
            let path = folder.join(format!("{spelling}{packed}"));
            if path.is_file() {
                return Ok(path);
            }
        }
    }
    let path = spellings.first().map_or_else(|| folder.to_owned(), |usual| folder.join(usual));
    let found = match std::fs::metadata(&path) {
        Ok(data) if data.is_dir() => "a folder of that name",
        Ok(_) => "something of that name that is not a file",
        Err(_) => "no such file",
    };
    Err(SourceError::unexpected(&path, "this file, plain or with .gz", found))
}

/// The folder's own name in lower case, also where `path` ends in `..`.
pub fn folder_name(path: &Path) -> String {
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

/// Refuses what is not a folder.
fn check_folder(path: &Path) -> Result<(), SourceError> {
    match std::fs::metadata(path) {
        Ok(data) if data.is_dir() => Ok(()),
        Ok(data) if data.is_file() => Err(SourceError::unexpected(path, KINDS, "a file")),
        Ok(_) => Err(SourceError::unexpected(path, KINDS, "something that is neither a file nor a folder")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(SourceError::unexpected(path, KINDS, "nothing there"))
        }
        Err(error) => Err(SourceError::io(path, error)),
    }
}
