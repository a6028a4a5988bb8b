//! One IDX file, plain or gzip, read no further than its header promises plus one byte.

use super::super::{Progress, SourceError};
use super::MAX_BYTES;
use flate2::bufread::MultiGzDecoder;
use std::cell::Cell;
use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Bytes between two looks at the wish to cancel.
const CHUNK: u64 = 1 << 20;
/// The first bytes of a gzip file.
const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Counts the bytes that all files of one folder have given, and hears the wish to cancel.
pub struct Meter<'a> {
    folder: &'a Path,
    progress: &'a Progress,
    done: Rc<Cell<u64>>,
    total: Cell<u64>,
}

impl<'a> Meter<'a> {
    /// A meter at zero.
    pub fn new(folder: &'a Path, progress: &'a Progress) -> Self {
        progress.set_done(0);
        progress.set_total(0);
        Self { folder, progress, done: Rc::default(), total: Cell::new(0) }
    }

    /// Adds the length of a file that will be read to the total.
    pub fn expect_file(&self, path: &Path) -> Result<(), SourceError> {
        let length = std::fs::metadata(path).map_err(|error| io(path, error))?.len();
        self.total.set(self.total.get().saturating_add(length));
        self.progress.set_total(self.total.get());
        Ok(())
    }

    /// Reports what was read, and ends the work where somebody asked for it.
    fn check(&self) -> Result<(), SourceError> {
        self.progress.set_done(self.done.get().min(self.total.get()));
        if self.progress.is_cancelled() {
            return Err(SourceError::Cancelled(self.folder.to_owned()));
        }
        Ok(())
    }
}

/// A reader that counts what passes.
struct Counted {
    inner: File,
    done: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.done.set(self.done.get().saturating_add(count as u64));
        Ok(count)
    }
}

/// An IDX file whose header has been read.
pub struct Idx<'a> {
    path: PathBuf,
    /// The sizes in the header; 1 for dimensions that it does not have.
    pub sizes: [u64; 3],
    header: u64,
    /// Bytes on disk, where they are the data itself.
    plain_length: Option<u64>,
    reader: Box<dyn Read + 'a>,
}

impl<'a> Idx<'a> {
    /// Opens `path` and reads its header, which must announce unsigned bytes in `dimensions` (1 to 3) dimensions.
    ///
    /// Whether a file is packed is told by its first bytes, not by its name: browsers unpack and keep the `.gz`.
    pub fn open(path: &Path, meter: &Meter<'a>, dimensions: u8) -> Result<Self, SourceError> {
        meter.check()?;
        let inner = File::open(path).map_err(|error| io(path, error))?;
        let length = inner.metadata().map_err(|error| io(path, error))?.len();
        let mut buffered = BufReader::with_capacity(64 << 10, Counted { inner, done: Rc::clone(&meter.done) });
        let start = buffered.fill_buf().map_err(|error| io(path, error))?;
        if start.is_empty() {
            return Err(SourceError::unexpected(path, "an IDX file", "an empty file"));
        }
        let packed = start.starts_with(&GZIP_MAGIC);
        let reader: Box<dyn Read + 'a> =
            if packed { Box::new(MultiGzDecoder::new(buffered)) } else { Box::new(buffered) };
        let header = 4 + 4 * u64::from(dimensions);
        let mut file =
            Self { path: path.to_owned(), sizes: [1; 3], header, plain_length: (!packed).then_some(length), reader };
        let bytes = file.read_up_to(header, meter)?;
        file.parse(&bytes, dimensions)?;
        Ok(file)
    }

    /// Reads the header's fields from as much of it as there is.
    fn parse(&mut self, bytes: &[u8], dimensions: u8) -> Result<(), SourceError> {
        let mut words =
            bytes.chunks_exact(4).map(|word| word.iter().fold(0u32, |all, byte| all << 8 | u32::from(*byte)));
        let wanted = 0x0800 | u32::from(dimensions);
        if let Some(magic) = words.next()
            && magic != wanted
        {
            return Err(SourceError::unexpected(
                &self.path,
                format!("an IDX file of unsigned bytes in {dimensions} dimensions (magic number {wanted:#010x})"),
                format!("magic number {magic:#010x}"),
            ));
        }
        if (bytes.len() as u64) < self.header {
            return Err(SourceError::unexpected(
                &self.path,
                format!("a header of {} bytes", self.header),
                format!("{} bytes in all", bytes.len()),
            ));
        }
        for (size, word) in self.sizes.iter_mut().zip(words) {
            *size = u64::from(word);
        }
        Ok(())
    }

