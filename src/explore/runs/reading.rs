//! Run folders as they are read for the table: what they are made with, how far they are, and their curves; no weights.

use super::row::RunSameness;
use crate::dataset::Progress;
use crate::disk::{FileError, kind_at};
use crate::history::History;
use crate::message::{Explain, Message, message};
use crate::model::{Config, in_force};
use crate::run::{RunError, kept, metrics_file, read_changes, read_config};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Runs of a folder that are read, at most.
const MOST_RUNS: usize = 500;

/// A run in a folder.
#[derive(Clone, Debug)]
pub struct FolderRun {
    /// Where it lies.
    pub folder: PathBuf,
    /// The numbers in force after its newest checkpoint.
    pub config: Config,
    /// A short name of its data.
    pub data: String,
    /// What tells its data from other data.
    pub data_checksum: String,
    /// The step of its newest checkpoint.
    pub step: u64,
    /// Its curves up to there.
    pub history: Arc<History>,
    /// What it has in common with others.
    pub sameness: RunSameness,
}

/// A folder that looks like a run and cannot be read.
#[derive(Clone, Debug)]
pub struct BrokenRun {
    /// Where it lies.
    pub folder: PathBuf,
    /// Why: one sentence.
    pub why: Message,
}

/// What a folder holds.
#[derive(Clone, Debug, Default)]
pub struct FolderRuns {
    /// The runs, in order of their names.
    pub runs: Vec<FolderRun>,
    /// Those that cannot be read.
    pub broken: Vec<BrokenRun>,
}

/// Reads a run folder, or all runs of a folder of runs.
///
/// # Errors
/// One sentence where there is no run, and where it was cancelled.
pub fn read_runs(folder: &Path, progress: &Progress) -> Result<FolderRuns, Message> {
    let expected = || message!("a run, or a folder of runs");
    let no_runs = |found: Message| RunError::unexpected(folder, expected(), found).message();
    let folders = if is_run(folder) {
        vec![folder.to_owned()]
    } else {
        let entries = std::fs::read_dir(folder).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotADirectory => no_runs(kind_at(folder)),
            _ => FileError::listed(&error, expected()).at(folder),
        })?;
        let paths = entries.flatten().map(|entry| entry.path());
        let mut folders: Vec<PathBuf> = paths.filter(|path| is_run(path)).collect();
        folders.sort();
        folders.truncate(MOST_RUNS);
        folders
    };
    if folders.is_empty() {
        return Err(no_runs(message!("neither")));
    }
    progress.set_total(folders.len() as u64);
    let mut found = FolderRuns::default();
    for (place, folder) in folders.into_iter().enumerate() {
        if progress.is_cancelled() {
            return Err(Message::words("cancelled"));
        }
        match read_run(&folder) {
            Ok(run) => found.runs.push(run),
            Err(error) => found.broken.push(BrokenRun { folder, why: error.message() }),
        }
        progress.set_done(place as u64 + 1);
    }
    Ok(found)
}

fn is_run(folder: &Path) -> bool {
    folder.join("config.toml").is_file()
}

fn read_run(folder: &Path) -> Result<FolderRun, RunError> {
    let config = read_config(&folder.join("config.toml"))?;
    let changes = read_changes(folder, &config.model)?;
    let step = kept(folder)?.last().map(|kept| kept.step);
    let step = step.ok_or_else(|| RunError::unexpected(folder, message!("a checkpoint"), message!("none")))?;
    let model = in_force(&config.model, &changes, step).map_err(|error| {
        let expected = message!("changes that this run can make");
        RunError::unexpected(&folder.join("changes.toml"), expected, error.message())
    })?;
    let history = History::default();
    metrics_file::read(folder, step, &mut |row| history.push(row.step, row.seconds, &row.values))?;
    Ok(FolderRun {
        folder: folder.to_owned(),
        sameness: RunSameness::of(&model, &config.data_checksum),
        config: model,
        data: config.data_name,
        data_checksum: config.data_checksum,
        step,
        history: Arc::new(history),
    })
}
