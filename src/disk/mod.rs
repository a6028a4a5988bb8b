//! Files: what is read is a regular file of bounded length; what is written is there whole or not at all.

pub mod atomic;
mod export;
pub(crate) mod faults;
mod lock;
mod npy;
mod read;

pub use export::{export, export_with, refuse_in_run};
pub use lock::WorkLock;
pub use npy::npy_of_bytes;
pub use read::{FileError, is_full, kind_at, open_file, read_file};
