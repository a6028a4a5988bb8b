//! What a session begins with.

use crate::dataset::Source;
use crate::explore::compare::FigureProtocol;
use crate::gpu::DecoderChoice;
use candle_core::Device;
use std::path::PathBuf;

/// How the explorer starts.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// Data other than last time's; of a run to continue, where its data is now.
    pub data: Option<Source>,
    /// A run to continue at once.
    pub run: Option<PathBuf>,
    /// The state file; `None` keeps nothing.
    pub state: Option<PathBuf>,
    /// Threads of each trainer; 0 for the physical cores.
    pub threads: usize,
    /// What the models learn on; the CPU where none is given.
    pub device: Option<Device>,
    /// Who decodes, where it is not to be as last time.
    pub decoder: Option<DecoderChoice>,
    /// Where new run folders go; empty for where the settings say.
    pub runs: PathBuf,
    /// Seconds of training between two checkpoints of a run; the default's where none are given.
    pub autosave_s: Option<f64>,
    /// How figures of runs are made; the usual way where nothing is given.
    pub figures: Option<FigureProtocol>,
}
