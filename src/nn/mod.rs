//! Layers, losses and the optimiser on candle, and the CPU kernels behind them.

pub mod activation;
pub mod adam;
pub mod batch_norm;
pub mod likelihood;
pub mod linear;
pub mod parameters;
pub mod product;
pub mod storage;
pub mod vector;
