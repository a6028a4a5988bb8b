//! The losses, scores and penalties of adversarial training (Goodfellow 2014), as a GAN gives them.

use super::metric::{Columns, Group, Metric, MetricCompute, MetricSource, Unit};
use crate::model::MetricId;

const LOSS: Metric = Metric {
    id: MetricId::DISCRIMINATOR_LOSS,
    columns: Columns::One,
    group: Group::Adversarial,
    unit: Unit::Loss,
    source: MetricSource::TrainingBatch,
    compute: MetricCompute::ByModel,
    hue: 0,
};
const SCORE: Metric = Metric { unit: Unit::Score, hue: 2, ..LOSS };
const CRITIC: Metric = Metric { unit: Unit::Critic, ..LOSS };

pub(super) const METRICS: &[Metric] = &[
    LOSS,
    Metric { id: MetricId::GENERATOR_LOSS, hue: 1, ..LOSS },
    Metric { id: MetricId::REAL_SCORE, ..SCORE },
    Metric { id: MetricId::FAKE_SCORE, hue: 3, ..SCORE },
    Metric { id: MetricId::CRITIC_GAP, hue: 4, ..CRITIC },
    Metric { id: MetricId::R1_PENALTY, hue: 5, ..LOSS },
    Metric { id: MetricId::GRADIENT_PENALTY, hue: 5, ..LOSS },
    Metric { id: MetricId::TEST_REAL_SCORE, source: MetricSource::TestSet, ..SCORE },
    Metric { id: MetricId::TEST_CRITIC, source: MetricSource::TestSet, hue: 2, ..CRITIC },
    Metric { id: MetricId::FEATURE_ERROR, hue: 6, ..CRITIC },
    Metric { id: MetricId::TEST_FEATURE_ERROR, source: MetricSource::TestSet, hue: 6, ..CRITIC },
];
