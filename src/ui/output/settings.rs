//! What is shown beside the outputs: kept from one session to the next.

use serde::{Deserialize, Serialize};

/// What is shown beside the outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OutputSettings {
    /// Whether it is shown how images are drawn, of models that can say it.
    pub traces: bool,
}

impl Default for OutputSettings {
    fn default() -> Self {
        Self { traces: true }
    }
}
