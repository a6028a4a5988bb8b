//! The numbers of a configuration by the names of their fields: what families compute with.

use super::{ConfigError, Setting};
use crate::message::message;
use serde::de::DeserializeOwned;

/// A value for each field of a family, in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct ConfigValues {
    /// The family's name in files.
    family: &'static str,
    values: Vec<(&'static str, Setting)>,
}

impl ConfigValues {
    /// The values of a family's fields.
    pub(super) fn new(family: &'static str, values: Vec<(&'static str, Setting)>) -> Self {
        Self { family, values }
    }

    /// The values, in the order of the fields.
    pub fn values(&self) -> impl Iterator<Item = &Setting> {
        self.values.iter().map(|(_, value)| value)
    }

    /// Sets a field of the family to a value that fits it.
    pub(super) fn put(&mut self, key: &str, value: Setting) {
        if let Some((_, place)) = self.values.iter_mut().find(|(name, _)| *name == key) {
            *place = value;
        }
    }

    /// A field's value; `None` where the family has no such field.
    pub fn get(&self, key: &str) -> Option<&Setting> {
        self.values.iter().find(|(name, _)| *name == key).map(|(_, value)| value)
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

    /// Latent dimensions: those of a code among them that stands beside the numbers that values are drawn with.
    pub fn latent(&self) -> usize {
        self.whole("latent").unwrap_or(0).saturating_add(self.whole("code").unwrap_or(0)) as usize
    }

    /// Dimensions that an encoder gives something other than noise in.
    pub fn code(&self) -> usize {
        self.whole("code").map_or_else(|| self.latent(), |code| code as usize)
    }

    /// Seed of every random stream.
    pub fn seed(&self) -> u64 {
        self.whole("seed").unwrap_or(0)
    }

    /// A family's own numbers, or some of them, as it computes with them. Made once a change, not once a step.
    ///
    /// # Errors
    /// If the family lacks one of them.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        let values = self.values.iter().map(|(key, value)| ((*key).to_owned(), value.to_json())).collect();
        serde_json::from_value(serde_json::Value::Object(values))
            .map_err(|error| ConfigError::new(self.family, message!("numbers that it computes with"), error))
    }
}
