//! How well an encoder reads the classes that it is told.

use super::metric::{Columns, Group, Metric, MetricCompute, MetricSource, Unit};
use crate::model::MetricId;

const TRAIN: Metric = Metric {
    id: MetricId::CLASS_ACCURACY,
    columns: Columns::One,
    group: Group::Latent,
    unit: Unit::Share,
    source: MetricSource::TrainingBatch,
    compute: MetricCompute::ByModel,
    hue: 4,
};

pub(super) const METRICS: &[Metric] =
    &[TRAIN, Metric { id: MetricId::TEST_CLASS_ACCURACY, source: MetricSource::TestSet, ..TRAIN }];
