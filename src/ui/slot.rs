//! The two views on the list of models: what stands side by side.

use crate::model::ModelId;
use serde::{Deserialize, Serialize};

/// One of the two views on the list of models: what stands side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Slot {
    /// The left one.
    #[default]
    A,
    /// The right one.
    B,
}

impl Slot {
    /// Both, in order.
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    /// Its place among the two.
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The one beside it.
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    /// Its letter.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }
}

/// Which models stand side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The left one.
    pub a: ModelId,
    /// The right one.
    pub b: ModelId,
}

impl Shown {
    /// The model that stands in a view.
    pub const fn id(self, slot: Slot) -> ModelId {
        match slot {
            Slot::A => self.a,
            Slot::B => self.b,
        }
    }
}
