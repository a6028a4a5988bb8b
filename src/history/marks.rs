//! What happened to a run at a step: marks beside its curves.

use crate::model::Change;
use std::time::{Duration, Instant};

/// Changes of one field that follow each other this closely are one gesture.
const GESTURE: Duration = Duration::from_millis(1500);
/// The same of changes that were read from a file, in steps.
const GESTURE_STEPS: u64 = 100;
/// Marks that are kept; the oldest go.
const MOST_MARKS: usize = 1000;

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum MarkKind {
    /// A field was set to another value.
    Changed {
        /// Its name in `config.toml`.
        key: String,
        /// Its value.
        value: String,
    },
    /// The run was opened and went on from here.
    Resumed,
    /// Up to here it is another run.
    Forked,
    /// Something was found to go wrong from here on.
    Found {
        /// Its key in the table of findings.
        key: &'static str,
    },
    /// It ended here by a fault.
    Failed,
}

/// Something that happened to a run.
#[derive(Clone, Debug, PartialEq)]
pub struct CurveMark {
    /// Steps made before.
    pub step: u64,
    /// Seconds of training before, where they are known.
    pub seconds: Option<f32>,
    /// What happened.
    pub kind: MarkKind,
}

/// All marks of a run, in order of step.
#[derive(Debug, Default)]
pub(super) struct Marks {
    marks: Vec<CurveMark>,
    last: Option<Instant>,
}

impl Marks {
    pub fn all(&self) -> &[CurveMark] {
        &self.marks
    }

    /// Adds a mark; a change that goes on with the gesture before it takes its place.
    pub fn add(&mut self, mark: CurveMark, is_live: bool) {
        let now = Instant::now();
        let is_near = |before: &CurveMark| match (is_live, self.last) {
            (true, Some(at)) => now.duration_since(at) < GESTURE,
            (true, None) => false,
            (false, _) => mark.step.saturating_sub(before.step) <= GESTURE_STEPS,
        };
        let goes_on = self.marks.last().is_some_and(|before| {
            let same = match (&before.kind, &mark.kind) {
                (MarkKind::Changed { key, .. }, MarkKind::Changed { key: other, .. }) => key == other,
                _ => false,
            };
            same && is_near(before)
        });
        if goes_on {
            self.marks.pop();
        }
        self.marks.push(mark);
        self.last = is_live.then_some(now);
        if self.marks.len() > MOST_MARKS {
            self.marks.remove(0);
        }
    }

    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

impl From<&Change> for MarkKind {
    fn from(change: &Change) -> Self {
        Self::Changed { key: change.key.name().to_owned(), value: change.value.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(step: u64, key: &str, value: u64) -> CurveMark {
        let kind = MarkKind::Changed { key: key.to_owned(), value: value.to_string() };
        CurveMark { step, seconds: None, kind }
    }

    #[test]
    fn a_gesture_is_one_mark() {
        for is_live in [true, false] {
            let mut marks = Marks::default();
            (0..50).for_each(|place| marks.add(changed(100 + place, "beta", place), is_live));
            marks.add(changed(151, "learning_rate", 1), is_live);
            marks.add(changed(152, "beta", 3), is_live);
            assert_eq!(
                marks.all(),
                [changed(149, "beta", 49), changed(151, "learning_rate", 1), changed(152, "beta", 3)]
            );
        }
        let mut marks = Marks::default();
        [100, 300].into_iter().for_each(|step| marks.add(changed(step, "beta", step), false));
        assert_eq!(marks.all().len(), 2, "two changes that lie apart");
    }
}
