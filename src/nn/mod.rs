//! Layers, losses and optimisers on candle, and the CPU kernels behind them.

pub mod product;
