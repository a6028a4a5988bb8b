//! What is drawn on the data plane: kept from one session to the next.

use crate::explore::data_plane::DataPlaneLayers;
use crate::ui::slot::Slot;
use serde::{Deserialize, Serialize};

/// Whose data plane is shown, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DataPlaneSettings {
    /// The model that is shown alone; both are where there is none.
    pub model: Option<Slot>,
    /// What is drawn.
    pub layers: DataPlaneLayers,
    /// Whether the data has the colours of its classes, or of the column that colours the latent plane's points.
    pub by_class: bool,
}

impl Default for DataPlaneSettings {
    fn default() -> Self {
        Self { model: None, layers: DataPlaneLayers::default(), by_class: true }
    }
}
