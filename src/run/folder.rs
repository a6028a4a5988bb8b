//! A run folder as a whole.

use super::changes::read_changes;
use super::checkpoint::{Checkpoint, MOST_BESIDE};
use super::error::RunError;
use super::kept::{kept, not_kept};
use super::toml_file::{read_toml_if_any, read_toml_up_to, write_toml};
use super::{CONFIG_FORMAT, FORMAT};
use crate::dataset::{Dataset, ImageShape, Sample, Source};
use crate::disk::kind_at;
use crate::message::{Explain, Message, message};
use crate::model::{Change, Config, Model, StepError, in_force};
use crate::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// `config.toml`: all that a run depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// [`CONFIG_FORMAT`].
    pub format: u32,
    /// The program that began the run.
    pub version: String,
    /// Where the data came from.
    pub data: Source,
    /// A short name of the data.
    pub data_name: String,
    /// What tells it from other data: [`crate::dataset::DatasetId`].
    pub data_checksum: String,
    /// The images' shape; of points one row of their coordinates.
    pub image: ImageShape,
    /// Coordinates of a point; left out where the data is images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point_dims: Option<usize>,
    /// Smallest and largest value of a pixel or coordinate.
    pub image_range: [f32; 2],
    /// The model and how it is trained, as at step 0.
    pub model: Config,
}

impl RunConfig {
    /// The configuration of a run of `model` on `dataset`, by this program.
    pub fn new(model: Config, dataset: &Dataset) -> Self {
        Self {
            format: CONFIG_FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            data: dataset.source.clone(),
            data_name: dataset.name.clone(),
            data_checksum: dataset.id.to_string(),
            image: dataset.shape(),
            point_dims: match dataset.sample() {
                Sample::Image(_) => None,
                Sample::Point { dims } => Some(dims),
            },
            image_range: dataset.range(),
            model,
        }
    }

    /// What an example of the data is.
    pub fn sample(&self) -> Sample {
        self.point_dims.map_or(Sample::Image(self.image), |dims| Sample::Point { dims })
    }
}

/// `plan.toml`: how far the run is to go.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    format: u32,
    total_steps: u64,
}

#[derive(Serialize, Deserialize)]
struct PlaneFile<T> {
    format: u32,
    plane: T,
}

/// A run that was opened: its configuration and its newest weights.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Where it lies.
    pub folder: PathBuf,
    /// What it is trained with: the model's numbers are those in force after the checkpoint's step.
    pub config: RunConfig,
    /// The model's numbers at step 0.
    pub initial: Config,
    /// What was changed while it ran, and what will be, in order of step.
    pub changes: Vec<Change>,
    /// Its newest checkpoint.
    pub checkpoint: Checkpoint,
    /// The weights of that as plain data.
    pub snapshot: Snapshot,
}

/// Reads and checks `config.toml` (given its own path).
///
/// # Errors
/// Names the file, what was expected and what was found.
pub fn read_config(path: &Path) -> Result<RunConfig, RunError> {
    let config = RunConfig { format: CONFIG_FORMAT, ..read_toml_up_to(path, CONFIG_FORMAT)? };
    config
        .model
        .check()
        .map_err(|error| RunError::unexpected(path, message!("a run that can be made"), error.message()))?;
    let ImageShape { channels, height, width } = config.image;
    let pixels = channels.checked_mul(height).and_then(|values| values.checked_mul(width));
    if !pixels.is_some_and(|pixels| (1..=1 << 20).contains(&pixels)) {
        return Err(RunError::unexpected(
            path,
            message!("images of 1 to 1048576 values"),
            Message::words(config.image),
        ));
    }
    if config.sample().shape() != config.image {
        return Err(RunError::unexpected(
            path,
            message!("points of as many coordinates as the images have values"),
            Message::words(config.sample()),
        ));
    }
    Ok(config)
}

/// Writes `config.toml` anew where an older program wrote it: for who goes on with the run.
///
/// # Errors
/// Names the file, what was expected and what was found; or the file system's own.
pub fn renew_config(run: &Path) -> Result<(), RunError> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let path = run.join("config.toml");
    if read_toml_up_to::<Format>(&path, CONFIG_FORMAT)?.format < CONFIG_FORMAT {
        write_toml(&path, &read_config(&path)?)?;
    }
    Ok(())
}

/// Writes `plan.toml`: how many steps in all the run is to make.
///
/// # Errors
/// The file system's own.
pub fn write_total(run: &Path, total_steps: u64) -> Result<(), RunError> {
    write_toml(&run.join("plan.toml"), &Plan { format: FORMAT, total_steps })
}

/// Reads `plan.toml`; `None` where there is no such file: a run that goes on until somebody stops it.
///
/// # Errors
/// Names the file, what was expected and what was found.
pub fn read_total(run: &Path) -> Result<Option<u64>, RunError> {
    Ok(read_toml_if_any::<Plan>(&run.join("plan.toml"))?.map(|plan| plan.total_steps))
}

