//! What was downloaded becomes a folder that can be opened.

use super::kept::KeptFiles;
use super::table::{Download, Packing};
use super::tar;
use super::transfer::written;
use crate::dataset::progress::Progress;
use crate::dataset::source::SourceError;
use crate::dataset::stream::Meter;
use crate::dataset::zipped;
use crate::disk::{atomic, open_file};
use crate::message::{Message, message};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

/// The most bytes that an archive unpacks to.
const MOST_BYTES: u64 = 512 << 20;
/// Bytes between two looks at whether the work was cancelled.
const PIECE: usize = 1 << 20;

/// Makes `folder` of what lies in `work`, which is removed: `folder` is there whole or not at all.
///
/// # Errors
/// An archive that is none or lacks a file, or what is wrong with the disk.
pub fn into_folder(download: &Download, work: &Path, folder: &Path, progress: &Progress) -> Result<(), SourceError> {
    let mut wrong = None;
    let made = atomic::write_folder(folder, |beside| {
        fill(download, work, beside, progress).map_err(|error| {
            wrong = Some(error);
            io::Error::other("not unpacked")
        })
    });
    match (made, wrong) {
        (_, Some(error)) => Err(error),
        // Another program may have been faster where the file system knows no locks.
        (Err(_), None) if download.kept().all(|name| folder.join(name).is_file()) => Ok(()),
        (Err(error), None) => Err(written(folder, &error)),
        (Ok(()), None) => {
            // What cannot be removed takes room and does no harm.
            let _ = fs::remove_dir_all(work);
            Ok(())
        }
    }
}

fn fill(download: &Download, work: &Path, beside: &Path, progress: &Progress) -> Result<(), SourceError> {
    let archive = download.files.first().map(|file| work.join(file.name)).unwrap_or_default();
    let unpacked = match download.packing {
        Packing::Plain => {
            for file in download.files {
                let to = beside.join(file.name);
                fs::rename(work.join(file.name), &to).map_err(|error| written(&to, &error))?;
            }
            return Ok(());
        }
        packing => packing.unpack(&archive, beside, MOST_BYTES, progress),
    };
    if let Err(SourceError::Unexpected { path, .. }) = &unpacked
        && *path == archive
    {
        // It has the right checksum and is of no use: asked for again, it would be no better, but another may lie there.
        let _ = fs::remove_file(&archive);
    }
    unpacked
}

impl Packing {
    /// Unpacks the files of an archive that are kept into `folder`: regular files of these names and nothing else, whatever
    /// folder of the archive they lie in, of at most `most_bytes` together. What is not packed has none.
    ///
    /// # Errors
    /// No archive, a damaged or too long one, a file that is there twice, one that is missing, or what is wrong with the
    /// disk; `folder` may then hold some of them.
    pub fn unpack(
        self,
        archive: &Path,
        folder: &Path,
        most_bytes: u64,
        progress: &Progress,
    ) -> Result<(), SourceError> {
        match self {
            Self::Plain => Ok(()),
            Self::TarGz(names) => {
                let meter = Meter::new(archive, progress);
                meter.expect_file(archive)?;
                tar::unpack(archive, names, folder, most_bytes, &meter)
            }
            Self::Zip(names) => unzip(archive, names, folder, most_bytes, progress),
        }
    }
}

fn unzip(
    archive: &Path,
    names: &[&str],
    folder: &Path,
    most_bytes: u64,
    progress: &Progress,
) -> Result<(), SourceError> {
    let wrong = |found: Message| SourceError::unexpected(archive, message!("a zip archive"), found);
    let (file, _) =
        open_file(archive).map_err(|error| SourceError::unexpected(archive, error.expected, error.found))?;
    let mut zip = zipped::list(file).map_err(wrong)?;
    if zip.has_duplicate_names() {
        return Err(wrong(message!("two files of one name")));
    }
    let (mut kept, mut left) = (KeptFiles::new(archive, names), most_bytes);
    progress.set_total(0);
    for index in 0..zip.len() {
        // One whose name cannot be read is called like none of them.
        let Some(name) = zip.name_for_index(index).and_then(|path| kept.named(&path.ok()?)) else { continue };
        let mut member = zip.by_index(index).map_err(|error| wrong(zipped::damage(error)))?;
        if member.is_file() {
            kept.take(name)?;
            let copied = copy(&mut member, &folder.join(name), archive, left, progress)?;
            let expected = || message!("at most {most} bytes", most = most_bytes);
            left = left
                .checked_sub(copied)
                .ok_or_else(|| SourceError::unexpected(archive, expected(), message!("more")))?;
        }
    }
    kept.check()
}

/// Unpacks one file, and of what is longer than `most` bytes one byte more; gives how many there are.
fn copy(from: &mut impl Read, to: &Path, archive: &Path, most: u64, progress: &Progress) -> Result<u64, SourceError> {
    let mut from = from.take(most.saturating_add(1));
    let mut file = File::create_new(to).map_err(|error| written(to, &error))?;
    let (mut piece, mut count) = (vec![0; PIECE], 0u64);
    loop {
        if progress.is_cancelled() {
            return Err(SourceError::Cancelled(archive.to_owned()));
        }
        let read = match from.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => {
                let found = message!("damaged data after {given} unpacked bytes ({error})", given = count, error);
                return Err(SourceError::unexpected(archive, message!("a zip archive"), found));
            }
        };
        count += read as u64;
        file.write_all(piece.get(..read).unwrap_or_default()).map_err(|error| written(to, &error))?;
    }
    file.sync_all().map_err(|error| written(to, &error))?;
    Ok(count)
}
