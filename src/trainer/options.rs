//! How a trainer is run.

use super::autosave::Autosave;
use super::writer::WriteHook;
use crate::model::{Change, PixelHook};
use candle_core::Device;
use std::path::PathBuf;
use std::sync::Arc;

/// How often weights are copied for whoever looks, at most.
pub const SNAPSHOTS_PER_S: u32 = 30;

/// Sees each batch's pixels (`[batch, pixels]`) before it is trained on, with the steps made before it, and may alter them.
pub type BatchHook = Arc<PixelHook>;

/// How a trainer is run; apart from `batch_hook`, none of it changes a bit of what is learned.
#[derive(Clone)]
pub struct Options {
    /// Threads of its pool.
    pub threads: usize,
    /// Called (from the trainer's thread) after something worth drawing: must be quick.
    pub wake: Arc<dyn Fn() + Send + Sync>,
    /// Where the model is trained; bits are promised on the CPU.
    pub device: Device,
    /// Steps between tests on the test set.
    pub test_interval_steps: u64,
    /// Changes that take effect by themselves, from a run that is repeated.
    pub changes: Vec<Change>,
    /// Go on with a run that is opened from its checkpoint of this step, not from its newest.
    pub from_step: Option<u64>,
    /// Finish after this many steps in all; `None` to go on until paused. Kept with the run.
    pub total_steps: Option<u64>,
    /// When a run that has a folder is written by itself.
    pub autosave: Autosave,
    /// Where a run that nobody has saved is written by itself once it has learned something; removed when it is saved
    /// elsewhere. `None` for nowhere. Nothing waits for room there.
    pub autosave_folder: Option<PathBuf>,
    /// Whether steps are looked at while they are made, and what goes wrong is named.
    pub diagnoses: bool,
    /// For tests of what a broken source does.
    pub batch_hook: Option<BatchHook>,
    /// For tests of what a slow disk does.
    pub write_hook: Option<WriteHook>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threads: 1,
            wake: Arc::new(|| {}),
            device: Device::Cpu,
            test_interval_steps: 100,
            changes: Vec::new(),
            from_step: None,
            total_steps: None,
            autosave: Autosave::default(),
            autosave_folder: None,
            diagnoses: true,
            batch_hook: None,
            write_hook: None,
        }
    }
}
