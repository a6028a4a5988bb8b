//! Whose posterior is looked at.

use crate::dataset::Dataset;
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

impl PosteriorSubject {
    /// Its image: of the data, or what is drawn; `None` where there is none.
    pub fn image(self, data: Option<&Arc<Dataset>>, drawing: Option<&Arc<[f32]>>) -> Option<PosteriorImage> {
        let image = match self {
            Self::Drawing => drawing?.clone(),
            Self::Example(place) => {
                let split = place.part.of(data?);
                (place.index < split.count()).then(|| split.image(place.index).into())?
            }
        };
        Some(PosteriorImage { subject: self, image })
    }
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
