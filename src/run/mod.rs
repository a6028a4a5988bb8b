//! The run folder: configuration, changes, metrics, checkpoints; written atomically, checked when read.

pub mod atomic;
mod checkpoint;
mod error;
mod folder;
mod fork;
mod kept;
mod lock;
pub mod metrics_file;
mod pretrained;
pub mod retention;
mod tensors;

pub use checkpoint::{Checkpoint, CheckpointState};
pub use error::RunError;
pub use folder::{
    Opened, RunConfig, free_folder, open, read_changes, read_config, read_plane, read_total, renew_config, write_begin,
    write_changes, write_plane, write_total,
};
pub use fork::{Fork, ForkError, Origin, read_origin, value_of};
pub use kept::{Kept, clean, kept, prune};
pub use lock::Lock;
pub use pretrained::pretrained;

/// The format number of every file in a run folder but `config.toml`.
pub const FORMAT: u32 = 1;
/// The newest format of `config.toml`: what all models have, and a table of the family's own. Format 1, one flat list of every
/// family's fields, is read, and written anew when the run goes on.
pub const CONFIG_FORMAT: u32 = 2;
