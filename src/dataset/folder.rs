//! Folders: how files of data are found in one.

use super::source::SourceError;
use crate::message::message;
use std::path::{Path, PathBuf};

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
        Ok(data) if data.is_dir() => message!("a folder of that name"),
        Ok(_) => message!("something of that name that is not a file"),
        Err(_) => message!("no such file"),
    };
    Err(SourceError::unexpected(&path, message!("this file, plain or with .gz"), found))
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
