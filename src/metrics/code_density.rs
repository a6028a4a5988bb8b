//! How dense a model's own distribution of codes is where the codes of images lie.

use super::metric::{Columns, Group, Metric, MetricCompute, MetricSource, Unit};
use crate::model::MetricId;

const TRAIN: Metric = Metric {
    id: MetricId::CODE_LOG_P,
    columns: Columns::One,
    group: Group::CodeDensity,
    unit: Unit::Nats,
    source: MetricSource::TrainingBatch,
    compute: MetricCompute::ByModel,
    hue: 0,
};

pub(super) const METRICS: &[Metric] =
    &[TRAIN, Metric { id: MetricId::TEST_CODE_LOG_P, source: MetricSource::TestSet, ..TRAIN }];
