//! Which files of an archive are kept.

use crate::dataset::source::SourceError;
use crate::message::message;
use std::path::Path;

/// The files of an archive that are kept, each of which must be there once. Files are called by these names and by nothing
/// that an archive says: its paths, links and modes are nobody's business.
pub struct KeptFiles<'a> {
    archive: &'a Path,
    names: &'a [&'a str],
    found: Vec<&'a str>,
}

impl<'a> KeptFiles<'a> {
    /// None of `names` is found yet.
    pub fn new(archive: &'a Path, names: &'a [&'a str]) -> Self {
        Self { archive, names, found: Vec::new() }
    }

    /// The name of a file by its path in the archive, whatever folder that names; none if it is not kept.
    pub fn named(&self, path: &str) -> Option<&'a str> {
        let name = path.rsplit('/').next()?;
        self.names.iter().copied().find(|known| *known == name)
    }

    /// Takes note of a file.
    ///
    /// # Errors
    /// If it was found before.
    pub fn take(&mut self, name: &'a str) -> Result<(), SourceError> {
        if self.found.contains(&name) {
            let expected = message!("an archive with one file {name}", name);
            return Err(SourceError::unexpected(self.archive, expected, message!("two of that name")));
        }
        self.found.push(name);
        Ok(())
    }

    /// Refuses an archive that does not hold all of them.
    ///
    /// # Errors
    /// Names the first that was not found.
    pub fn check(&self) -> Result<(), SourceError> {
        match self.names.iter().find(|name| !self.found.contains(name)) {
            None => Ok(()),
            Some(name) => Err(SourceError::unexpected(
                self.archive,
                message!("an archive with the file {name}", name),
                message!("no such file"),
            )),
        }
    }
}
