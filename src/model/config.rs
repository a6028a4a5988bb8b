//! What a model is and how it is trained: its preset, its family, and a value for each of the family's fields.

use super::family::{Family, LATENT, SEED, find_preset};
use super::{ChangeError, Field, Setting};
use crate::message::{Explain, Message, message};
use serde::de::DeserializeOwned;

/// Every number that a training run depends on, apart from the data.
#[derive(Clone, Debug)]
pub struct Config {
    /// The preset it started from.
    pub preset: String,
    family: &'static Family,
    /// One a field of the family, in their order.
    values: Vec<Setting>,
}

impl PartialEq for Config {
    fn eq(&self, other: &Self) -> bool {
        self.preset == other.preset && self.family.id == other.family.id && self.values == other.values
    }
}

impl Config {
    /// A configuration whose fields are what they are where nothing else is said.
    pub(super) fn plain(preset: impl Into<String>, family: &'static Family) -> Self {
        let values = family.fields.iter().map(|field| field.default.clone()).collect();
        Self { preset: preset.into(), family, values }
    }

    /// A preset by name; `None` for one that does not exist.
    pub fn preset(name: &str) -> Option<Self> {
        let (family, preset) = find_preset(name)?;
        let mut config = Self::plain(preset.name, family);
        for (key, value) in preset.settings {
            config.put(key, value.clone());
        }
        Some(config)
    }

    /// Sets a field of the family to a value that fits it.
    pub(super) fn put(&mut self, key: &str, value: Setting) {
        let fields = self.family.fields.iter().zip(&mut self.values);
        if let Some((_, place)) = fields.into_iter().find(|(field, _)| field.key == key) {
            *place = value;
        }
    }

    /// What kind of model it is.
    pub fn family(&self) -> &'static Family {
        self.family
    }

    /// The family's fields with their values, in the order of a card.
    pub fn fields(&self) -> impl Iterator<Item = (&'static Field, &Setting)> {
        self.family.fields.iter().copied().zip(&self.values)
    }

    /// A field's value; `None` where the family has no such field.
    pub fn get(&self, key: &str) -> Option<&Setting> {
        self.fields().find(|(field, _)| field.key == key).map(|(_, value)| value)
    }

    /// A whole number by its key; `None` where the family has none of that name.
    pub fn whole(&self, key: &str) -> Option<u64> {
        match self.get(key)? {
            Setting::Whole(whole) => Some(*whole),
            _ => None,
        }
    }

    /// A real number by its key; `None` where the family has none of that name.
    pub fn real(&self, key: &str) -> Option<f64> {
        match self.get(key)? {
            Setting::Real(real) => Some(*real),
            _ => None,
        }
    }

    /// The word that is chosen for a key; `None` where the family has no such choice.
    pub fn word(&self, key: &str) -> Option<&str> {
        match self.get(key)? {
            Setting::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Latent dimensions.
    pub fn latent(&self) -> usize {
        self.whole(LATENT.key).unwrap_or(0) as usize
    }

    /// Seed of every random stream.
    pub fn seed(&self) -> u64 {
        self.whole(SEED.key).unwrap_or(0)
    }

    /// Images that a step looks at, of `count` that there are: a batch, or all of them where a step is a pass.
    pub fn images_per_step(&self, count: usize) -> usize {
        self.whole("batch").map_or(count, |batch| batch as usize)
    }

    /// Tests in a row without a better test loss after which a run stops; 0 for never.
    pub fn early_stop_tests(&self) -> u64 {
        self.whole("early_stop_tests").unwrap_or(0)
    }

    /// Whether it has an encoder.
    pub fn encodes(&self) -> bool {
        self.family.encodes
    }

    /// One line on what it is.
    pub fn summary(&self) -> String {
        (self.family.summary)(self)
    }

    /// The same with one field set; whether the whole is a run that can be made is for [`Config::check`].
    ///
    /// # Errors
    /// If the family has no such field or it cannot hold the value.
    pub fn with(&self, key: &str, value: impl Into<Setting>) -> Result<Self, ChangeError> {
        let Some(place) = self.family.fields.iter().position(|field| field.key == key) else {
            return Err(ChangeError::Unknown { key: key.to_owned(), known: self.changeable() });
        };
        let value = value.into();
        let found = match &value {
            Setting::Word(word) => format!("\"{word}\""),
            other => other.to_string(),
        };
        let fitted = self.family.fields[place].fit(value);
        let fitted = fitted.map_err(|why| ChangeError::Value { key: key.to_owned(), found, why })?;
        let mut config = self.clone();
        config.values[place] = fitted;
        Ok(config)
    }

    /// Takes the values of fields that change while a model trains from another configuration of the same family.
    pub fn take_live(&mut self, other: &Self) {
        for (field, value) in other.fields().filter(|(field, _)| field.is_live()) {
            self.put(field.key, value.clone());
        }
    }

    /// Why a run cannot change a field on its way, if it cannot: the end of a sentence.
    pub fn fixed(&self, key: &str) -> Option<Message> {
        match key {
            "preset" | "family" => super::FieldChange::Shape.fixed(),
            _ => self.family.field(key)?.change.fixed(),
        }
    }

    /// The fields that a run can change on its way, by name, in order of their letters.
    pub fn changeable(&self) -> Vec<String> {
        let fields = self.family.fields.iter().filter(|field| field.change.fixed().is_none());
        let mut names: Vec<String> = fields.map(|field| field.key.to_owned()).collect();
        names.sort();
        names
    }

    /// Says what is wrong with the numbers, in one sentence.
    ///
    /// # Errors
    /// Names the key, what is allowed and what was found.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.fields().try_for_each(|(field, value)| field.check(value))?;
        (self.family.check)(self)
    }

    /// A family's own numbers, or some of them, as it computes with them. Made once a change, not once a step.
    ///
    /// # Errors
    /// If the family lacks one of them.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        let values = self.fields().map(|(field, value)| (field.key.to_owned(), value.to_json())).collect();
        serde_json::from_value(serde_json::Value::Object(values))
            .map_err(|error| ConfigError::new(self.family.id, message!("numbers that it computes with"), error))
    }
}

/// A number that no run can have.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("{}", self.message())]
pub struct ConfigError {
    key: Message,
    expected: Message,
    found: Message,
}

impl ConfigError {
    pub(super) fn new(key: &'static str, expected: Message, found: impl std::fmt::Display) -> Self {
        Self { key: Message::words(key), expected, found: Message::words(found) }
    }

    /// About how many hidden layers there are.
    pub(super) fn hidden(expected: Message, found: usize) -> Self {
        Self { key: message!("hidden layers"), expected, found: Message::words(found) }
    }
}

impl Explain for ConfigError {
    fn message(&self) -> Message {
        let Self { key, expected, found } = self;
        message!("{key}: expected {expected}, found {found}", key, expected, found)
    }
}
