//! What is applied to each value after a layer: in training, in snapshots, on the GPU.

use super::vector;

/// What is applied to each value after an operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// The value itself.
    Identity,
    /// max(0, x).
    Relu,
    /// x where positive, `slope`·x elsewhere.
    LeakyRelu {
        /// The slope below zero.
        slope: f32,
    },
    /// 1 / (1 + e⁻ˣ).
    Sigmoid,
}

impl Activation {
    /// Applies it in place.
    pub fn apply(self, values: &mut [f32]) {
        match self {
            Self::Identity => {}
            Self::Relu => values.iter_mut().for_each(|x| *x = x.max(0.0)),
            Self::LeakyRelu { slope } => values.iter_mut().for_each(|x| {
                if *x < 0.0 {
                    *x *= slope;
                }
            }),
            Self::Sigmoid => vector::sigmoid_all(values),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn activations_are_what_their_names_say() {
        let after = |activation: Activation| {
            let mut values = [-2.0, 0.0, 3.0];
            activation.apply(&mut values);
            values
        };
        assert_eq!(after(Activation::Identity), [-2.0, 0.0, 3.0]);
        assert_eq!(after(Activation::Relu), [0.0, 0.0, 3.0]);
        assert_eq!(after(Activation::LeakyRelu { slope: 0.5 }), [-1.0, 0.0, 3.0]);
        let sigmoid = after(Activation::Sigmoid);
        assert!(
            (sigmoid[0] - 0.119_202_92).abs() < 1e-6 && sigmoid[1] == 0.5 && (sigmoid[2] - 0.952_574_1).abs() < 1e-6
        );
    }
}
