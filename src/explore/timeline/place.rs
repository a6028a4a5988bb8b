//! Places on the timeline, and what they are counted in.

use serde::{Deserialize, Serialize};

/// What two runs are aligned by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimelineAxis {
    /// Training steps.
    #[default]
    Step,
    /// Seconds of training.
    Seconds,
    /// Training images seen.
    Images,
}

impl TimelineAxis {
    /// All, in the order they are shown.
    pub const ALL: [Self; 3] = [Self::Step, Self::Seconds, Self::Images];

    /// The end of its keys in the language tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Seconds => "seconds",
            Self::Images => "images",
        }
    }
}

/// Where the scrubber stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimelinePlace {
    /// At the right end: each model as it is now.
    #[default]
    Live,
    /// So many steps, seconds or images after the beginning: each model as it was kept last before it.
    At(f64),
}

/// Which way a film of training runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PlayWay {
    /// As it was trained.
    Forwards,
    /// From the end to the beginning.
    Backwards,
}

impl PlayWay {
    /// Marks from one picture of the film to the next.
    pub const fn marks(self) -> i64 {
        match self {
            Self::Forwards => 1,
            Self::Backwards => -1,
        }
    }
}
