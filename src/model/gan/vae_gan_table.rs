//! The table of the family: its preset, its fields, and what is said of them.

use super::features::FEATURE_LAYERS;
use super::table::{self, GAN};
use super::vae_gan::VaeGan;
use crate::model::family::{Family, LATENT, Preset, SteppedPart, after_first};
use crate::model::field::{CardInput, FieldChange, Section};
use crate::model::vae::{BETA, BETA_WARM_UP_STEPS, FREE_BITS};
use crate::model::{Field, Setting, layers, learning};

/// The variational autoencoder whose decoder is a GAN's generator.
pub static VAE_GAN: Family = Family {
    id: "vae-gan",
    words: "family.vae-gan",
    heading: "preset.autoencoders",
    presets: &[Preset {
        name: "vae-gan",
        // With two dimensions its samples are further from images than a VAE's: such a generator leaves images out. The average of
        // the weights is shown, since they themselves go about what they have found.
        settings: &[
            ("latent", Setting::Whole(16)),
            ("learning_rate", Setting::Real(5e-4)),
            ("beta", Setting::Real(0.05)),
            ("average_decay", Setting::Real(0.998)),
        ],
    }],
    fields: &FIELDS,
    parts: &[
        SteppedPart { sign: "D", words: "train.step_d" },
        SteppedPart { sign: "G", words: "train.step_autoencoder" },
    ],
    encodes: true,
    summary: |config| {
        format!(
            "variational autoencoder whose decoder is the generator of a {}, error in the {} features of its critic, decoder {}, {}",
            table::note(config),
            config.word("feature_layer").unwrap_or_default(),
            layers::note(config),
            learning::note(config)
        )
    },
    make: |config, shape, parameters| Ok(Box::new(VaeGan::new(config, shape, parameters)?)),
    ..GAN
};

/// Those of a GAN, and after its learning rate those of a variational autoencoder and what stands between both.
const FIELDS: [&Field; table::FIELDS + 5] =
    after_first(table::fields(&LATENT), [&CRITIC_WEIGHT, &BETA, &FEATURE_LAYER, &BETA_WARM_UP_STEPS, &FREE_BITS]);

/// What the critic's verdict weighs beside the error of reconstructions in what the decoder learns from: 1/γ of Larsen 2016.
static CRITIC_WEIGHT: Field =
    Field::real("critic_weight", (0.0, 10_000.0), 5.0).required().changes(FieldChange::Live).on_card(
        Section::LIVE,
        |_| "model.critic_weight",
        CardInput::Slider { least: 0.0, most: 50.0, logarithmic: false },
    );
/// Which hidden layer of the critic gives the features.
static FEATURE_LAYER: Field = Field::choice("feature_layer", &FEATURE_LAYERS, FEATURE_LAYERS[0]).on_card(
    Section::ADVERSARIAL,
    |_| "model.feature_layer",
    CardInput::Plain,
);
