//! What may lie where a file should.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

/// Something that is no regular file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Pipe,
    LinkToItself,
    LinkToNothing,
    Zero,
    Null,
    Full,
    Folder,
    Socket,
}

impl Kind {
    pub const ALL: [Self; 8] = [
        Self::Pipe,
        Self::LinkToItself,
        Self::LinkToNothing,
        Self::Zero,
        Self::Null,
        Self::Full,
        Self::Folder,
        Self::Socket,
    ];

    /// What a refusal says that read through it: the end of “expected …, found …”.
    pub fn said(self) -> &'static str {
        match self {
            Self::Pipe => "expected a file, found a pipe",
            Self::LinkToItself => "expected a file that can be read, found Too many levels of symbolic links",
            Self::LinkToNothing => "expected a file, found nothing",
            Self::Zero | Self::Null | Self::Full => "expected a file, found a device",
            Self::Folder => "expected a file, found a folder",
            Self::Socket => "expected a file, found a socket",
        }
    }

    /// What is there, in words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pipe => "a pipe",
            Self::LinkToItself | Self::LinkToNothing => "a link",
            Self::Zero | Self::Null | Self::Full => "a device",
            Self::Folder => "a folder",
            Self::Socket => "a socket",
        }
    }

    /// Puts it at `path`, in place of what is there.
    pub fn put(self, path: &Path) {
        remove(path);
        match self {
            Self::Pipe => {
                let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
                rustix::fs::mknodat(rustix::fs::CWD, path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
            }
            Self::LinkToItself => symlink(path.file_name().unwrap(), path).unwrap(),
            Self::LinkToNothing => symlink("nowhere", path).unwrap(),
            Self::Zero => symlink("/dev/zero", path).unwrap(),
            Self::Null => symlink("/dev/null", path).unwrap(),
            Self::Full => symlink("/dev/full", path).unwrap(),
            Self::Folder => fs::create_dir(path).unwrap(),
            // The name stays when the listener is gone.
            Self::Socket => drop(UnixListener::bind(path).unwrap()),
        }
    }
}

/// Removes whatever is there.
pub fn remove(path: &Path) {
    match path.symlink_metadata() {
        Ok(data) if data.is_dir() => fs::remove_dir_all(path).unwrap(),
        Ok(_) => fs::remove_file(path).unwrap(),
        Err(_) => {}
    }
}