    /// Bytes of data that the header announces.
    ///
    /// # Errors
    /// More than [`MAX_BYTES`], or more than can be counted.
    fn announced(&self) -> Result<u64, SourceError> {
        let [count, height, width] = self.sizes;
        let product = count.checked_mul(height).and_then(|bytes| bytes.checked_mul(width));
        product.filter(|bytes| *bytes <= MAX_BYTES).ok_or_else(|| {
            SourceError::unexpected(
                &self.path,
                format!("at most {MAX_BYTES} bytes of data"),
                format!("a header that says {count} × {height} × {width}"),
            )
        })
    }

    /// Compares what the header announces with what the program holds and, for a plain file, with its length.
    pub fn check_length(&self) -> Result<(), SourceError> {
        let announced = self.announced()?;
        match self.plain_length {
            Some(length) if length < self.header + announced => {
                Err(self.truncated(announced, length.saturating_sub(self.header)))
            }
            Some(length) if length > self.header + announced => {
                Err(self.trailing(announced, format!("{} bytes", length - self.header)))
            }
            _ => Ok(()),
        }
    }

    /// The data, exactly as much as the header announces.
    pub fn read(mut self, meter: &Meter<'a>) -> Result<Vec<u8>, SourceError> {
        let announced = self.announced()?;
        let bytes = self.read_up_to(announced, meter)?;
        let found = bytes.len() as u64;
        if found < announced {
            return Err(self.truncated(announced, found));
        }
        // The byte too many is asked for also because gzip's own checksum is compared only at its end.
        if !self.read_up_to(1, meter)?.is_empty() {
            return Err(self.trailing(announced, "more".to_owned()));
        }
        Ok(bytes)
    }

    /// Reads `wanted` bytes, or fewer where the file ends; memory grows as data arrives.
    fn read_up_to(&mut self, wanted: u64, meter: &Meter<'a>) -> Result<Vec<u8>, SourceError> {
        let mut bytes = Vec::new();
        loop {
            meter.check()?;
            let left = wanted.saturating_sub(bytes.len() as u64);
            let count = (&mut self.reader).take(left.min(CHUNK)).read_to_end(&mut bytes);
            match count {
                Ok(0) => return Ok(bytes),
                Ok(_) => {}
                Err(error) => return Err(self.failed(error, bytes.len())),
            }
        }
    }

    /// What a failure to read means: in a packed file nearly always a damaged one.
    fn failed(&self, error: std::io::Error, read: usize) -> SourceError {
        if self.plain_length.is_some() {
            return io(&self.path, error);
        }
        match error.kind() {
            ErrorKind::UnexpectedEof => SourceError::unexpected(
                &self.path,
                "a whole gzip file",
                format!("one that is truncated: it ends after {read} unpacked bytes"),
            ),
            ErrorKind::InvalidInput | ErrorKind::InvalidData => SourceError::unexpected(
                &self.path,
                "valid gzip data",
                format!("damaged data after {read} unpacked bytes ({error})"),
            ),
            _ => io(&self.path, error),
        }
    }

    fn truncated(&self, announced: u64, found: u64) -> SourceError {
        SourceError::unexpected(
            &self.path,
            format!("{announced} bytes of data after the header"),
            format!("{found} bytes: the file is truncated"),
        )
    }

    fn trailing(&self, announced: u64, found: String) -> SourceError {
        SourceError::unexpected(
            &self.path,
            format!("{announced} bytes of data after the header"),
            format!("{found}: there is trailing data"),
        )
    }
}

fn io(path: &Path, error: std::io::Error) -> SourceError {
    SourceError::Io { path: path.to_owned(), error }
}
