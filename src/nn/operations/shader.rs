//! How an operation is described to the GPU without one: the texts of its shaders, and the sizes they read.

use crate::nn::conv_shape::{Map, Window};

/// A compute shader with the entry point `main`; what it binds and reads is in `shaders/shared/stage.wgsl`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShaderStage {
    /// Unique among all stages.
    pub name: &'static str,
    /// The whole text.
    pub source: &'static str,
    /// Rows and columns of a matmul that one workgroup writes; without weights, elements and 1. As in the shader.
    pub tile: [u64; 2],
}

/// How an operation is computed for a number of examples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShaderCall {
    /// By which shader.
    pub stage: ShaderStage,
    /// Rows of its matmul, of the largest phase; without weights, elements that it gives.
    pub rows: usize,
    /// What the shader reads.
    pub sizes: ShaderSizes,
}

/// The sizes that a shader reads beside those of its matmul; zeros where it does not look at them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShaderSizes {
    /// The window that moves over the large map.
    pub window: Window,
    /// The larger of two maps.
    pub large: Map,
    /// The smaller one.
    pub small: Map,
}

impl ShaderCall {
    /// A stage with a thread an element that it gives; `None` where they cannot be counted.
    pub fn by_elements(stage: ShaderStage, examples: usize, outputs: usize, sizes: ShaderSizes) -> Option<Self> {
        Some(Self { stage, rows: examples.checked_mul(outputs)?, sizes })
    }
}

/// The sizes of a matmul in WGSL, and how its weights lie there: column by column, each padded with zeros to a multiple of
/// four, then the biases. Of a conv transpose each phase has a matrix of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatmulShape {
    /// Outputs or channels.
    pub columns: usize,
    /// Elements of one sum, of the longest phase.
    pub inner: usize,
    /// As many matmuls: 1, but of a conv transpose the square of its stride.
    pub phases: usize,
    /// Elements that lie side by side in one sum: channels, or all of them.
    pub run: usize,
}

impl MatmulShape {
    /// Elements from one column's weights to the next's; `None` where they cannot be counted.
    pub fn stride(&self) -> Option<usize> {
        self.inner.checked_next_multiple_of(4)
    }

    /// Elements before the biases; `None` where they cannot be counted.
    pub fn weights(&self) -> Option<usize> {
        self.phases.checked_mul(self.columns)?.checked_mul(self.stride()?)
    }

    /// Elements in all, biases included; `None` where they cannot be counted.
    pub fn elements(&self) -> Option<usize> {
        self.weights()?.checked_add(self.columns.checked_next_multiple_of(4)?)
    }
}

/// The text of a file of `shaders/`.
macro_rules! wgsl {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/", $name, ".wgsl"))
    };
}

/// A stage without a matmul: `shaders/NAME.wgsl` says what an element is.
macro_rules! element_stage {
    ($name:literal) => {
        ShaderStage {
            name: $name,
            source: concat!(wgsl!("shared/stage"), wgsl!($name), wgsl!("shared/element")),
            tile: [64, 1],
        }
    };
}

/// A matmul by tiles: `shaders/NAME.wgsl` says what its rows are.
macro_rules! matmul_stage {
    ($name:literal) => {
        ShaderStage {
            name: $name,
            source: concat!(wgsl!("shared/stage"), wgsl!("shared/tile_64"), wgsl!($name), wgsl!("shared/matmul")),
            tile: [64, 64],
        }
    };
}

/// The same for at most 32 columns.
macro_rules! narrow_matmul_stage {
    ($name:literal) => {
        ShaderStage {
            name: concat!($name, ", narrow"),
            source: concat!(wgsl!("shared/stage"), wgsl!("shared/tile_32"), wgsl!($name), wgsl!("shared/matmul")),
            tile: [128, 32],
        }
    };
}

/// The same for at most four columns, without tiles.
macro_rules! direct_stage {
    ($name:literal) => {
        ShaderStage {
            name: concat!($name, ", direct"),
            source: concat!(wgsl!("shared/stage"), wgsl!($name), wgsl!("shared/direct")),
            tile: [64, 4],
        }
    };
}

pub(super) use {direct_stage, element_stage, matmul_stage, narrow_matmul_stage, wgsl};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_padded_to_four_and_biases_follow() {
        let shape = MatmulShape { columns: 2, inner: 3, phases: 1, run: 3 };
        assert_eq!((shape.stride(), shape.weights(), shape.elements()), (Some(4), Some(8), Some(12)));
    }

    #[test]
    fn sizes_that_overflow_are_none() {
        let inner = usize::MAX / 2;
        assert_eq!(MatmulShape { columns: 5, inner, phases: 1, run: inner }.elements(), None);
        let inner = usize::MAX;
        assert_eq!(MatmulShape { columns: 1, inner, phases: 1, run: 1 }.elements(), None);
    }
}
