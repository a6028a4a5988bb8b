//! Files: what is read is a regular file of bounded length; what is written is there whole or not at all.

pub mod atomic;
mod read;

pub use read::{ReadError, open_file, read_file};
