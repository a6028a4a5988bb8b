//! A finding as a value.

use super::kind::FindingKind;
use crate::message::Message;
use crate::model::Setting;

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// It has held for as long as it must to be named.
    Likely,
    /// It has held for three times as long, or leaves no doubt.
    Certain,
}

/// What a rule sees: the figure, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Sign {
    /// The figure's value.
    pub value: f64,
    /// Beyond which it is a fault.
    pub limit: f64,
    /// Where exactly: a layer, a tensor, dimensions.
    pub place: Option<Message>,
    /// Steps made when it began, where that was before it could be seen.
    pub since_step: Option<u64>,
}

impl Sign {
    /// A figure beyond its limit.
    pub fn new(value: f64, limit: f64) -> Self {
        Self { value, limit, place: None, since_step: None }
    }

    /// Begun so many steps after the beginning.
    #[must_use]
    pub fn since(self, step: u64) -> Self {
        Self { since_step: Some(step), ..self }
    }

    /// At a place.
    #[must_use]
    pub fn at(self, place: Message) -> Self {
        Self { place: Some(place), ..self }
    }
}

/// The one change that should help.
#[derive(Clone, Debug, PartialEq)]
pub struct Remedy {
    /// The field.
    pub key: &'static str,
    /// What to set it to.
    pub value: Setting,
}

impl Remedy {
    /// Setting a field.
    pub fn new(key: &'static str, value: impl Into<Setting>) -> Self {
        Self { key, value: value.into() }
    }
}

/// Something that goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// Steps made when it began.
    pub since_step: u64,
    /// Steps made when it was named.
    pub named_step: u64,
    /// Steps made when it was looked at last.
    pub step: u64,
    /// The figure that shows it.
    pub sign: Sign,
    /// How sure it is.
    pub certainty: Certainty,
    /// What to try; `None` where no field of the model would help.
    pub remedy: Option<Remedy>,
}
