//! Arrays as NumPy writes them: `.npy` files, and `.npz` archives of several.
//!
//! Headers are parsed within bounds and compared with the file's length before memory is taken for what they announce.

mod array;
mod columns;
mod header;
mod images;
mod members;
mod npy;
mod npz;
mod roles;
mod text;
mod values;
mod write;

pub use npy::Npy;
pub use npz::Npz;
pub use write::npy_header;
