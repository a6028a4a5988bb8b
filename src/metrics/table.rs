//! The table of metrics, and its look-ups. A group of metrics is one file and one line here; what of it is measured between steps
//! has one more.

use super::measurement::Measurement;
use super::metric::{Columns, Metric};
use super::{
    adversarial, class_accuracy, code_density, elbo, latent_error, latent_use, matching, missed_share, reconstructions,
    sample_spread, squared_error,
};
use crate::model::MetricId;
use std::borrow::Cow;

/// The table, in the order of the curves.
pub static METRICS: &[&[Metric]] = &[
    elbo::METRICS,
    adversarial::METRICS,
    latent_error::METRICS,
    class_accuracy::METRICS,
    latent_use::METRICS,
    missed_share::METRICS,
    squared_error::METRICS,
    matching::METRICS,
    code_density::METRICS,
    reconstructions::METRICS,
    sample_spread::METRICS,
];

/// What is measured between steps.
pub static MEASUREMENTS: &[Measurement] =
    &[missed_share::MEASUREMENT, reconstructions::MEASUREMENT, sample_spread::MEASUREMENT];

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
    }
}
