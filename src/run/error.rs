//! Why a run folder cannot be read or written.

use crate::disk::{FileError, is_full};
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
    /// The newest checkpoint is not what was written; one before it is.
    Damaged {
        /// What is wrong with the newest.
        error: Box<Self>,
        /// The run.
        run: PathBuf,
        /// The step of the last checkpoint that is whole.
        whole: u64,
    },
    /// Rows before these could not be written, which was said then.
    Gap {
        /// The run.
        path: PathBuf,
    },
    /// The file system refused to write, or to list.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The file system's own words.
        error: std::io::Error,
    },
}

impl RunError {
    pub(crate) fn unexpected(path: &Path, expected: Message, found: Message) -> Self {
        Self::Unexpected { path: path.to_owned(), expected, found }
    }

    pub(crate) fn read(path: &Path) -> impl FnOnce(FileError) -> Self {
        move |error| Self::unexpected(path, error.expected, error.found)
    }

    /// Whether there was no room for it: later there may be.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Io { error, .. } if is_full(error))
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
            Self::Gap { path } => {
                let (expected, found) = (message!("all rows of metrics"), message!("a gap before these"));
                message!("{path}: expected {expected}, found {found}", path, expected, found)
            }
            Self::Damaged { error, whole, .. } => message!(
                "{error}; the checkpoint of step {step} is whole (--from-step {step})",
                error = error.message(),
                step = whole
            ),
            Self::Io { path, error } => FileError::written(error).at(path),
        }
    }
}
