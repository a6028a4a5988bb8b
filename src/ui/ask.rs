//! What a path is asked for.

use crate::ui::slot::Slot;
use serde::{Deserialize, Serialize};

/// What a picture is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Picture {
    /// The compare sheet.
    Sheet,
    /// A view's plane of decoded tiles.
    Plane(Slot),
}

impl Picture {
    /// What a file with it is called, without number and ending.
    pub fn file_name(self, data: &str) -> String {
        match self {
            Self::Sheet => format!("compare-{data}"),
            Self::Plane(slot) => format!("plane-{}-{data}", slot.name().to_lowercase()),
        }
    }
}

/// What a path is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// A data set to open.
    OpenData,
    /// A run to continue.
    OpenRun,
    /// A folder for runs that are saved.
    SaveInto,
    /// A file for a picture.
    Export(Picture),
}
