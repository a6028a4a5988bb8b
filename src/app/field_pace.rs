//! How often a field is made anew: all that it is made of follows training at most so often, not the weights alone.

use crate::app::throttle::follows;
use crate::app::wake::Waker;
use crate::explore::field::FieldSource;
use std::time::{Duration, Instant};

/// What a field was made of last, and when that was passed on.
#[derive(Default)]
pub(super) struct FieldPace {
    passed: Option<(FieldSource, Instant)>,
}

impl FieldPace {
    /// What to make the field of: the newest, or what it was made of last, at the places and of the image that are looked at
    /// now, where that is too young. Then a repaint is scheduled.
    pub fn pass(&mut self, newest: FieldSource, interval: Duration, waker: &Waker) -> FieldSource {
        if let Some((last, at)) = &self.passed
            && follows(&last.snapshot, &newest.snapshot)
            && let Some(rest) = interval.checked_sub(at.elapsed())
        {
            let FieldSource { snapshot, encoding, classifier, others, .. } = last.clone();
            let held = FieldSource { snapshot, encoding, classifier, others, ..newest.clone() };
            if !held.same(&newest) {
                waker.later(rest);
            }
            return held;
        }
        // What is the same keeps its age: the next change is passed on at once.
        if self.passed.as_ref().is_none_or(|(last, _)| !last.same(&newest)) {
            self.passed = Some((newest.clone(), Instant::now()));
        }
        newest
    }
}
