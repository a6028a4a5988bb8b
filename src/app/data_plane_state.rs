//! The newest data plane of a model, and what it was made of.

use crate::explore::data_plane::{DataPlane, DataPlaneSource};
use std::sync::Arc;
use std::time::Instant;

/// One model's data plane.
#[derive(Default)]
pub(super) struct DataPlaneState {
    /// What was asked for last, and when.
    pub asked: Option<(DataPlaneSource, Instant)>,
    /// The newest that is made.
    pub made: Option<Arc<DataPlane>>,
}
