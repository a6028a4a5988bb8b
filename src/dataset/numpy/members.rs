//! The members of a `.npz` archive: listed within bounds, their headers read, none of them ever unpacked to a file.

use super::array::Array;
use super::header::Header;
use crate::dataset::source::SourceError;
use crate::dataset::stream::{Counted, MOST_PACKED, Meter, Stream};
use crate::dataset::zipped::{self, ListedArchive};
use crate::message::{Message, message};
use std::path::{Path, PathBuf};

/// The most members that are looked at.
const MAX_MEMBERS: usize = 256;
/// One array of an archive.
pub struct Member {
    /// Without `.npy`.
    pub name: String,
    /// Its place in the archive.
    index: usize,
    /// What its header says.
    pub header: Header,
}

/// An open archive.
pub struct Members<'a> {
    path: &'a Path,
    archive: ListedArchive<Counted>,
    /// The arrays that can be read.
    pub arrays: Vec<Member>,
    /// The others, in a sentence each.
    pub skipped: Vec<Message>,
}

fn archive_words() -> Message {
    message!("a NumPy archive (.npz)")
}

impl<'a> Members<'a> {
    /// Lists the members of the archive at `path` and reads their headers.
    ///
    /// # Errors
    /// No archive, or a damaged one.
    pub fn open(path: &'a Path, meter: &Meter<'_>) -> Result<Self, SourceError> {
        let (counted, length) = meter.open(path)?;
        let wrong = |found: Message| SourceError::unexpected(path, archive_words(), found);
        if length == 0 {
            return Err(wrong(message!("an empty file")));
        }
        let archive = zipped::list(counted).map_err(wrong)?;
        let count = archive.len();
        if count > MAX_MEMBERS {
            return Err(wrong(message!("{count} members, more than {most}", count, most = MAX_MEMBERS)));
        }
        let mut members = Self { path, archive, arrays: Vec::new(), skipped: Vec::new() };
        for index in 0..count {
            meter.check()?;
            members.list(index, meter)?;
        }
        Ok(members)
    }

    /// Takes note of a member.
    fn list(&mut self, index: usize, meter: &Meter<'_>) -> Result<(), SourceError> {
        let (name, array) = match self.read(index, meter) {
            Ok((name, Some(array))) => (name, Ok(array.header)),
            Ok((name, None)) => (name, Err(message!("no array (.npy)"))),
            // A member whose elements are not understood is passed over; a damaged one is not.
            Err((name, SourceError::Unexpected { found, .. })) => (name, Err(found)),
            Err((_, error)) => return Err(error),
        };
        match array {
            Ok(header) => self.arrays.push(Member { name, index, header }),
            Err(found) => {
                let (path, name) = (self.path, format!("{name:.60}"));
                self.skipped.push(message!("{path}: {name} is passed over: {found}", path, name, found));
            }
        }
        Ok(())
    }

    /// A member's name and, if it is an array, the array.
    fn read<'m>(
        &'m mut self,
        index: usize,
        meter: &Meter<'_>,
    ) -> Result<(String, Option<Array<'m>>), (String, SourceError)> {
        let path: PathBuf = self.path.to_owned();
        let unnamed = |error| (String::new(), SourceError::unexpected(&path, archive_words(), zipped::damage(error)));
        let member = self.archive.by_index(index).map_err(unnamed)?;
        let name = member.name().map(|name| name.into_owned()).unwrap_or_default();
        let Some(array_name) = name.strip_suffix(".npy").map(str::to_owned) else { return Ok((name, None)) };
        let (length, packed) = (member.size(), member.compressed_size());
        let inside = path.join(&name);
        if length > packed.saturating_mul(MOST_PACKED).saturating_add(MOST_PACKED) {
            let expected = message!("a member of at most {most} bytes", most = packed.saturating_mul(MOST_PACKED));
            let found = message!("one that announces {size}", size = length);
            return Err((array_name, SourceError::unexpected(&inside, expected, found)));
        }
        match Array::open(Stream::member(inside, member, length), meter) {
            Ok(array) => Ok((array_name, Some(array))),
            Err(error) => Err((array_name, error)),
        }
    }

    /// Opens one of the arrays again, to read it.
    ///
    /// # Errors
    /// A damaged archive.
    pub fn array(&mut self, place: usize, meter: &Meter<'_>) -> Result<Array<'_>, SourceError> {
        let path = self.path;
        let missing = || {
            SourceError::unexpected(
                path,
                archive_words(),
                message!("damaged data ({error})", error = "a member is gone"),
            )
        };
        let Some(index) = self.arrays.get(place).map(|member| member.index) else { return Err(missing()) };
        match self.read(index, meter) {
            Ok((_, Some(array))) => Ok(array),
            Ok((_, None)) => Err(missing()),
            Err((_, error)) => Err(error),
        }
    }
}
