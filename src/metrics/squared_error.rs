//! How far reconstructions are from their images, as regression to pixels gives it.

use super::metric::{Columns, Group, Metric, MetricCompute, MetricSource, Unit};
use crate::model::MetricId;

const TRAIN: Metric = Metric {
    id: MetricId::SQUARED_ERROR,
    columns: Columns::One,
    group: Group::SquaredError,
    unit: Unit::SquaredRange,
    source: MetricSource::TrainingBatch,
    compute: MetricCompute::ByModel,
    hue: 0,
};

pub(super) const METRICS: &[Metric] =
    &[TRAIN, Metric { id: MetricId::TEST_SQUARED_ERROR, source: MetricSource::TestSet, ..TRAIN }];
