//! What is changed in a run after its beginning: by hand, repeated from its folder, or where a fork leaves its parent.
//! Any field of a [`Config`]'s family can be, by its name.

use super::config_file::meant_nothing;
use super::{ChangeError, Config, Field, Part, Setting};
use crate::message::Message;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use toml::Value;

/// What is changed: a field's name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(Cow<'static, str>);

impl Key {
    /// The one step that follows updated one part of the model alone, the one of this number.
    pub const PART: Self = Self(Cow::Borrowed("part"));

    /// Its name in files.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Key {
    fn from(name: &str) -> Self {
        Self(Cow::Owned(name.to_owned()))
    }
}

impl From<String> for Key {
    fn from(name: String) -> Self {
        Self(Cow::Owned(name))
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

impl Change {
    /// Puts the change into `config`; whether the whole is a run that can be made is for [`Config::check`].
    ///
    /// # Errors
    /// If there is no such field or part, or it cannot hold the value; `config` is then as it was.
    pub fn apply(&self, config: &mut Config) -> Result<(), ChangeError> {
        if self.is_part() {
            return match self.part() {
                Some(Part::Only(number)) if (1..=config.family().parts.len()).contains(&number.into()) => Ok(()),
                _ => {
                    let found = self.value.to_string();
                    Err(ChangeError::Part { parts: config.family().parts.len(), found })
                }
            };
        }
        *config = config.with_value(self.key.name(), &self.value)?;
        Ok(())
    }

    /// Whether it is about the one step after it alone.
    pub fn is_part(&self) -> bool {
        self.key == Key::PART
    }

    /// The part that the one step after it is about, if that is what it says.
    pub fn part(&self) -> Option<Part> {
        let number = self.value.as_float().or(self.value.as_integer().map(|whole| whole as f64))?;
        (self.is_part() && (1.0..256.0).contains(&number)).then_some(Part::Only(number as u8))
    }

    /// Whether a model that is there takes it with its next step; for another it is made anew around its weights.
    pub fn is_live(&self, config: &Config) -> bool {
        self.is_part() || config.family().field(self.key.name()).is_some_and(Field::is_live)
    }

    /// Whether an older program wrote it down though it changed nothing in a model of this family.
    pub fn meant_nothing(&self, config: &Config) -> bool {
        let family = config.family();
        meant_nothing(self.key.name(), family) || (self.is_part() && family.parts.is_empty())
    }
}

impl Config {
    /// The same with one field set to what a file or a person gives for it.
    ///
    /// # Errors
    /// If the family has no such field or it cannot hold the value.
    pub fn with_value(&self, key: &str, value: &Value) -> Result<Self, ChangeError> {
        let wrong = |why: String| ChangeError::Value {
            key: key.to_owned(),
            found: value.to_string(),
            why: Message::words(why),
        };
        self.with(key, Setting::try_from(value).map_err(wrong)?)
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
            if let Some(why) = config.fixed(change.key.name()) {
                return Err(ChangeError::Fixed { key: change.key.name().to_owned(), why });
            }
            change.apply(&mut config)?;
        }
        config.check()?;
        if together.iter().all(|change| change.step <= step) {
            now = config.clone();
        }
    }
    Ok(now)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn change(step: u64, key: &str, value: impl Into<Value>) -> Change {
        Change { step, key: Key::from(key), value: value.into() }
    }

    #[test]
    fn any_field_is_set_by_its_name() {
        let config = Config::vae_dense();
        assert_eq!(config.with("beta", 4).unwrap().real("beta"), Some(4.0), "a whole number where a real one is held");
        assert_eq!(config.with("likelihood", "gaussian").unwrap().word("likelihood"), Some("gaussian"));
        assert_eq!(config.with("seed", 7).unwrap().seed(), 7);
        let error = config.with("banana", 1).unwrap_err().to_string();
        assert!(
            error.starts_with("banana: expected one of adam_beta1, adam_beta2, average_decay, batch, beta,"),
            "{error}"
        );
        assert!(error.contains("latent"), "{error}");
        for key in ["beta.of", "ban.ana", "r1_gamma"] {
            assert!(matches!(config.with(key, 1), Err(ChangeError::Unknown { .. })), "{key}");
        }
        let error = config.with("likelihood", "poisson").unwrap_err().to_string();
        assert!(error.starts_with("likelihood: \"poisson\" is no value for it (unknown variant `poisson`"), "{error}");
    }

    #[test]
    fn what_gives_shapes_and_order_is_fixed() {
        let config = Config::vae_dense();
        for key in ["latent", "hidden", "preset", "family", "seed", "batch", "channels"] {
            assert!(config.fixed(key).is_some(), "{key}");
        }
        for key in ["beta", "learning_rate", "batches", "adam_beta1"] {
            assert!(config.fixed(key).is_none(), "{key}");
        }
    }

    #[test]
    fn changes_come_into_force_together() {
        let seed = in_force(&Config::vae_dense(), &[change(8, "seed", 3)], 0).unwrap_err().to_string();
        assert!(seed.starts_with("seed, which no run changes on its way: the order"), "{seed}");
        let initial = Config::vae_dense().with("binarize", "dynamic").unwrap();
        let pair = [change(5, "likelihood", "gaussian"), change(5, "binarize", "none"), change(9, "beta", 2.0)];
        assert_eq!(in_force(&initial, &pair, 4).unwrap(), initial);
        assert_eq!(in_force(&initial, &pair, 5).unwrap().word("likelihood"), Some("gaussian"));
        assert_eq!(in_force(&initial, &pair, 9).unwrap().real("beta"), Some(2.0));
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
        assert_eq!(file.change[1].part(), Some(Part::GENERATOR));
        assert!(file.change[1].apply(&mut Config::gan_dense()).is_ok());
        let error = file.change[1].apply(&mut Config::vae_dense()).unwrap_err().to_string();
        assert_eq!(error, "part: expected one of the 0 parts of the model, found 2.0");
    }
}
