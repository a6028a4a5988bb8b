//! Metrics that are folded from what a model gives on test images, a batch at a time.

use super::metric::{Metric, MetricCompute};
use super::table;
use super::test_fold::TestFold;
use crate::model::{Losses, Tested};
use std::fmt;

/// All metrics of the table that come about so.
pub struct TestFolds {
    folds: Vec<(&'static Metric, Box<dyn TestFold>)>,
}

impl Default for TestFolds {
    fn default() -> Self {
        let folds = table::all().filter_map(|metric| match metric.compute {
            MetricCompute::FromTest(fold) => Some((metric, fold())),
            MetricCompute::ByModel | MetricCompute::BetweenSteps => None,
        });
        Self { folds: folds.collect() }
    }
}

impl fmt::Debug for TestFolds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.folds.iter().map(|(metric, _)| metric.id)).finish()
    }
}

impl TestFolds {
    /// Takes in what the model gave on one batch.
    pub fn add(&mut self, tested: &Tested) {
        self.folds.iter_mut().for_each(|(_, fold)| fold.add(tested));
    }

    /// Each metric that has values, with them.
    pub fn figures(&self) -> Vec<(&'static Metric, Vec<f32>)> {
        let figures = self.folds.iter().map(|(metric, fold)| (*metric, fold.values()));
        figures.filter(|(_, values)| !values.is_empty()).collect()
    }

    /// The same as points of curves.
    pub fn losses(&self) -> Losses {
        let figures = self.figures();
        let points = figures.iter().flat_map(|(metric, values)| {
            values.iter().enumerate().map(|(dimension, value)| (metric.curve(dimension), *value))
        });
        points.collect()
    }
}
