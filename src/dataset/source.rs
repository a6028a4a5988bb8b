//! Where a data set comes from, and why it could not be opened.

use super::options::DataOptions;
use crate::disk::FileError;
use crate::message::{Explain, Message, message};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What is opened: a place, and how it is looked at. Written as text on the command line and in `config.toml`:
/// `PLACE` or `PLACE?OPTIONS`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct Source {
    /// Where it comes from.
    pub place: Place,
    /// How it is read, and which part of it is looked at.
    pub options: DataOptions,
}

/// A place that data comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A data set that comes with the program.
    BuiltIn(&'static str),
    /// A data set that is downloaded when it is asked for.
    Download(&'static str),
    /// A folder or file.
    Path(PathBuf),
}

impl Source {
    /// All of a data set that comes with the program.
    pub fn built_in(name: &'static str) -> Self {
        Place::BuiltIn(name).into()
    }

    /// All of a folder or file.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Place::Path(path.into()).into()
    }

    /// The same place whatever the current folder is. A path stays as it is where there is no current folder any more;
    /// opening it then fails by its name.
    #[must_use]
    pub fn absolute(self) -> Self {
        let place = match self.place {
            Place::Path(path) => Place::Path(std::path::absolute(&path).unwrap_or(path)),
            named @ (Place::BuiltIn(_) | Place::Download(_)) => named,
        };
        Self { place, ..self }
    }

    /// What it is called where there is little room: of a path its last part, with the options.
    pub fn short_name(&self) -> String {
        let last = match &self.place {
            Place::Path(path) => path.file_name().map(|name| Place::Path(name.into())),
            Place::BuiltIn(_) | Place::Download(_) => None,
        };
        let short = last.map(|place| Self { place, options: self.options.clone() });
        short.as_ref().unwrap_or(self).to_string()
    }

    /// The same place with other options.
    #[must_use]
    pub fn with(self, options: DataOptions) -> Self {
        Self { options, ..self }
    }
}

impl From<Place> for Source {
    fn from(place: Place) -> Self {
        Self { place, options: DataOptions::default() }
    }
}

impl From<Source> for String {
    fn from(source: Source) -> Self {
        source.to_string()
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.options.is_default() {
            true => write!(f, "{}", self.place),
            false => write!(f, "{}?{}", self.place, self.options),
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::BuiltIn(name) | Self::Download(name) => f.write_str(name),
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
    /// It would have to be downloaded, and nobody asked for that.
    NotDownloaded {
        /// The data set's name.
        name: &'static str,
        /// What would be downloaded.
        bytes: u64,
    },
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
            Self::NotDownloaded { name, bytes } => message!(
                "{name} is not downloaded: open it by its name, in the window or with --data {name}, and {size} MB come",
                name,
                size = bytes.div_ceil(1_000_000),
            ),
            Self::Unexpected { path, expected, found } => {
                message!("{path}: expected {expected}, found {found}", path, expected, found)
            }
            Self::Io { path, error } => FileError::io(error).at(path),
        }
    }
}
