//! How far a flow's field is from what it should give on the paths between noise and data.

use super::metric::{Columns, Group, Metric, MetricCompute, MetricSource, Unit};
use crate::model::MetricId;

const TRAIN: Metric = Metric {
    id: MetricId::MATCHING_LOSS,
    columns: Columns::One,
    group: Group::Matching,
    unit: Unit::Loss,
    source: MetricSource::TrainingBatch,
    compute: MetricCompute::ByModel,
    hue: 0,
};

pub(super) const METRICS: &[Metric] =
    &[TRAIN, Metric { id: MetricId::TEST_MATCHING_LOSS, source: MetricSource::TestSet, ..TRAIN }];
