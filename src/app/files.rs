//! Files of the window: written atomically, with the reason in one sentence where they cannot be.

use crate::disk::{FileError, export};
use crate::message::{Explain, Message};
use std::path::{Path, PathBuf};

/// Why a file could not be written: one sentence.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum WriteError {
    /// The file system refused.
    Io {
        /// The file.
        path: PathBuf,
        /// The file system's own words.
        error: std::io::Error,
    },
    /// There is something that is not written over.
    Refused {
        /// The file.
        path: PathBuf,
        /// What.
        error: FileError,
    },
}

impl Explain for WriteError {
    fn message(&self) -> Message {
        match self {
            Self::Io { path, error } => FileError::written(error).at(path),
            Self::Refused { path, error } => error.at(path),
        }
    }
}

/// Writes a file so that a reader finds the old one or the new one. Makes the folder where there is none.
///
/// # Errors
/// Names the file and says what the file system said.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    make_folder_of(path)?;
    crate::disk::atomic::write(path, bytes).map_err(|error| WriteError::Io { path: path.to_owned(), error })
}

fn make_folder_of(path: &Path) -> Result<(), WriteError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let made = folder.map_or(Ok(()), std::fs::create_dir_all);
    made.map_err(|error| WriteError::Io { path: path.to_owned(), error })
}

/// Writes a file where a person wants it, into a folder that is there.
///
/// # Errors
/// Where it cannot be written.
pub fn write_export(path: &Path, bytes: &[u8]) -> Result<(), WriteError> {
    export(path, bytes).map_err(|error| WriteError::Refused { path: path.to_owned(), error })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_file_is_replaced_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new").join("file");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_refusal_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        write(&file, b"x").unwrap();
        let message = write(&file.join("inside"), b"x").unwrap_err().to_string();
        assert!(message.contains("inside"), "{message}");
    }
}
