//! What is changed in a run after its beginning: by hand, repeated from its folder, or where a fork leaves its parent.
//! Any number of [`Config`] can be, by the name that it has in `config.toml`.

use super::{Config, ConfigError, Part};
use serde::{Deserialize, Serialize};
use toml::{Table, Value};

/// What is changed, by its name in `config.toml`, with dots where it lies in a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", from = "String")]
pub enum Key {
    /// [`Config::beta`].
    Beta,
    /// [`Config::learning_rate`].
    LearningRate,
    /// [`Config::r1_gamma`].
    R1Gamma,
    /// The one step that follows updated the discriminator (1) or the generator (2) alone.
    Part,
    /// Any other field of [`Config`].
    Field(String),
}

impl Key {
    /// Its name in `config.toml`.
    pub fn name(&self) -> &str {
        match self {
            Self::Beta => "beta",
            Self::LearningRate => "learning_rate",
            Self::R1Gamma => "r1_gamma",
            Self::Part => "part",
            Self::Field(name) => name,
        }
    }

    /// Whether a model that is there takes it with its next step; for another it is made anew around its weights.
    pub fn is_live(&self) -> bool {
        !matches!(self, Self::Field(_))
    }

    /// Why a run cannot change it on its way, if it cannot: the end of a sentence.
    pub fn fixed(&self) -> Option<&'static str> {
        let lies_in = |fixed: &&str| {
            self.name().strip_prefix(*fixed).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if SHAPES.iter().any(lies_in) {
            Some("it gives the weights their shapes")
        } else if ORDER.iter().any(lies_in) {
            Some("the order of the images and every random draw follow from it")
        } else {
            None
        }
    }
}

/// Fields that say which weights there are.
const SHAPES: [&str; 7] = ["preset", "family", "network", "hidden", "channels", "latent", "batch_norm"];
/// Fields that say which images and draws belong to a step.
const ORDER: [&str; 2] = ["batch", "seed"];

impl From<String> for Key {
    fn from(name: String) -> Self {
        match name.as_str() {
            "beta" => Self::Beta,
            "learning_rate" => Self::LearningRate,
            "r1_gamma" => Self::R1Gamma,
            "part" => Self::Part,
            _ => Self::Field(name),
        }
    }
}

impl From<Key> for String {
    fn from(key: Key) -> Self {
        key.name().to_owned()
    }
}

/// One change; takes effect at a step boundary and is recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// It holds for all steps after this many.
    pub step: u64,
    /// What was changed.
    pub key: Key,
    /// To what.
    pub value: Value,
}

/// Why a change cannot be made: one sentence.
#[derive(Debug, thiserror::Error, PartialEq)]
pub enum ChangeError {
    /// There is no such field.
    #[error("{key}: expected one of {}, found no such key", known.join(", "))]
    Unknown {
        /// What was asked for.
        key: String,
        /// What can be changed.
        known: Vec<String>,
    },
    /// The field cannot hold the value.
    #[error("{key}: {found} is no value for it ({why})")]
    Value {
        /// The field.
        key: String,
        /// The value.
        found: String,
        /// The reader's own words.
        why: String,
    },
    /// No run can have this number.
    #[error(transparent)]
    Config(#[from] ConfigError),
}

impl Change {
    /// Puts the change into `config`; whether the whole is a run that can be made is for [`Config::check`].
    ///
    /// # Errors
    /// If there is no such field or it cannot hold the value; `config` is then as it was.
    pub fn apply(&self, config: &mut Config) -> Result<(), ChangeError> {
        if self.key != Key::Part {
            *config = config.with(self.key.name(), &self.value)?;
        }
        Ok(())
    }

    /// The part that the one step after it is about, if that is what it says.
    pub fn part(&self) -> Option<Part> {
        let number = self.value.as_float().or(self.value.as_integer().map(|whole| whole as f64));
        match (&self.key, number) {
            (Key::Part, Some(1.0)) => Some(Part::Discriminator),
            (Key::Part, _) => Some(Part::Generator),
            _ => None,
        }
    }
}

/// What `initial` has become by the changes (in order of step) up to and with those after `step` steps. Every state on
/// the way is checked, and what comes later too.
///
/// # Errors
/// Says which change cannot be made.
pub fn in_force(initial: &Config, changes: &[Change], step: u64) -> Result<Config, ChangeError> {
    let (mut config, mut now) = (initial.clone(), initial.clone());
    for together in changes.chunk_by(|one, next| one.step == next.step) {
        for change in together {
            change.apply(&mut config)?;
        }
        config.check()?;
        if together.iter().all(|change| change.step <= step) {
            now = config.clone();
        }
    }
    Ok(now)
}

impl Config {
    /// The same with one field set; `key` has dots where the field lies in a table.
    ///
    /// # Errors
    /// If there is no such field or it cannot hold the value.
    pub fn with(&self, key: &str, value: &Value) -> Result<Self, ChangeError> {
        let unknown = || ChangeError::Unknown { key: key.to_owned(), known: self.changeable() };
        let wrong = |why: String| {
            let why = why.lines().next().unwrap_or_default().to_owned();
            ChangeError::Value { key: key.to_owned(), found: value.to_string(), why }
        };
        let mut table = Table::try_from(self).map_err(|error| wrong(error.to_string()))?;
        let (path, last) = key.rsplit_once('.').map_or((None, key), |(path, last)| (Some(path), last));
        let mut place = &mut table;
        for name in path.into_iter().flat_map(|path| path.split('.')) {
            // A table that is left out may still be a field: the reader says whether it is one.
            let inner = place.entry(name).or_insert_with(|| Value::Table(Table::new()));
            place = inner.as_table_mut().ok_or_else(unknown)?;
        }
        place.insert(last.to_owned(), value.clone());
        let config: Self = table.try_into().map_err(|error: toml::de::Error| {
            if error.message().starts_with("unknown field") { unknown() } else { wrong(error.message().to_owned()) }
        })?;
        // A reader that skips what it does not know has not set it.
        if config.value(key).is_some() { Ok(config) } else { Err(unknown()) }
    }

