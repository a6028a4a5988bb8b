//! What can go wrong with a model: its numbers, a change of them, a step.

use super::{Losses, MetricId};
use crate::message::{Explain, Message, message};
use crate::snapshot::NetworkError;

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

/// Why a change cannot be made: one sentence.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("{}", self.message())]
pub enum ChangeError {
    /// There is no such field.
    Unknown {
        /// What was asked for.
        key: String,
        /// The family's fields, in order of their letters.
        known: Vec<String>,
    },
    /// The field cannot hold the value.
    Value {
        /// The field.
        key: String,
        /// The value.
        found: String,
        /// What it would hold.
        why: Message,
    },
    /// The model has no such part.
    Part {
        /// How many there are that can be stepped alone.
        parts: usize,
        /// What was asked for.
        found: String,
    },
    /// What it would change is the run's own from its beginning.
    Fixed {
        /// The field.
        key: String,
        /// Why.
        why: Message,
    },
    /// No run can have this number.
    Config(#[from] ConfigError),
}

impl Explain for ChangeError {
    fn message(&self) -> Message {
        match self {
            Self::Unknown { key, known } => {
                message!("{key}: expected one of {known}, found no such key", key, known = known.join(", "))
            }
            Self::Value { key, found, why } => message!("{key}: {found} is no value for it ({why})", key, found, why),
            Self::Part { parts, found } => {
                message!("part: expected one of the {parts} parts of the model, found {found}", parts, found)
            }
            Self::Fixed { key, why } => message!("{key}, which no run changes on its way: {why}", key, why),
            Self::Config(error) => error.message(),
        }
    }
}

/// Why a step could not be made.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum StepError {
    /// A loss is not a number any more.
    NotFinite {
        /// Which.
        loss: MetricId,
        /// Infinite or not a number.
        value: f32,
    },
    /// A saved tensor is missing or has another size.
    Saved {
        /// The tensor.
        name: String,
        /// Values that the model has.
        expected: usize,
        /// Values that were saved.
        found: usize,
    },
    /// A parameter was updated and its moments are missing.
    NoMoments {
        /// The parameter.
        name: String,
    },
    /// A saved weight is where the model has no connection.
    Masked {
        /// The tensor.
        name: String,
    },
    /// Something was saved that the model does not have, or the other way round.
    Surplus {
        /// A tensor or counter.
        name: String,
    },
    /// Nobody waits for it any more.
    Cancelled,
    /// The snapshot does not fit together.
    Network(#[from] NetworkError),
    /// The configuration is another family's.
    Config(#[from] ConfigError),
    /// candle's own words.
    Candle(#[from] candle_core::Error),
}

impl Explain for StepError {
    fn message(&self) -> Message {
        match self {
            Self::NotFinite { loss, value } => message!(
                "{loss} became {value}; a smaller learning rate or other data may help",
                loss = loss.name(),
                value,
            ),
            Self::Saved { name, expected, found } => {
                message!("{name}: expected {expected} values, found {found}", name, expected, found)
            }
            Self::NoMoments { name } => message!("{name}: expected moments of its gradient, found none", name),
            Self::Masked { name } => {
                message!("{name}: expected 0 where nothing is connected, found other weights", name)
            }
            Self::Surplus { name } => message!("{name}: the model has nothing of that name", name),
            Self::Cancelled => message!("the step was cancelled"),
            Self::Network(error) => error.message(),
            Self::Config(error) => error.message(),
            // A backtrace follows where the environment asks for one.
            Self::Candle(error) => Message::words(error.to_string().lines().next().unwrap_or_default()),
        }
    }
}

impl StepError {
    pub(super) fn check(losses: &Losses) -> Result<(), Self> {
        match losses.iter().find(|(_, value)| !value.is_finite()) {
            Some((loss, value)) => Err(Self::NotFinite { loss: *loss, value: *value }),
            None => Ok(()),
        }
    }
}
