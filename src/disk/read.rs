//! The one door in: nothing is waited for, nothing without an end is read, nothing longer than its kind may be is held.

use crate::message::{Message, message};
use std::fs::{File, FileType, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// Why a file cannot be read or written: what should be there, and what is. Who knows the path makes a sentence of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// What should be there.
    pub expected: Message,
    /// What is there.
    pub found: Message,
    /// Whether there is nothing at all.
    pub is_missing: bool,
}

impl FileError {
    /// A refusal of the file system.
    pub fn io(error: &io::Error) -> Self {
        let is_missing = error.kind() == ErrorKind::NotFound;
        let (expected, found) = match error.kind() {
            ErrorKind::NotFound => (message!("a file"), message!("nothing")),
            ErrorKind::NotADirectory => (message!("a file"), message!("a path through what is no folder")),
            ErrorKind::PermissionDenied => {
                (message!("a file that may be read"), message!("one that this user may not read"))
            }
            _ => (message!("a file that can be read"), Message::words(error)),
        };
        Self { expected, found, is_missing }
    }

    /// The sentence about the file at `path`.
    pub fn at(&self, path: &Path) -> Message {
        let Self { expected, found, .. } = self.clone();
        message!("{path}: expected {expected}, found {found}", path, expected, found)
    }

    /// A refusal of the file system to write.
    pub fn written(error: &io::Error) -> Self {
        let expected = match error.kind() {
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                message!("a place where this user may write")
            }
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => message!("room on the disk"),
            ErrorKind::FileTooLarge => message!("a limit of the system that leaves room for the file"),
            ErrorKind::AlreadyExists | ErrorKind::NotADirectory => message!("a folder to write into"),
            _ => message!("a file that can be written"),
        };
        Self::unexpected(expected, own_words(error))
    }

    /// A refusal of the file system to list a folder, which should be `expected`.
    pub fn listed(error: &io::Error, expected: Message) -> Self {
        let found = match error.kind() {
            ErrorKind::NotFound => message!("nothing"),
            ErrorKind::PermissionDenied => message!("one that this user may not read"),
            _ => own_words(error),
        };
        Self::unexpected(expected, found)
    }

    pub(super) fn unexpected(expected: Message, found: Message) -> Self {
        Self { expected, found, is_missing: false }
    }
}

/// The system's own words, without the place of a temporary file.
fn own_words(error: &io::Error) -> Message {
    let words = error.to_string();
    Message::words(words.split(" at path \"").next().unwrap_or(&words))
}

/// What there is at a path, in words; nothing where there is nothing.
pub fn kind_at(path: &Path) -> Message {
    match path.metadata().or_else(|_| path.symlink_metadata()) {
        Ok(data) if data.is_file() => message!("a file"),
        Ok(data) => kind(data.file_type()),
        Err(_) => message!("nothing"),
    }
}

/// Whether the file system has no room for what was to be written, or this user may not take more of it: later there may be.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge)
}

/// Opens a regular file for reading, through links as well, and gives its length in bytes. A pipe without a writer, a device
/// or a folder is refused and never waited for.
///
/// # Errors
/// What is there instead.
pub fn open_file(path: &Path) -> Result<(File, u64), FileError> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
        options.custom_flags(flags.bits().cast_signed());
    }
    let opened = options.open(path);
    // A socket cannot be opened, and some systems do not open a folder.
    let data = match &opened {
        Ok(file) => file.metadata(),
        Err(_) => std::fs::metadata(path),
    };
    match (opened, data) {
        (_, Ok(data)) if !data.is_file() => Err(FileError::unexpected(message!("a file"), kind(data.file_type()))),
        (Ok(file), Ok(data)) => Ok((file, data.len())),
        (Err(error), _) | (_, Err(error)) => Err(FileError::io(&error)),
    }
}

/// Reads a regular file of at most `most_bytes`; memory grows as its bytes arrive, whatever length it claims.
///
/// # Errors
/// What is there instead, or how much more.
pub fn read_file(path: &Path, most_bytes: u64) -> Result<Vec<u8>, FileError> {
    let (file, length) = open_file(path)?;
    let too_long = |length| {
        FileError::unexpected(
            message!("at most {most} bytes", most = most_bytes),
            message!("{size} bytes", size = length),
        )
    };
    if length > most_bytes {
        return Err(too_long(length));
    }
    let mut bytes = Vec::new();
    file.take(most_bytes.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| FileError::io(&error))?;
    let length = bytes.len() as u64;
    if length > most_bytes { Err(too_long(length)) } else { Ok(bytes) }
}

/// What is there that is no regular file.
pub(super) fn kind(found: FileType) -> Message {
    if found.is_dir() {
        return message!("a folder");
    }
    if found.is_symlink() {
        return message!("a link");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if found.is_fifo() {
            return message!("a pipe");
        }
        if found.is_socket() {
            return message!("a socket");
        }
    }
    message!("a device")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn said(path: &Path, most_bytes: u64) -> String {
        let error = read_file(path, most_bytes).unwrap_err();
        format!("expected {}, found {}", error.expected, error.found)
    }

    #[test]
    fn files_are_read_up_to_their_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, b"12345").unwrap();
        assert_eq!(read_file(&path, 5).unwrap(), b"12345");
        assert_eq!(said(&path, 4), "expected at most 4 bytes, found 5 bytes");
        assert_eq!(said(folder.path(), 4), "expected a file, found a folder");
        assert_eq!(said(&path.join("inside"), 4), "expected a file, found a path through what is no folder");
        assert_eq!(said(&folder.path().join("none"), 4), "expected a file, found nothing");
        assert!(read_file(&folder.path().join("none"), 4).unwrap_err().is_missing);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_no_file_is_refused_without_waiting() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, mode, 0).unwrap();
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        assert_eq!(said(&pipe, 4), "expected a file, found a pipe");
        assert_eq!(said(&socket, 4), "expected a file, found a socket");
        assert_eq!(said(&link, 4), "expected a file, found a device");
    }
}
