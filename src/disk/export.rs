//! The one door out for pictures and tables that a person asks for.

use super::atomic;
use super::read::{FileError, kind};
use crate::message::message;
use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

/// Folders above a file in which a run may begin: a checkpoint's file is two below.
const ABOVE: usize = 3;

/// Writes a file that a person named: whole or not at all, over a regular file or nothing, and never into a run.
///
/// # Errors
/// What is there instead, or the file system's own.
pub fn export(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    export_with(path, |file| file.write_all(bytes))
}

/// The same for what is too large to be held in memory: `fill` writes it.
///
/// # Errors
/// The same, or `fill`'s.
pub fn export_with(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), FileError> {
    match path.symlink_metadata() {
        Ok(data) if !data.is_file() => {
            return Err(FileError::unexpected(message!("a file, or nothing of that name"), kind(data.file_type())));
        }
        _ => {}
    }
    let real = atomic::parent(path).canonicalize().map_err(|error| match error.kind() {
        ErrorKind::NotFound => FileError::unexpected(message!("a folder to write into"), message!("none")),
        _ => FileError::io(&error),
    })?;
    refuse_in_run(&real)?;
    atomic::write_with(path, fill).map_err(|error| FileError::written(&error))
}

/// Refuses a folder that is a run or lies in one: nothing but the run's own goes there.
///
/// # Errors
/// If it is so.
pub fn refuse_in_run(folder: &Path) -> Result<(), FileError> {
    if folder.ancestors().take(ABOVE).any(is_run) {
        return Err(FileError::unexpected(message!("a place outside of runs"), message!("one in a run folder")));
    }
    Ok(())
}

fn is_run(folder: &Path) -> bool {
    folder.join("config.toml").is_file() && folder.join("checkpoints").is_dir()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn refused(path: &Path) -> String {
        let error = export(path, b"new").unwrap_err();
        format!("expected {}, found {}", error.expected, error.found)
    }

    #[test]
    fn only_files_outside_of_runs_are_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("picture.png");
        export(&path, b"one").unwrap();
        export(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(refused(folder.path()), "expected a file, or nothing of that name, found a folder");
        assert_eq!(refused(&folder.path().join("none/picture.png")), "expected a folder to write into, found none");
        let run = folder.path().join("run");
        std::fs::create_dir_all(run.join("checkpoints/000001")).unwrap();
        std::fs::write(run.join("config.toml"), "").unwrap();
        for inside in ["config.toml", "picture.png", "checkpoints/picture.png", "checkpoints/000001/state.toml"] {
            assert_eq!(refused(&run.join(inside)), "expected a place outside of runs, found one in a run folder");
        }
        assert_eq!(std::fs::read(run.join("config.toml")).unwrap(), b"");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_stay_and_others_may_read_what_is_written() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (own, link) = (folder.path().join("own"), folder.path().join("link"));
        std::fs::write(&own, "own").unwrap();
        symlink(&own, &link).unwrap();
        assert_eq!(refused(&link), "expected a file, or nothing of that name, found a link");
        assert_eq!(refused(Path::new("/dev/null")), "expected a file, or nothing of that name, found a device");
        assert_eq!(std::fs::read(&own).unwrap(), b"own");
        let (written, made) = (folder.path().join("written"), folder.path().join("made"));
        export(&written, b"x").unwrap();
        std::fs::write(&made, "x").unwrap();
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode(&written), mode(&made), "as any program would have made it");
    }
}
