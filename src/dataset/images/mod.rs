//! Folders of images, and tables that list images: files of any size and kind become images of one.
//!
//! Files are decoded on all cores, once: what came of them is kept in the cache. No link is followed.

mod decode;
mod folder;
mod gather;
mod listing;
mod table;

pub use folder::{FolderPreview, ImageFolder, preview};
pub use table::ImageTable;
