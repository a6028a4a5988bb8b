//! Noise that an autoencoder is trained with instead of a KL: on its code, or on the image that it is to restore.

use crate::model::field::{CardInput, Section};
use crate::model::{ConfigValues, Field};
use candle_core::{Result, Tensor};
use serde::Deserialize;

/// Standard deviations of normal noise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
pub(super) struct TrainingNoise {
    /// Added to each dimension of the code.
    code_noise: f64,
    /// Added to each pixel that the encoder reads; the image without it is what is to be decoded (Vincent 2008).
    image_noise: f64,
}

/// σ of the noise on the code; 0 for none.
pub(super) static CODE_NOISE: Field = noise("code_noise", |_| "model.code_noise", 1.0);
/// σ of the noise on the image; 0 for none.
pub(super) static IMAGE_NOISE: Field = noise("image_noise", |_| "model.image_noise", 0.5);

const fn noise(key: &'static str, words: fn(&ConfigValues) -> &'static str, usual: f64) -> Field {
    Field::real(key, (0.0, 100.0), 0.0).on_card(Section::NETWORK, words, CardInput::Optional { usual, unit: None })
}

/// What such an autoencoder is called.
pub(super) fn note(config: &ConfigValues) -> &'static str {
    let is = |key: &str| config.real(key).is_some_and(|noise| noise > 0.0);
    match (is("code_noise"), is("image_noise")) {
        (false, false) => "autoencoder without noise",
        (true, false) => "autoencoder with noise on the code",
        (false, true) => "denoising autoencoder",
        (true, true) => "denoising autoencoder with noise on the code",
    }
}

impl TrainingNoise {
    /// Normal draws an image.
    pub fn draws(&self, latent: usize, pixels: usize) -> usize {
        let code = if self.code_noise > 0.0 { latent } else { 0 };
        let image = if self.image_noise > 0.0 { pixels } else { 0 };
        code.saturating_add(image)
    }

    /// The images that the encoder reads, `[batch, pixels]`; the last of the draws are theirs.
    pub fn on_images(&self, images: &Tensor, draws: &Tensor) -> Result<Tensor> {
        add(images, draws, self.image_noise)
    }

    /// The codes that are decoded, `[batch, latent]`; the first of the draws are theirs.
    pub fn on_codes(&self, codes: &Tensor, draws: &Tensor) -> Result<Tensor> {
        match self.code_noise > 0.0 {
            true => codes + draws.narrow(1, 0, codes.dim(1)?)?.affine(self.code_noise, 0.0)?,
            false => Ok(codes.clone()),
        }
    }
}

fn add(images: &Tensor, draws: &Tensor, noise: f64) -> Result<Tensor> {
    if noise == 0.0 {
        return Ok(images.clone());
    }
    let pixels = images.dim(1)?;
    images + draws.narrow(1, draws.dim(1)? - pixels, pixels)?.affine(noise, 0.0)?
}
