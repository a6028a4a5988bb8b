//! The compare sheet and what it takes to keep it fresh.

use crate::dataset::DatasetId;
use crate::explore::compare::{MemorisedBound, Sheet, SheetSearch, SheetSource};
use crate::model::ModelId;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Sheets are made at most this often where nobody asks.
const INTERVAL: Duration = Duration::from_secs(1);
/// While training goes on, making them takes at most this part of a core, and so does what is added: one of so many.
const SHARE: u32 = 5;

/// All of it.
#[derive(Default)]
pub(super) struct SheetState {
    /// The newest.
    pub sheet: Option<Arc<Sheet>>,
    /// What searches go on with.
    pub search: SheetSearch,
    /// By what samples of this data count as memorised.
    pub bound: Option<(DatasetId, Arc<MemorisedBound>)>,
    /// What the newest is made of, or the one that is on its way.
    pub source: Option<SheetSource>,
    /// The models that it is of.
    pub of: Vec<ModelId>,
    /// When that was begun, and how long the last one took.
    pub started: Option<Instant>,
    pub took: Duration,
    /// When the last search or other addition ended, and how long it took.
    pub added: Option<(Instant, Duration)>,
    /// The sheet that is being added to.
    pub advancing: Option<Arc<Sheet>>,
    /// Somebody waits for a new one.
    pub requested: bool,
    /// And for one in which nothing is kept that was found before.
    pub afresh: bool,
}

impl SheetState {
    /// How long the next sheet waits that nobody asked for.
    pub fn rest(&self, trains: bool) -> Duration {
        let interval = if trains { INTERVAL.max(self.took * SHARE) } else { INTERVAL };
        self.started.map_or(Duration::ZERO, |started| interval.saturating_sub(started.elapsed()))
    }

    /// How long nothing is added, so that training has the processor.
    pub fn rest_of_additions(&self, trains: bool) -> Duration {
        let rest = |(ended, took): (Instant, Duration)| (took * (SHARE - 1)).saturating_sub(ended.elapsed());
        self.added.filter(|_| trains).map_or(Duration::ZERO, rest)
    }

    /// By what samples of a data set count as memorised, where that is known.
    pub fn bound_of(&self, data: &DatasetId) -> Option<Arc<MemorisedBound>> {
        self.bound.as_ref().filter(|(of, _)| of == data).map(|(_, bound)| bound.clone())
    }
}
