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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ui::settings::Settings;

    #[test]
    fn a_state_from_before_there_was_a_switch_is_read_and_a_switch_is_kept() {
        let old: Settings = serde_json::from_str(r#"{"color_map":"magma"}"#).unwrap();
        assert!(old.output.traces);
        let off = Settings { output: OutputSettings { traces: false }, ..old };
        let written = serde_json::to_string(&off).unwrap();
        assert_eq!(serde_json::from_str::<Settings>(&written).unwrap(), off);
    }
}
