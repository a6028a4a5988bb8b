//! The densities of a VAE that its evidence log p(x) is estimated from.

use super::evidence_error::EvidenceError;
use super::pixel_density::PixelDensity;
use super::posteriors::{ImagePosterior, PlaneNormal};
use crate::dataset::ImageShape;
use crate::message::{Message, message};
use crate::snapshot::{Network, Scratch, Snapshot};
use rayon::prelude::*;
use std::ops::Deref;

/// A VAE as densities: q(z|x) from its encoder, p(x|z) from its decoder, to which it derefs, p(z) standard normal.
#[derive(Clone, Debug)]
pub struct VaeDensity {
    encoder: Network,
    decoder: PixelDensity,
}

impl VaeDensity {
    /// The densities of a snapshot of a VAE.
    ///
    /// # Errors
    /// If it has no likelihood or no encoder, if encoder and decoder do not fit together, or if a Bernoulli decoder does not end in a
    /// sigmoid.
    pub fn new(snapshot: &Snapshot) -> Result<Self, EvidenceError> {
        let Some(encoder) = snapshot.encoder.clone() else {
            return Err(EvidenceError::Missing(message!("encoder")));
        };
        let Some(likelihood) = snapshot.likelihood else {
            return Err(EvidenceError::Missing(message!("likelihood")));
        };
        let sizes = [
            (message!("encoder's input"), ImageShape::values(snapshot.image), encoder.input()),
            (message!("encoder's output"), 2 * snapshot.latent, encoder.output()),
        ];
        if let Some((what, expected, found)) = sizes.into_iter().find(|(_, expected, found)| expected != found) {
            let (expected, found) = (message!("{expected} values", expected), Message::words(found));
            return Err(EvidenceError::Mismatch { what, expected, found });
        }
        Ok(Self { encoder, decoder: PixelDensity::new(snapshot, likelihood)? })
    }

    /// q(z|x) of `image` (`[pixels]`).
    pub fn posterior(&self, image: &[f32], scratch: &mut Scratch) -> ImagePosterior {
        let (mean, log_variance) = self.encoder.evaluate(image, 1, scratch).split_at(self.latent());
        ImagePosterior { mean: mean.to_vec(), log_variance: log_variance.to_vec() }
    }

    /// q(z|x) of each of `images` (`[count, pixels]`), in the pool that it is called in; none where there are not two latent
    /// dimensions.
    pub fn plane_posteriors(&self, images: &[f32]) -> Vec<PlaneNormal> {
        let images = images.par_chunks_exact(self.pixels());
        let posteriors = images.map_init(Scratch::default, |scratch, image| self.posterior(image, scratch));
        posteriors.filter_map(|posterior| PlaneNormal::of(&posterior)).collect()
    }
}

impl Deref for VaeDensity {
    type Target = PixelDensity;

    fn deref(&self) -> &PixelDensity {
        &self.decoder
    }
}
