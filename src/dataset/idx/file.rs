//! One IDX file, plain or gzip, read no further than its header promises plus one byte.

use crate::dataset::source::SourceError;
use crate::dataset::stream::{Meter, Stream};
use crate::message::{Message, message};
use std::path::Path;

/// The most bytes that one file may unpack to.
const MAX_BYTES: u64 = 2 << 30;

/// An IDX file whose header has been read.
pub struct IdxFile {
    /// The sizes in the header; 1 for dimensions that it does not have.
    pub sizes: [u64; 3],
    header: u64,
    stream: Stream<'static>,
}

impl IdxFile {
    /// Opens `path` and reads its header, which must announce unsigned bytes in `dimensions` (1 to 3) dimensions.
    pub fn open(path: &Path, meter: &Meter<'_>, dimensions: u8) -> Result<Self, SourceError> {
        let mut stream = Stream::open(path, message!("an IDX file"), meter)?;
        let header = 4 + 4 * u64::from(dimensions);
        let mut bytes = Vec::new();
        stream.read_up_to(header, &mut bytes, meter)?;
        let mut file = Self { sizes: [1; 3], header, stream };
        file.parse(&bytes, dimensions)?;
        Ok(file)
    }

    /// Reads the header's fields from as much of it as there is.
    fn parse(&mut self, bytes: &[u8], dimensions: u8) -> Result<(), SourceError> {
        let mut words =
            bytes.chunks_exact(4).map(|word| word.iter().fold(0u32, |all, byte| all << 8 | u32::from(*byte)));
        let expected = 0x0800 | u32::from(dimensions);
        if let Some(magic) = words.next()
            && magic != expected
        {
            return Err(SourceError::unexpected(
                self.stream.path(),
                message!(
                    "an IDX file of unsigned bytes in {dimensions} dimensions (magic number {magic})",
                    dimensions,
                    magic = format!("{expected:#010x}"),
                ),
                message!("magic number {magic}", magic = format!("{magic:#010x}")),
            ));
        }
        if (bytes.len() as u64) < self.header {
            return Err(SourceError::unexpected(
                self.stream.path(),
                message!("a header of {size} bytes", size = self.header),
                message!("{size} bytes in all", size = bytes.len()),
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
    pub fn announced(&self) -> Result<u64, SourceError> {
        let [count, height, width] = self.sizes;
        let bytes = count.checked_mul(height).and_then(|bytes| bytes.checked_mul(width));
        bytes.filter(|bytes| *bytes <= MAX_BYTES).ok_or_else(|| {
            SourceError::unexpected(
                self.stream.path(),
                message!("at most {most} bytes of data", most = MAX_BYTES),
                message!("a header that says {count} × {height} × {width}", count, height, width),
            )
        })
    }

    /// Compares what the header announces with what the program holds and, for a plain file, with its length.
    pub fn check_length(&self) -> Result<(), SourceError> {
        let announced = self.announced()?;
        match self.stream.plain_length() {
            Some(length) if length < self.header + announced => {
                Err(self.truncated(announced, length.saturating_sub(self.header)))
            }
            Some(length) if length > self.header + announced => {
                Err(self.trailing(announced, message!("{size} bytes", size = length - self.header)))
            }
            None if self.stream.most_bytes() < self.header + announced => Err(SourceError::unexpected(
                self.stream.path(),
                message!("{size} bytes of data after the header", size = announced),
                message!("a packed file that cannot hold more than {size}", size = self.stream.most_bytes()),
            )),
            _ => Ok(()),
        }
    }

    /// The data, exactly as much as the header announces.
    pub fn read(mut self, meter: &Meter<'_>) -> Result<Vec<u8>, SourceError> {
        let announced = self.announced()?;
        // At most what the file's length can stand for: `check_length`.
        let (mut bytes, mut more) = (Vec::with_capacity(announced as usize), Vec::new());
        self.stream.read_up_to(announced, &mut bytes, meter)?;
        let found = bytes.len() as u64;
        if found < announced {
            return Err(self.truncated(announced, found));
        }
        // The byte too many is asked for also because gzip's own checksum is compared only at its end.
        self.stream.read_up_to(1, &mut more, meter)?;
        if !more.is_empty() {
            return Err(self.trailing(announced, message!("more")));
        }
        Ok(bytes)
    }

    fn truncated(&self, announced: u64, found: u64) -> SourceError {
        SourceError::unexpected(
            self.stream.path(),
            message!("{size} bytes of data after the header", size = announced),
            message!("{size} bytes: the file is truncated", size = found),
        )
    }

    fn trailing(&self, announced: u64, found: Message) -> SourceError {
        SourceError::unexpected(
            self.stream.path(),
            message!("{size} bytes of data after the header", size = announced),
            message!("{found}: there is trailing data", found),
        )
    }
}
