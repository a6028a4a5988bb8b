//! The run folder: configuration, changes, metrics, checkpoints; written atomically, checked when read.

mod begin;
mod changes;
mod checkpoint;
mod error;
mod folder;
mod fork;
mod kept;
mod lock;
pub mod metrics_file;
mod pretrained;
mod reader;
pub mod retention;
mod state;
mod tensors;
mod toml_file;

#[cfg(test)]
mod faults;

pub use begin::{begin, create_folder, create_free_folder, has_no_checkpoint, has_rows};
pub use changes::{read_changes, sum_of_changes, write_changes};
pub use checkpoint::Checkpoint;
pub use error::RunError;
pub use folder::{
    Opened, RunConfig, open, open_at, read_config, read_plane, read_total, renew_config, write_plane, write_total,
};
pub use fork::{Fork, ForkError, Origin, read_origin, value_of};
pub use kept::{Kept, clean, kept, prune, put_aside_after};
pub use lock::Lock;
pub use pretrained::pretrained;
pub use reader::CheckpointReader;
pub use state::{CheckpointState, Checksums, MadeWith, sha256};
pub use toml_file::sum_of;

/// The format number of every file in a run folder but `config.toml`.
pub const FORMAT: u32 = 1;
/// The newest format of a checkpoint's `state.toml`: with checksums. Format 1, without, is read.
pub const STATE_FORMAT: u32 = 2;
/// The newest format of `config.toml`: what all models have, and a table of the family's own. Format 1, one flat list of every
/// family's fields, is read, and written anew when the run goes on.
pub const CONFIG_FORMAT: u32 = 2;
