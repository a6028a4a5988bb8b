//! `latentarium presets` and `latentarium data`: what there is, a line each.

use super::Outcome;
use super::output::say;
use crate::dataset::download::{self, DOWNLOADS};
use crate::dataset::{BUILT_IN, FORMATS};
use crate::model::{Config, presets as names};
use anyhow::Result;

pub fn presets() -> Result<Outcome> {
    for config in names().filter_map(Config::preset) {
        say(format!("{:<17} {}", config.preset, config.summary()))?;
    }
    Ok(Outcome::Done)
}

pub fn data() -> Result<Outcome> {
    for built_in in BUILT_IN {
        say(format!("{:<13} {}", built_in.name(), built_in.summary()))?;
    }
    for download in DOWNLOADS {
        let kept = if download::in_cache(download).is_some() { "in the cache" } else { "downloaded on request" };
        let size = download.bytes().div_ceil(1_000_000);
        say(format!("{:<13} {}; {size} MB, {kept}", download.name, download.summary))?;
    }
    for format in FORMATS {
        say(format!("{:<13} {}", "PATH", format.summary()))?;
    }
    Ok(Outcome::Done)
}
