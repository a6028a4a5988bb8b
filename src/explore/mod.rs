//! The mathematics of looking: no window, no GPU.

pub mod compare;
