//! A reader of tar archives for what data sets come in: regular files, and nothing else of them.

use crate::dataset::source::SourceError;
use crate::dataset::stream::{Meter, Stream};
use crate::message::message;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// The unit of a tar archive: each header is one, and contents fill whole ones.
const BLOCK: u64 = 512;
/// Entries that are looked at.
const MOST_ENTRIES: usize = 10_000;
/// Bytes that are held at a time.
const PIECE: u64 = 1 << 20;

/// What stands in a header.
struct Header {
    /// The last part of its path.
    name: String,
    size: u64,
    is_file: bool,
}

/// Unpacks files of `names` into `folder`, each of at most `most_bytes`, whatever folder of the archive they lie in: the
/// archive's paths, links and modes are nobody's business. Everything else is passed over.
///
/// # Errors
/// No archive, a cut one, a file that is longer than it may be or there twice, one that is missing, or what is wrong with the disk.
pub fn unpack(
    archive: &Path,
    names: &[&str],
    folder: &Path,
    most_bytes: u64,
    meter: &Meter<'_>,
) -> Result<(), SourceError> {
    let mut stream = Stream::open(archive, message!("a tar archive"), meter)?;
    let mut left: Vec<&str> = names.to_vec();
    for _ in 0..MOST_ENTRIES {
        let Some(header) = next(&mut stream, archive, meter)? else { break };
        let place = left.iter().position(|name| header.is_file && *name == header.name);
        let Some(place) = place else {
            pass(&mut stream, header.size, &mut |_| Ok(()), archive, meter)?;
            continue;
        };
        if header.size > most_bytes {
            let name = header.name;
            let found = message!("{name} of {size} bytes", name, size = header.size);
            return Err(SourceError::unexpected(archive, message!("at most {most} bytes", most = most_bytes), found));
        }
        left.remove(place);
        let path = folder.join(&header.name);
        let failed = |error: &std::io::Error| super::transfer::written(&path, error);
        let mut file = File::create_new(&path).map_err(|error| failed(&error))?;
        let mut write = |bytes: &[u8]| file.write_all(bytes).map_err(|error| failed(&error));
        pass(&mut stream, header.size, &mut write, archive, meter)?;
        file.sync_all().map_err(|error| failed(&error))?;
    }
    all_found(archive, &left)
}

/// The next header; none at the end.
fn next(stream: &mut Stream, archive: &Path, meter: &Meter<'_>) -> Result<Option<Header>, SourceError> {
    let mut block = Vec::new();
    stream.read_up_to(BLOCK, &mut block, meter)?;
    if block.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let wrong = |found| SourceError::unexpected(archive, message!("a tar archive"), found);
    if (block.len() as u64) < BLOCK {
        return Err(wrong(message!("one that is truncated")));
    }
    let field = |range: std::ops::Range<usize>| block.get(range).unwrap_or_default();
    // The sum is made with its own field as blanks.
    let sum: u64 = block.iter().map(|byte| u64::from(*byte)).sum();
    let own: u64 = field(148..156).iter().map(|byte| u64::from(*byte)).sum();
    if octal(field(148..156)) != Some(sum - own + 8 * u64::from(b' ')) {
        return Err(wrong(message!("a header whose checksum is another")));
    }
    let Some(size) = octal(field(124..136)) else { return Err(wrong(message!("a file without a length"))) };
    let name = field(0..100).split(|byte| *byte == 0).next().unwrap_or_default();
    let name = String::from_utf8_lossy(name).rsplit('/').next().unwrap_or_default().to_owned();
    let is_file = matches!(block.get(156), Some(b'0' | 0));
    Ok(Some(Header { name, size, is_file }))
}

/// A number as digits to the base of eight, with blanks and zeros around.
fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?;
    u64::from_str_radix(text.trim_matches(|sign: char| sign == '\0' || sign == ' '), 8).ok()
}

/// Gives the next `size` bytes to `take`, and reads on to the end of their last block.
fn pass(
    stream: &mut Stream,
    size: u64,
    take: &mut dyn FnMut(&[u8]) -> Result<(), SourceError>,
    archive: &Path,
    meter: &Meter<'_>,
) -> Result<(), SourceError> {
    let (mut left, mut behind) = (size, (BLOCK - size % BLOCK) % BLOCK);
    let mut piece = Vec::new();
    while left + behind > 0 {
        piece.clear();
        let (part, rest) = (left.min(PIECE), if left <= PIECE { behind } else { 0 });
        stream.read_up_to(part + rest, &mut piece, meter)?;
        if (piece.len() as u64) < part + rest {
            return Err(SourceError::unexpected(archive, message!("a tar archive"), message!("one that is truncated")));
        }
        take(piece.get(..part as usize).unwrap_or_default())?;
        (left, behind) = (left - part, behind - rest);
    }
    Ok(())
}

/// Refuses an archive in which files of these names were not found.
///
/// # Errors
/// If there are any.
pub fn all_found(archive: &Path, left: &[&str]) -> Result<(), SourceError> {
    match left.first() {
        None => Ok(()),
        Some(name) => Err(SourceError::unexpected(
            archive,
            message!("an archive with the file {name}", name),
            message!("no such file"),
        )),
    }
}
