//! How an operation with weights is a matrix product, and how its weights lie on the GPU: column by column, each padded
//! with zeros to a multiple of four, then the biases. Of a transposed convolution each phase has a matrix of its own.

use super::error::DecoderError;
use crate::nn::conv_shape::ConvShape;
use crate::snapshot::{Kind, Operation, OperationKind};

/// The sizes of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Product {
    /// Outputs or channels.
    pub columns: usize,
    /// Values in one sum, of the longest phase.
    pub inner: usize,
    /// As many products: 1, but of a transposed convolution the square of its stride.
    pub phases: usize,
    /// Values that lie side by side in one sum: channels, or all of them.
    pub run: usize,
}

impl Product {
    /// `None` where the operation has no weights.
    ///
    /// # Errors
    /// Where the sizes overflow.
    pub fn of(kind: &OperationKind) -> Result<Option<Self>, DecoderError> {
        let OperationKind::Layer(kind) = kind else { return Ok(None) };
        let many = |factors: &[usize]| multiply(factors).ok_or_else(|| DecoderError::Uncountable(format!("{kind:?}")));
        Ok(match kind {
            Kind::Linear { inputs, outputs } => {
                Some(Self { columns: *outputs, inner: *inputs, phases: 1, run: *inputs })
            }
            Kind::Convolution(shape) => {
                let (side, run) = (shape.window.side, shape.large.channels);
                Some(Self { columns: shape.small.channels, inner: many(&[side, side, run])?, phases: 1, run })
            }
            Kind::Transposed(shape) => {
                let (stride, run) = (shape.window.stride.max(1), shape.small.channels);
                let taps = shape.window.side.div_ceil(stride);
                let (inner, phases) = (many(&[taps, taps, run])?, many(&[stride, stride])?);
                Some(Self { columns: shape.large.channels, inner, phases, run })
            }
            _ => None,
        })
    }

    /// Values from one column's weights to the next's.
    ///
    /// # Errors
    /// Where the sizes overflow.
    pub fn stride(&self) -> Result<usize, DecoderError> {
        self.inner.checked_next_multiple_of(4).ok_or_else(|| self.uncountable())
    }

    /// Values before the biases.
    ///
    /// # Errors
    /// Where the sizes overflow.
    pub fn weights(&self) -> Result<usize, DecoderError> {
        multiply(&[self.phases, self.columns, self.stride()?]).ok_or_else(|| self.uncountable())
    }

    /// Values in all.
    ///
    /// # Errors
    /// Where the sizes overflow.
    pub fn values(&self) -> Result<usize, DecoderError> {
        let biases = self.columns.checked_next_multiple_of(4);
        biases.and_then(|biases| self.weights().ok()?.checked_add(biases)).ok_or_else(|| self.uncountable())
    }

    fn uncountable(&self) -> DecoderError {
        DecoderError::Uncountable(format!("a product of {} by {}", self.inner, self.columns))
    }

    /// Writes an operation's weights and biases as they lie on the GPU into `out` (`[values]`, zeros before).
    ///
    /// # Errors
    /// Where the sizes overflow.
    pub fn pack(&self, operation: &Operation, out: &mut [f32]) -> Result<(), DecoderError> {
        let (stride, weights) = (self.stride()?, self.weights()?);
        let (matrix, biases) = out.split_at_mut(weights.min(out.len()));
        copy(biases, &operation.bias);
        match &operation.kind {
            OperationKind::Layer(Kind::Transposed(shape)) => pack_phases(shape, &operation.weight, stride, matrix),
            _ => {
                let columns = matrix.chunks_exact_mut(stride.max(1));
                let pairs = columns.zip(operation.weight.chunks_exact(self.inner.max(1)));
                pairs.for_each(|(target, source)| copy(target, source));
            }
        }
        Ok(())
    }
}

fn copy(target: &mut [f32], source: &[f32]) {
    target.iter_mut().zip(source).for_each(|(target, source)| *target = *source);
}

/// `[small channel, row, column, large channel]` to `[phase, large channel, stand y, stand x, small channel]`: of each phase
/// the rows and columns of the window that cover its places, from the last stand back.
fn pack_phases(shape: &ConvShape, weight: &[f32], stride: usize, out: &mut [f32]) {
    let window = shape.window;
    let (steps, channels) = (window.stride.max(1), shape.large.channels);
    let covering = |corner: usize| ((corner + window.padding) % steps..window.side).step_by(steps);
    let mut matrices = out.chunks_exact_mut((stride * channels).max(1));
    for (y, x) in (0..steps).flat_map(|y| (0..steps).map(move |x| (y, x))) {
        let Some(matrix) = matrices.next() else { return };
        for (channel, column) in matrix.chunks_exact_mut(stride.max(1)).enumerate() {
            let taps = covering(y).flat_map(|row| covering(x).map(move |place| row * window.side + place));
            for (tap, target) in taps.zip(column.chunks_exact_mut(shape.small.channels.max(1))) {
                let from = weight.iter().skip(tap * channels + channel).step_by(shape.receptive_field().max(1));
                target.iter_mut().zip(from).for_each(|(target, source)| *target = *source);
            }
        }
    }
}

/// The product of all factors, where it can be counted.
pub fn multiply(factors: &[usize]) -> Option<usize> {
    factors.iter().try_fold(1usize, |product, factor| product.checked_mul(*factor))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::nn::conv_shape::{Map, Window};
    use crate::snapshot::Activation;

    #[test]
    fn columns_are_padded_to_four_and_biases_follow() {
        let operation = Operation::linear("a", 0, ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [7.0, 8.0]), Activation::Relu);
        let product = Product::of(&operation.kind).unwrap().unwrap();
        let mut out = vec![0.0; product.values().unwrap()];
        product.pack(&operation, &mut out).unwrap();
        assert_eq!(out, [1.0, 2.0, 3.0, 0.0, 4.0, 5.0, 6.0, 0.0, 7.0, 8.0, 0.0, 0.0]);
    }

    #[test]
    fn each_phase_has_the_places_of_the_window_that_cover_it() {
        let large = Map { height: 4, width: 4, channels: 1 };
        let shape = ConvShape::new(large, Window { side: 3, stride: 2, padding: 1 }, 1);
        let weight: Vec<f32> = (0..9u8).map(f32::from).collect();
        let kind = OperationKind::Layer(Kind::Transposed(shape));
        let (weight, bias) = (weight.into(), [9.0].into());
        let activation = Activation::Identity;
        let operation = Operation { name: "t".into(), inputs: vec![0], kind, weight, bias, activation };
        let product = Product::of(&kind).unwrap().unwrap();
        assert_eq!((product.phases, product.inner), (4, 4));
        let mut out = vec![0.0; product.values().unwrap()];
        product.pack(&operation, &mut out).unwrap();
        // An even place is covered by the middle alone, an odd one by both ends: the last stand's is the first of the window.
        assert_eq!(out[..4], [4.0, 0.0, 0.0, 0.0]);
        assert_eq!(out[4..8], [3.0, 5.0, 0.0, 0.0]);
        assert_eq!(out[8..12], [1.0, 7.0, 0.0, 0.0]);
        assert_eq!(out[12..16], [0.0, 2.0, 6.0, 8.0]);
        assert_eq!(out[16..], [9.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn sizes_that_overflow_are_refused() {
        let kind = Kind::Linear { inputs: usize::MAX / 2, outputs: 5 }.into();
        assert!(matches!(Product::of(&kind).unwrap().unwrap().values(), Err(DecoderError::Uncountable(_))));
    }
}
