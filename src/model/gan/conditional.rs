//! The conditional GAN (Mirza 2014): generator and discriminator are told the class, so that z is left with what images of all
//! classes differ in.

use super::table::{self, GAN};
use crate::model::classes::{CLASSES, LATENT_AND_CLASS};
use crate::model::family::{Family, Preset, after_first};
use crate::model::{Field, Setting, layers, learning};

/// The GAN that is told the class.
pub static CONDITIONAL_GAN: Family = Family {
    id: "conditional-gan",
    words: "family.conditional-gan",
    presets: &[Preset {
        name: "cgan",
        // Larger steps, of which the average is shown: it makes the class that is asked for sooner and more surely.
        settings: &[("learning_rate", Setting::Real(6e-4)), ("average_decay", Setting::Real(0.999))],
    }],
    fields: &FIELDS,
    points: |preset| {
        // As fast as a GAN that is not told the class.
        let settings = (GAN.points)(preset).into_iter().filter(|(key, _)| *key != "learning_rate");
        settings.chain([("learning_rate", Setting::Real(1e-3))]).collect()
    },
    summary: |config| {
        format!(
            "{}, told which of {} classes by the last number of z, generator {}, {}",
            table::note(config),
            config.whole(CLASSES.key).unwrap_or(0),
            layers::note(config),
            learning::note(config)
        )
    },
    ..GAN
};

/// Those of a GAN, and after its learning rate how many classes there are.
const FIELDS: [&Field; table::FIELDS + 1] = after_first(table::fields(&LATENT_AND_CLASS), [&CLASSES]);
