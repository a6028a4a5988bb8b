//! A checkpoint: weights, optimiser, and where the run was; a folder that is there whole or not at all.

use super::error::RunError;
use super::kept::kept;
use super::{FORMAT, atomic, tensors};
use crate::message::{Message, message};
use crate::model::Saved;
use crate::nn::optimizer::Moments;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The most that one file of a run may hold, in bytes.
const LARGEST_FILE_BYTES: u64 = 4 << 30;

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
}

/// A checkpoint in memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Steps made.
    pub step: u64,
    /// Seconds spent in training.
    pub train_s: f64,
    /// Weights and optimiser.
    pub saved: Saved,
}

impl Checkpoint {
    /// Where the checkpoint of `step` lies in a run folder.
    pub fn path(run: &Path, step: u64) -> PathBuf {
        run.join("checkpoints").join(format!("{step:06}"))
    }

    /// Writes it into `checkpoints/` of a run folder. One of this step that is there already is left: a run comes by each
    /// step once, and always to the same bits.
    ///
    /// # Errors
    /// The file system's own.
    pub fn write(&self, run: &Path) -> Result<(), RunError> {
        let folder = run.join("checkpoints");
        fs::create_dir_all(&folder).map_err(RunError::io(&folder))?;
        let path = Self::path(run, self.step);
        if path.exists() {
            return Ok(());
        }
        atomic::write_folder(&path, |inside| self.write_into(inside)).map_err(RunError::io(&path))
    }

    /// Writes its files into a folder that is there.
    pub(super) fn write_into(&self, folder: &Path) -> io::Result<()> {
        let optimizer = self.saved.moments.iter().flat_map(|(name, moments)| {
            [(format!("{name}.first"), &moments.first), (format!("{name}.second"), &moments.second)]
        });
        let optimizer: BTreeMap<String, &Vec<f32>> = optimizer.collect();
        let state = CheckpointState {
            format: FORMAT,
            step: self.step,
            train_s: self.train_s,
            updates: self.saved.updates.clone(),
        };
        let weights = tensors::bytes(&self.saved.weights, self.step).map_err(io::Error::other)?;
        atomic::write_inside(&folder.join("weights.safetensors"), &weights)?;
        let optimizer = tensors::bytes(&optimizer, self.step).map_err(io::Error::other)?;
        atomic::write_inside(&folder.join("optimizer.safetensors"), &optimizer)?;
        let state = toml::to_string(&state).map_err(io::Error::other)?;
        atomic::write_inside(&folder.join("state.toml"), state.as_bytes())
    }

    /// Reads the newest checkpoint of a run folder.
    ///
    /// # Errors
    /// Names the file, what was expected and what was found.
    pub fn read_newest(run: &Path) -> Result<Self, RunError> {
        match kept(run)?.last() {
            Some(newest) => Self::read_at(run, newest.step),
            None => Err(RunError::unexpected(&run.join("checkpoints"), message!("a checkpoint"), message!("none"))),
        }
    }

    /// Reads the checkpoint of `step`.
    ///
    /// # Errors
    /// Names the file, what was expected and what was found.
    pub fn read_at(run: &Path, step: u64) -> Result<Self, RunError> {
        match kept(run)?.into_iter().find(|kept| kept.step == step) {
            Some(kept) => Self::read(&kept.path, step),
            None => Err(RunError::unexpected(&Self::path(run, step), message!("a checkpoint"), message!("none"))),
        }
    }

    fn read(path: &Path, step: u64) -> Result<Self, RunError> {
        let state_path = path.join("state.toml");
        let state: CheckpointState = read_toml(&state_path)?;
        if state.step != step {
            return Err(RunError::unexpected(
                &state_path,
                message!("step {step}", step),
                message!("step {step}", step = state.step),
            ));
        }
        let weights_path = path.join("weights.safetensors");
        let weights = tensors::parse(&weights_path, &read_bounded(&weights_path)?, step)?;
        let optimizer_path = path.join("optimizer.safetensors");
        let mut moments: BTreeMap<String, Moments> = BTreeMap::new();
        for (name, values) in tensors::parse(&optimizer_path, &read_bounded(&optimizer_path)?, step)? {
            if let Some(name) = name.strip_suffix(".first") {
                moments.entry(name.to_owned()).or_default().first = values;
            } else if let Some(name) = name.strip_suffix(".second") {
                moments.entry(name.to_owned()).or_default().second = values;
            }
        }
        Ok(Self { step, train_s: state.train_s, saved: Saved { weights, moments, updates: state.updates } })
    }
}

/// Reads a whole file, but none larger than the stated limit.
pub(super) fn read_bounded(path: &Path) -> Result<Vec<u8>, RunError> {
    let size = fs::metadata(path).map_err(RunError::io(path))?.len();
    if size > LARGEST_FILE_BYTES {
        return Err(RunError::unexpected(
            path,
            message!("at most {most} bytes", most = LARGEST_FILE_BYTES),
            message!("{size} bytes", size),
        ));
    }
    fs::read(path).map_err(RunError::io(path))
}

/// Reads a TOML file of ours; a newer format is refused by its number before anything else in it is looked at.
pub(super) fn read_toml<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, RunError> {
    read_toml_up_to(path, FORMAT)
}

/// The same for a file whose newest format is another.
pub(super) fn read_toml_up_to<T: serde::de::DeserializeOwned>(path: &Path, newest: u32) -> Result<T, RunError> {
    #[derive(Deserialize)]
    struct Format {
        format: Option<u32>,
    }
    let bytes = read_bounded(path)?;
    let text = String::from_utf8(bytes)
        .map_err(|_| RunError::unexpected(path, message!("text in UTF-8"), message!("other bytes")))?;
    let not_toml = |error: toml::de::Error| {
        RunError::unexpected(path, message!("settings of this program"), Message::words(error.message()))
    };
    match toml::from_str::<Format>(&text).map_err(not_toml)?.format {
        Some(format) if format > newest => Err(RunError::unexpected(
            path,
            message!("format {format} or older", format = newest),
            message!("format {format}", format),
        )),
        Some(_) => toml::from_str(&text).map_err(not_toml),
        None => Err(RunError::unexpected(path, message!("format = {newest}", newest), message!("no format number"))),
    }
}
