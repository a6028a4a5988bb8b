//! Where a data set comes from, and the one function that opens any of them.

use super::{Dataset, Progress};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A place that data comes from; written as text on the command line and in `config.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum Source {
    /// The generated handwritten digits.
    Digits,
    /// A folder or file.
    Path(PathBuf),
}

impl From<String> for Source {
    fn from(text: String) -> Self {
        match text.as_str() {
            "digits" => Self::Digits,
            _ => Self::Path(PathBuf::from(text)),
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
            Self::Digits => f.write_str("digits"),
            Self::Path(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Why a source could not be opened: names the file, what was expected and what was found.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Somebody cancelled.
    #[error("opening {} was cancelled", .0.display())]
    Cancelled(PathBuf),
    /// There is nothing of a kind that can be read.
    #[error("{}: expected {expected}, found {found}", path.display())]
    Unexpected {
        /// The file or folder.
        path: PathBuf,
        /// What should have been there.
        expected: String,
        /// What was there.
        found: String,
    },
    /// The file system refused.
    #[error("{}: cannot be read: {error}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The file system's own words.
        error: std::io::Error,
    },
}

impl SourceError {
    /// An [`SourceError::Unexpected`] in one line.
    pub fn unexpected(path: &Path, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self::Unexpected { path: path.to_owned(), expected: expected.into(), found: found.into() }
    }

    /// An [`SourceError::Io`].
    pub fn io(path: &Path, error: std::io::Error) -> Self {
        Self::Io { path: path.to_owned(), error }
    }
}

/// Opens a source: generates, or reads and checks, with progress and a way to cancel.
///
/// # Errors
/// One sentence that names the file, what was expected and what was found.
pub fn load(source: &Source, progress: &Progress) -> Result<Dataset, SourceError> {
    match source {
        Source::Digits => {
            // Generating is too short to be broken off, but a wish to cancel is still honoured.
            let data = super::digits(progress);
            if progress.is_cancelled() { Err(SourceError::Cancelled("digits".into())) } else { Ok(data) }
        }
        Source::Path(path) => super::folder::load(path, progress),
    }
}
