//! `state.toml` of a checkpoint: where the run was, and SHA-256 of what the checkpoint is and depends on. Who opens a run
//! compares.

use super::error::RunError;
use crate::message::message;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// Where a run was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckpointState {
    /// Format number.
    pub format: u32,
    /// Steps made.
    pub step: u64,
    /// Seconds spent in training.
    pub train_s: f64,
    /// Optimiser updates by network.
    pub updates: BTreeMap<String, u64>,
    /// From format 2 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Checksums>,
}

/// 64 hexadecimal digits each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checksums {
    /// Of `weights.safetensors`.
    pub weights: String,
    /// Of `optimizer.safetensors`.
    pub optimizer: String,
    /// Of the run's `config.toml`.
    pub config: String,
    /// Of those changes that had been made: [`sum_of_changes`](super::sum_of_changes).
    pub changes: String,
    /// Of the rest of `state.toml`: [`CheckpointState::sum`].
    pub state: String,
}

/// What a run was made with when a checkpoint was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MadeWith {
    /// SHA-256 of `config.toml`.
    pub config: String,
    /// [`sum_of_changes`](super::sum_of_changes).
    pub changes: String,
}

impl CheckpointState {
    /// SHA-256 of the state without its checksums, as TOML.
    pub fn sum(&self) -> String {
        let bare = Self { sha256: None, ..self.clone() };
        sha256(toml::to_string(&bare).unwrap_or_default().as_bytes())
    }
}

/// The sum of bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares a checksum with the one that was kept.
pub(super) fn compare(path: &Path, kept: &str, found: &str, step: u64) -> Result<(), RunError> {
    if kept == found {
        return Ok(());
    }
    Err(RunError::unexpected(
        path,
        message!("what the checkpoint of step {step} was written with", step),
        message!("something that was changed since: its checksum is another"),
    ))
}
