//! DCI: disentanglement, completeness, informativeness (Eastwood and Williams 2018). How important a dimension is for a factor is the
//! size of its weight in a Lasso regression on standardised codes; half of the examples are regressed on, the other half tells.

use super::code_table::{CodeTable, moments};
use super::factor::Factor;
use super::lasso::{LASSO_PENALTY, lasso};

/// The three figures.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dci {
    /// Whether a dimension is important for one factor alone: 0 to 1.
    pub disentanglement: f64,
    /// Whether one dimension alone is important for a factor: 0 to 1.
    pub completeness: f64,
    /// R² of the regressions on examples that they were not made on, mean over factors: at most 1.
    pub informativeness: f64,
}

/// Disentanglement and completeness of an importance matrix `[latent][factors]` of numbers of 0 or more; `None` where there are fewer
/// than two dimensions or two factors.
pub fn dci_of_importance(importance: &[Vec<f64>]) -> Option<[f64; 2]> {
    let factors = importance.first()?.len();
    if importance.len() < 2 || factors < 2 {
        return None;
    }
    let column = |factor: usize| importance.iter().filter_map(move |row| row.get(factor).copied()).collect();
    let columns: Vec<Vec<f64>> = (0..factors).map(column).collect();
    Some([alone(importance), alone(&columns)])
}

/// The mean of 1 − entropy of each row (in as many units as it has places), weighted by its share of the sum of all.
fn alone(rows: &[Vec<f64>]) -> f64 {
    let total: f64 = rows.iter().flatten().sum();
    let of_row = |row: &Vec<f64>| {
        let sum: f64 = row.iter().sum();
        // A row without any importance is spread over all: its entropy is 1.
        let terms = row.iter().filter(|value| **value > 0.0).map(|value| value / sum);
        let entropy = -terms.map(|share| share * share.ln()).sum::<f64>() / (row.len() as f64).ln();
        if total > 0.0 && sum > 0.0 { (1.0 - entropy) * sum / total } else { 0.0 }
    };
    rows.iter().map(of_row).sum()
}

/// The figures of these examples, of which some may come more than once: those of even numbers are regressed on, the others tell.
/// `None` where there are fewer than two factors, dimensions, or examples of either half.
pub fn dci(codes: &CodeTable, factors: &[Factor], examples: &[usize]) -> Option<Dci> {
    let (learned, told): (Vec<usize>, Vec<usize>) = examples.iter().partition(|example| **example % 2 == 0);
    if learned.len() < 2 || told.len() < 2 {
        return None;
    }
    let scales: Vec<Scale> = codes.of(&learned).map(|values| Scale::of(&values)).collect();
    let standard = |examples: &[usize]| -> Vec<Vec<f64>> {
        codes.of(examples).zip(&scales).map(|(values, scale)| scale.standardise(&values)).collect()
    };
    let (inputs, unseen) = (standard(&learned), standard(&told));
    let gram: Vec<f64> = inputs.iter().flat_map(|a| inputs.iter().map(move |b| mean_product(a, b))).collect();
    let mut importance = vec![vec![0.0; factors.len()]; inputs.len()];
    let mut informativeness = 0.0;
    for (place, factor) in factors.iter().enumerate() {
        let targets = factor.targets(&learned).into_iter().zip(factor.targets(&told));
        // A class that is not among the examples says nothing.
        let targets: Vec<_> =
            targets.filter(|(own, other)| [own, other].iter().all(|values| moments(values).1 > 0.0)).collect();
        for (own, other) in &targets {
            let share = 1.0 / targets.len() as f64;
            let scale = Scale::of(own);
            let own = scale.standardise(own);
            let products: Vec<f64> = inputs.iter().map(|input| mean_product(input, &own)).collect();
            let weights = lasso(&gram, &products, LASSO_PENALTY);
            for (row, weight) in importance.iter_mut().zip(&weights) {
                row.iter_mut().skip(place).take(1).for_each(|cell| *cell += share * weight.abs());
            }
            informativeness += share * explained(&unseen, &weights, &scale.standardise(other)) / factors.len() as f64;
        }
    }
    let [disentanglement, completeness] = dci_of_importance(&importance)?;
    Some(Dci { disentanglement, completeness, informativeness })
}

/// What values are standardised by.
struct Scale {
    mean: f64,
    /// 1 / standard deviation; 0 where all are the same.
    factor: f64,
}

impl Scale {
    fn of(values: &[f64]) -> Self {
        let (mean, variance) = moments(values);
        Self { mean, factor: if variance > 0.0 { 1.0 / variance.sqrt() } else { 0.0 } }
    }

    fn standardise(&self, values: &[f64]) -> Vec<f64> {
        values.iter().map(|value| (value - self.mean) * self.factor).collect()
    }
}

fn mean_product(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>() / a.len().max(1) as f64
}

/// R² of what `weights` tell of `inputs` (one vector a dimension).
fn explained(inputs: &[Vec<f64>], weights: &[f64], targets: &[f64]) -> f64 {
    let mut left = targets.to_vec();
    for (input, weight) in inputs.iter().zip(weights).filter(|(_, weight)| **weight != 0.0) {
        left.iter_mut().zip(input).for_each(|(left, value)| *left -= weight * value);
    }
    let squares = mean_product(&left, &left);
    1.0 - squares / moments(targets).1
}
