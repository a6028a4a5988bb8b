//! What a decoder's output stands for, and what is done to images before a model sees them.

use super::field::{CardInput, Section};
use super::{ConfigError, ConfigValues, Field, Setting};
use crate::message::message;
pub use crate::nn::likelihood::Likelihood;
use serde::Deserialize;

/// Whether grey images are made black and white before a model sees them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Binarize {
    /// Grey values are probabilities.
    None,
    /// Drawn once.
    Static,
    /// Training images drawn anew at every sight of them; test images once.
    Dynamic,
}

const BINARIZE_WORDS: [&str; 3] = ["none", "static", "dynamic"];

/// The distribution of pixels of an autoencoder.
pub(super) static LIKELIHOOD: Field = Field::choice("likelihood", &["bernoulli", "gaussian"], "bernoulli")
    .required()
    .on_card(Section::NETWORK, |_| "model.likelihood", CardInput::Plain)
    // Pixels of a normal distribution are not coin flips.
    .follow(|config, _| {
        if is_gaussian(config) {
            config.put("binarize", Setting::word("none"));
        }
    });
/// σ of a normal distribution: how far from the decoder's output a pixel or coordinate usually lies.
pub(super) static SIGMA: Field = Field::real("sigma", (1e-3, 1000.0), 1.0)
    .on_card(Section::NETWORK, |_| "model.sigma", CardInput::Plain)
    .only_if(is_gaussian);
/// What is done to grey images before coin flips are expected of them.
pub(super) static BINARIZE: Field = Field::choice("binarize", &BINARIZE_WORDS, "none")
    .required()
    .on_card(Section::NETWORK, |_| "model.binarize", CardInput::Plain)
    .only_if(|config| !is_gaussian(config));
/// The same for a model without a likelihood, where a card does not offer it.
pub(super) static BINARIZE_UNSEEN: Field = Field::choice("binarize", &BINARIZE_WORDS, "none").required();

/// Whether pixels are of a normal distribution.
pub(super) fn is_gaussian(config: &ConfigValues) -> bool {
    config.word("likelihood") == Some("gaussian")
}

/// Pixels of a normal distribution are not binarised.
pub(super) fn check(config: &ConfigValues) -> Result<(), ConfigError> {
    match config.word("binarize") {
        Some(word) if word != "none" && is_gaussian(config) => {
            Err(ConfigError::new("binarize", message!("none with a Gaussian likelihood"), word))
        }
        _ => Ok(()),
    }
}
