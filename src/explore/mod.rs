//! The mathematics of looking: no window, no GPU.

pub mod compare;
pub mod default_plane;
pub mod plane;

pub use default_plane::default_plane;
