//! The InfoGAN of a continuous latent (Chen 2016): a GAN from whose images an encoder reads z again, so that every place of its
//! plane makes an image of its own.

use super::Gan;
use super::table::{self, GAN};
use crate::model::family::{Family, LATENT, Preset, after_first};
use crate::model::field::{CardInput, FieldChange, Section};
use crate::model::{Field, Setting, layers, learning};

/// The GAN with an encoder.
pub static INFO_GAN: Family = Family {
    id: "info-gan",
    words: "family.info-gan",
    heading: "preset.gans",
    presets: &[Preset { name: "info-gan", settings: &[("fourier_features", Setting::Flag(true))] }],
    fields: &FIELDS,
    encodes: true,
    summary: |config| {
        format!(
            "{} and an encoder of z, generator {}, {}",
            table::note(config),
            layers::note(config),
            learning::note(config)
        )
    },
    make: |config, shape, parameters| Ok(Box::new(Gan::with_encoder(config, shape, parameters)?)),
    ..GAN
};

/// Those of a GAN, and after its learning rate the weight of the latents and the encoder's rate.
const FIELDS: [&Field; table::FIELDS + 2] = after_first(table::fields(&LATENT), [&LATENT_WEIGHT, &ENCODER_RATE]);

/// λ, what the latents weigh beside the critic.
static LATENT_WEIGHT: Field =
    Field::real("latent_weight", (0.0, 1000.0), 1.0).required().changes(FieldChange::Live).on_card(
        Section::LIVE,
        |_| "model.latent_weight",
        CardInput::Slider { least: 0.0, most: 10.0, logarithmic: false },
    );
/// The encoder's learning rate as a multiple of the generator's: it has to follow where the generator moves.
static ENCODER_RATE: Field = Field::real("encoder_rate", (0.0, 1000.0), 5.0).on_card(
    Section::OPTIMIZER,
    |_| "model.encoder_rate",
    CardInput::Plain,
);
