//! The families of models there are, and their presets. A family is one file and one line here.

use super::family::{Family, Preset};
use super::{
    Config, Field, autoregressive, bernoulli_mixture, chow_liu, flow, gan, gaussian_mixture, hidden_markov, pca,
    recurrent, regression, vae,
};

/// Every family, in the order in which presets are shown.
pub static FAMILIES: &[&Family] = &[
    &vae::VAE, // noise, and a prior to sample from
    &vae::CONDITIONAL_VAE,
    &vae::AUTOREGRESSIVE_VAE,
    &vae::BAYESIAN_VAE,
    &vae::AUTOENCODER,
    &gan::VAE_GAN, // its decoder is a generator
    &gan::GAN,
    &gan::INFO_GAN,
    &gan::CONDITIONAL_GAN,
    &flow::FLOW,
    &flow::LATENT_FLOW,
    &pca::PCA,
    &regression::POLYNOMIAL,
    &regression::SVM,
    &regression::TREE,
    &regression::FOREST,
    &gaussian_mixture::GAUSSIAN_MIXTURE,
    &bernoulli_mixture::BERNOULLI_MIXTURE,
    &chow_liu::CHOW_LIU,
    &hidden_markov::HIDDEN_MARKOV,
    &autoregressive::AUTOREGRESSIVE,
    &recurrent::RECURRENT,
];

/// The names of all presets, in the order in which they are shown.
pub fn presets() -> impl Iterator<Item = &'static str> {
    FAMILIES.iter().flat_map(|family| family.presets).map(|preset| preset.name)
}

fn find_preset(name: &str) -> Option<(&'static Family, &'static Preset)> {
    let all = FAMILIES.iter().flat_map(|family| family.presets.iter().map(move |preset| (*family, preset)));
    all.into_iter().find(|(_, preset)| preset.name == name)
}

impl Config {
    /// A preset by name; `None` for one that does not exist.
    pub fn preset(name: &str) -> Option<Self> {
        let (family, preset) = find_preset(name)?;
        let mut config = Self::plain(preset.name, family);
        for (key, value) in preset.settings {
            config.values.put(key, value.clone());
        }
        Some(config)
    }

    /// Changes what changes with a field that a person has changed on a card.
    pub fn follow(&mut self, field: &Field) {
        if let Some(follow) = field.follow {
            let preset = Self::preset(&self.preset);
            follow(&mut self.values, preset.as_deref());
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::dataset::ImageShape;
    use crate::model::family::COMMON;
    use crate::model::{FieldKind, Model};
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

    #[test]
    fn an_unknown_field_is_answered_with_those_that_the_family_has() {
        let error = Config::preset("pca").unwrap().with("hidden", 3u64).unwrap_err();
        assert_eq!(error.to_string(), "hidden: expected one of latent, seed, found no such key");
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
                    let made = Model::new(&config, ImageShape::grey(9, 8));
                    assert!(made.is_ok(), "{name} {}={word}: {:?}", field.key, made.err());
                }
            }
        }
    }
}
