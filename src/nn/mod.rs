//! Layers, losses and optimisers on candle, and the CPU kernels behind them.
//!
//! Kernels work on slices ([`matmul`], [`conv_shape`], [`vector`], [`norm`]); [`operations`] says what a layer computes;
//! [`sequential`] makes layers ([`layer`]) into one candle operation with its own backward; [`generic`] is the same by candle's
//! own operations, for other devices and as the reference; [`gru`] goes over sequences, [`normal_layers`] draw what weights under a
//! posterior give. [`inspection`] looks at a step without changing it; `eigen` finds leading eigenvectors.

pub mod activation;
pub mod adversarial;
pub mod conv_shape;
pub mod critic;
pub mod device;
pub(crate) mod eigen;
pub mod generic;
pub mod gru;
pub mod gru_cell;
pub mod inspection;
pub mod layer;
pub mod likelihood;
pub mod matmul;
pub mod norm;
pub mod normal_layers;
mod normal_parameter;
mod normal_passes;
pub mod operations;
pub mod optimizer;
pub mod parameters;
mod passes;
pub mod sequential;
pub mod shards;
pub mod storage;
pub mod vector;
mod weight_gradients;
