//! What the latent dimensions of a VAE are used for: KL a dimension, and how many are active.

use super::metric::{Columns, Group, Metric, MetricCompute, MetricSource, Unit};
use super::test_fold::TestFold;
use crate::model::{MetricId, Tested};

/// A dimension is active where the variance of its posterior means over the images is above this (Burda, Grosse and
/// Salakhutdinov 2016, section 5.1).
const ACTIVE_VARIANCE: f64 = 0.01;

pub(super) const METRICS: &[Metric] = &[
    // Mean KL(q(z_i|x) ‖ p(z_i)) of each dimension: a collapsed one is near 0.
    Metric {
        id: MetricId::new("kl_per_dimension"),
        columns: Columns::PerDimension { column: "kl" },
        group: Group::Latent,
        unit: Unit::Nats,
        source: MetricSource::TestSet,
        compute: MetricCompute::FromTest(|| Box::<KlPerDimension>::default()),
        hue: 0,
    },
    // How many dimensions have Var_x(E[z_i|x]) > 0.01.
    Metric {
        id: MetricId::ACTIVE_UNITS,
        columns: Columns::One,
        group: Group::Latent,
        unit: Unit::Dimensions,
        source: MetricSource::TestSet,
        compute: MetricCompute::FromTest(|| Box::<ActiveUnits>::default()),
        hue: 6,
    },
    // The root of the mean of E[z_i|x]² over images and dimensions: at most about 1 where codes lie within the prior.
    Metric {
        id: MetricId::CODE_RMS,
        columns: Columns::One,
        group: Group::Latent,
        unit: Unit::Deviations,
        source: MetricSource::TestSet,
        compute: MetricCompute::FromTest(|| Box::<CodeRms>::default()),
        hue: 2,
    },
];

/// Sums of ½(μ² + σ² − 1 − ln σ²) (Kingma and Welling 2013, appendix B), `[latent]`.
#[derive(Default)]
struct KlPerDimension {
    sums: Vec<f64>,
    images: u64,
}

impl TestFold for KlPerDimension {
    fn add(&mut self, tested: &Tested) {
        let Some(posteriors) = &tested.posteriors else { return };
        self.sums.resize(posteriors.latent, 0.0);
        for (mean, log_variance) in posteriors.rows() {
            self.images += 1;
            for ((sum, mean), log_variance) in self.sums.iter_mut().zip(mean).zip(log_variance) {
                let (mean, log_variance) = (f64::from(*mean), f64::from(*log_variance));
                *sum += 0.5 * (mean * mean + log_variance.exp() - 1.0 - log_variance);
            }
        }
    }

    fn values(&self) -> Vec<f32> {
        self.sums.iter().map(|sum| (sum / self.images as f64) as f32).collect()
    }
}

/// Mean and sum of squared deviations of each dimension's posterior mean, a running one (Welford 1962), `[latent]`.
#[derive(Default)]
struct ActiveUnits {
    means: Vec<f64>,
    squares: Vec<f64>,
    images: u64,
}

impl TestFold for ActiveUnits {
    fn add(&mut self, tested: &Tested) {
        let Some(posteriors) = &tested.posteriors else { return };
        self.means.resize(posteriors.latent, 0.0);
        self.squares.resize(posteriors.latent, 0.0);
        for (row, _) in posteriors.rows() {
            self.images += 1;
            for ((mean, squares), value) in self.means.iter_mut().zip(&mut self.squares).zip(row) {
                let deviation = f64::from(*value) - *mean;
                *mean += deviation / self.images as f64;
                *squares += deviation * (f64::from(*value) - *mean);
            }
        }
    }

    fn values(&self) -> Vec<f32> {
        if self.images == 0 {
            return Vec::new();
        }
        let active = self.squares.iter().filter(|squares| **squares / self.images as f64 > ACTIVE_VARIANCE).count();
        vec![active as f32]
    }
}

/// The sum of squares of posterior means.
#[derive(Default)]
struct CodeRms {
    squares: f64,
    count: u64,
}

impl TestFold for CodeRms {
    fn add(&mut self, tested: &Tested) {
        let Some(posteriors) = &tested.posteriors else { return };
        for (means, _) in posteriors.rows() {
            self.squares += means.iter().map(|mean| f64::from(*mean).powi(2)).sum::<f64>();
            self.count += means.len() as u64;
        }
    }

    fn values(&self) -> Vec<f32> {
        if self.count == 0 { Vec::new() } else { vec![(self.squares / self.count as f64).sqrt() as f32] }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::model::Posteriors;
    use proptest::prelude::*;

    fn folded(fold: &mut dyn TestFold, codes: &[f32], latent: usize, batch: usize) -> Vec<f32> {
        for codes in codes.chunks(2 * latent * batch) {
            let posteriors = Some(Posteriors { latent, codes: codes.to_vec() });
            fold.add(&Tested { losses: Vec::new(), posteriors });
        }
        fold.values()
    }

    #[test]
    fn a_dimension_that_says_nothing_has_no_divergence_and_is_not_active() {
        // The first dimension is the prior for every image; the second is two points far apart, and sure of them.
        let codes: Vec<f32> = (0..64).flat_map(|image| [0.0, [-2.0, 2.0][image % 2], 0.0, -4.0]).collect();
        let kl = folded(&mut KlPerDimension::default(), &codes, 2, 10);
        let expected = 0.5 * (4.0 + (-4.0f64).exp() - 1.0 + 4.0);
        assert!(kl[0] == 0.0 && (f64::from(kl[1]) - expected).abs() < 1e-6, "{kl:?}");
        assert_eq!(folded(&mut ActiveUnits::default(), &codes, 2, 10), [1.0]);
        let nothing = Tested { losses: Vec::new(), posteriors: None };
        let mut folds: [Box<dyn TestFold>; 2] = [Box::<KlPerDimension>::default(), Box::<ActiveUnits>::default()];
        for fold in &mut folds {
            fold.add(&nothing);
            assert!(fold.values().is_empty());
        }
    }

    proptest! {
        /// However the images are cut into batches: two passes in double precision say the same.
        #[test]
        fn batches_make_no_difference(
            codes in prop::collection::vec(-3.0f32..3.0, 6 * 20),
            batch in 1usize..30,
            scale in prop_oneof![Just(1.0f32), Just(0.03), Just(0.001)],
        ) {
            let codes: Vec<f32> = codes.iter().map(|value| scale * value).collect();
            let images = codes.len() / 6;
            let column = |place: usize| codes.iter().skip(place).step_by(6).map(|value| f64::from(*value));
            let mean = |values: &dyn Fn() -> Vec<f64>| values().iter().sum::<f64>() / images as f64;
            let mut active = 0;
            let kl = folded(&mut KlPerDimension::default(), &codes, 3, batch);
            for (dimension, kl) in kl.iter().enumerate() {
                let centre = mean(&|| column(dimension).collect());
                let variance = mean(&|| column(dimension).map(|value| (value - centre).powi(2)).collect());
                active += u32::from(variance > ACTIVE_VARIANCE);
                let term = |(mean, log): (f64, f64)| 0.5 * (mean * mean + log.exp() - 1.0 - log);
                let expected = mean(&|| column(dimension).zip(column(3 + dimension)).map(term).collect());
                prop_assert!((f64::from(*kl) - expected).abs() < 1e-5, "{kl} {expected}");
            }
            prop_assert_eq!(folded(&mut ActiveUnits::default(), &codes, 3, batch), [active as f32]);
        }
    }
}
