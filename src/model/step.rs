//! What a step updates, and what it measures.

use super::MetricId;
use serde::{Deserialize, Serialize};

/// What one step measured.
pub type Losses = Vec<(MetricId, f32)>;

/// Which networks one step updates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    /// All of them.
    #[default]
    Whole,
    /// One of [`super::Family::parts`] alone, the first being 1.
    Only(u8),
}