/// Writes `plane.toml`: the plane through the latent space that the run is looked at by.
///
/// # Errors
/// The file system's own.
pub fn write_plane(run: &Path, plane: &impl Serialize) -> Result<(), RunError> {
    write_toml(&run.join("plane.toml"), &PlaneFile { format: FORMAT, plane })
}

/// Reads `plane.toml`; `None` where there is no such file. Whether it fits the run's latent space is for the caller to check.
///
/// # Errors
/// Names the file, what was expected and what was found.
pub fn read_plane<T: serde::de::DeserializeOwned>(run: &Path) -> Result<Option<T>, RunError> {
    Ok(read_toml_if_any::<PlaneFile<T>>(&run.join("plane.toml"))?.map(|file| file.plane))
}

/// Opens a run folder at its newest checkpoint.
///
/// # Errors
/// One sentence that names the file, what was expected and what was found, and the last checkpoint that is whole where it is
/// only the newest that is not: [`RunError::Damaged`].
pub fn open(folder: &Path) -> Result<Opened, RunError> {
    open_at(folder, None)
}

/// The same at the checkpoint of a step.
///
/// # Errors
/// The same; if it keeps none of this step.
pub fn open_at(folder: &Path, step: Option<u64>) -> Result<Opened, RunError> {
    if !folder.is_dir() {
        return Err(RunError::unexpected(folder, message!("a run folder"), kind_at(folder)));
    }
    let config = read_config(&folder.join("config.toml"))?;
    let changes = read_changes(folder, &config.model)?;
    let kept: Vec<u64> = kept(folder)?.iter().map(|kept| kept.step).collect();
    let Some(newest) = kept.last().copied() else {
        return Err(RunError::unexpected(&folder.join("checkpoints"), message!("a checkpoint"), message!("none")));
    };
    let read = |step| read_run(folder, &config, &changes, step);
    match step {
        Some(step) if kept.contains(&step) => read(step),
        Some(step) => Err(not_kept(folder, step, &kept)),
        None => read(newest).map_err(|error| match kept.iter().rev().skip(1).find(|step| read(**step).is_ok()) {
            Some(whole) => RunError::Damaged { error: Box::new(error), run: folder.to_owned(), whole: *whole },
            None => error,
        }),
    }
}

/// The run as it was at the checkpoint of `step`.
fn read_run(folder: &Path, config: &RunConfig, changes: &[Change], step: u64) -> Result<Opened, RunError> {
    let initial = config.model.clone();
    let model = in_force(&initial, changes, step).map_err(|error| {
        RunError::unexpected(&folder.join("changes.toml"), message!("changes that this run can make"), error.message())
    })?;
    let config = RunConfig { model, ..config.clone() };
    let (checkpoint, snapshot) = read_checkpoint(folder, &config, changes, step)?;
    Ok(Opened { folder: folder.to_owned(), config, initial, changes: changes.to_owned(), checkpoint, snapshot })
}

/// Reads a checkpoint, no more of its files than a model of this configuration can fill, and its weights as plain data; says
/// which tensor does not fit the configuration.
pub(super) fn read_checkpoint(
    folder: &Path,
    config: &RunConfig,
    changes: &[Change],
    step: u64,
) -> Result<(Checkpoint, Snapshot), RunError> {
    let path = Checkpoint::path(folder, step);
    let mut made = None;
    let checkpoint = Checkpoint::read_at(folder, step, changes, |weights_bytes| {
        let most = most_values(weights_bytes);
        let model = made.insert(Model::within(&config.model, config.image, most).map_err(misfit(&path))?);
        Ok(Checkpoint::most_bytes(model.parameter_count()))
    })?;
    let Some(model) = made else {
        return Err(RunError::unexpected(&path, message!("a checkpoint"), message!("none")));
    };
    let snapshot = snapshot_of(folder, model, &checkpoint)?;
    Ok((checkpoint, snapshot))
}

/// The checkpoint's weights as plain data, by a new model of its configuration; says which tensor does not fit.
pub(super) fn snapshot_of(folder: &Path, mut model: Model, checkpoint: &Checkpoint) -> Result<Snapshot, RunError> {
    let mut restored = || -> Result<Snapshot, StepError> {
        model.restore(&checkpoint.saved)?;
        let (own, saved) = (model.names(), checkpoint.saved.names());
        if let Some(name) = saved.surplus_to(&own) {
            return Err(StepError::Surplus { name });
        }
        if let Some(name) = own.surplus_to(&saved) {
            return Err(StepError::Saved { name, expected: 1, found: 0 });
        }
        model.snapshot(checkpoint.step)
    };
    restored().map_err(misfit(&Checkpoint::path(folder, checkpoint.step)))
}

/// Parameters that a model can have whose weights take so many bytes on disk.
pub(super) fn most_values(weights_bytes: u64) -> usize {
    usize::try_from(weights_bytes.saturating_add(MOST_BESIDE) / 4).unwrap_or(usize::MAX)
}

pub(super) fn misfit(path: &Path) -> impl Fn(StepError) -> RunError {
    move |error| RunError::unexpected(path, message!("weights that fit config.toml"), error.message())
}
