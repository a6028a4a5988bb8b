//! What the strip below the curves knows of the steps that can be looked back at.

use crate::explore::timeline::{PlayWay, Timeline};

/// What the strip is drawn from.
#[derive(Clone, Copy)]
pub struct TimelineView<'a> {
    /// The scrubber, and what can be seen of the models that are shown.
    pub timeline: &'a Timeline,
    /// Whether training runs as a film, and which way.
    pub playing: Option<PlayWay>,
    /// What the snapshots hold in memory, in bytes.
    pub held_bytes: u64,
    /// What they may.
    pub budget_bytes: u64,
}
