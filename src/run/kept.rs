//! The checkpoints that a run folder keeps: which there are, which may go, and what crashes have left.

use super::error::RunError;
use super::retention;
use crate::disk::faults::point;
use crate::disk::{FileError, atomic, kind_at};
use crate::message::{Message, message};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A checkpoint on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Steps made.
    pub step: u64,
    /// Its folder.
    pub path: PathBuf,
}

impl Kept {
    /// What it takes on disk, in bytes; 0 for what cannot be read.
    pub fn bytes(&self) -> u64 {
        let entries = fs::read_dir(&self.path).into_iter().flatten().flatten();
        entries.filter_map(|entry| Some(entry.metadata().ok()?.len())).sum()
    }
}

/// The checkpoints of a run folder, in order of step. Looks at names alone.
///
/// # Errors
/// The file system's own.
pub fn kept(run: &Path) -> Result<Vec<Kept>, RunError> {
    let folder = run.join("checkpoints");
    let entries = fs::read_dir(&folder).map_err(|error| {
        let expected = message!("a folder of checkpoints");
        match error.kind() {
            ErrorKind::NotADirectory => RunError::unexpected(&folder, expected, kind_at(&folder)),
            _ => RunError::read(&folder)(FileError::listed(&error, expected)),
        }
    })?;
    let mut kept: Vec<Kept> = entries
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = entry.file_name();
            let name = name.to_str()?;
            let digits = name.bytes().all(|byte| byte.is_ascii_digit());
            Some(Kept { step: name.parse().ok().filter(|_| digits)?, path: entry.path() })
        })
        .collect();
    kept.sort_by_key(|kept| kept.step);
    Ok(kept)
}

/// A step was asked for that is not kept.
pub(super) fn not_kept(run: &Path, step: u64, kept: &[u64]) -> RunError {
    let kept = kept.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    RunError::unexpected(run, message!("one of the steps that are kept ({kept})", kept), Message::words(step))
}

/// Puts aside the checkpoints after `step`, from which a run does not go on: `000123` becomes `000123.aside`, and stays until
/// a person removes it. Gives their names.
///
/// # Errors
/// The file system's own.
pub fn put_aside_after(run: &Path, step: u64) -> Result<Vec<PathBuf>, RunError> {
    let after = kept(run)?.into_iter().filter(|kept| kept.step > step);
    let aside = after.map(|kept| {
        let mut number = 1;
        let mut aside = kept.path.with_extension("aside");
        while aside.symlink_metadata().is_ok() {
            number += 1;
            aside = kept.path.with_extension(format!("aside-{number}"));
        }
        point().and_then(|()| fs::rename(&kept.path, &aside)).map_err(RunError::io(&kept.path))?;
        Ok(aside)
    });
    let aside = aside.collect::<Result<Vec<_>, RunError>>()?;
    let folder = run.join("checkpoints");
    atomic::sync_folder(&folder).map_err(RunError::io(&folder))?;
    Ok(aside)
}

/// Removes the checkpoints that [`retention::keep`] does not keep once there is one more, `next`: its step and bytes.
///
/// # Errors
/// The file system's own; what is left is whole.
pub fn prune(run: &Path, next: Option<(u64, u64)>, budget_bytes: u64) -> Result<(), RunError> {
    let all = kept(run)?;
    let next = next.filter(|(step, _)| all.last().is_some_and(|newest| newest.step < *step));
    let known = all.iter().map(|kept| (kept.step, kept.bytes()));
    let (steps, sizes): (Vec<u64>, Vec<u64>) = known.chain(next).unzip();
    for (kept, keep) in all.iter().zip(retention::keep(&steps, &sizes, budget_bytes)) {
        if !keep {
            atomic::remove_folder(&kept.path).map_err(RunError::io(&kept.path))?;
        }
    }
    Ok(())
}

/// Removes what crashes have left half-written or half-removed in a run folder. Only for who trains the run.
///
/// # Errors
/// The file system's own.
pub fn clean(run: &Path) -> Result<(), RunError> {
    for folder in [run.to_owned(), run.join("checkpoints")] {
        if folder.symlink_metadata().is_ok_and(|data| data.is_dir()) {
            atomic::clean(&folder).map_err(RunError::io(&folder))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn checkpoints_are_listed_pruned_and_cleaned() {
        let folder = tempfile::tempdir().unwrap();
        let run = folder.path();
        for step in 0..=20u64 {
            let path = run.join(format!("checkpoints/{step:06}"));
            fs::create_dir_all(&path).unwrap();
            fs::write(path.join("weights.safetensors"), [0; 100]).unwrap();
        }
        for left in ["checkpoints/.latentarium-abcdef.part", "checkpoints/.latentarium-ABC123.gone/removed"] {
            fs::create_dir_all(run.join(left)).unwrap();
        }
        fs::write(run.join(".latentarium-x3x3x3.part"), "half").unwrap();
        let own = [".x.part", ".tmpabc", ".notes.old", ".latentarium-.part", ".latentarium-abcdef.part.mine"];
        for name in own {
            fs::write(run.join(name), "a person's own").unwrap();
        }
        fs::write(run.join("checkpoints/+7"), "not one of ours").unwrap();
        assert_eq!(kept(run).unwrap().len(), 21);
        assert_eq!(kept(run).unwrap()[3].bytes(), 100);
        prune(run, None, 800).unwrap();
        let steps: Vec<u64> = kept(run).unwrap().iter().map(|kept| kept.step).collect();
        assert_eq!(steps.len(), 8, "{steps:?}");
        assert!(steps.starts_with(&[0]) && steps.ends_with(&[18, 19, 20]), "{steps:?}");
        clean(run).unwrap();
        let hidden = |folder: &Path| {
            let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            names.filter(|name| name.starts_with('.')).collect::<Vec<_>>()
        };
        let mut left = hidden(run);
        left.sort();
        let mut own = own.to_vec();
        own.sort_unstable();
        assert_eq!(
            (left, hidden(&run.join("checkpoints"))),
            (own.into_iter().map(str::to_owned).collect(), Vec::new())
        );
        assert!(run.join("checkpoints/+7").exists(), "what is not ours stays");
    }
}
