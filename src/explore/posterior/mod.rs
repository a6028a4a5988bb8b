//! What a decoder says of an image at every place of a plane: p(z|x), the evidence log p(x) and how far the encoder's q(z|x)
//! is from it; and images as points in the plane of a decoder that has no encoder.

mod evidence;
mod placed;
mod slice;
mod subject;
mod table;
mod worst;

pub use evidence::{EvidenceTable, SliceEvidence};
pub use placed::PlacedImages;
pub use slice::PlaneSlice;
pub use subject::{PosteriorImage, PosteriorSubject};
pub use table::{PlanePosterior, PosteriorTable};
pub use worst::WorstEncoded;

#[cfg(test)]
mod tests;
