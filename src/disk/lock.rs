//! Work that one program at a time does, while others wait for what comes of it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

/// How long it takes until another program's work is looked at again.
const BESIDE: Duration = Duration::from_millis(100);

/// Held while the work is done; gone with the process, however that ends.
#[derive(Debug)]
pub enum WorkLock {
    /// Nobody else does the work.
    Held(File),
    /// The file system knows no locks, and nobody is waited for.
    Unknown,
    /// Somebody cancelled while another worked.
    Cancelled,
}

impl WorkLock {
    /// Waits until nobody else holds the lock that the file at `path` is, which is made where there is none.
    ///
    /// # Errors
    /// The file system's own.
    pub fn wait(path: &Path, is_cancelled: impl Fn() -> bool) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self::Held(file)),
                Err(TryLockError::WouldBlock) if is_cancelled() => return Ok(Self::Cancelled),
                Err(TryLockError::WouldBlock) => std::thread::sleep(BESIDE),
                Err(TryLockError::Error(error)) => {
                    tracing::warn!("{} cannot be locked: {error}", path.display());
                    return Ok(Self::Unknown);
                }
            }
        }
    }
}
