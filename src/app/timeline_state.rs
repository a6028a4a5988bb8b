//! Where training is looked at, and what runs for that.

use crate::app::wake::Waker;
use crate::explore::timeline::{PlayWay, Timeline, TimelinePlace, TimelineStore};
use crate::memory;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What the rings of all models hold together, in bytes, and what snapshots that were read back do, at most.
const MOST_BYTES: u64 = 256 << 20;
/// And each no more than this part of the memory that was free when the program was started.
const PART_OF_FREE: u64 = 8;
/// A scrubber that has not moved for so long rests: all that is slow is made of the weights on which it stands.
const REST: Duration = Duration::from_millis(300);

/// What runs for the timeline.
pub(super) struct TimelineService {
    pub store: Option<TimelineStore>,
    pub budget_bytes: u64,
    /// What the store was asked for last: numbers of sources, steps, and whether somebody waits.
    pub requested: Vec<(u64, u64, bool)>,
    /// The runs, as sources, of all models that there were then.
    pub runs: Vec<u64>,
}

impl TimelineService {
    pub fn new(waker: &Arc<Waker>) -> Self {
        let budget_bytes = MOST_BYTES.min(memory::free_bytes() / PART_OF_FREE);
        let wake = waker.clone();
        let store = TimelineStore::spawn(budget_bytes, Arc::new(move || wake.now()));
        if let Err(error) = &store {
            tracing::error!(%error, "no thread for the timeline could be made");
        }
        Self { store: store.ok(), budget_bytes, requested: Vec::new(), runs: Vec::new() }
    }
}

/// Where the scrubber stands, and whether it moves.
#[derive(Default)]
pub(super) struct TimelineState {
    pub timeline: Timeline,
    pub playing: Option<PlayWay>,
    /// When the next picture of the film is due.
    pub due: Option<Instant>,
    moved: Option<Instant>,
    /// Whether weights on which it stands are still being read.
    pub pending: bool,
}

impl TimelineState {
    /// Puts the scrubber somewhere.
    pub fn go(&mut self, place: TimelinePlace) {
        if place != self.timeline.place {
            (self.timeline.place, self.moved) = (place, Some(Instant::now()));
        }
    }

    /// Lets a film run, or holds it.
    pub fn play(&mut self, way: Option<PlayWay>) {
        if let Some(way) = way {
            self.go(self.timeline.film_start(way));
        }
        (self.playing, self.due) = (way, None);
    }

    /// How long it still counts as moving.
    pub fn moves_for(&self) -> Duration {
        self.moved.map_or(Duration::ZERO, |moved| REST.saturating_sub(moved.elapsed()))
    }

    /// How long a hand still counts as moving it.
    pub fn drags_for(&self) -> Duration {
        if self.playing.is_some() { Duration::ZERO } else { self.moves_for() }
    }

    /// Whether it moves.
    pub fn moves(&self) -> bool {
        self.playing.is_some() || !self.moves_for().is_zero()
    }
}
