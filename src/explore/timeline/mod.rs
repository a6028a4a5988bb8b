//! Training looked back at: which steps of the shown models can be seen again, how two runs are laid beside each other, and
//! which step of each a place on the scrubber means. Where the weights come from: [`SnapshotRing`] in memory, a run's
//! checkpoints on disk, both through [`TimelineStore`].

mod cache;
mod half_snapshot;
mod place;
mod reader;
mod ring;
mod run_weights;
mod store;
mod track;

pub use half_snapshot::HalfSnapshot;
pub use place::{PlayWay, TimelineAxis, TimelinePlace};
pub use reader::PastReader;
pub use ring::{RingEntry, SharedRing, SnapshotRing};
pub use store::{PastRequest, PastSource, TimelineStore};
pub use track::{KeptIn, TimelineMark, TimelineTrack};

use crate::model::{ModelId, PerModel};

/// The scrubber: the tracks of the models that are shown, and where it stands on them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// What the tracks are aligned by.
    pub axis: TimelineAxis,
    /// Where it stands.
    pub place: TimelinePlace,
    /// What can be seen of each model.
    pub tracks: PerModel<TimelineTrack>,
}

impl Timeline {
    /// Whether there is anything to look back at.
    pub fn is_offered(&self) -> bool {
        self.tracks.iter().any(|(_, track)| track.marks().len() > 1)
    }

    /// The right end, in units of the axis.
    pub fn end(&self) -> f64 {
        self.tracks.iter().filter_map(|(_, track)| Some(track.marks().last()?.x)).fold(0.0, f64::max)
    }

    /// Where it stands, in units of the axis.
    pub fn position(&self) -> f64 {
        match self.place {
            TimelinePlace::Live => self.end(),
            TimelinePlace::At(x) => x.clamp(0.0, self.end()),
        }
    }

    /// The step of a model that is looked at; `None` where it has no track.
    pub fn mark(&self, model: ModelId) -> Option<TimelineMark> {
        self.tracks.get(model)?.at(self.place)
    }

    /// All places at which any model has a mark, rising, each once.
    pub fn places(&self) -> Vec<f64> {
        let marks = self.tracks.iter().flat_map(|(_, track)| track.marks());
        let mut places: Vec<f64> = marks.map(|mark| mark.x).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        places
    }

    /// A place as it can be stood at: from the right end on it is live.
    pub fn placed(&self, x: f64) -> TimelinePlace {
        if x.is_finite() && x < self.end() { TimelinePlace::At(x.max(0.0)) } else { TimelinePlace::Live }
    }

    /// The place so many marks further, towards the beginning where `by` is below 0; no further than the ends.
    pub fn stepped(&self, by: i64) -> TimelinePlace {
        let (places, here) = (self.places(), self.position());
        // Between two marks the one before it is seen: a step back goes there only where it stands past it.
        let not_above = places.partition_point(|x| *x <= here);
        let below = places.partition_point(|x| *x < here);
        let from = if by < 0 { below } else { not_above.saturating_sub(1) };
        let last = places.len().saturating_sub(1);
        let index = from.saturating_add_signed(isize::try_from(by).unwrap_or(0)).min(last);
        places.get(index).map_or(TimelinePlace::Live, |x| self.placed(*x))
    }

    /// The place from which a film runs so: where it stands, or from its other end where it stands at the end of the way.
    pub fn film_start(&self, way: PlayWay) -> TimelinePlace {
        let first = self.places().first().copied().unwrap_or(0.0);
        match (way, self.place) {
            (PlayWay::Forwards, TimelinePlace::Live) => self.placed(first),
            (PlayWay::Backwards, TimelinePlace::At(x)) if x <= first => TimelinePlace::Live,
            (_, place) => place,
        }
    }
}

#[cfg(test)]
mod tests;
