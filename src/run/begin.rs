//! How a run's folder is taken: made by one who finds it missing, locked before anything is written into it.

use super::error::RunError;
use super::folder::{RunConfig, read_config};
use super::kept::kept;
use super::lock::Lock;
use super::toml_file::write_toml;
use crate::disk::faults::point;
use crate::disk::{atomic, refuse_in_run};
use crate::message::message;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// The longest part of a folder's name that a preset or data gives, in bytes.
const LONGEST_NAME: usize = 64;

/// Makes a run's folder, and those above it: of several who ask for one folder, one gets it.
///
/// # Errors
/// If there is anything of that name; the file system's own.
pub fn create_folder(run: &Path) -> Result<(), RunError> {
    if let Some(above) = run.parent().filter(|above| !above.as_os_str().is_empty()) {
        fs::create_dir_all(above).map_err(RunError::io(above))?;
    }
    let above = fs::canonicalize(atomic::parent(run)).map_err(RunError::io(run))?;
    refuse_in_run(&above).map_err(RunError::read(run))?;
    match point().and_then(|()| fs::create_dir(run)) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Err(RunError::unexpected(run, message!("a folder that does not exist yet"), message!("one")))
        }
        made => made.map_err(RunError::io(run)),
    }
}

/// Makes the first of `runs/<preset>-<data>-1`, `-2`, … that is not there.
///
/// # Errors
/// If `runs` lies in a run; the file system's own.
pub fn create_free_folder(runs: &Path, preset: &str, data: &str) -> Result<PathBuf, RunError> {
    let (preset, data) = (file_name(preset), file_name(data));
    let mut number = 1u64;
    loop {
        let run = runs.join(format!("{preset}-{data}-{number}"));
        match create_folder(&run) {
            Ok(()) => return Ok(run),
            // What refuses a name that nothing has refuses every name.
            Err(RunError::Unexpected { .. }) if run.symlink_metadata().is_ok() => number += 1,
            Err(error) => return Err(error),
        }
    }
}

/// A name as part of a file's: whatever could lead elsewhere, or nowhere, becomes a line.
fn file_name(name: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || "-_. ".contains(c) { c } else { '_' };
    let mut name: String = name.trim_start_matches('.').chars().map(plain).collect();
    while name.len() > LONGEST_NAME {
        name.pop();
    }
    if name.is_empty() { "run".to_owned() } else { name }
}

/// Begins a run in a folder: locks it, then writes `config.toml`. Where that is there already, it must be the same, of a run
/// that came to no checkpoint.
///
/// # Errors
/// If another run is in the folder, or one that is being trained; the file system's own.
pub fn begin(run: &Path, config: &RunConfig) -> Result<Lock, RunError> {
    point().and_then(|()| fs::create_dir_all(run)).map_err(RunError::io(run))?;
    let lock = Lock::take(run)?;
    let path = run.join("config.toml");
    if path.symlink_metadata().is_ok() {
        let same = |there: &RunConfig| there.model == config.model && there.data_checksum == config.data_checksum;
        if !has_no_checkpoint(run) || !same(&read_config(&path)?) {
            return Err(RunError::unexpected(run, message!("a folder without a run"), message!("another run")));
        }
        return Ok(lock);
    }
    write_toml(&path, config)?;
    Ok(lock)
}

/// Whether a run came to no checkpoint: it was killed at once, or its disk was full.
pub fn has_no_checkpoint(run: &Path) -> bool {
    let folder = run.join("checkpoints");
    folder.symlink_metadata().is_err() || kept(run).is_ok_and(|kept| kept.is_empty())
}

/// What two lines of `metrics.csv` take at most, in bytes.
const TWO_LINES_BYTES: u64 = 1 << 20;

/// Whether steps of a run can be read in its `metrics.csv`: a checkpoint was there before they were.
pub fn has_rows(run: &Path) -> bool {
    let file = fs::File::open(run.join("metrics.csv"));
    // The first line has the names of the columns.
    file.is_ok_and(|file| matches!(BufReader::new(file.take(TWO_LINES_BYTES)).lines().nth(1), Some(Ok(_))))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_folder_is_one_ones_own() {
        let folder = tempfile::tempdir().unwrap();
        let make = || create_free_folder(folder.path(), "vae", "digits").unwrap();
        let made: Vec<PathBuf> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(make)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let different: std::collections::BTreeSet<&PathBuf> = made.iter().collect();
        assert_eq!(different.len(), 8, "{made:?}");
        let error = create_folder(&made[0]).unwrap_err().to_string();
        assert!(error.ends_with("expected a folder that does not exist yet, found one"), "{error}");
    }

    #[test]
    fn no_folder_in_a_run_is_free() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("config.toml"), "").unwrap();
        fs::create_dir(folder.path().join("checkpoints")).unwrap();
        let error = create_free_folder(&folder.path().join("runs"), "vae", "digits").unwrap_err().to_string();
        assert!(error.ends_with("expected a place outside of runs, found one in a run folder"), "{error}");
    }

    #[test]
    fn names_lead_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["../../up", "/etc", "a\0b", "..", "", &"long".repeat(100)] {
            let made = create_free_folder(&folder.path().join("runs"), name, "x").unwrap();
            assert_eq!(made.parent(), Some(&*folder.path().join("runs")), "{name:?}");
        }
    }
}
