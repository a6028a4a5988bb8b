//! Examples in a file of the cache, read where they lie: nothing of them is held, and what is read often is in the system's
//! own cache of files.

use crate::dataset::meaning::{Meaning, ValueKind};
use crate::dataset::rows::Rows;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::sync::atomic::{AtomicBool, Ordering};

/// Examples of one split.
#[derive(Debug)]
pub struct FileRows {
    pub file: File,
    /// Examples.
    pub count: usize,
    /// Values in one.
    pub size: usize,
    pub kind: ValueKind,
    pub meaning: Meaning,
    /// SHA-256 of the file, in hexadecimal.
    pub sum: String,
    /// Whether reading has failed, which is said once.
    pub failed: AtomicBool,
}

#[cfg(unix)]
fn read_at(file: &File, bytes: &mut [u8], from: u64) -> std::io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, bytes, from)
}

#[cfg(windows)]
fn read_at(file: &File, mut bytes: &mut [u8], mut from: u64) -> std::io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, bytes, from)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            count => (bytes, from) = (&mut bytes[count..], from + count as u64),
        }
    }
    Ok(())
}

impl Rows for FileRows {
    fn count(&self) -> usize {
        self.count
    }

    fn read(&self, index: usize, out: &mut [f32]) {
        if index >= self.count {
            out.fill(0.0);
            return;
        }
        let length = self.size * self.kind.size();
        let mut bytes = vec![0; length];
        if let Err(error) = read_at(&self.file, &mut bytes, (index * length) as u64)
            && !self.failed.swap(true, Ordering::Relaxed)
        {
            tracing::error!(%error, index, "an image in the cache of data cannot be read: it is black");
        }
        self.meaning.values(self.kind, &bytes, out);
    }

    fn digest(&self, hash: &mut Sha256) {
        hash.update(format!("file {:?} {:?} {}", self.kind, self.meaning, self.sum));
    }
}
