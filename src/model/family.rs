//! The families of models there are. A family is one file and one line here.

use super::field::{CardInput, FieldChange, Section};
use super::{Config, ConfigError, Field, Setting, StepError, Trainable, gan, vae};
use crate::dataset::ImageShape;
use crate::nn::parameters::Parameters;

/// Every family, in the order in which presets are shown.
pub static FAMILIES: &[&Family] = &[
    &vae::VAE, // noise, and a prior to sample from
    &vae::AUTOENCODER,
    &gan::GAN,
    &super::pca::PCA,
];

/// Latent dimensions.
pub(super) static LATENT: Field = Field::whole("latent", (1, 512), 2).required().changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.latent",
    CardInput::Plain,
);
/// Seed of every random stream.
pub(super) static SEED: Field = Field::whole("seed", (0, u64::MAX), 0).required().changes(FieldChange::Order).on_card(
    Section::NETWORK,
    |_| "model.seed",
    CardInput::Plain,
);
/// What models of every family have.
pub(super) static COMMON: [&Field; 2] = [&LATENT, &SEED];

/// Makes a model: of a configuration, for images of a shape, with parameters that are made by the function.
pub type MakeModel = fn(&Config, ImageShape, &dyn Fn() -> Parameters) -> Result<Box<dyn Trainable>, StepError>;

/// One kind of model.
pub struct Family {
    /// Its name in files.
    pub id: &'static str,
    /// The key of its name in the language tables.
    pub words: &'static str,
    /// The key of the heading that its presets stand under.
    pub heading: &'static str,
    /// The configurations that have names.
    pub presets: &'static [Preset],
    /// Its fields, in the order of a card.
    pub fields: &'static [&'static Field],
    /// What of it can be stepped alone; the first has number 1.
    pub parts: &'static [SteppedPart],
    /// Whether it has an encoder.
    pub encodes: bool,
    /// Whether a draw of the standard normal distribution decodes to a sample of what it learned.
    pub samples: bool,
    /// Whether draws of its posterior bound log p(x) (Burda 2016).
    pub bounds_evidence: bool,
    /// Steps after which there is nothing more to learn; `None` where it learns on and on.
    pub most_steps: Option<u64>,
    /// What is wrong with its numbers taken together.
    pub check: fn(&Config) -> Result<(), ConfigError>,
    /// The key of a warning about its numbers under a section of the card.
    pub warning: fn(&Config, Section) -> Option<&'static str>,
    /// One line on what a configuration is.
    pub summary: fn(&Config) -> String,
    /// Makes a model.
    pub make: MakeModel,
}

/// A configuration that has a name; its text is `preset.NAME` in the language tables.
pub struct Preset {
    /// The name.
    pub name: &'static str,
    /// The fields that are not what they are in every model of the family.
    pub settings: &'static [(&'static str, Setting)],
}

/// Networks of a model that can be updated alone.
pub struct SteppedPart {
    /// What stands on its button.
    pub sign: &'static str,
    /// The key of its button's name in the language tables; `_tip` is added for what it does.
    pub words: &'static str,
}

impl std::fmt::Debug for Family {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}

impl Family {
    /// A field by its key.
    pub fn field(&self, key: &str) -> Option<&'static Field> {
        self.fields.iter().copied().find(|field| field.key == key)
    }
}

/// The names of all presets, in the order in which they are shown.
pub fn presets() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().flat_map(|family| family.presets).map(|preset| preset.name)
}

pub(super) fn find_preset(name: &str) -> Option<(&'static Family, &'static Preset)> {
    let all = FAMILIES.iter().flat_map(|family| family.presets.iter().map(move |preset| (*family, preset)));
    all.into_iter().find(|(_, preset)| preset.name == name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::model::FieldKind;
    use std::collections::BTreeSet;

    #[test]
    fn tables_of_fields_are_whole() {
        for family in FAMILIES {
            let keys: BTreeSet<&str> = family.fields.iter().map(|field| field.key).collect();
            assert_eq!(keys.len(), family.fields.len(), "{}: a key twice", family.id);
            assert!(COMMON.iter().all(|field| keys.contains(field.key)), "{}", family.id);
            for field in family.fields {
                assert_eq!(field.fit(field.default.clone()).as_ref(), Ok(&field.default), "{}", field.key);
                field.check(&field.default).unwrap();
            }
            for preset in family.presets {
                for (key, value) in preset.settings {
                    let field = family.field(key).unwrap_or_else(|| panic!("{}: {key}", preset.name));
                    assert_eq!(field.fit(value.clone()).as_ref(), Ok(value), "{}: {key}", preset.name);
                }
                Config::preset(preset.name).unwrap().check().unwrap();
            }
        }
        let names: BTreeSet<&str> = presets().collect();
        assert_eq!(names.len(), presets().count(), "a preset twice");
    }

    /// Every word that a table offers is one that the family computes with.
    #[test]
    fn every_word_of_a_choice_makes_a_model() {
        for name in presets() {
            let config = Config::preset(name).unwrap();
            for field in config.family().fields {
                let FieldKind::Choice(words) = field.kind else { continue };
                for word in words {
                    let config = config.with(field.key, *word).unwrap();
                    let made = super::super::Model::new(&config, ImageShape::grey(9, 8));
                    assert!(made.is_ok(), "{name} {}={word}: {:?}", field.key, made.err());
                }
            }
        }
    }
}
