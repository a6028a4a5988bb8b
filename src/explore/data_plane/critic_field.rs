//! What a critic says of the data's plane, and where its gradient moves generated points.

use super::DataBounds;
use crate::nn::operations::Linear;
use crate::snapshot::{Critic, Network, OperationKind, Scratch};

/// A critic's values over a square of the data's plane.
#[derive(Clone, Debug, PartialEq)]
pub struct CriticField {
    /// Cells a side.
    pub side: usize,
    /// From −1, generated, to 1, real, `[side, side]`, the highest row first. Of a loss with probabilities 2·σ(D(x)) − 1;
    /// of others D(x) about the middle of its range, as a part of half that range.
    pub values: Vec<f32>,
}

impl CriticField {
    /// The values in the middles of `side × side` cells; none of a critic of something else than points of the plane.
    pub fn of(critic: &Critic, bounds: DataBounds, side: usize, scratch: &mut Scratch) -> Option<Self> {
        if critic.network.input() != 2 || critic.network.output() != 1 {
            return None;
        }
        let at = |cell: usize| (cell as f32 + 0.5) / side.max(1) as f32 * bounds.side();
        let places: Vec<f32> = (0..side)
            .flat_map(|row| (0..side).flat_map(move |column| [bounds.low[0] + at(column), bounds.high[1] - at(row)]))
            .collect();
        let mut values = critic.network.evaluate(&places, side * side, scratch).to_vec();
        if critic.loss.has_probabilities() {
            values.iter_mut().for_each(|value| *value = (0.5 * *value).tanh());
        } else {
            let known = values.iter().copied().filter(|value| value.is_finite());
            let (low, high) = known.fold((f32::MAX, f32::MIN), |(low, high), v| (low.min(v), high.max(v)));
            let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
            values.iter_mut().for_each(|value| *value = if half > 0.0 { (*value - middle) / half } else { 0.0 });
        }
        Some(Self { side, values })
    }
}

/// −∂L/∂x of the generator's loss L at each point: what a small step of its would move the point along. Empty for a critic
/// that is not made of dense layers one after another.
pub fn descent(critic: &Critic, points: &[[f32; 2]], scratch: &mut Scratch) -> Vec<[f32; 2]> {
    let inputs = points.concat();
    let logits = critic.network.evaluate(&inputs, points.len(), scratch).to_vec();
    let slopes = logits.iter().map(|logit| -critic.loss.generator(*logit).1).collect();
    match input_gradient(&critic.network, scratch, slopes) {
        Some(gradient) => gradient.chunks_exact(2).map(|gradient| [gradient[0], gradient[1]]).collect(),
        None => Vec::new(),
    }
}

/// The gradient `[count, input]` of what a network gave last, with `gradient` at its outputs.
fn input_gradient(network: &Network, scratch: &Scratch, mut gradient: Vec<f32>) -> Option<Vec<f32>> {
    for (index, operation) in network.operations().iter().enumerate().rev() {
        let OperationKind::Linear(Linear { inputs, outputs }) = operation.kind else { return None };
        if operation.inputs != [index] {
            return None;
        }
        operation.activation.apply_slope(scratch.values().get(index + 1)?, &mut gradient);
        let mut before = vec![0.0; gradient.len() / outputs.max(1) * inputs];
        for (before, after) in before.chunks_exact_mut(inputs).zip(gradient.chunks_exact(outputs)) {
            for (weights, slope) in operation.weight.chunks_exact(inputs).zip(after) {
                before.iter_mut().zip(weights).for_each(|(before, weight)| *before += slope * weight);
            }
        }
        gradient = before;
    }
    Some(gradient)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::Sample;
    use crate::model::{Config, Model};

    fn critic(preset: &str) -> Critic {
        let point = Sample::Point { dims: 2 };
        let mut config = Config::preset(preset).unwrap().with("hidden", vec![24usize, 16]).unwrap();
        config.adapt_to(point);
        Model::new(&config, point.shape()).unwrap().snapshot(0).unwrap().critic.unwrap()
    }

    #[test]
    fn arrows_are_differences_of_the_generators_loss() {
        for preset in ["gan-dense", "wgan-gp"] {
            let (critic, mut scratch) = (critic(preset), Scratch::default());
            let points = [[0.4, -1.3], [2.0, 0.1], [-0.7, 0.9]];
            let loss = |x: f32, y: f32| {
                critic.loss.generator(critic.network.evaluate(&[x, y], 1, &mut Scratch::default())[0]).0
            };
            for ([x, y], found) in points.into_iter().zip(descent(&critic, &points, &mut scratch)) {
                let h = 1e-2;
                let expected =
                    [(loss(x - h, y) - loss(x + h, y)) / (2.0 * h), (loss(x, y - h) - loss(x, y + h)) / (2.0 * h)];
                let off = (0..2).map(|axis| (found[axis] - expected[axis]).abs()).fold(0.0, f32::max);
                assert!(off < 2e-3, "{preset}: {found:?} instead of {expected:?}");
            }
        }
    }

    #[test]
    fn a_field_is_between_generated_and_real_with_its_first_row_on_top() {
        let bounds = DataBounds::of_range([-2.0, 2.0]);
        let (critic, mut scratch) = (critic("gan-dense"), Scratch::default());
        let field = CriticField::of(&critic, bounds, 8, &mut scratch).unwrap();
        assert!(field.values.len() == 64 && field.values.iter().all(|value| value.abs() <= 1.0));
        let cell = bounds.side() / 8.0;
        let corner = [bounds.low[0] + 0.5 * cell, bounds.high[1] - 0.5 * cell];
        let logit = critic.network.evaluate(&corner, 1, &mut scratch)[0];
        assert!((field.values[0] - (2.0 / (1.0 + (-logit).exp()) - 1.0)).abs() < 1e-6);
        let field = CriticField::of(&self::critic("wgan-gp"), bounds, 8, &mut scratch).unwrap();
        let ends = field.values.iter().fold((2.0f32, -2.0f32), |(low, high), v| (low.min(*v), high.max(*v)));
        assert!((ends.0 + 1.0).abs() < 1e-5 && (ends.1 - 1.0).abs() < 1e-5, "{ends:?}");
    }
}
