//! Stub of the crate's root for this branch.
pub mod dataset;
pub mod random;
