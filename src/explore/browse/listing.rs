//! What a person looks at of a data set, as a value.

use crate::dataset::{Dataset, Split};
use serde::{Deserialize, Serialize};

/// One of the two parts of a data set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataPart {
    /// What is learned from.
    #[default]
    Train,
    /// What is tested on.
    Test,
}

impl DataPart {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Train, Self::Test];

    /// This part of a data set.
    pub fn of(self, data: &Dataset) -> &Split {
        match self {
            Self::Train => &data.train,
            Self::Test => &data.test,
        }
    }
}

/// One example of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExamplePlace {
    /// The part that it is in.
    pub part: DataPart,
    /// Its place there.
    pub index: usize,
}

/// What examples are sorted by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnSort {
    /// The name of a column; `None` is the place in the data.
    pub column: Option<String>,
    /// The greatest first.
    pub descending: bool,
}

/// Which examples are listed, and which one is looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Browse {
    /// The part that they are of.
    pub part: DataPart,
    /// What they are searched by, as it was typed.
    pub search: String,
    /// What they are sorted by; as they lie in the data where there is nothing.
    pub sort: Option<ColumnSort>,
    /// The one that is looked at.
    pub example: Option<ExamplePlace>,
}

impl Browse {
    /// Whether the same examples are listed in the same order.
    pub fn lists_the_same(&self, other: &Self) -> bool {
        self.part == other.part && self.search == other.search && self.sort == other.sort
    }
}
