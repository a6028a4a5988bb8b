//! The variational autoencoder whose decoder's weights have a posterior, too (Blundell 2015): what it is not sure of can be seen.

use super::Vae;
use super::table::{self, VAE};
use crate::model::family::{Family, LATENT, Preset, after_first};
use crate::model::field::{CardInput, FieldChange, Section};
use crate::model::{Field, layers, learning};

/// The variational autoencoder with a normal posterior of each of its decoder's weights.
pub static BAYESIAN_VAE: Family = Family {
    id: "bayesian-vae",
    words: "family.bayesian-vae",
    presets: &[Preset { name: "bayesian-vae", settings: &[] }],
    fields: &FIELDS,
    summary: |config| {
        let (decoder, how) = (layers::note(config), learning::note(config));
        let prior = config.real(WEIGHT_PRIOR.key).unwrap_or(0.0);
        format!("variational autoencoder, decoder {decoder} of normal weights with prior σ {prior}, {how}")
    },
    make: |config, shape, parameters| Ok(Box::new(Vae::new(config, shape, parameters(), Some(config.read()?), None)?)),
    ..VAE
};

/// Those of a VAE, and after its learning rate the weights' prior.
const FIELDS: [&Field; table::FIELDS + 1] = after_first(table::fields(&LATENT, &DENSE), [&WEIGHT_PRIOR]);

/// Layers whose draws are those of their weights: of a convolution, which has the same weights at each place, they are not.
static DENSE: Field = Field::choice("network", &["dense"], "dense").changes(FieldChange::Shape);

/// Standard deviation of the prior of each weight and bias of the decoder, about 0.
static WEIGHT_PRIOR: Field = Field::real("weight_prior", (1e-3, 100.0), 0.1).changes(FieldChange::Live).on_card(
    Section::LIVE,
    |_| "model.weight_prior",
    CardInput::Slider { least: 1e-2, most: 10.0, logarithmic: true },
);
