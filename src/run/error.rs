//! Why a run folder cannot be read or written.

use crate::disk::FileError;
use crate::message::{Explain, Message, message};
use std::path::{Path, PathBuf};

/// One sentence that names the file, what was expected and what was found.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum RunError {
    /// What was found is not what belongs there.
    Unexpected {
        /// The file or folder.
        path: PathBuf,
        /// What should be there.
        expected: Message,
        /// What is there.
        found: Message,
    },
    /// The file system refused.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The file system's own words.
        error: std::io::Error,
    },
}

impl RunError {
    pub(crate) fn unexpected(path: &Path, expected: Message, found: Message) -> Self {
        // One sentence: some parsers draw a picture of the place.
        Self::Unexpected { path: path.to_owned(), expected, found: found.in_one_line() }
    }

    pub(crate) fn read(path: &Path) -> impl FnOnce(FileError) -> Self {
        move |error| Self::unexpected(path, error.expected, error.found)
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io { path, error }
    }
}

impl Explain for RunError {
    fn message(&self) -> Message {
        match self {
            Self::Unexpected { path, expected, found } => {
                message!("{path}: expected {expected}, found {found}", path, expected, found)
            }
            Self::Io { path, error } => message!("{path}: {error}", path, error),
        }
    }
}
