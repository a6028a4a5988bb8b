//! How far an encoder is from the latents that images were generated of (Chen 2016).

use super::metric::{Columns, Group, Metric, MetricCompute, MetricSource, Unit};
use crate::model::MetricId;

pub(super) const METRICS: &[Metric] = &[Metric {
    id: MetricId::LATENT_ERROR,
    columns: Columns::One,
    group: Group::Latent,
    unit: Unit::Deviations,
    source: MetricSource::TrainingBatch,
    compute: MetricCompute::ByModel,
    hue: 3,
}];
