//! The newest path over a model's plane, and what it was made of.

use crate::explore::path::{PathMade, PathSource};
use std::sync::Arc;
use std::time::Instant;

/// One model's path.
#[derive(Default)]
pub(super) struct PathState {
    /// What was asked for last, and when.
    pub asked: Option<(PathSource, Instant)>,
    /// The newest that is made.
    pub made: Option<Arc<PathMade>>,
    /// Where on it the cursor was put last, 0 to 1.
    pub part: Option<f32>,
}
