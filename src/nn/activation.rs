//! What is applied to each value after a layer: in training, in snapshots, on the GPU.

use super::vector::{self, for_each_processor};

/// What is applied to each value after an operation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Activation {
    /// The value itself.
    Identity,
    /// max(0, x).
    Relu,
    /// x where positive, `slope`·x elsewhere.
    LeakyRelu {
        /// The slope below zero, positive.
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
            Self::Relu => leaky_all(values, 0.0),
            Self::LeakyRelu { slope } => leaky_all(values, slope),
            Self::Sigmoid => vector::sigmoid_all(values),
        }
    }

    /// Multiplies `gradient` by the activation's slope where it gave `out`; every activation here can tell its slope from
    /// its result. At 0 the slope is that of the left side.
    pub fn apply_slope(self, out: &[f32], gradient: &mut [f32]) {
        match self {
            Self::Identity => {}
            Self::Relu => leaky_slope(out, gradient, 0.0),
            Self::LeakyRelu { slope } => leaky_slope(out, gradient, slope),
            Self::Sigmoid => sigmoid_slope(out, gradient),
        }
    }

    /// Whether its slope is constant on either side of 0, so that its second derivative is 0.
    pub fn is_piecewise_linear(self) -> bool {
        !matches!(self, Self::Sigmoid)
    }
}

for_each_processor! {
    fn leaky_all(values: &mut [f32], slope: f32) {
        for x in values {
            // A value that is not a number stays one, so that a diverged run is seen.
            *x = if *x <= 0.0 { *x * slope } else { *x };
        }
    }
}

for_each_processor! {
    fn leaky_slope(out: &[f32], gradient: &mut [f32], slope: f32) {
        for (gradient, y) in gradient.iter_mut().zip(out) {
            *gradient *= if *y > 0.0 { 1.0 } else { slope };
        }
    }
}

for_each_processor! {
    fn sigmoid_slope(out: &[f32], gradient: &mut [f32]) {
        for (gradient, y) in gradient.iter_mut().zip(out) {
            *gradient *= y * (1.0 - y);
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

    #[test]
    fn slopes_are_told_from_results() {
        let slopes = |activation: Activation, out: [f32; 3]| {
            let mut gradient = [2.0; 3];
            activation.apply_slope(&out, &mut gradient);
            gradient
        };
        assert_eq!(slopes(Activation::Identity, [-1.0, 0.0, 1.0]), [2.0; 3]);
        assert_eq!(slopes(Activation::Relu, [0.0, 0.0, 1.0]), [0.0, 0.0, 2.0]);
        assert_eq!(slopes(Activation::LeakyRelu { slope: 0.25 }, [-1.0, 0.0, 1.0]), [0.5, 0.5, 2.0]);
        assert_eq!(slopes(Activation::Sigmoid, [0.0, 0.5, 1.0]), [0.0, 0.5, 0.0]);
    }

    #[test]
    fn what_is_not_a_number_stays_seen() {
        let mut values = [f32::NAN];
        Activation::Relu.apply(&mut values);
        assert!(values[0].is_nan());
    }
}
