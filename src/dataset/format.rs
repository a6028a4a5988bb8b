//! What a data format promises, and a data set that comes with the program.

use super::folder::names;
use super::options::DataOptions;
use super::progress::Progress;
use super::set::Dataset;
use super::source::SourceError;
use super::understood::OF_IMAGES;
use crate::message::{Message, message};
use std::path::{Path, PathBuf};

/// A kind of file or folder that data is read from.
pub trait Format: Sync {
    /// A word for it: `IDX`.
    fn name(&self) -> &'static str;

    /// What it is, as a refusal and the list of what can be opened name it: `a folder of …`, `a file of …`.
    fn summary(&self) -> Message;

    /// Whether what lies there is of this format, told by names only.
    fn claims(&self, candidate: &Candidate) -> bool;

    /// Says what a folder or file holds that looks like this format and is not, if it does.
    fn near_miss(&self, _candidate: &Candidate) -> Option<Message> {
        None
    }

    /// The options that it understands, as they are written: those that it reads, and those by which its examples are looked at.
    fn options(&self) -> &'static [&'static str] {
        OF_IMAGES
    }

    /// Opens a path that it claims: bounded in memory by what is there, with progress and a way to cancel. Of the options
    /// it reads those that say how its files become examples.
    ///
    /// # Errors
    /// [`SourceError::Cancelled`], or one sentence that names the file, what was expected and what was found.
    fn open(&self, path: &Path, options: &DataOptions, progress: &Progress) -> Result<Dataset, SourceError>;
}

/// A data set that comes with the program: embedded or generated.
pub trait BuiltIn: Sync {
    /// What it is opened by: `digits`.
    fn name(&self) -> &'static str;

    /// What it is, in one line.
    fn summary(&self) -> &'static str;

    /// The options by which its examples are looked at, as they are written.
    fn options(&self) -> &'static [&'static str] {
        OF_IMAGES
    }

    /// Makes it, with progress and a way to cancel.
    ///
    /// # Errors
    /// [`SourceError::Cancelled`].
    fn open(&self, progress: &Progress) -> Result<Dataset, SourceError>;
}

/// What lies at a path, as a format looks at it.
#[derive(Debug)]
pub struct Candidate {
    /// The path.
    pub path: PathBuf,
    /// The names in a folder, in no order; none of a file.
    pub names: Option<Vec<String>>,
}

impl Candidate {
    /// Looks at `path`, where one of `expected` should be.
    ///
    /// # Errors
    /// Nothing there, something that is neither a file nor a folder, or the file system's own words.
    pub fn of(path: &Path, expected: Message) -> Result<Self, SourceError> {
        let names = match std::fs::metadata(path) {
            Ok(data) if data.is_dir() => Some(names(path)?.collect::<Result<_, _>>()?),
            Ok(data) if data.is_file() => None,
            Ok(_) => {
                return Err(SourceError::unexpected(
                    path,
                    expected,
                    message!("something that is neither a file nor a folder"),
                ));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let expected = message!("a file, a folder or the name of a known data set");
                return Err(SourceError::unexpected(path, expected, message!("nothing there")));
            }
            Err(error) => return Err(SourceError::io(path, error)),
        };
        Ok(Self { path: path.to_owned(), names })
    }

    /// Whether it is a file whose name ends so, behind a dot and in letters of either case.
    pub fn ends_in(&self, ending: &str) -> bool {
        self.names.is_none() && self.path.extension().is_some_and(|end| end.eq_ignore_ascii_case(ending))
    }

    /// Whether it is a folder that holds something whose name `is_one`.
    pub fn holds(&self, is_one: impl Fn(&str) -> bool) -> bool {
        self.names.iter().flatten().any(|name| is_one(name))
    }
}
