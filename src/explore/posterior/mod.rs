//! What a decoder says of an image at every place of a plane: p(z|x), the evidence log p(x) and how far the encoder's q(z|x)
//! is from it; and the places of images in the plane of a decoder that has no encoder.

mod evidence;
mod missed;
mod placed;
mod places;
mod slice;
mod subject;
mod table;
mod worst;

pub use evidence::{EvidenceTable, SliceEvidence};
pub use missed::{FoundPlaces, MissedReference, MissedRule, OF_MEAN_IMAGE, OF_RECONSTRUCTIONS};
pub use placed::PlacedImages;
pub use places::{ImagePlace, PLACE_SIGMA, PlaceTable};
pub use slice::PlaneSlice;
pub use subject::{PosteriorImage, PosteriorSubject};
pub use table::{PlanePosterior, PosteriorTable};
pub use worst::WorstEncoded;

#[cfg(test)]
mod tests;
