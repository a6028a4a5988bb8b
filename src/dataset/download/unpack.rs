//! What was downloaded becomes a folder that can be opened.

use super::table::{Download, Packing};
use super::tar::{self, all_found};
use super::transfer::written;
use crate::dataset::progress::Progress;
use crate::dataset::source::SourceError;
use crate::dataset::stream::Meter;
use crate::disk::{atomic, open_file};
use crate::message::{Message, message};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;
use zip::ZipArchive;

/// The most bytes of one unpacked file.
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
        Packing::TarGz(names) => {
            let meter = Meter::new(&archive, progress);
            meter.expect_file(&archive)?;
            tar::unpack(&archive, names, beside, MOST_BYTES, &meter)
        }
        Packing::Zip(names) => unzip(&archive, names, beside, progress),
    };
    if let Err(SourceError::Unexpected { path, .. }) = &unpacked
        && *path == archive
    {
        // It has the right checksum and is of no use: asked for again, it would be no better, but another may lie there.
        let _ = fs::remove_file(&archive);
    }
    unpacked
}

/// Unpacks files of `names` from a zip archive into `folder`, whatever folder of the archive they lie in.
fn unzip(archive: &Path, names: &[&str], folder: &Path, progress: &Progress) -> Result<(), SourceError> {
    let wrong = |found: Message| SourceError::unexpected(archive, message!("a zip archive"), found);
    let (file, _) =
        open_file(archive).map_err(|error| SourceError::unexpected(archive, error.expected, error.found))?;
    let mut zip = ZipArchive::new(io::BufReader::new(file)).map_err(|error| wrong(Message::words(error)))?;
    let mut left: Vec<&str> = names.to_vec();
    progress.set_total(0);
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(|error| wrong(Message::words(error)))?;
        let name = entry
            .name()
            .map_err(|error| wrong(Message::words(error)))?
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned();
        let Some(place) = left.iter().position(|wanted| entry.is_file() && *wanted == name) else { continue };
        left.remove(place);
        copy(&mut entry, &folder.join(&name), archive, progress)?;
    }
    all_found(archive, &left)
}

/// Unpacks one file, no further than it may be long.
fn copy(from: &mut impl Read, to: &Path, archive: &Path, progress: &Progress) -> Result<(), SourceError> {
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
        if count > MOST_BYTES {
            let expected = message!("at most {most} bytes", most = MOST_BYTES);
            return Err(SourceError::unexpected(archive, expected, message!("more")));
        }
        file.write_all(piece.get(..read).unwrap_or_default()).map_err(|error| written(to, &error))?;
    }
    file.sync_all().map_err(|error| written(to, &error))
}
