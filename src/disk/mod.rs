//! Files: what is read is a regular file of bounded length; what is written is there whole or not at all.

pub mod atomic;
mod export;
pub(crate) mod faults;
mod read;

pub use export::export;
pub use read::{FileError, open_file, read_file};
