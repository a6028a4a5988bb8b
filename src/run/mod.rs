//! The run folder: config, changes, metrics, checkpoints; written atomically, checked when read.

use crate::dataset::Source;
use crate::model::Config;
use crate::snapshot::Snapshot;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// `config.toml`: all that a run depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunConfig {
    /// Format number of the run folder.
    pub format: u32,
    /// The program that began the run.
    pub version: String,
    /// Where the data came from.
    pub data: Source,
    /// The model and how it is trained.
    pub model: Config,
}

/// Why a run folder cannot be read or written: one sentence.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// What was found is not what belongs there.
    #[error("{}: expected {expected}, found {found}", path.display())]
    Unexpected {
        /// The file or folder.
        path: PathBuf,
        /// What should be there.
        expected: String,
        /// What is there.
        found: String,
    },
    /// The file system refused.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The file system's own words.
        error: std::io::Error,
    },
}

/// A run that was opened: its configuration and its newest weights.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Where it lies.
    pub folder: PathBuf,
    /// What it was trained with.
    pub config: RunConfig,
    /// Its newest weights.
    pub snapshot: Snapshot,
}

/// Opens a run folder.
///
/// # Errors
/// One sentence that names the file, what was expected and what was found.
pub fn open(folder: &Path) -> Result<Opened, RunError> {
    Err(RunError::Unexpected { path: folder.to_owned(), expected: "a run".into(), found: "nothing yet".into() })
}

/// The small models that come with the program, trained on the generated digits: a VAE and a GAN.
///
/// # Errors
/// Never with the files the program was built with; a test opens them.
pub fn pretrained() -> Result<[Opened; 2], RunError> {
    Err(RunError::Unexpected {
        path: PathBuf::from("pretrained"),
        expected: "a run".into(),
        found: "nothing yet".into(),
    })
}
