//! The models: one file a family.

mod config;

pub use config::{Binarize, Change, Config, ConfigError, Family, Key, Likelihood, PRESETS};
