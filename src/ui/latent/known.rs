//! What a model makes of its anchors: what the panel draws from.

use crate::picture::Bitmap;

/// What a model makes of its anchors.
#[derive(Clone, Debug)]
pub struct AnchorPictures {
    /// The step of the weights.
    pub step: u64,
    /// Decoded from the anchors a, b and c.
    pub anchors: [Option<Bitmap>; 3],
    /// What comes of a − b + c, where there are all three.
    pub result: Option<ArithmeticPictures>,
}

/// What comes of a − b + c.
#[derive(Clone, Debug)]
pub struct ArithmeticPictures {
    /// The latent, `[latent]`.
    pub latent: Vec<f32>,
    /// Decoded from it.
    pub picture: Bitmap,
    /// The test image whose code lies nearest to it, none of the three.
    pub nearest: Option<RealPicture>,
}

/// A test image.
#[derive(Clone, Debug)]
pub struct RealPicture {
    /// Its place in the split.
    pub index: usize,
    /// How far its code is, in latent units.
    pub distance: f32,
    /// The image.
    pub picture: Bitmap,
}
