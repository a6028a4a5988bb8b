//! The terms of the evidence lower bound (Kingma and Welling 2013), as autoencoders give them.

use super::metric::{Columns, Group, Metric, MetricCompute, MetricSource, Unit};
use crate::model::MetricId;

const TERM: Metric = Metric {
    id: MetricId::RECONSTRUCTION,
    columns: Columns::One,
    group: Group::Likelihood,
    unit: Unit::Nats,
    source: MetricSource::TrainingBatch,
    compute: MetricCompute::ByModel,
    hue: 0,
};
const TEST: Metric = Metric { source: MetricSource::TestSet, ..TERM };

pub(super) const METRICS: &[Metric] = &[
    TERM,
    Metric { id: MetricId::KL, group: Group::Kl, hue: 2, ..TERM },
    Metric { id: MetricId::WEIGHT_KL, group: Group::Kl, hue: 3, ..TERM },
    Metric { id: MetricId::TOTAL, hue: 1, ..TERM },
    Metric { id: MetricId::TEST_RECONSTRUCTION, ..TEST },
    Metric { id: MetricId::TEST_KL, group: Group::Kl, hue: 2, ..TEST },
    Metric { id: MetricId::TEST_TOTAL, hue: 1, ..TEST },
];
