//! How a model goes beyond what it was trained on.

use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::finding::{Remedy, Sign};
use crate::model::MetricId;

/// How much worse than its best the loss on test images may be, as a share of it.
const WORSE: f64 = 0.02;
/// Tests in a row.
const TESTS: usize = 3;

/// Test images that get worse while training images get better.
pub(in crate::diagnosis) fn overfitting(evidence: &Evidence) -> Option<Sign> {
    let points = |id| {
        evidence.history.with(id, |curve| {
            curve.thinned().map(|point| (point.step, f64::from(point.value))).collect::<Vec<(u64, f64)>>()
        })
    };
    let tests = points(MetricId::TEST_TOTAL)?;
    let (best_step, best) = tests.iter().copied().min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    let newest = evidence.tests(MetricId::TEST_TOTAL, TESTS)?;
    let rise = newest
        .iter()
        .map(|(_, value)| (value - best) / best.abs().max(f64::MIN_POSITIVE))
        .fold(f64::INFINITY, f64::min);
    let is_after = newest.first().is_some_and(|(step, _)| *step > best_step);
    // The training curve is long: it is looked at only where test images got worse.
    if !is_after || rise <= WORSE {
        return None;
    }
    let train = points(MetricId::TOTAL).or_else(|| points(MetricId::RECONSTRUCTION))?;
    let mean = |range: &dyn Fn(u64) -> bool| {
        let values: Vec<f64> = train.iter().filter(|(step, _)| range(*step)).map(|(_, value)| *value).collect();
        (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
    };
    let (last, width) = (train.last()?.0, (train.last()?.0 / 20).max(5));
    let then = mean(&|step| step.abs_diff(best_step) <= width)?;
    let now = mean(&|step| last - step.min(last) <= width)?;
    (now < then).then(|| Sign::new(rise, WORSE).since(best_step))
}

/// Stopping at the best test.
pub(in crate::diagnosis) fn regularise(evidence: &Evidence) -> Option<Remedy> {
    let stops = evidence.config.whole("early_stop_tests")?;
    (stops == 0).then(|| Remedy::new("early_stop_tests", 5u64))
}
