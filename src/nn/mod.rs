//! Layers, losses and optimisers on candle, and the CPU kernels behind them.
//!
//! Kernels work on slices ([`product`], [`sliding`], [`vector`], [`normalize`]); [`kind`] says what a layer computes;
//! [`chain`] makes layers ([`layer`]) into one candle operation with its own backward; [`generic`] is the same by candle's own
//! operations, for other devices and as the reference.

pub mod activation;
pub mod adversarial;
pub mod chain;
pub mod critic;
pub mod device;
pub mod generic;
pub mod kind;
pub mod layer;
pub mod likelihood;
mod maps;
pub mod normalize;
pub mod optimizer;
pub mod parameters;
mod passes;
pub mod product;
pub mod shards;
pub mod sliding;
pub mod storage;
pub mod vector;
mod weight_gradients;
