//! Zip archives, whose lists of members are read within bounds.

use crate::message::{Message, message};
use std::cell::Cell;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::rc::Rc;
use zip::ZipArchive;
use zip::result::ZipError;

/// The most bytes that listing the members may read: what is behind them has no such limit.
const MAX_LISTING: u64 = 16 << 20;

/// A reader that gives no more than is left to it.
pub struct Bounded<R> {
    inner: R,
    left: Rc<Cell<u64>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.left.get();
        if left == 0 && !buffer.is_empty() {
            return Err(io::Error::other("a longer list of members than an archive of data has"));
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

/// An open archive of which only the list has been read.
pub type ListedArchive<R> = ZipArchive<BufReader<Bounded<R>>>;

/// Reads the list of an archive's members.
///
/// # Errors
/// What was found in place of one.
pub fn list<R: Read + Seek>(reader: R) -> Result<ListedArchive<R>, Message> {
    let left = Rc::new(Cell::new(MAX_LISTING));
    let reader = BufReader::with_capacity(64 << 10, Bounded { inner: reader, left: left.clone() });
    let archive = ZipArchive::new(reader).map_err(damage)?;
    left.set(u64::MAX);
    Ok(archive)
}

/// What is wrong with an archive.
pub fn damage(error: ZipError) -> Message {
    match error {
        ZipError::Io(error) => message!("damaged data ({error})", error),
        ZipError::CompressionMethodNotSupported(_) => message!("members that are packed in another way than deflate"),
        other => message!("damaged data ({error})", error = other.to_string()),
    }
}
