//! What a model makes of a test image, and how it comes to it.

use super::image_figures::ImageFigures;
use crate::snapshot::Snapshot;

/// What a model makes of a test image. Images are `[shape.values()]`.
#[derive(Clone, Debug)]
pub struct Reconstruction {
    /// The posterior's mean, or the latent that was found by inversion, `[latent]`.
    pub latent: Vec<f32>,
    /// Decoded from it, in [0, 1].
    pub image: Vec<f32>,
    /// reconstruction − original, in [−1, 1].
    pub error: Vec<f32>,
    /// How near it is.
    pub figures: ImageFigures,
}

impl Reconstruction {
    /// Of an image that a model decodes from a latent.
    pub(super) fn new(snapshot: &Snapshot, original: &[f32], latent: Vec<f32>, image: Vec<f32>) -> Self {
        let error = image.iter().zip(original).map(|(r, o)| r - o).collect();
        let figures = ImageFigures::of(snapshot, original, &image);
        Self { latent, image, error, figures }
    }
}

/// How a model comes to its reconstructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReconstructionKind {
    /// Encoded and decoded.
    Encoder,
    /// Decoded from the latent whose image is nearest, as far as a search finds it: it has no encoder.
    Inversion,
}

impl ReconstructionKind {
    /// What a table calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Encoder => "encoder",
            Self::Inversion => "inversion",
        }
    }
}

/// Whether a test image was searched for with the weights that the sheet is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Searched {
    /// Not yet. What there is is decoded where it was found with earlier weights.
    No,
    /// From where it was found with earlier weights, and from fresh draws.
    Onward,
    /// From fresh draws alone, which repeats to the bit; or it is encoded.
    Afresh,
}
