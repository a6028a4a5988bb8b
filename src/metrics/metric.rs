//! What a metric is, and the table's look-ups.

use super::METRICS;
use super::fold::TestFold;
use crate::model::MetricId;
use std::borrow::Cow;

/// Something that training measures.
#[derive(Clone, Copy, Debug)]
pub struct Metric {
    /// Its name: its key in the language tables (`series.<name>`) and in what the command line prints.
    pub id: MetricId,
    /// How many curves it has.
    pub columns: Columns,
    /// What it is drawn with.
    pub group: Group,
    /// What it counts in.
    pub unit: Unit,
    /// What it is measured on.
    pub source: MetricSource,
    /// How it comes about.
    pub compute: Compute,
    /// How far its curve is from its model's colour: above 0 towards the text's, below 0 towards the background's, −1 to 1.
    pub shade: f32,
}

/// How many curves a metric has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Columns {
    /// One; its column in `metrics.csv` has the metric's name.
    One,
    /// One a latent dimension; the columns are `<column>_1`, `<column>_2`, …
    PerDimension {
        /// What the columns begin with.
        column: &'static str,
    },
}

/// Columns that are drawn in one plot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Group {
    /// The terms of a likelihood.
    Likelihood,
    /// The losses and scores of adversarial training.
    Adversarial,
    /// What the latent dimensions are used for.
    Latent,
}

impl Group {
    /// Every group, in the order of the plots.
    pub const ALL: [Self; 3] = [Self::Likelihood, Self::Adversarial, Self::Latent];
}

/// What a metric counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Nats an image.
    Nats,
    /// An adversarial loss: no unit.
    Loss,
    /// A probability, 0 to 1.
    Score,
    /// The critic's own scale.
    Critic,
    /// A number of latent dimensions.
    Dimensions,
}

impl Unit {
    /// Its key in the language tables (`unit.<name>`).
    pub fn name(self) -> &'static str {
        match self {
            Self::Nats => "nats",
            Self::Loss => "loss",
            Self::Score => "score",
            Self::Critic => "critic",
            Self::Dimensions => "dimensions",
        }
    }

    /// Whether values are whole numbers.
    pub fn is_count(self) -> bool {
        self == Self::Dimensions
    }
}

/// What a metric is measured on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricSource {
    /// Each batch that is trained on.
    TrainingBatch,
    /// Test images, at intervals.
    TestSet,
}

/// How a metric comes about.
#[derive(Clone, Copy, Debug)]
pub enum Compute {
    /// The model gives it with its step or its test.
    ByModel,
    /// Folded from what the model gives on test images.
    FromTest(fn() -> Box<dyn TestFold>),
}

impl Metric {
    /// The key of its curve of a dimension (of its only curve, whatever the dimension).
    pub fn curve(&self, dimension: usize) -> MetricId {
        match self.columns {
            Columns::One => self.id,
            Columns::PerDimension { .. } => self.id.of_dimension(u16::try_from(dimension).unwrap_or(u16::MAX)),
        }
    }

    /// Whether it is measured on test images.
    pub fn is_test(&self) -> bool {
        self.source == MetricSource::TestSet
    }
}

/// Every metric, in the table's order.
pub fn all() -> impl Iterator<Item = &'static Metric> {
    METRICS.iter().copied().flatten()
}

/// The metric that a curve is of; `None` for one that the table does not know.
pub fn of_curve(id: MetricId) -> Option<&'static Metric> {
    all().find(|metric| metric.id.name() == id.name())
}

/// A curve's place in the table, and its dimension: what curves are sorted by.
pub fn place(id: MetricId) -> (Option<usize>, Option<u16>) {
    (all().position(|metric| metric.id.name() == id.name()), id.dimension())
}

/// A curve's column in `metrics.csv`.
pub fn column(id: MetricId) -> Cow<'static, str> {
    match (id.dimension(), of_curve(id).map(|metric| metric.columns)) {
        (Some(dimension), Some(Columns::PerDimension { column })) => format!("{column}_{}", dimension + 1).into(),
        _ => id.name().into(),
    }
}

/// The curve of a column of `metrics.csv`; `None` for one that the table does not know.
pub fn of_column(name: &str) -> Option<MetricId> {
    all().find_map(|metric| match metric.columns {
        Columns::One => (metric.id.name() == name).then_some(metric.id),
        Columns::PerDimension { column } => {
            let digits = name.strip_prefix(column)?.strip_prefix('_')?;
            let number: u16 = digits.parse().ok().filter(|number: &u16| *number > 0)?;
            (digits == number.to_string()).then(|| metric.id.of_dimension(number - 1))
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_curve_has_a_column_of_its_own_and_is_found_by_it() {
        let mut columns = BTreeSet::new();
        for id in all().flat_map(|metric| [0, 1, 511].map(|dimension| metric.curve(dimension))) {
            assert_eq!(of_column(&column(id)), Some(id));
            columns.insert(column(id));
        }
        let curves = all().map(|metric| if metric.columns == Columns::One { 1 } else { 3 }).sum::<usize>();
        assert_eq!(columns.len(), curves);
        for strange in ["", "step", "kl_", "kl_0", "kl_01", "kl_-1", "kl_70000", "a later program's"] {
            assert_eq!(of_column(strange), None, "{strange}");
        }
        assert!(all().all(|metric| (-1.0..=1.0).contains(&metric.shade)));
    }
}
