//! Whose posterior is looked at.

use crate::explore::browse::ExamplePlace;
use std::sync::Arc;

/// An image whose posterior is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PosteriorSubject {
    /// An example of the data.
    Example(ExamplePlace),
    /// What is on the drawing pad.
    Drawing,
}

/// The image itself.
#[derive(Clone, Debug)]
pub struct PosteriorImage {
    /// Which one it is.
    pub subject: PosteriorSubject,
    /// Its values, `[pixels]` in [0, 1].
    pub image: Arc<[f32]>,
}

impl PosteriorImage {
    /// Whether both are the same image.
    pub fn same(&self, other: &Self) -> bool {
        self.subject == other.subject && (Arc::ptr_eq(&self.image, &other.image) || self.image == other.image)
    }
}
