//! The curves of a run, shared between the trainer that appends and the window that looks.

mod curve;
mod marks;
mod range;
mod table;
#[cfg(test)]
mod tests;

pub use curve::{Axis, Curve, CurvePoint, WHOLE_POINTS};
pub use marks::{CurveMark, MarkKind};
pub use range::y_range;
pub use table::curves_csv;

use crate::metrics;
use crate::model::MetricId;
use marks::Marks;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The newest points that are kept whole of a curve of one latent dimension, of which there may be hundreds; others keep
/// [`WHOLE_POINTS`].
const WHOLE_POINTS_OF_DIMENSION: usize = 1024;

/// All curves of one run, behind one short lock. What it keeps is bounded: the newest points whole, older ones thinned.
#[derive(Debug, Default)]
pub struct History {
    curves: Mutex<BTreeMap<MetricId, Curve>>,
    marks: Mutex<Marks>,
}

impl History {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<MetricId, Curve>> {
        self.curves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends what one step measured.
    pub fn push(&self, step: u64, seconds: f32, values: &[(MetricId, f32)]) {
        let mut curves = self.lock();
        for (id, value) in values {
            let curve = curves.entry(*id).or_insert_with(|| match id.dimension() {
                Some(_) => Curve::with_whole(WHOLE_POINTS_OF_DIMENSION),
                None => Curve::default(),
            });
            curve.push(CurvePoint { step, seconds, value: *value });
        }
    }

    /// The curves that have points, in the order of the table of metrics.
    pub fn ids(&self) -> Vec<MetricId> {
        self.last_values().into_iter().map(|(id, _)| id).collect()
    }

    /// The last value of each curve, in the order of the table of metrics.
    pub fn last_values(&self) -> Vec<(MetricId, f32)> {
        let curves = self.lock();
        let last = |(id, curve): (&MetricId, &Curve)| curve.last().map(|(_, value)| (*id, value));
        let mut values: Vec<(MetricId, f32)> = curves.iter().filter_map(last).collect();
        drop(curves);
        values.sort_by_cached_key(|(id, _)| metrics::place(*id));
        values
    }

    /// Looks at one curve; `None` where there is none. Keep it short: the trainer may be waiting.
    pub fn with<T>(&self, id: MetricId, look: impl FnOnce(&Curve) -> T) -> Option<T> {
        self.lock().get(&id).map(look)
    }

    /// The last point of a curve: (step, value).
    pub fn last(&self, id: MetricId) -> Option<(u64, f32)> {
        self.with(id, Curve::last).flatten()
    }

    /// A copy of all that is kept ([`Curve::thinned`]), by curve. Each is copied by itself: nobody waits for long.
    pub fn thinned(&self) -> Vec<(MetricId, Vec<CurvePoint>)> {
        let copy = |id: MetricId| Some((id, self.with(id, |curve| curve.thinned().collect())?));
        self.ids().into_iter().filter_map(copy).collect()
    }

    /// What happened to the run, in order of step.
    pub fn marks(&self) -> Vec<CurveMark> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).all().to_vec()
    }

    /// Marks what has just happened.
    pub fn mark(&self, step: u64, seconds: f32, kind: MarkKind) {
        let mark = CurveMark { step, seconds: Some(seconds), kind };
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).add(mark, true);
    }

    /// Marks what files say that has happened, each after so many steps; in any order. Seconds are those of the last point
    /// before it of the curve with most points.
    pub fn mark_read(&self, mut happened: Vec<(u64, MarkKind)>) {
        happened.sort_by_key(|(step, _)| *step);
        let longest = |curves: &BTreeMap<MetricId, Curve>| {
            let curve = curves.values().max_by_key(|curve| curve.len());
            curve.map(|curve| curve.thinned().collect::<Vec<_>>()).unwrap_or_default()
        };
        let points = longest(&self.lock());
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        for (step, kind) in happened {
            let before = points.partition_point(|point| point.step <= step).checked_sub(1);
            let seconds = before.and_then(|place| points.get(place)).map(|point| point.seconds);
            marks.add(CurveMark { step, seconds, kind }, false);
        }
    }

    /// The seconds of training after which rising steps were reached, as far as the longest curve says; `None` where there is
    /// none.
    pub fn seconds_of(&self, steps: &[u64]) -> Option<Vec<f32>> {
        let curves = self.lock();
        let longest = curves.values().max_by_key(|curve| curve.len())?;
        Some(steps.iter().map(|step| longest.seconds_at(*step)).collect())
    }

    /// Points recorded in all curves together.
    pub fn len(&self) -> usize {
        self.lock().values().map(Curve::len).sum()
    }

    /// About what is held of all curves together, in bytes.
    pub fn held_bytes(&self) -> u64 {
        self.lock().values().map(Curve::held_bytes).sum()
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.lock().clear();
        self.marks.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
