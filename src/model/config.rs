//! What a model is and how it is trained: its preset, its family, and a value for each of the family's fields.

use super::family::Family;
use super::{ChangeError, ConfigError, ConfigValues, Field, FieldChange, Setting};
use crate::message::{Message, message};
use std::ops::Deref;

/// The longest name of a preset, in bytes.
const LONGEST_PRESET: usize = 64;

/// Every number that a training run depends on, apart from the data.
#[derive(Clone, Debug)]
pub struct Config {
    /// The preset it started from.
    pub preset: String,
    family: &'static Family,
    pub(super) values: ConfigValues,
}

impl PartialEq for Config {
    fn eq(&self, other: &Self) -> bool {
        self.preset == other.preset && self.values == other.values
    }
}

impl Deref for Config {
    type Target = ConfigValues;

    fn deref(&self) -> &ConfigValues {
        &self.values
    }
}

impl Config {
    /// A configuration whose fields are what they are where nothing else is said.
    pub(super) fn plain(preset: impl Into<String>, family: &'static Family) -> Self {
        let values = family.fields.iter().map(|field| (field.key, field.default.clone())).collect();
        Self { preset: preset.into(), family, values: ConfigValues::new(family.id, values) }
    }

    /// What kind of model it is.
    pub fn family(&self) -> &'static Family {
        self.family
    }

    /// Steps after which there is nothing more to learn; `None` where it learns on and on.
    pub fn most_steps(&self) -> Option<u64> {
        (self.family.most_steps)(self)
    }

    /// The family's fields with their values, in the order of a card.
    pub fn fields(&self) -> impl Iterator<Item = (&'static Field, &Setting)> {
        self.family.fields.iter().copied().zip(self.values.values())
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
        let Some(field) = self.family.field(key) else {
            let mut known: Vec<String> = self.family.fields.iter().map(|field| field.key.to_owned()).collect();
            known.sort();
            return Err(ChangeError::Unknown { key: key.to_owned(), known });
        };
        let value = value.into();
        let found = match &value {
            Setting::Word(word) => format!("\"{word}\""),
            other => other.to_string(),
        };
        let fitted = field.fit(value);
        let fitted = fitted.map_err(|why| ChangeError::Value { key: key.to_owned(), found, why })?;
        let mut config = self.clone();
        config.values.put(key, fitted);
        Ok(config)
    }

    /// Takes the values of fields that change while a model trains from another configuration of the same family.
    pub fn take_live(&mut self, other: &Self) {
        for (field, value) in other.fields().filter(|(field, _)| field.is_live()) {
            self.values.put(field.key, value.clone());
        }
    }

    /// Why a run cannot change a field on its way, if it cannot: the end of a sentence.
    pub fn fixed(&self, key: &str) -> Option<Message> {
        match key {
            "preset" | "family" => FieldChange::Shape.fixed(),
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
        // It becomes part of a folder's and of threads' names.
        let plain = |c: char| c.is_alphanumeric() || "-_ .".contains(c);
        if !(1..=LONGEST_PRESET).contains(&self.preset.len()) || !self.preset.chars().all(plain) {
            let expected = message!("1 to {most} letters, digits and hyphens", most = LONGEST_PRESET);
            return Err(ConfigError::new("preset", expected, format!("{:?}", self.preset)));
        }
        self.fields().try_for_each(|(field, value)| field.check(value))?;
        (self.family.check)(self)
    }
}
