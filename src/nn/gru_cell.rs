//! A step of a gated recurrent unit (Cho 2014) for one example, on slices, with the gates and biases of PyTorch: of a part of its
//! input and one of its state, three gates each, r = σ(xᵣ + hᵣ), z = σ(x_z + h_z), n = tanh(xₙ + r·hₙ), and the next state
//! h ← n + z·(h − n).

use super::vector::{for_each_processor, sigmoid};

/// Gates of a unit: reset r, update z and the new value n, laid one after another.
pub const GATES: usize = 3;

for_each_processor! {
    /// One step. `gates` `[3·units]` holds the part of the input, and r, z and n after it; `of_state` is the part of the state.
    /// `state` `[units]` becomes the next one, and `new` `[units]` what of the state is in n, which its gradient needs.
    pub fn step(gates: &mut [f32], of_state: &[f32], state: &mut [f32], new: &mut [f32]) {
        let units = state.len();
        let new = &mut new[..units];
        let (reset, rest) = gates.split_at_mut(units);
        let (update, value) = rest.split_at_mut(units);
        let value = &mut value[..units];
        let (of_reset, rest) = of_state.split_at(units);
        let (of_update, of_value) = rest.split_at(units);
        let of_value = &of_value[..units];
        for unit in 0..units {
            let r = sigmoid(reset[unit] + of_reset[unit]);
            let z = sigmoid(update[unit] + of_update[unit]);
            // The hyperbolic tangent.
            let n = 2.0 * sigmoid(2.0 * (value[unit] + r * of_value[unit])) - 1.0;
            (reset[unit], update[unit], value[unit]) = (r, z, n);
            new[unit] = of_value[unit];
            state[unit] = n + z * (state[unit] - n);
        }
    }
}

for_each_processor! {
    /// Back through it. `gates` holds r, z and n, and the gradient of the input's part after it; `of_state` `[3·units]` becomes
    /// that of the state's part. `before` is the state that the step began with, `new` as it left it, and `gradient` `[units]`
    /// that of its state, which becomes the share of `before`'s that does not go through `of_state`.
    pub fn step_back(gates: &mut [f32], new: &[f32], before: &[f32], gradient: &mut [f32], of_state: &mut [f32]) {
        let units = gradient.len();
        let (new, before) = (&new[..units], &before[..units]);
        let (reset, rest) = gates.split_at_mut(units);
        let (update, value) = rest.split_at_mut(units);
        let value = &mut value[..units];
        let (of_reset, rest) = of_state.split_at_mut(units);
        let (of_update, of_value) = rest.split_at_mut(units);
        let of_value = &mut of_value[..units];
        for unit in 0..units {
            let (r, z, n) = (reset[unit], update[unit], value[unit]);
            let given = gradient[unit];
            let to_n = given * (1.0 - z) * (1.0 - n * n);
            let to_z = given * (before[unit] - n) * z * (1.0 - z);
            let to_r = to_n * new[unit] * r * (1.0 - r);
            (reset[unit], update[unit], value[unit]) = (to_r, to_z, to_n);
            (of_reset[unit], of_update[unit], of_value[unit]) = (to_r, to_z, to_n * r);
            gradient[unit] = given * z;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, normal_rows};

    const UNITS: usize = 19;

    fn normal(seed: u64, count: usize) -> Vec<f32> {
        normal_rows(seed, Purpose::Sample, 0, 1, count)
    }

    /// The next state in double precision.
    fn exact(input: &[f64], of_state: &[f64], state: &[f64]) -> Vec<f64> {
        let logistic = |x: f64| 1.0 / (1.0 + (-x).exp());
        let unit = |unit: usize| {
            let gate = |gate: usize| gate * UNITS + unit;
            let r = logistic(input[gate(0)] + of_state[gate(0)]);
            let z = logistic(input[gate(1)] + of_state[gate(1)]);
            let n = (input[gate(2)] + r * of_state[gate(2)]).tanh();
            (1.0 - z) * n + z * state[unit]
        };
        (0..UNITS).map(unit).collect()
    }

    fn wide(values: &[f32]) -> Vec<f64> {
        values.iter().copied().map(f64::from).collect()
    }

    #[test]
    fn a_step_and_its_gradients_are_those_of_double_precision() {
        let (input, of_state, before) = (normal(1, GATES * UNITS), normal(2, GATES * UNITS), normal(3, UNITS));
        let (mut gates, mut state, mut new) = (input.clone(), before.clone(), vec![0.0; UNITS]);
        step(&mut gates, &of_state, &mut state, &mut new);
        let parts = [wide(&input), wide(&of_state), wide(&before)];
        let next = exact(&parts[0], &parts[1], &parts[2]);
        assert!(state.iter().zip(&next).all(|(a, b)| (f64::from(*a) - b).abs() < 1e-6));

        let weights = normal(4, UNITS);
        let (mut gradient, mut to_state) = (weights.clone(), vec![0.0; GATES * UNITS]);
        step_back(&mut gates, &new, &before, &mut gradient, &mut to_state);
        for (part, found) in [&gates, &to_state, &gradient].into_iter().enumerate() {
            for (place, found) in found.iter().enumerate() {
                let moved = |by: f64| {
                    let mut parts = parts.clone();
                    parts[part][place] += by;
                    let next = exact(&parts[0], &parts[1], &parts[2]);
                    next.iter().zip(&weights).map(|(state, weight)| state * f64::from(*weight)).sum::<f64>()
                };
                let expected = (moved(1e-5) - moved(-1e-5)) / 2e-5;
                assert!((f64::from(*found) - expected).abs() < 1e-5, "{part} {place}: {found} {expected}");
            }
        }
    }
}
