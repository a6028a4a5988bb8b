//! A checkpoint: weights, optimiser, and where the run was; a folder that is there whole or not at all.

use super::changes::sum_of_changes;
use super::error::RunError;
use super::kept::kept;
use super::state::{CheckpointState, Checksums, MadeWith, compare, sha256};
use super::toml_file::{read_toml_up_to, sum_of};
use super::{STATE_FORMAT, tensors};
use crate::disk::faults::point;
use crate::disk::{atomic, open_file, read_file};
use crate::message::{Message, message};
use crate::model::{Change, Saved};
use crate::nn::optimizer::Moments;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The most that a file of tensors may hold, in bytes.
pub(super) const MOST_TENSOR_BYTES: u64 = 4 << 30;

/// The most that a file of tensors may hold beside what belongs to each parameter, in bytes.
pub(super) const MOST_BESIDE: u64 = 1 << 20;

const WEIGHTS: &str = "weights.safetensors";

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
    pub fn write(&self, run: &Path, made_with: &MadeWith) -> Result<(), RunError> {
        let folder = run.join("checkpoints");
        point().and_then(|()| fs::create_dir_all(&folder)).map_err(RunError::io(&folder))?;
        let path = Self::path(run, self.step);
        if path.exists() {
            return Ok(());
        }
        atomic::write_folder(&path, |inside| self.write_into(inside, made_with)).map_err(RunError::io(&path))
    }

    fn write_into(&self, folder: &Path, made_with: &MadeWith) -> io::Result<()> {
        let optimizer = self.saved.moments.iter().flat_map(|(name, moments)| {
            [(format!("{name}{FIRST}"), &moments.first), (format!("{name}{SECOND}"), &moments.second)]
        });
        let optimizer: BTreeMap<String, &Vec<f32>> = optimizer.collect();
        let weights = tensors::bytes(&self.saved.weights, self.step).map_err(io::Error::other)?;
        let mut sums = Checksums { weights: write(&folder.join(WEIGHTS), &weights)?, ..Checksums::default() };
        drop(weights);
        let optimizer = tensors::bytes(&optimizer, self.step).map_err(io::Error::other)?;
        sums.optimizer = write(&folder.join("optimizer.safetensors"), &optimizer)?;
        (sums.config, sums.changes) = (made_with.config.clone(), made_with.changes.clone());
        let mut state = CheckpointState {
            format: STATE_FORMAT,
            step: self.step,
            train_s: self.train_s,
            updates: self.saved.updates.clone(),
            sha256: None,
        };
        sums.state = state.sum();
        state.sha256 = Some(sums);
        let state = toml::to_string(&state).map_err(io::Error::other)?;
        atomic::write_inside(&folder.join("state.toml"), state.as_bytes())
    }

    /// Reads the checkpoint of `step`, in which these changes were made, and compares all checksums. A file of tensors may hold
    /// what `most_bytes` gives for the length of the weights, in bytes.
    ///
    /// # Errors
    /// Names the file, what was expected and what was found; or what `most_bytes` refuses.
    pub fn read_at(
        run: &Path,
        step: u64,
        changes: &[Change],
        most_bytes: impl FnOnce(u64) -> Result<u64, RunError>,
    ) -> Result<Self, RunError> {
        let (path, state) = Self::read_state_at(run, step, changes)?;
        let most_bytes = most_bytes(weights_length(&path)?)?;
        Self::read_tensors(&path, state, most_bytes)
    }

    /// The weights of the checkpoint of `step` alone, without what is needed to go on; its checksums are compared but the
    /// optimiser's.
    ///
    /// # Errors
    /// The same as of [`Self::read_at`].
    pub(super) fn read_weights_at(
        run: &Path,
        step: u64,
        changes: &[Change],
        most_bytes: impl FnOnce(u64) -> Result<u64, RunError>,
    ) -> Result<Saved, RunError> {
        let (path, state) = Self::read_state_at(run, step, changes)?;
        let most_bytes = most_bytes(weights_length(&path)?)?;
        let sum = state.sha256.as_ref().map(|sums| &sums.weights);
        let weights = read_tensors_file(&path.join(WEIGHTS), step, most_bytes, sum)?;
        Ok(Saved { weights, ..Saved::default() })
    }

    /// What a file of tensors of a model with so many parameters may hold, in bytes: two moments a parameter, or the parameter
    /// and its average; names, and what batch norm keeps.
    pub(super) fn most_bytes(parameters: usize) -> u64 {
        (parameters as u64).saturating_mul(2 * 4).saturating_add(MOST_BESIDE)
    }

    /// The folder and the state of the checkpoint of `step`; compares what the whole run depends on.
    fn read_state_at(run: &Path, step: u64, changes: &[Change]) -> Result<(PathBuf, CheckpointState), RunError> {
        let Some(kept) = kept(run)?.into_iter().find(|kept| kept.step == step) else {
            return Err(RunError::unexpected(&Self::path(run, step), message!("a checkpoint"), message!("none")));
        };
        let state = Self::read_state(&kept.path, step)?;
        // What the whole run depends on first: it is small.
        if let Some(sums) = &state.sha256 {
            compare(&run.join("config.toml"), &sums.config, &sum_of(&run.join("config.toml"))?, step)?;
            compare(&run.join("changes.toml"), &sums.changes, &sum_of_changes(changes, step), step)?;
        }
        Ok((kept.path, state))
    }

    fn read_state(path: &Path, step: u64) -> Result<CheckpointState, RunError> {
        let state_path = path.join("state.toml");
        let state: CheckpointState = read_toml_up_to(&state_path, STATE_FORMAT)?;
        let unexpected = |expected, found| Err(RunError::unexpected(&state_path, expected, found));
        if state.step != step {
            return unexpected(message!("step {step}", step), message!("step {step}", step = state.step));
        }
        if !(state.train_s.is_finite() && state.train_s >= 0.0) {
            return unexpected(message!("seconds of training"), Message::words(state.train_s));
        }
        if state.format > 1 && state.sha256.is_none() {
            return unexpected(message!("checksums"), message!("none"));
        }
        if let Some(sums) = &state.sha256 {
            compare(&state_path, &sums.state, &state.sum(), step)?;
        }
        Ok(state)
    }

    fn read_tensors(path: &Path, state: CheckpointState, most_bytes: u64) -> Result<Self, RunError> {
        let CheckpointState { step, train_s, updates, sha256: sums, .. } = state;
        let sums = sums.as_ref();
        let tensors_of = |name: &str, sum: Option<&String>| read_tensors_file(&path.join(name), step, most_bytes, sum);
        let weights = tensors_of(WEIGHTS, sums.map(|sums| &sums.weights))?;
        let moments = tensors_of("optimizer.safetensors", sums.map(|sums| &sums.optimizer))?;
        let moments = moments_of(&path.join("optimizer.safetensors"), moments)?;
        Ok(Self { step, train_s, saved: Saved { weights, moments, updates } })
    }
}

