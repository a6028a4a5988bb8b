//! The codes of examples, dimension by dimension.

/// Posterior means of examples.
#[derive(Clone, Debug, PartialEq)]
pub struct CodeTable {
    /// The codes of all examples, one vector a dimension.
    dimensions: Vec<Vec<f64>>,
    count: usize,
}

impl CodeTable {
    /// Of codes `[count, latent]`.
    pub fn new(latent: usize, codes: &[f32]) -> Self {
        let column = |place: usize| codes.iter().skip(place).step_by(latent).map(|code| f64::from(*code)).collect();
        Self { dimensions: (0..latent).map(column).collect(), count: codes.len().checked_div(latent).unwrap_or(0) }
    }

    /// Examples.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Dimensions.
    pub fn latent(&self) -> usize {
        self.dimensions.len()
    }

    /// The codes of some examples, dimension by dimension.
    pub fn of(&self, examples: &[usize]) -> impl Iterator<Item = Vec<f64>> {
        self.dimensions
            .iter()
            .map(move |codes| examples.iter().filter_map(|example| codes.get(*example).copied()).collect())
    }
}

/// Mean and variance (over the number of values) of some values.
pub(super) fn moments(values: &[f64]) -> (f64, f64) {
    let count = values.len().max(1) as f64;
    let mean = values.iter().sum::<f64>() / count;
    (mean, values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count)
}
