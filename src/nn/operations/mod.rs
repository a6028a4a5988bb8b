//! The operations that networks are made of: a file each, with its `.wgsl`, and one table. CPU evaluation, training, the
//! shaders and the lens read this table, so that another operation is [another file](Compute) and its line. Activations are part
//! of the operation before them (`nn/activation.rs`); batch norm is folded into it.

mod addition;
mod autoregressive_draws;
mod avg_pool;
mod candle_maps;
mod chain_draws;
mod compute;
mod concatenation;
mod conv;
mod conv_transpose;
mod decision_trees;
mod draw_trace;
mod expert_product;
mod fourier_features;
mod kernels;
mod largest;
mod linear;
mod max_pool;
mod monomials;
mod permute;
mod pixel_draws;
mod radial_basis;
mod recurrent_draws;
mod sectors;
mod shader;
mod tree_draws;
mod upsample;

pub use autoregressive_draws::AutoregressiveParts;
pub use compute::{Compute, InputGradients, Inputs, OutputLayout, WeightGradientSplit};
pub use draw_trace::{DrawOrder, DrawTrace, PixelConditionals, StatePath, TracedDraws, TreeEdge};
pub use kernels::free_columns;
pub use permute::MapOrder;
pub use pixel_draws::{LayerWeights, normal_log_odds};
pub use shader::{MatmulShape, ShaderCall, ShaderSizes, ShaderStage};

/// Makes the table's operations into one type.
macro_rules! operations {
    ($($file:ident::$name:ident,)*) => {
        $(pub use $file::$name;)*

        /// What an operation computes, and on what sizes: one of the table, as [`Compute`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum OperationKind {
            $(#[doc = concat!("See [`", stringify!($name), "`](struct@", stringify!($name), ").")] $name($name),)*
        }

        $(impl From<$name> for OperationKind {
            fn from(operation: $name) -> Self {
                Self::$name(operation)
            }
        })*

        impl std::ops::Deref for OperationKind {
            type Target = dyn Compute;

            fn deref(&self) -> &Self::Target {
                match self {
                    $(Self::$name(operation) => operation,)*
                }
            }
        }

        /// The shaders of all operations.
        pub fn shader_stages() -> impl Iterator<Item = &'static ShaderStage> {
            [$($name::STAGES),*].into_iter().flatten()
        }
    };
}

operations! {
    linear::Linear,
    conv::Conv,
    conv_transpose::ConvTranspose,
    max_pool::MaxPool,
    avg_pool::AvgPool,
    upsample::Upsample,
    permute::Permute,
    addition::Addition,
    concatenation::Concatenation,
    fourier_features::FourierFeatures,
    monomials::Monomials,
    radial_basis::RadialBasis,
    decision_trees::DecisionTrees,
    expert_product::ExpertProduct,
    sectors::Sectors,
    tree_draws::TreeDraws,
    chain_draws::ChainDraws,
    autoregressive_draws::AutoregressiveDraws,
    recurrent_draws::RecurrentDraws,
    largest::Largest,
}
