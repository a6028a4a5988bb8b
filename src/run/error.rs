//! Why a run folder cannot be read or written.

use std::path::{Path, PathBuf};

/// One sentence that names the file, what was expected and what was found.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// What was found is not what belongs there.
    #[error("{}: expected {expected}, found {found}", path.display())]
    Unexpected {
        /// The file or folder.
        path: PathBuf,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },
    /// The file system refused.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The file system's own words.
        error: std::io::Error,
    },
}

impl RunError {
    pub(crate) fn unexpected(path: &Path, expected: impl ToString, found: impl ToString) -> Self {
        // One sentence: parsers that draw a picture of the place are cut to their first line.
        let found =
            found.to_string().lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        Self::Unexpected { path: path.to_owned(), expected: expected.to_string(), found }
    }

    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io { path, error }
    }
}
