//! Where a data set comes from, and why it could not be opened.

use crate::disk::FileError;
use crate::message::{Explain, Message, message};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// A place that data comes from; written as text on the command line and in `config.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum Source {
    /// A data set that comes with the program.
    BuiltIn(&'static str),
    /// A folder or file.
    Path(PathBuf),
}

impl Source {
    /// The same place whatever the current folder is. A path stays as it is where there is no current folder any more;
    /// opening it then fails by its name.
    #[must_use]
    pub fn absolute(self) -> Self {
        match self {
            Self::Path(path) => Self::Path(std::path::absolute(&path).unwrap_or(path)),
            built_in @ Self::BuiltIn(_) => built_in,
        }
    }
}

impl From<Source> for String {
    fn from(source: Source) -> Self {
        source.to_string()
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BuiltIn(name) => f.write_str(name),
            Self::Path(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Why a source could not be opened: names the file, what was expected and what was found.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum SourceError {
    /// Somebody cancelled.
    Cancelled(PathBuf),
    /// There is nothing of a kind that can be read.
    Unexpected {
        /// The file or folder.
        path: PathBuf,
        /// What should have been there.
        expected: Message,
        /// What was there.
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

impl SourceError {
    /// An [`SourceError::Unexpected`] in one line.
    pub fn unexpected(path: &Path, expected: Message, found: Message) -> Self {
        Self::Unexpected { path: path.to_owned(), expected, found }
    }

    /// An [`SourceError::Io`].
    pub fn io(path: &Path, error: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), error }
    }
}

impl Explain for SourceError {
    fn message(&self) -> Message {
        match self {
            Self::Cancelled(path) => message!("opening {path} was cancelled", path),
            Self::Unexpected { path, expected, found } => {
                message!("{path}: expected {expected}, found {found}", path, expected, found)
            }
            Self::Io { path, error } => FileError::io(error).at(path),
        }
    }
}
