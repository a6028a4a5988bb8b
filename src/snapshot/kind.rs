//! What an operation of a network computes: what a layer does to one value, or what puts two values together. Training has
//! layers alone.

use crate::nn::conv_shape::Map;
use crate::nn::kind::Kind;

/// What an operation computes, and on what sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperationKind {
    /// What a layer computes from one value.
    Layer(Kind),
    /// The sum of two values of these sizes; a vector is a map of one place.
    Addition(Map),
    /// The channels of two values side by side.
    Concatenation(Concatenation),
}

/// Two maps of one height and width, channels last; vectors are maps of one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Concatenation {
    /// Rows of both.
    pub height: usize,
    /// Columns of both.
    pub width: usize,
    /// Values a place: of the one that comes first, and of the other.
    pub channels: [usize; 2],
}

impl Concatenation {
    /// What is read, in order.
    pub fn parts(&self) -> [Map; 2] {
        self.channels.map(|channels| self.with(channels))
    }

    /// What is given.
    pub fn whole(&self) -> Map {
        self.with(self.channels.iter().sum())
    }

    fn with(&self, channels: usize) -> Map {
        Map { height: self.height, width: self.width, channels }
    }

    /// Both parts of any number of examples to `out`, as much as it holds.
    pub(super) fn forward(&self, parts: [&[f32]; 2], out: &mut [f32]) {
        let mut first = 0;
        for (part, channels) in parts.into_iter().zip(self.channels) {
            let places = out.chunks_exact_mut(self.whole().channels.max(1));
            for (place, values) in places.zip(part.chunks_exact(channels.max(1))) {
                place[first..first + channels].copy_from_slice(values);
            }
            first += channels;
        }
    }
}

impl From<Kind> for OperationKind {
    fn from(kind: Kind) -> Self {
        Self::Layer(kind)
    }
}

impl OperationKind {
    /// Values an example of each value that it reads.
    pub fn inputs(&self) -> Vec<usize> {
        match self {
            Self::Layer(kind) => vec![kind.inputs()],
            Self::Addition(map) => vec![map.elements(); 2],
            Self::Concatenation(both) => both.parts().map(Map::elements).to_vec(),
        }
    }

    /// Values an example that it gives.
    pub fn outputs(&self) -> usize {
        match self {
            Self::Layer(kind) => kind.outputs(),
            Self::Addition(map) => map.elements(),
            Self::Concatenation(both) => both.whole().elements(),
        }
    }

    /// Values of its weight; 0 where it has none.
    pub fn weights(&self) -> usize {
        match self {
            Self::Layer(kind) => kind.weights(),
            Self::Addition(_) | Self::Concatenation(_) => 0,
        }
    }

    /// Values of its bias, one a channel; 0 where it has none.
    pub fn biases(&self) -> usize {
        match self {
            Self::Layer(kind) => kind.biases(),
            Self::Addition(_) | Self::Concatenation(_) => 0,
        }
    }

    /// Multiplications and additions for one example.
    pub fn flops(&self) -> u64 {
        match self {
            Self::Layer(kind) => kind.flops(),
            Self::Addition(map) => map.elements() as u64,
            Self::Concatenation(_) => 0,
        }
    }
}
