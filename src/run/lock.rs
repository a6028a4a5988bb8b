//! One trainer a run folder: two that wrote into one would undo each other's work.

use super::error::RunError;
use crate::disk::kind_at;
use crate::message::message;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

/// Held while a run is trained; gone with the process, however that ends.
#[derive(Debug)]
pub struct Lock {
    _file: Option<File>,
}

impl Lock {
    /// Locks a run folder. Where the file system knows no locks there is none, and nobody is kept out.
    ///
    /// # Errors
    /// If this or another program trains the run.
    pub fn take(run: &Path) -> Result<Self, RunError> {
        let path = run.join(".lock");
        if let Ok(there) = path.symlink_metadata()
            && !there.is_file()
        {
            return Err(RunError::unexpected(&path, message!("a file"), kind_at(&path)));
        }
        let Ok(file) = OpenOptions::new().create(true).append(true).open(&path) else {
            return Ok(Self { _file: None });
        };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(RunError::unexpected(
                run,
                message!("a run that nobody trains at this moment"),
                message!("one that is being trained"),
            )),
            Ok(()) => Ok(Self { _file: Some(file) }),
            Err(TryLockError::Error(error)) => {
                tracing::warn!("{} cannot be locked, so that nobody is kept out of the run: {error}", path.display());
                Ok(Self { _file: None })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn one_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let lock = Lock::take(folder.path()).unwrap();
        let error = Lock::take(folder.path()).unwrap_err().to_string();
        assert!(error.ends_with("expected a run that nobody trains at this moment, found one that is being trained"));
        drop(lock);
        Lock::take(folder.path()).unwrap();
        Lock::take(&folder.path().join("nowhere")).unwrap();
    }
}
