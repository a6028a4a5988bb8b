//! `latentarium presets` and `latentarium data`: what there is, a line each.

use super::Outcome;
use crate::dataset::{BUILT_IN, FORMATS};
use crate::model::{Config, presets as names};
use anyhow::Result;

pub fn presets() -> Result<Outcome> {
    for config in names().filter_map(Config::preset) {
        println!("{:<13} {}", config.preset, config.summary());
    }
    Ok(Outcome::Done)
}

pub fn data() -> Result<Outcome> {
    for built_in in BUILT_IN {
        println!("{:<13} {}", built_in.name(), built_in.summary());
    }
    for format in FORMATS {
        println!("{:<13} {}", "PATH", format.summary());
    }
    Ok(Outcome::Done)
}
