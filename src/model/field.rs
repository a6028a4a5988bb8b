//! The fields of a family's configuration, as a table: cards, `--set`, `changes.toml`, checks and tooltips read it.

use super::{ConfigError, ConfigValues, Setting};
use crate::message::{Message, message};

/// Changes what changes with a field; beside it the values of the preset that the configuration started from.
pub type Follow = fn(&mut ConfigValues, Option<&ConfigValues>);

/// One field.
pub struct Field {
    /// Its name in files and on the command line; unique in its family.
    pub key: &'static str,
    /// What it holds.
    pub kind: FieldKind,
    /// What it is where nothing else is said.
    pub default: Setting,
    /// Whether a file may not leave it out.
    pub is_required: bool,
    /// When a change of it takes effect.
    pub change: FieldChange,
    /// Where and how a card shows it; `None` where it does not.
    pub card: Option<CardRow>,
    /// Whether it has a meaning beside the other numbers.
    pub applies: fn(&ConfigValues) -> bool,
    /// What else changes when a person changes it on a card.
    pub follow: Option<Follow>,
}

/// What a field holds, and its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum FieldKind {
    /// A whole number.
    Whole {
        /// At least.
        least: u64,
        /// At most; [`u64::MAX`] for any.
        most: u64,
    },
    /// A real number.
    Real {
        /// At least.
        least: f64,
        /// At most.
        most: f64,
    },
    /// Yes or no.
    Flag,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// Widths of dense layers.
    Widths {
        /// Layers at most.
        layers: usize,
        /// Width of a layer at most.
        most: usize,
    },
}

/// When a change of a field takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldChange {
    /// With the next step of a model that is there.
    Live,
    /// For a model that is made anew around the weights: a fork can change it, a card waits for the next beginning.
    Remade,
    /// Never in a run: it gives the weights their shapes.
    Shape,
    /// Never in a run: the order of the images and every random draw follow from it.
    Order,
}

impl FieldChange {
    /// Why a run cannot change it on its way, if it cannot: the end of a sentence.
    pub fn fixed(self) -> Option<Message> {
        match self {
            Self::Live | Self::Remade => None,
            Self::Shape => Some(message!("it gives the weights their shapes")),
            Self::Order => Some(message!("the order of the images and every random draw follow from it")),
        }
    }
}

/// What belongs together on a card. `section.ID`, `section.ID_of` and `section.ID_tip` are its texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section(pub &'static str);

impl Section {
    /// What can change while it trains, and stands open on the card.
    pub const LIVE: Self = Self("live");
    /// What the model is built with.
    pub const NETWORK: Self = Self("network");
    /// How gradients become updates.
    pub const OPTIMIZER: Self = Self("optimizer");
    /// What changes by itself while a model trains.
    pub const SCHEDULE: Self = Self("schedule");
    /// What generator and critic are trained for.
    pub const ADVERSARIAL: Self = Self("adversarial");
}

/// A field's row on a card.
#[derive(Clone, Copy)]
pub struct CardRow {
    /// The section that it is in.
    pub section: Section,
    /// The key of its name in the language tables; `_tip` is added for what it does.
    pub words: fn(&ConfigValues) -> &'static str,
    /// How it is set.
    pub input: CardInput,
}

/// How a card's number is set.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CardInput {
    /// It is shown alone.
    Shown,
    /// A number that is dragged or typed, or a list of the words of a choice (`KEY.WORD` in the language tables).
    Plain,
    /// A number of steps.
    Steps,
    /// A slider over a part of the range.
    Slider {
        /// Its left end.
        least: f64,
        /// Its right end.
        most: f64,
        /// Whether it goes by powers of ten.
        logarithmic: bool,
    },
    /// A number that is 0 where it is switched off.
    Optional {
        /// What it is when it is switched on.
        usual: f64,
        /// The key of its unit in the language tables.
        unit: Option<&'static str>,
    },
}

impl Field {
    const fn new(key: &'static str, kind: FieldKind, default: Setting) -> Self {
        Self {
            key,
            kind,
            default,
            is_required: false,
            change: FieldChange::Remade,
            card: None,
            applies: |_| true,
            follow: None,
        }
    }

    /// A whole number of `range`.
    pub(super) const fn whole(key: &'static str, (least, most): (u64, u64), default: u64) -> Self {
        Self::new(key, FieldKind::Whole { least, most }, Setting::Whole(default))
    }

    /// A real number of `range`.
    pub(super) const fn real(key: &'static str, (least, most): (f64, f64), default: f64) -> Self {
        Self::new(key, FieldKind::Real { least, most }, Setting::Real(default))
    }

    /// Yes or no.
    pub(super) const fn flag(key: &'static str, default: bool) -> Self {
        Self::new(key, FieldKind::Flag, Setting::Flag(default))
    }

