//! A network whose weights are independent normal variables: what it computes with by itself are their means.

use super::{Network, NetworkError, Operation};
use crate::random::{Purpose, stream};
use rand_distr::{Distribution, StandardNormal};
use std::sync::Arc;

/// Standard deviations of an operation's weight and bias, shaped as they are.
#[derive(Clone, Debug, Default)]
pub struct WeightDeviations {
    /// Of the weight.
    pub weight: Arc<[f32]>,
    /// Of the bias.
    pub bias: Arc<[f32]>,
}

impl Network {
    /// The same network, its weights the means of normal variables with these standard deviations, operation by operation.
    ///
    /// # Errors
    /// Names the first operation whose deviations are not shaped as its weights.
    pub fn with_deviations(self, deviations: impl IntoIterator<Item = WeightDeviations>) -> Result<Self, NetworkError> {
        let mut given = deviations.into_iter();
        let deviating = |operation: &Operation| {
            let WeightDeviations { weight, bias } = given.next().unwrap_or_default();
            Operation { weight, bias, ..operation.clone() }
        };
        let deviations = Self::new(self.input, self.operations.iter().map(deviating).collect())?;
        Ok(Self { deviations: Some(Arc::new(deviations)), ..self })
    }

    /// The standard deviations of its weights in their place; `None` where its weights are numbers.
    pub fn deviations(&self) -> Option<&Self> {
        self.deviations.as_deref()
    }

    /// The network of weights that are drawn: a draw of a number has the same noise whatever the weights, so that it changes with
    /// them alone. `None` where its weights are numbers.
    pub fn drawn(&self, draw: u64) -> Option<Self> {
        let deviations = self.deviations()?;
        let mut operations = self.operations.clone();
        for (index, (operation, deviating)) in operations.iter_mut().zip(&deviations.operations).enumerate() {
            let mut generator = stream(0, Purpose::DrawnWeights, draw, index as u64);
            let mut drawn = |means: &[f32], deviations: &[f32]| -> Arc<[f32]> {
                let each = means.iter().zip(deviations).map(|(mean, deviation)| {
                    let noise: f32 = StandardNormal.sample(&mut generator);
                    mean + deviation * noise
                });
                each.collect()
            };
            operation.weight = drawn(&operation.weight, &deviating.weight);
            operation.bias = drawn(&operation.bias, &deviating.bias);
        }
        Some(Self { input: self.input, operations, deviations: None })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::snapshot::Activation;

    fn network(weights: usize) -> Network {
        let operation = Operation::linear("wide", 0, (vec![1.5; weights], vec![-2.0; 2]), Activation::Identity);
        Network::new(weights / 2, vec![operation]).unwrap()
    }

    fn deviations(weights: usize, weight: f32, bias: f32) -> WeightDeviations {
        WeightDeviations { weight: vec![weight; weights].into(), bias: vec![bias; 2].into() }
    }

    #[test]
    fn draws_have_the_means_and_deviations_and_are_the_same_again() {
        let plain = network(20_000);
        assert!(plain.deviations().is_none() && plain.drawn(0).is_none());
        let network = plain.with_deviations([deviations(20_000, 0.5, 0.0)]).unwrap();
        let [first, again, second] = [0, 0, 1].map(|draw| network.drawn(draw).unwrap().operations()[0].clone());
        assert!(first.weight == again.weight && first.weight != second.weight);
        assert!(first.bias.iter().all(|bias| *bias == -2.0), "of deviation 0");
        let mean = first.weight.iter().sum::<f32>() / 20_000.0;
        let variance = first.weight.iter().map(|weight| (weight - mean).powi(2)).sum::<f32>() / 20_000.0;
        assert!((mean - 1.5).abs() < 0.02 && (variance - 0.25).abs() < 0.01, "{mean}, {variance}");
    }

    #[test]
    fn deviations_of_another_shape_are_refused() {
        for wrong in [vec![deviations(6, 0.1, 0.1)], Vec::new()] {
            let error = network(8).with_deviations(wrong).unwrap_err().to_string();
            assert!(error.starts_with("operation 0 (wide): expected 8 weights and 2 biases"), "{error}");
        }
    }
}
