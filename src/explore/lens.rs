//! What an operation of a network gives for one example, laid out to be looked at: its maps side by side.

use crate::nn::operations::OutputLayout;
use crate::snapshot::{Operation, Snapshot};

/// Where the maps of an operation lie, in what it gives and in a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapSheet {
    /// Maps: channels, or one for a vector.
    pub maps: usize,
    /// Of one map.
    pub height: usize,
    /// Of one map.
    pub width: usize,
    /// Elements from one map to the next.
    pub map_stride: usize,
    /// Elements from one place of a map to the next, in reading order.
    pub place_stride: usize,
    /// Elements that there are; a vector does not fill its map.
    pub elements: usize,
    /// Maps in a row of the picture.
    pub columns: usize,
}

impl MapSheet {
    /// The sheet of what an operation gives: channels as maps, a vector as one map that is about square.
    pub fn of(operation: &Operation) -> Self {
        Self::laid_out(operation.kind.layout(), operation.outputs())
    }

    /// The sheet of `elements` values that lie so.
    pub fn laid_out(layout: OutputLayout, elements: usize) -> Self {
        let (maps, height, width, map_stride, place_stride) = match layout {
            OutputLayout::Vector(elements) => {
                let width = (elements as f64).sqrt().ceil().max(1.0) as usize;
                (1, elements.div_ceil(width), width, 0, 1)
            }
            OutputLayout::ChannelsLast(map) => (map.channels, map.height, map.width, 1, map.channels),
            OutputLayout::Planes(map) => (map.channels, map.height, map.width, map.places(), 1),
        };
        let columns = (maps as f64).sqrt().ceil().max(1.0) as usize;
        Self { maps, height, width, map_stride, place_stride, elements, columns }
    }

    /// The sheet of an operation of a snapshot's decoder; `None` where there is none of this number. What a decoder gives at
    /// its end are images, whatever gave them.
    pub fn of_decoder(snapshot: &Snapshot, operation: usize) -> Option<Self> {
        let operations = snapshot.decoder.operations();
        let (sheet, image) = (Self::of(operations.get(operation)?), snapshot.image);
        if operation + 1 < operations.len() || sheet.elements != image.values() {
            return Some(sheet);
        }
        let (height, width, maps) = (image.height, image.width, image.channels);
        let columns = (maps as f64).sqrt().ceil().max(1.0) as usize;
        Some(Self { maps, height, width, map_stride: height * width, place_stride: 1, columns, ..sheet })
    }

    /// Rows of maps in the picture.
    pub fn rows(&self) -> usize {
        self.maps.div_ceil(self.columns.max(1))
    }

    /// Width and height of the picture.
    pub fn size(&self) -> [usize; 2] {
        [self.columns * self.width, self.rows() * self.height]
    }

    /// The picture of an operation's values, `[elements]`, relative to the largest absolute one: `[height, width]` of
    /// [`Self::size`] in [−1, 1], 0 where there is none.
    pub fn picture(&self, values: &[f32]) -> Vec<f32> {
        let [width, height] = self.size();
        let largest = values.iter().fold(0.0f32, |most, value| most.max(value.abs()));
        let scale = if largest > 0.0 { 1.0 / largest } else { 0.0 };
        let mut picture = vec![0.0; width * height];
        for (at, pixel) in picture.iter_mut().enumerate() {
            let (x, y) = (at % width, at / width);
            let map = y / self.height.max(1) * self.columns + x / self.width.max(1);
            let place = y % self.height.max(1) * self.width + x % self.width.max(1);
            if map < self.maps {
                let value = values.get(map * self.map_stride + place * self.place_stride);
                *pixel = value.map_or(0.0, |value| value * scale);
            }
        }
        picture
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::nn::conv_shape::Map;
    use crate::nn::operations::{Addition, Concatenation, Linear, Permute};
    use crate::snapshot::{Activation, OperationKind};

    fn operation(kind: impl Into<OperationKind>) -> Operation {
        let kind = kind.into();
        let (weight, bias) = (vec![0.0; kind.weights()].into(), vec![0.0; kind.biases()].into());
        Operation { name: "a".into(), inputs: vec![0], kind, weight, bias, activation: Activation::Identity }
    }

    #[test]
    fn maps_lie_side_by_side_relative_to_the_largest_value() {
        let map = Map { height: 1, width: 2, channels: 3 };
        let sheet = MapSheet::of(&operation(Permute::channels_last(map)));
        assert_eq!((sheet.size(), sheet.columns), ([4, 2], 2));
        // Channels last: the first place of all maps, then the second.
        let values = [1.0, 2.0, 3.0, -4.0, -8.0, 0.0];
        assert_eq!(sheet.picture(&values), [0.125, -0.5, 0.25, -1.0, 0.375, 0.0, 0.0, 0.0]);
        let planes = MapSheet::of(&operation(Permute::planes(map)));
        assert_eq!(planes.picture(&[1.0, -4.0, 2.0, -8.0, 3.0, 0.0]), sheet.picture(&values));
        let both = Concatenation { height: 1, width: 2, channels: [1, 2] };
        assert_eq!(MapSheet::of(&operation(both)), sheet);
        assert_eq!(MapSheet::of(&operation(Addition(map))), sheet);
    }

    #[test]
    fn the_end_of_a_dense_decoder_is_an_image() {
        let dense = |inputs, outputs| {
            Operation::linear("a", 0, (vec![0.0; inputs * outputs], vec![0.0; outputs]), Activation::Relu)
        };
        let last = Operation { inputs: vec![1], ..dense(12, 12) };
        let decoder = crate::snapshot::Network::new(2, vec![dense(2, 12), last]).unwrap();
        let image = crate::dataset::ImageShape { channels: 3, height: 1, width: 4 };
        let snapshot = Snapshot {
            step: 0,
            image,
            latent: 2,
            likelihood: None,
            decoder,
            encoder: None,
            critic: None,
            prior: Default::default(),
        };
        assert_eq!(MapSheet::of_decoder(&snapshot, 0).unwrap().size(), [4, 3]);
        let sheet = MapSheet::of_decoder(&snapshot, 1).unwrap();
        assert_eq!((sheet.maps, sheet.size()), (3, [8, 2]));
        assert_eq!(MapSheet::of_decoder(&snapshot, 2), None);
    }

    #[test]
    fn a_vector_is_about_square_and_nothing_is_nothing() {
        let sheet = MapSheet::of(&operation(Linear { inputs: 1, outputs: 5 }));
        assert_eq!(sheet.size(), [3, 2]);
        let sum = Addition(Map { height: 1, width: 1, channels: 5 });
        assert_eq!(MapSheet::of(&operation(sum)), sheet);
        assert_eq!(sheet.picture(&[1.0, 2.0, 3.0, 4.0, -5.0]), [0.2, 0.4, 0.6, 0.8, -1.0, 0.0]);
        assert_eq!(sheet.picture(&[0.0; 5]), [0.0; 6]);
    }
}