    /// One of `words`, the names that serde knows the values by.
    pub(super) const fn choice(key: &'static str, words: &'static [&'static str], default: &'static str) -> Self {
        Self::new(key, FieldKind::Choice(words), Setting::word(default))
    }

    /// Widths of dense layers.
    pub(super) const fn layers(key: &'static str, layers: usize, most: usize, default: &'static [usize]) -> Self {
        Self::new(key, FieldKind::Widths { layers, most }, Setting::widths(default))
    }

    /// A file may not leave it out.
    pub(super) const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }

    /// When a change takes effect.
    pub(super) const fn changes(mut self, change: FieldChange) -> Self {
        self.change = change;
        self
    }

    /// A card shows it.
    pub(super) const fn on_card(
        mut self,
        section: Section,
        words: fn(&ConfigValues) -> &'static str,
        input: CardInput,
    ) -> Self {
        self.card = Some(CardRow { section, words, input });
        self
    }

    /// It has a meaning where this is so.
    pub(super) const fn only_if(mut self, applies: fn(&ConfigValues) -> bool) -> Self {
        self.applies = applies;
        self
    }

    /// This changes with it on a card.
    pub(super) const fn follow(mut self, follow: Follow) -> Self {
        self.follow = Some(follow);
        self
    }

    /// Whether a model that is there takes it with its next step.
    pub fn is_live(&self) -> bool {
        self.change == FieldChange::Live
    }

    /// A value as this field holds it: 2 becomes 2.0 where a real number is meant.
    ///
    /// # Errors
    /// Says what kind of value was expected: the end of a sentence.
    pub fn fit(&self, value: Setting) -> Result<Setting, Message> {
        let other = |value: &Setting, expected: Message| {
            Err(message!("invalid type: {found}, expected {expected}", found = value.described(), expected))
        };
        match (self.kind, value) {
            (FieldKind::Real { .. }, Setting::Whole(whole)) => Ok(Setting::Real(whole as f64)),
            // Above 2⁶³ − 1 a whole number is written in words.
            (FieldKind::Whole { most, .. }, Setting::Word(word)) => match word.parse::<u64>() {
                Ok(whole) if most > i64::MAX as u64 => Ok(Setting::Whole(whole)),
                _ => other(&Setting::Word(word), message!("a whole number")),
            },
            (FieldKind::Choice(words), Setting::Word(word)) => match words.iter().find(|known| **known == word) {
                Some(known) => Ok(Setting::word(known)),
                None => Err(message!(
                    "unknown variant `{word}`, expected one of {words}",
                    word = word.as_ref(),
                    words = ticked(words)
                )),
            },
            (FieldKind::Whole { .. }, value @ Setting::Whole(_))
            | (FieldKind::Real { .. }, value @ Setting::Real(_))
            | (FieldKind::Flag, value @ Setting::Flag(_))
            | (FieldKind::Widths { .. }, value @ Setting::Widths(_)) => Ok(value),
            (FieldKind::Whole { .. }, value) => other(&value, message!("a whole number")),
            (FieldKind::Real { .. }, value) => other(&value, message!("a number")),
            (FieldKind::Flag, value) => other(&value, message!("true or false")),
            (FieldKind::Choice(words), value) => other(&value, message!("one of {words}", words = ticked(words))),
            (FieldKind::Widths { .. }, value) => other(&value, message!("a list of whole numbers")),
        }
    }

    /// Says where a value lies outside the field's range.
    ///
    /// # Errors
    /// Names the key, what is allowed and what was found.
    pub fn check(&self, value: &Setting) -> Result<(), ConfigError> {
        let refuse = |expected: Message| Err(ConfigError::new(self.key, expected, value));
        match (self.kind, value) {
            (FieldKind::Whole { least, most }, Setting::Whole(whole)) if !(least..=most).contains(whole) => {
                refuse(if most == u64::MAX {
                    message!("{least} or more", least)
                } else {
                    message!("{least} to {most}", least, most)
                })
            }
            (FieldKind::Real { least, most }, Setting::Real(real)) if !(least..=most).contains(real) => {
                refuse(message!("{least} to {most}", least, most))
            }
            (FieldKind::Widths { layers, most }, Setting::Widths(widths)) => {
                if widths.len() > layers {
                    return Err(ConfigError::hidden(
                        message!("{least} to {most}", least = 1u32, most = layers),
                        widths.len(),
                    ));
                }
                match widths.iter().find(|width| !(1..=most).contains(*width)) {
                    Some(width) => {
                        Err(ConfigError::new(self.key, message!("{least} to {most}", least = 1u32, most), width))
                    }
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }
}

/// Words between ticks, as serde lists them.
pub(super) fn ticked(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
