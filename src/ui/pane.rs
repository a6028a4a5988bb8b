//! Which panel stands in a tile of the layout.

use serde::{Deserialize, Serialize};

/// One of the panels, by its id; layouts may hold ids of panels that this program does not have.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pane(String);

impl Pane {
    /// The panel of this id.
    pub fn of(id: &str) -> Self {
        Self(id.to_owned())
    }

    /// What layouts and language tables call it.
    pub fn id(&self) -> &str {
        &self.0
    }

    /// The key of its title in the language tables.
    pub fn key(&self) -> String {
        format!("pane.{}", self.0)
    }
}
