//! Forks: a new run that is its parent up to a checkpoint, and has something changed from there on.

use super::changes::{read_changes, write_changes};
use super::checkpoint::MOST_TENSOR_BYTES;
use super::error::RunError;
use super::folder::{RunConfig, read_checkpoint, read_config};
use super::kept::{Kept, kept, not_kept};
use super::toml_file::{is_too_deep, read_toml_if_any, write_toml};
use super::{Checkpoint, FORMAT, metrics_file};
use crate::disk::faults::point;
use crate::disk::{atomic, kind_at, read_file};
use crate::message::{Explain, Message, message};
use crate::model::{Change, ChangeError, Config, Key, Model, Saved, in_force};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use toml::Value;

/// `fork.toml`: where a run comes from. What was changed is also the last of its `changes.toml`, so that `config.toml`
/// repeats it like any other run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Format number.
    pub format: u32,
    /// The run that it was forked from.
    pub parent: PathBuf,
    /// After how many steps.
    pub step: u64,
    /// What was changed there: names and values.
    pub set: BTreeMap<String, Value>,
}

/// Why a run cannot be forked so: one sentence.
#[derive(Debug, thiserror::Error)]
#[error("{}", self.message())]
pub enum ForkError {
    /// The parent cannot be read.
    Run(#[from] RunError),
    /// The parent has no checkpoint of that step any more.
    NotKept(RunError),
    /// What was to be changed would make it another run from the beginning.
    Fixed {
        /// The field.
        key: String,
        /// Why.
        why: Message,
    },
    /// What was to be changed is so already: the fork would be the parent.
    Same {
        /// The parent.
        run: PathBuf,
        /// The fields.
        keys: String,
    },
    /// No such field, or no such value.
    Change(#[from] ChangeError),
}

impl Explain for ForkError {
    fn message(&self) -> Message {
        match self {
            Self::Run(error) | Self::NotKept(error) => error.message(),
            Self::Fixed { key, why } => {
                message!("{key}: a fork cannot change it, {why}: begin a new run with it", key, why)
            }
            Self::Same { run, keys } => {
                message!("{run}: expected something that a fork changes, found {keys} as there is already", run, keys)
            }
            Self::Change(error) => error.message(),
        }
    }
}

/// A fork that was checked and can be written.
#[derive(Debug)]
pub struct Fork {
    parent: PathBuf,
    config: RunConfig,
    changes: Vec<Change>,
    kept: Vec<Kept>,
    origin: Origin,
}

impl Fork {
    /// Checks that `parent` can be forked after `step` steps with these fields set.
    ///
    /// # Errors
    /// If the parent cannot be read, does not keep this step, or a field cannot be changed or set to this.
    pub fn plan(parent: &Path, step: u64, set: &[(String, Value)]) -> Result<Self, ForkError> {
        if !parent.is_dir() {
            return Err(RunError::unexpected(parent, message!("a run folder"), kind_at(parent)).into());
        }
        let config = read_config(&parent.join("config.toml"))?;
        let mut kept = kept(parent)?;
        if !kept.iter().any(|kept| kept.step == step) {
            let kept: Vec<u64> = kept.iter().map(|kept| kept.step).collect();
            return Err(ForkError::NotKept(not_kept(parent, step, &kept)));
        }
        kept.retain(|kept| kept.step == step || kept.step == 0);
        let mut changes = read_changes(parent, &config.model)?;
        let set_anew = |change: &Change| set.iter().any(|(name, _)| name == change.key.name());
        // One step's part belongs to the step after it, which the fork makes itself.
        changes.retain(|change| change.step < step || (change.step == step && !change.is_part() && !set_anew(change)));
        let mut after = in_force(&config.model, &changes, step).map_err(|error| {
            RunError::unexpected(
                &parent.join("changes.toml"),
                message!("changes that this run can make"),
                error.message(),
            )
        })?;
        let before = after.clone();
        let lies = std::path::absolute(parent).unwrap_or_else(|_| parent.to_owned());
        let mut origin = Origin { format: FORMAT, parent: lies, step, set: BTreeMap::new() };
        for (name, value) in set {
            if let Some(why) = after.fixed(name) {
                return Err(ForkError::Fixed { key: name.clone(), why });
            }
            after = after.with_value(name, value)?;
            // As the configuration holds it: 2 becomes 2.0 where a real number is meant.
            let value = after.get(name).map_or_else(|| value.clone(), Value::from);
            origin.set.insert(name.clone(), value.clone());
            changes.push(Change { step, key: Key::from(name.as_str()), value });
        }
        after.check().map_err(ChangeError::from)?;
        if !set.is_empty() && after == before {
            return Err(ForkError::Same { run: parent.to_owned(), keys: listed_keys(set) });
        }
        let (checkpoint, _) = read_checkpoint(parent, &RunConfig { model: before, ..config.clone() }, &changes, step)?;
        if let Err(why) = goes_on(&checkpoint.saved, &after, &config) {
            return Err(ForkError::Fixed { key: listed_keys(set), why });
        }
        Ok(Self { parent: parent.to_owned(), config, changes, kept, origin })
    }

    /// The parent's configuration: data, image shape, the model at step 0.
    pub fn config(&self) -> &RunConfig {
        &self.config
    }

    /// Fills `out`, an empty folder that was made for it, whole or not at all: the parent's configuration, its changes, metrics and checkpoint up to
    /// the step (and that of step 0), then the change; and how many steps in all it is to make, if somebody said so.
    ///
    /// # Errors
    /// The file system's own; if there is something in `out`, or it lies in the parent.
    pub fn write(&self, out: &Path, total_steps: Option<u64>) -> Result<(), RunError> {
        let real = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if real(out).starts_with(real(&self.parent)) {
            let _ = fs::remove_dir(out);
            return Err(RunError::unexpected(
                out,
                message!("a folder outside the run that is forked"),
                message!("one in it"),
            ));
        }
        let fill = |inside: &Path| -> Result<(), RunError> {
            copy(&self.parent.join("config.toml"), &inside.join("config.toml"))?;
            write_changes(inside, &self.changes)?;
            write_toml(&inside.join("fork.toml"), &self.origin)?;
            if let Some(total) = total_steps {
                super::write_total(inside, total)?;
            }
            metrics_file::copy(&self.parent, inside, self.origin.step)?;
            copy(&self.parent.join("plane.toml"), &inside.join("plane.toml"))?;
            let checkpoints = inside.join("checkpoints");
            point().and_then(|()| fs::create_dir(&checkpoints)).map_err(RunError::io(&checkpoints))?;
            for kept in &self.kept {
                let target = Checkpoint::path(inside, kept.step);
                point().and_then(|()| fs::create_dir(&target)).map_err(RunError::io(&target))?;
                for name in ["weights.safetensors", "optimizer.safetensors", "state.toml"] {
                    copy(&kept.path.join(name), &target.join(name))?;
                }
                atomic::sync_folder(&target).map_err(RunError::io(&target))?;
            }
            atomic::sync_folder(&checkpoints).map_err(RunError::io(&checkpoints))
        };
        let mut trouble = None;
        let written = atomic::write_folder(out, |inside| {
            fill(inside).map_err(|error| {
                let text = io::Error::other(error.to_string());
                trouble = Some(error);
                text
            })
        });
        written.map_err(|error| {
            // Empty still, and of no use.
            let _ = fs::remove_dir(out);
            trouble.unwrap_or_else(|| RunError::io(out)(error))
        })
    }
}

fn listed_keys(set: &[(String, Value)]) -> String {
    set.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Whether a model of this configuration takes up these weights, all of them; says why not.
fn goes_on(saved: &Saved, model: &Config, config: &RunConfig) -> Result<(), Message> {
    let shapes = |saved: &Saved| -> Vec<(String, usize)> {
        saved.weights.iter().map(|(name, values)| (name.clone(), values.len())).collect()
    };
    let made = || -> Result<Saved, crate::model::StepError> {
        let mut model = Model::new(model, config.image)?;
        model.restore(saved)?;
        model.save()
    };
    let made = made().map_err(|error| message!("the checkpoint does not fit ({error})", error = error.message()))?;
    if shapes(&made) == shapes(saved) { Ok(()) } else { Err(message!("it gives the weights their shapes")) }
}

/// A value as a person types it: what TOML knows, else text.
pub fn value_of(text: &str) -> Value {
    let text = text.trim();
    let value = if is_too_deep(text) { None } else { text.parse().ok() };
    value.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Copies a file of a run folder, synced; nothing where there is none.
fn copy(from: &Path, to: &Path) -> Result<(), RunError> {
    match read_file(from, MOST_TENSOR_BYTES) {
        Ok(bytes) => atomic::write_inside(to, &bytes).map_err(RunError::io(to)),
        Err(error) if error.is_missing => Ok(()),
        Err(error) => Err(RunError::read(from)(error)),
    }
}

/// Reads `fork.toml`; `None` for a run that is no fork.
///
/// # Errors
/// Names the file, what was expected and what was found.
pub fn read_origin(run: &Path) -> Result<Option<Origin>, RunError> {
    read_toml_if_any(&run.join("fork.toml"))
}
