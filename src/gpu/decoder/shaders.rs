//! The decoder's stages: which shader each one is, and how much of its work one workgroup does.

use crate::gpu::shader::Shader;

const MAIN: &[&str] = &["main"];

/// The text of a shared file.
macro_rules! shared {
    ($name:literal) => {
        include_str!(concat!("../../../shaders/shared/", $name, ".wgsl"))
    };
}

/// The text of a stage's own file.
macro_rules! own {
    ($name:literal) => {
        include_str!(concat!("../../../shaders/", $name, ".wgsl"))
    };
}

/// A product by tiles.
macro_rules! product {
    ($name:literal, $tile:literal, $label:literal) => {
        Shader {
            name: $label,
            source: concat!(shared!("stage"), shared!($tile), own!($name), shared!("product")),
            entry_points: MAIN,
        }
    };
}

/// A product of at most four columns.
macro_rules! direct {
    ($name:literal, $label:literal) => {
        Shader { name: $label, source: concat!(shared!("stage"), own!($name), shared!("direct")), entry_points: MAIN }
    };
}

/// A stage without weights.
macro_rules! element {
    ($name:literal) => {
        Shader { name: $name, source: concat!(shared!("stage"), own!($name), shared!("element")), entry_points: MAIN }
    };
}

/// A way to compute an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stage {
    /// A dense layer.
    Linear,
    /// One with at most 32 outputs.
    LinearNarrow,
    /// One for at most 16 examples.
    Vector,
    /// Large map to small.
    Convolution,
    /// The same for at most 32 channels.
    ConvolutionNarrow,
    /// The same for at most 4.
    ConvolutionDirect,
    /// Small map to large.
    Transposed,
    /// The same for at most 32 channels.
    TransposedNarrow,
    /// The same for at most 4.
    TransposedDirect,
    /// The largest value under a window.
    Pool,
    /// The nearest value.
    Upsample,
    /// Planes to channels last, and back.
    Exchange,
    /// The sum of two values.
    Addition,
    /// The channels of two values side by side.
    Concatenation,
}

impl Stage {
    /// All of them, in the order of their pipelines.
    pub const ALL: [Self; 14] = [
        Self::Linear,
        Self::LinearNarrow,
        Self::Vector,
        Self::Convolution,
        Self::ConvolutionNarrow,
        Self::ConvolutionDirect,
        Self::Transposed,
        Self::TransposedNarrow,
        Self::TransposedDirect,
        Self::Pool,
        Self::Upsample,
        Self::Exchange,
        Self::Addition,
        Self::Concatenation,
    ];

    /// Its shader.
    pub const fn shader(self) -> Shader {
        match self {
            Self::Linear => product!("linear", "tile_64", "linear"),
            Self::LinearNarrow => product!("linear", "tile_32", "linear, narrow"),
            Self::Vector => {
                Shader { name: "vector", source: concat!(shared!("stage"), own!("vector")), entry_points: MAIN }
            }
            Self::Convolution => product!("convolution", "tile_64", "convolution"),
            Self::ConvolutionNarrow => product!("convolution", "tile_32", "convolution, narrow"),
            Self::ConvolutionDirect => direct!("convolution", "convolution, direct"),
            Self::Transposed => product!("transposed", "tile_64", "transposed"),
            Self::TransposedNarrow => product!("transposed", "tile_32", "transposed, narrow"),
            Self::TransposedDirect => direct!("transposed", "transposed, direct"),
            Self::Pool => element!("pool"),
            Self::Upsample => element!("upsample"),
            Self::Exchange => element!("exchange"),
            Self::Addition => element!("addition"),
            Self::Concatenation => element!("concatenation"),
        }
    }

    /// Rows and columns that one workgroup writes; of a stage without weights, values and 1. As in the shaders.
    pub const fn tile(self) -> (u64, u64) {
        match self {
            Self::Linear | Self::Convolution | Self::Transposed => (64, 64),
            Self::LinearNarrow | Self::ConvolutionNarrow | Self::TransposedNarrow => (128, 32),
            Self::Vector => (4, 4),
            Self::ConvolutionDirect | Self::TransposedDirect => (64, 4),
            Self::Pool | Self::Upsample | Self::Exchange | Self::Addition | Self::Concatenation => (64, 1),
        }
    }
}

/// Threads of the largest workgroup.
pub const THREADS: u32 = 128;
/// Bytes that a workgroup's threads share at most: a tile of 128 rows and 32 columns, 16 places deep.
pub const SHARED_BYTES: u32 = ((32 + 1) + (8 + 1)) * 16 * 16;
