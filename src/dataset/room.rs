//! Room in memory for data, known before any of it is read.

use super::source::SourceError;
use crate::memory::{free_bytes, gibibytes};
use crate::message::message;
use std::path::Path;

/// The most images of one file: what is kept of each besides its pixels stays small.
pub const MOST_IMAGES: u64 = 10_000_000;

/// Compares what the data at `path` takes, in bytes, with what is free.
///
/// # Errors
/// If it is more.
pub fn check_room(path: &Path, bytes: u64) -> Result<(), SourceError> {
    let free = free_bytes();
    if bytes <= free {
        return Ok(());
    }
    Err(SourceError::unexpected(
        path,
        message!("data that fits into the memory that is free, {size}", size = gibibytes(free)),
        message!("data that takes {size}", size = gibibytes(bytes)),
    ))
}

/// Refuses more images than a file may hold.
///
/// # Errors
/// If there are more.
pub fn check_count(path: &Path, count: u64) -> Result<(), SourceError> {
    if count <= MOST_IMAGES {
        return Ok(());
    }
    Err(SourceError::unexpected(
        path,
        message!("at most {most} images", most = MOST_IMAGES),
        message!("{count} images", count),
    ))
}
