//! The value of one field of a configuration, as it stands in a file, on the command line or on a card.

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use toml::Value;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    /// A whole number of at least 0.
    Whole(u64),
    /// A real number.
    Real(f64),
    /// Yes or no.
    Flag(bool),
    /// One of several words.
    Word(Cow<'static, str>),
    /// Widths of layers, in order.
    Widths(Cow<'static, [usize]>),
}

impl Setting {
    /// A word that is written in the program.
    pub(super) const fn word(word: &'static str) -> Self {
        Self::Word(Cow::Borrowed(word))
    }

    /// Widths that are written in the program.
    pub(super) const fn widths(widths: &'static [usize]) -> Self {
        Self::Widths(Cow::Borrowed(widths))
    }

    /// What serde reads a family's own numbers from.
    pub(super) fn to_json(&self) -> serde_json::Value {
        match self {
            Self::Whole(whole) => (*whole).into(),
            Self::Real(real) => (*real).into(),
            Self::Flag(flag) => (*flag).into(),
            Self::Word(word) => word.as_ref().into(),
            Self::Widths(widths) => widths.to_vec().into(),
        }
    }

    /// What it is, with its value: the middle of serde's sentence about a value of another kind.
    pub(super) fn described(&self) -> String {
        match self {
            Self::Whole(whole) => format!("integer `{whole}`"),
            Self::Real(real) => format!("number `{real}`"),
            Self::Flag(flag) => format!("boolean `{flag}`"),
            Self::Word(word) => format!("string \"{word}\""),
            Self::Widths(_) => "a list".to_owned(),
        }
    }
}

/// As a person types it.
impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole(whole) => write!(f, "{whole}"),
            Self::Real(real) => write!(f, "{real}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Word(word) => write!(f, "{word}"),
            Self::Widths(widths) => write!(f, "{widths:?}"),
        }
    }
}

macro_rules! from {
    ($($kind:ty => $make:expr),* $(,)?) => {
        $(impl From<$kind> for Setting {
            fn from(value: $kind) -> Self {
                $make(value)
            }
        })*
    };
}

from! {
    u64 => Setting::Whole,
    usize => |value| Setting::Whole(value as u64),
    f64 => Setting::Real,
    bool => Setting::Flag,
    &str => |value: &str| Setting::Word(Cow::Owned(value.to_owned())),
    String => |value| Setting::Word(Cow::Owned(value)),
    Vec<usize> => |value| Setting::Widths(Cow::Owned(value)),
}

impl From<i32> for Setting {
    fn from(value: i32) -> Self {
        u64::try_from(value).map_or(Self::Real(value.into()), Self::Whole)
    }
}

/// TOML's whole numbers end at 2⁶³ − 1: a larger one is written in words.
impl From<&Setting> for Value {
    fn from(setting: &Setting) -> Self {
        match setting {
            Setting::Whole(whole) => i64::try_from(*whole).map_or_else(|_| whole.to_string().into(), Self::Integer),
            Setting::Real(real) => (*real).into(),
            Setting::Flag(flag) => (*flag).into(),
            Setting::Word(word) => word.as_ref().into(),
            Setting::Widths(widths) => Self::Array(widths.iter().map(|width| Self::Integer(*width as i64)).collect()),
        }
    }
}

/// A date or a table, which no field holds.
impl TryFrom<&Value> for Setting {
    type Error = String;

    fn try_from(value: &Value) -> Result<Self, String> {
        Self::deserialize(value.clone()).map_err(|error: toml::de::Error| error.message().to_owned())
    }
}

impl Serialize for Setting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Value::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Setting {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Setting;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, true or false, a word, or a list of whole numbers")
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Setting, E> {
        Ok(value.into())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Setting, E> {
        Ok(u64::try_from(value).map_or(Setting::Real(value as f64), Setting::Whole))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Setting, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Setting, E> {
        Ok(value.into())
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Setting, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Setting, A::Error> {
        let mut widths = Vec::new();
        while let Some(width) = values.next_element()? {
            widths.push(width);
        }
        Ok(widths.into())
    }
}