/// The length of a checkpoint's weights, in bytes.
fn weights_length(path: &Path) -> Result<u64, RunError> {
    let weights = path.join(WEIGHTS);
    let (_, length) = open_file(&weights).map_err(RunError::read(&weights))?;
    Ok(length)
}

/// Reads a file of tensors, and compares its checksum where one is known.
fn read_tensors_file(
    path: &Path,
    step: u64,
    most_bytes: u64,
    sum: Option<&String>,
) -> Result<BTreeMap<String, Vec<f32>>, RunError> {
    let bytes = read_file(path, most_bytes.min(MOST_TENSOR_BYTES)).map_err(RunError::read(path))?;
    if let Some(sum) = sum {
        compare(path, sum, &sha256(&bytes), step)?;
    }
    tensors::parse(path, &bytes, step)
}

/// Writes a file of a checkpoint and gives its checksum, which is computed while the disk is busy.
fn write(path: &Path, bytes: &[u8]) -> io::Result<String> {
    std::thread::scope(|scope| {
        let sum = std::thread::Builder::new().spawn_scoped(scope, || sha256(bytes));
        atomic::write_inside(path, bytes)?;
        // Where the system has no thread for it, here.
        Ok(sum.ok().and_then(|sum| sum.join().ok()).unwrap_or_else(|| sha256(bytes)))
    })
}

/// What the names of first and second moments end in.
const FIRST: &str = ".first";
const SECOND: &str = ".second";

/// Pairs the moments of each parameter.
fn moments_of(path: &Path, tensors: BTreeMap<String, Vec<f32>>) -> Result<BTreeMap<String, Moments>, RunError> {
    let (mut first, mut second) = (BTreeMap::new(), BTreeMap::new());
    for (name, values) in tensors {
        match (name.strip_suffix(FIRST), name.strip_suffix(SECOND)) {
            (Some(name), _) => _ = first.insert(name.to_owned(), values),
            (_, Some(name)) => _ = second.insert(name.to_owned(), values),
            _ => return Err(RunError::unexpected(path, message!("first and second moments"), Message::words(name))),
        }
    }
    let lone =
        first.keys().find(|name| !second.contains_key(*name)).or(second.keys().find(|name| !first.contains_key(*name)));
    if let Some(name) = lone {
        return Err(RunError::unexpected(
            path,
            message!("first and second moments"),
            message!("one of them of {name}", name),
        ));
    }
    let pair = |(name, first): (String, Vec<f32>)| {
        let second = second.remove(&name).unwrap_or_default();
        (name, Moments { first, second })
    };
    Ok(first.into_iter().map(pair).collect())
}
