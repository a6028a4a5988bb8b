//! The conditional variational autoencoder (Sohn 2015): the decoder is told the class beside z, so that z is left with what
//! images of all classes differ in.

use super::Vae;
use super::class_head::ClassHead;
use super::table::{self, VAE};
use crate::model::classes::{CLASSES, LATENT_AND_CLASS};
use crate::model::family::{Family, Preset, after_first};
use crate::model::field::{CardInput, FieldChange, Section};
use crate::model::{Field, layers};

/// The variational autoencoder that is told the class.
pub static CONDITIONAL_VAE: Family = Family {
    id: "conditional-vae",
    words: "family.conditional-vae",
    presets: &[Preset { name: "cvae", settings: &[] }],
    fields: &FIELDS,
    summary: |config| {
        let classes = config.whole(CLASSES.key).unwrap_or(0);
        format!("{} of {classes} classes, the last number of z", (VAE.summary)(config))
    },
    make: |config, shape, parameters| {
        let classes = Some(ClassHead::new(config)?);
        Ok(Box::new(Vae::new(config, shape, parameters(), Some(config.read()?), classes)?))
    },
    ..VAE
};

/// Those of a VAE, and after its learning rate what the class weighs and how many there are.
const FIELDS: [&Field; table::FIELDS + 2] =
    after_first(table::fields(&LATENT_AND_CLASS, &layers::NETWORK), [&CLASS_WEIGHT, &CLASSES]);

/// What reading the class weighs beside the ELBO.
static CLASS_WEIGHT: Field = Field::real("class_weight", (0.0, 1000.0), 10.0).changes(FieldChange::Live).on_card(
    Section::LIVE,
    |_| "model.class_weight",
    CardInput::Slider { least: 0.0, most: 100.0, logarithmic: false },
);