    /// A field's value by its name; `None` where there is no such field or it is left out.
    pub fn value(&self, key: &str) -> Option<Value> {
        let table = Value::try_from(self).ok()?;
        key.split('.').try_fold(&table, |place, name| place.get(name)).cloned()
    }

    /// The fields that a run can change on its way, by name, in order.
    pub fn changeable(&self) -> Vec<String> {
        let mut names = Vec::new();
        if let Ok(table) = Table::try_from(self) {
            leaves("", &table, &mut names);
        }
        names.retain(|name| Key::from(name.clone()).fixed().is_none());
        names.sort();
        names
    }
}

fn leaves(before: &str, table: &Table, out: &mut Vec<String>) {
    for (name, value) in table {
        let name = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
        match value {
            Value::Table(inner) => leaves(&name, inner, out),
            _ => out.push(name),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::model::{Binarize, Likelihood};

    fn change(step: u64, key: &str, value: impl Into<Value>) -> Change {
        Change { step, key: Key::from(key.to_owned()), value: value.into() }
    }

    #[test]
    fn any_field_is_set_by_its_name() {
        let config = Config::vae_dense();
        assert_eq!(config.with("beta", &4.into()).unwrap().beta, 4.0, "a whole number where a real one is held");
        assert_eq!(config.with("likelihood", &"gaussian".into()).unwrap().likelihood, Likelihood::Gaussian);
        assert_eq!(config.with("seed", &7.into()).unwrap(), Config { seed: 7, ..config.clone() });
        let error = config.with("banana", &1.into()).unwrap_err().to_string();
        assert!(error.starts_with("banana: expected one of adam_beta1, adam_beta2, average_decay, beta,"), "{error}");
        assert!(!error.contains("latent"), "{error}");
        assert!(matches!(config.with("beta.of", &1.into()), Err(ChangeError::Unknown { .. })));
        assert!(matches!(config.with("ban.ana", &1.into()), Err(ChangeError::Unknown { .. })));
        let error = config.with("likelihood", &"poisson".into()).unwrap_err().to_string();
        assert!(error.starts_with("likelihood: \"poisson\" is no value for it (unknown variant `poisson`"), "{error}");
    }

    #[test]
    fn what_gives_shapes_and_order_is_fixed() {
        for key in ["latent", "hidden", "preset", "seed", "batch", "channels.first"] {
            assert!(Key::from(key.to_owned()).fixed().is_some(), "{key}");
        }
        for key in ["beta", "learning_rate", "batches", "adam_beta1"] {
            assert!(Key::from(key.to_owned()).fixed().is_none(), "{key}");
        }
    }

    #[test]
    fn changes_come_into_force_together() {
        let initial = Config { binarize: Binarize::Dynamic, ..Config::vae_dense() };
        let pair = [change(5, "likelihood", "gaussian"), change(5, "binarize", "none"), change(9, "beta", 2.0)];
        assert_eq!(in_force(&initial, &pair, 4).unwrap(), initial);
        assert_eq!(in_force(&initial, &pair, 5).unwrap().likelihood, Likelihood::Gaussian);
        assert_eq!(in_force(&initial, &pair, 9).unwrap().beta, 2.0);
        let error = in_force(&initial, &pair[..1], 0).unwrap_err().to_string();
        assert!(error.starts_with("binarize: expected none"), "{error}");
    }

    #[test]
    fn files_of_numbers_are_still_read() {
        #[derive(Deserialize)]
        struct File {
            change: Vec<Change>,
        }
        let text = "[[change]]\nstep = 3\nkey = \"learning_rate\"\nvalue = 0.003\n[[change]]\nstep = 4\nkey = \"part\"\nvalue = 2.0\n";
        let file: File = toml::from_str(text).unwrap();
        assert_eq!(file.change, [change(3, "learning_rate", 0.003), change(4, "part", 2.0)]);
        assert_eq!(file.change[1].part(), Some(Part::Generator));
        assert_eq!(file.change[0].key, Key::LearningRate);
    }
}
