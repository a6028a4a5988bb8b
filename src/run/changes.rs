//! `changes.toml`: what was changed while a run went on, and what is planned.

use super::FORMAT;
use super::error::RunError;
use super::state::sha256;
use super::toml_file::{read_toml_if_any, write_toml};
use crate::model::{Change, Config};
use serde::{Deserialize, Serialize};
use std::path::Path;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Changes {
    format: u32,
    #[serde(default)]
    change: Vec<Change>,
}

/// Reads `changes.toml` of a run of this configuration, in order of step; none where there is no such file. What an older
/// program wrote down though it changed nothing in such a model is left out.
///
/// # Errors
/// Names the file, what was expected and what was found.
pub fn read_changes(run: &Path, config: &Config) -> Result<Vec<Change>, RunError> {
    let Some(read) = read_toml_if_any::<Changes>(&run.join("changes.toml"))? else { return Ok(Vec::new()) };
    let mut changes = read.change;
    changes.retain(|change| !change.meant_nothing(config));
    changes.sort_by_key(|change| change.step);
    Ok(changes)
}

/// Writes `changes.toml`.
///
/// # Errors
/// The file system's own.
pub fn write_changes(run: &Path, changes: &[Change]) -> Result<(), RunError> {
    write_toml(&run.join("changes.toml"), &Changes { format: FORMAT, change: changes.to_vec() })
}

/// SHA-256 of the changes that were made before `step`: later ones may be planned, taken back and planned again.
pub fn sum_of_changes(changes: &[Change], step: u64) -> String {
    let change = changes.iter().filter(|change| change.step < step).cloned().collect();
    sha256(toml::to_string(&Changes { format: FORMAT, change }).unwrap_or_default().as_bytes())
}
