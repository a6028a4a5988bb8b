//! Files of data, plain or gzip, read in bounded steps: bytes are counted, a request to cancel ends the work.

use super::progress::Progress;
use super::source::SourceError;
use crate::disk::open_file;
use crate::message::{Message, message};
use flate2::bufread::GzDecoder;
use std::cell::Cell;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Bytes between two looks at whether the work was cancelled.
const CHUNK: u64 = 1 << 20;
/// The first bytes of a gzip file, and of each part that one may have.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];
/// Bytes that deflate unpacks one byte to, at most (RFC 1951: 258 bytes take two bits).
pub const MOST_PACKED: u64 = 1032;

/// Counts the bytes that all files of one source have given, and looks whether the work was cancelled.
pub struct Meter<'a> {
    path: &'a Path,
    progress: &'a Progress,
    done: Rc<Cell<u64>>,
    total: Cell<u64>,
}

impl<'a> Meter<'a> {
    /// A meter at zero of what is read from `path`.
    pub fn new(path: &'a Path, progress: &'a Progress) -> Self {
        progress.set_done(0);
        progress.set_total(0);
        Self { path, progress, done: Rc::default(), total: Cell::new(0) }
    }

    /// Adds the length of a file that will be read to the total.
    ///
    /// # Errors
    /// The file system's own words.
    pub fn expect_file(&self, path: &Path) -> Result<(), SourceError> {
        let length = std::fs::metadata(path).map_err(|error| SourceError::io(path, error))?.len();
        self.total.set(self.total.get().saturating_add(length));
        self.progress.set_total(self.total.get());
        Ok(())
    }

    /// A file whose bytes count as they are read, from anywhere in it.
    ///
    /// # Errors
    /// What is there instead of a file.
    pub fn open(&self, path: &Path) -> Result<(Counted, u64), SourceError> {
        let opened = open_file(path);
        let (inner, length) = opened.map_err(|error| SourceError::unexpected(path, error.expected, error.found))?;
        Ok((Counted { inner, done: Rc::clone(&self.done) }, length))
    }

    /// Reports what was read, and ends the work where somebody asked for it.
    ///
    /// # Errors
    /// [`SourceError::Cancelled`].
    pub fn check(&self) -> Result<(), SourceError> {
        self.progress.set_done(self.done.get().min(self.total.get()));
        if self.progress.is_cancelled() {
            return Err(SourceError::Cancelled(self.path.to_owned()));
        }
        Ok(())
    }
}

/// A reader that counts what passes.
pub struct Counted {
    inner: File,
    done: Rc<Cell<u64>>,
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.inner.seek(to)
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.done.set(self.done.get().saturating_add(count as u64));
        Ok(count)
    }
}

/// Unpacks a gzip file: one part after another, and nothing else behind them.
struct Unpacked {
    /// `None` after a fault.
    part: Option<GzDecoder<BufReader<Counted>>>,
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let Some(part) = &mut self.part else { return Ok(0) };
            let count = part.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let is_end = part.get_mut().fill_buf()?.is_empty();
            if is_end {
                return Ok(0);
            }
            if !part.get_mut().fill_buf()?.starts_with(&GZIP_MAGIC[..1]) {
                self.part = None;
                return Err(std::io::Error::new(ErrorKind::InvalidData, "bytes behind its end that are not gzip"));
            }
            self.part = self.part.take().map(|part| GzDecoder::new(part.into_inner()));
        }
    }
}

/// How what is read is packed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Packing {
    Plain,
    Gzip,
    Zip,
}

/// One open file, or a member of a zip archive.
pub struct Stream<'a> {
    path: PathBuf,
    /// Bytes on disk; of a member those that it says it holds.
    length: u64,
    packing: Packing,
    reader: Box<dyn Read + 'a>,
    /// Bytes given so far.
    given: u64,
}

impl<'a> Stream<'a> {
    /// A member of a zip archive, which says it holds `length` bytes; `path` names it in sentences.
    pub fn member(path: PathBuf, reader: impl Read + 'a, length: u64) -> Self {
        Self { path, length, packing: Packing::Zip, reader: Box::new(reader), given: 0 }
    }

    /// Opens `path`, which should hold `what`.
    ///
    /// Whether a file is packed is told by its first bytes, not by its name: browsers unpack and keep the `.gz`.
    ///
    /// # Errors
    /// An empty file, or the file system's own words.
    pub fn open(path: &Path, what: Message, meter: &Meter<'_>) -> Result<Self, SourceError> {
        meter.check()?;
        let (counted, length) = meter.open(path)?;
        let mut buffered = BufReader::with_capacity(64 << 10, counted);
        let start = buffered.fill_buf().map_err(|error| SourceError::io(path, error))?;
        if start.is_empty() {
            return Err(SourceError::unexpected(path, what, message!("an empty file")));
        }
        let packing = if start.starts_with(&GZIP_MAGIC) { Packing::Gzip } else { Packing::Plain };
        let reader: Box<dyn Read> = match packing {
            Packing::Gzip => Box::new(Unpacked { part: Some(GzDecoder::new(buffered)) }),
            Packing::Plain | Packing::Zip => Box::new(buffered),
        };
        Ok(Self { path: path.to_owned(), length, packing, reader, given: 0 })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds in bytes, where that is said; unknown of a gzip file.
    pub fn plain_length(&self) -> Option<u64> {
        (self.packing != Packing::Gzip).then_some(self.length)
    }

    /// What it holds at most, in bytes: of a packed file what its length could unpack to.
    pub fn most_bytes(&self) -> u64 {
        if self.packing == Packing::Gzip { self.length.saturating_mul(MOST_PACKED) } else { self.length }
    }

    /// Appends `count` bytes to `bytes`, or fewer where the file ends; memory grows as data arrives.
    ///
    /// # Errors
    /// [`SourceError::Cancelled`] within a mebibyte, a damaged gzip file, or the file system's own words.
    pub fn read_up_to(&mut self, count: u64, bytes: &mut Vec<u8>, meter: &Meter<'_>) -> Result<(), SourceError> {
        let mut left = count;
        loop {
            meter.check()?;
            let before = bytes.len();
            let read = (&mut self.reader).take(left.min(CHUNK)).read_to_end(bytes);
            // Also where it failed: what came before the failure was given.
            let given = (bytes.len() - before) as u64;
            left = left.saturating_sub(given);
            self.given = self.given.saturating_add(given);
            match read {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) => return Err(self.failed(error)),
            }
        }
    }

    /// What a failure to read means: in a packed file nearly always a damaged one.
    fn failed(&self, error: std::io::Error) -> SourceError {
        let (whole, valid) = match self.packing {
            Packing::Plain => return SourceError::io(&self.path, error),
            Packing::Gzip => (message!("a whole gzip file"), message!("valid gzip data")),
            Packing::Zip => (message!("a whole zip archive"), message!("valid zip data")),
        };
        match error.kind() {
            ErrorKind::UnexpectedEof => SourceError::unexpected(
                &self.path,
                whole,
                message!("one that is truncated: it ends after {given} unpacked bytes", given = self.given),
            ),
            ErrorKind::InvalidInput | ErrorKind::InvalidData => SourceError::unexpected(
                &self.path,
                valid,
                message!("damaged data after {given} unpacked bytes ({error})", given = self.given, error),
            ),
            _ => SourceError::io(&self.path, error),
        }
    }
}
