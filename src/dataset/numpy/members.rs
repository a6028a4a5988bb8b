//! The members of a `.npz` archive: listed within bounds, their headers read, none of them ever unpacked to a file.

use super::array::Array;
use super::header::Header;
use crate::dataset::source::SourceError;
use crate::dataset::stream::{Counted, MOST_PACKED, Meter, Stream};
use crate::message::{Message, message};
use std::cell::Cell;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use zip::ZipArchive;
use zip::result::ZipError;

/// The most members that are looked at.
const MAX_MEMBERS: usize = 256;
/// The most bytes that listing the members may read: what is behind them has no such limit.
const MAX_LISTING: u64 = 16 << 20;

/// A reader that gives no more than is left to it.
struct Bounded<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 && !buffer.is_empty() {
            return Err(io::Error::other("a longer list of members than an archive of arrays has"));
        }
        let most = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let count = self.inner.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.left.set(left.saturating_sub(count as u64));
        Ok(count)
    }
}

impl<R: Seek> Seek for Bounded<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

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
    archive: ZipArchive<BufReader<Bounded<Counted>>>,
    /// The arrays that can be read.
    pub arrays: Vec<Member>,
    /// The others, in a sentence each.
    pub skipped: Vec<Message>,
}

fn archive_words() -> Message {
    message!("a NumPy archive (.npz)")
}

/// What is wrong with an archive.
fn found(error: ZipError) -> Message {
    match error {
        ZipError::Io(error) => message!("damaged data ({error})", error),
        ZipError::CompressionMethodNotSupported(_) => message!("members that are packed in another way than deflate"),
        other => message!("damaged data ({error})", error = other.to_string()),
    }
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
        let left = Rc::new(Cell::new(MAX_LISTING));
        let reader = BufReader::with_capacity(64 << 10, Bounded { inner: counted, left: left.clone() });
        let archive = ZipArchive::new(reader).map_err(|error| wrong(found(error)))?;
        left.set(u64::MAX);
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
        let unnamed = |error| (String::new(), SourceError::unexpected(&path, archive_words(), found(error)));
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
