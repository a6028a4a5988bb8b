//! The steps of one model that can be seen again.

use super::place::TimelinePlace;

/// Where the weights of a step are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptIn {
    /// A checkpoint of the run, in full precision.
    Run,
    /// A snapshot in memory, weights in 16 bits.
    Memory,
    /// The newest there are.
    Newest,
}

/// A step that can be seen again.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TimelineMark {
    /// Steps made.
    pub step: u64,
    /// Where that is on the timeline, in units of its axis.
    pub x: f64,
    /// Where its weights are.
    pub kept: KeptIn,
}

/// One model's steps, rising; the last is its newest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimelineTrack {
    marks: Vec<TimelineMark>,
}

impl TimelineTrack {
    /// Of the steps of a run's checkpoints and of those kept in memory (both rising), and the newest. A step that is in several
    /// places is taken from where it is most exact. `places` gives where each of rising steps is on the timeline.
    pub fn new(run: &[u64], memory: &[u64], newest: u64, places: impl FnOnce(&[u64]) -> Vec<f64>) -> Self {
        let of = |steps: &[u64], kept| {
            let older = steps.iter().copied().filter(|step| *step < newest);
            older.map(move |step| (step, kept)).collect::<Vec<_>>()
        };
        let mut steps = of(run, KeptIn::Run);
        steps.extend(of(memory, KeptIn::Memory));
        // The sort is stable: of one step the checkpoint comes first, and stays.
        steps.sort_by_key(|(step, _)| *step);
        steps.dedup_by_key(|(step, _)| *step);
        steps.push((newest, KeptIn::Newest));
        let bare: Vec<u64> = steps.iter().map(|(step, _)| *step).collect();
        let marks = steps.into_iter().zip(places(&bare)).map(|((step, kept), x)| TimelineMark { step, x, kept });
        Self { marks: marks.collect() }
    }

    /// All of them.
    pub fn marks(&self) -> &[TimelineMark] {
        &self.marks
    }

    /// What is seen of the model at a place: what was kept last before it, or the first there is.
    pub fn at(&self, place: TimelinePlace) -> Option<TimelineMark> {
        match place {
            TimelinePlace::Live => self.marks.last().copied(),
            TimelinePlace::At(x) => {
                let after = self.marks.partition_point(|mark| mark.x <= x);
                self.marks.get(after.saturating_sub(1)).copied()
            }
        }
    }

    /// The marks around a place, the nearest first: what is likely to be asked for next.
    pub fn around(&self, place: TimelinePlace) -> Vec<TimelineMark> {
        let here = self.at(place).map_or(0, |at| self.marks.partition_point(|mark| mark.step < at.step));
        let mut indices: Vec<usize> = (0..self.marks.len()).collect();
        indices.sort_by_key(|index| index.abs_diff(here));
        indices.into_iter().filter_map(|index| self.marks.get(index).copied()).collect()
    }
}
