//! A reader of tar archives for what data sets come in: regular files, and nothing else of them.

use super::kept::KeptFiles;
use super::transfer::written;
use crate::dataset::source::SourceError;
use crate::dataset::stream::{Meter, Stream};
use crate::message::{Message, message};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// The unit of a tar archive: each header is one, and contents fill whole ones.
const BLOCK: u64 = 512;
/// The most entries.
const MOST_ENTRIES: usize = 10_000;
/// Bytes that are held at a time.
const PIECE: u64 = 1 << 20;

/// What stands in a header.
struct Header {
    path: String,
    size: u64,
    is_file: bool,
}

/// Unpacks files of `names` into `folder`, whatever folder of the archive they lie in. Everything else is passed over. All
/// files of the archive together have at most `most_bytes`.
///
/// # Errors
/// No archive, a cut or too long one, a file that is there twice, one that is missing, or what is wrong with the disk.
pub fn unpack(
    archive: &Path,
    names: &[&str],
    folder: &Path,
    most_bytes: u64,
    meter: &Meter<'_>,
) -> Result<(), SourceError> {
    let mut reader = Reader { stream: Stream::open(archive, message!("a tar archive"), meter)?, archive, meter };
    let (mut kept, mut left) = (KeptFiles::new(archive, names), most_bytes);
    let too_long =
        |found: Message| SourceError::unexpected(archive, message!("at most {most} bytes", most = most_bytes), found);
    let mut entries = 0;
    while let Some(Header { path, size, is_file }) = reader.next()? {
        entries += 1;
        if entries > MOST_ENTRIES {
            return Err(reader.wrong(message!("one of more than {most} files", most = MOST_ENTRIES)));
        }
        left = left.checked_sub(size).ok_or_else(|| {
            let name = path.rsplit('/').next().unwrap_or_default();
            too_long(message!("{name} of {size} bytes", name, size))
        })?;
        let Some(name) = kept.named(&path).filter(|_| is_file) else {
            reader.pass(size, &mut |_| Ok(()))?;
            continue;
        };
        kept.take(name)?;
        let path = folder.join(name);
        let failed = |error: &std::io::Error| written(&path, error);
        let mut file = File::create_new(&path).map_err(|error| failed(&error))?;
        reader.pass(size, &mut |bytes| file.write_all(bytes).map_err(|error| failed(&error)))?;
        file.sync_all().map_err(|error| failed(&error))?;
    }
    kept.check()?;
    if reader.is_longer_than(left)? { Err(too_long(message!("more"))) } else { Ok(()) }
}

/// An archive as it is read.
struct Reader<'a> {
    stream: Stream<'a>,
    archive: &'a Path,
    meter: &'a Meter<'a>,
}

impl Reader<'_> {
    fn wrong(&self, found: Message) -> SourceError {
        SourceError::unexpected(self.archive, message!("a tar archive"), found)
    }

    /// The next header; none at the end.
    fn next(&mut self) -> Result<Option<Header>, SourceError> {
        let mut block = Vec::new();
        self.stream.read_up_to(BLOCK, &mut block, self.meter)?;
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        if (block.len() as u64) < BLOCK {
            return Err(self.wrong(message!("one that is truncated")));
        }
        let field = |range: std::ops::Range<usize>| block.get(range).unwrap_or_default();
        let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
        // The sum is made with its own field as blanks.
        if octal(field(148..156)) != Some(sum(field(0..148)) + 8 * u64::from(b' ') + sum(field(156..512))) {
            return Err(self.wrong(message!("a header whose checksum is another")));
        }
        let Some(size) = octal(field(124..136)) else { return Err(self.wrong(message!("a file without a length"))) };
        let path = field(0..100).split(|byte| *byte == 0).next().unwrap_or_default();
        let is_file = matches!(field(156..157), [b'0' | 0]);
        Ok(Some(Header { path: String::from_utf8_lossy(path).into_owned(), size, is_file }))
    }

    /// Gives the next `size` bytes to `take`, and reads on to the end of their last block.
    fn pass(&mut self, size: u64, take: &mut dyn FnMut(&[u8]) -> Result<(), SourceError>) -> Result<(), SourceError> {
        let (mut left, mut behind) = (size, (BLOCK - size % BLOCK) % BLOCK);
        let mut piece = Vec::new();
        while left + behind > 0 {
            piece.clear();
            let (part, rest) = (left.min(PIECE), if left <= PIECE { behind } else { 0 });
            self.stream.read_up_to(part + rest, &mut piece, self.meter)?;
            if (piece.len() as u64) < part + rest {
                return Err(self.wrong(message!("one that is truncated")));
            }
            take(piece.get(..part as usize).unwrap_or_default())?;
            (left, behind) = (left - part, behind - rest);
        }
        Ok(())
    }

    /// Reads to the end, where what is packed has its checksum; whether there is more than `most` bytes.
    fn is_longer_than(&mut self, most: u64) -> Result<bool, SourceError> {
        let (mut piece, mut passed) = (Vec::new(), 0);
        loop {
            piece.clear();
            self.stream.read_up_to(PIECE, &mut piece, self.meter)?;
            passed += piece.len() as u64;
            if piece.is_empty() || passed > most {
                return Ok(passed > most);
            }
        }
    }
}

/// A number of at most 12 digits to the base of eight, with blanks and zeros around.
fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    // A sign is none of them.
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| u64::from_str_radix(text, 8).ok())?
}
