//! What runs in the background: jobs, trainers, the viewer, the decoder of the window's device. None of it is kept.

use crate::app::browsing::Browsing;
use crate::app::completion_state::CompletionState;
use crate::app::decoder_state::DecoderState;
use crate::app::jobs::{JobKey, Jobs};
use crate::app::panel_picture::PanelPicture;
use crate::app::planes::Planes;
use crate::app::run_table_state::RunTableService;
use crate::app::runtime::{ModelRuntime, ReadyMade};
use crate::app::selection_state::Selecting;
use crate::app::session_files::{ModelRecord, Restoring, RunOnDisk, SessionFiles};
use crate::app::shares::SharesState;
use crate::app::sheet_state::SheetState;
use crate::app::start::Start;
use crate::app::timeline_state::TimelineService;
use crate::app::wake::Waker;
use crate::dataset::{Dataset, Source};
use crate::explore::pad_canvas::PadCanvas;
use crate::model::{ModelId, PerModel};
use crate::trainer::Options;
use crate::ui::diagnose::known::Trial;
use crate::ui::slot::Slot;
use candle_core::Device;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

/// What is being opened.
pub(super) struct Opening {
    /// In words.
    pub what: String,
    /// Where the data comes from; `None` for a run.
    pub source: Option<Source>,
    /// Whether a person asked for this data just now.
    pub asked: bool,
    /// The view and the model that shall stand in it when its data is there.
    pub show: Option<(Slot, ModelId)>,
}

/// A file that takes long to be written.
pub(super) struct Writing {
    /// In words.
    pub what: String,
    pub key: JobKey,
}

/// All of it.
pub(super) struct Services {
    /// What is on the drawing pad.
    pub canvas: PadCanvas,
    pub drawing: Option<Arc<[f32]>>,
    pub start: Start,
    /// Threads of each trainer.
    pub threads: usize,
    pub data: Option<Arc<Dataset>>,
    pub opening: Option<Opening>,
    /// What takes long to be written.
    pub writing: Option<Writing>,
    /// The picture of a panel that a path is asked for.
    pub panel_picture: Option<PanelPicture>,
    /// The data sets that are in the cache, by name.
    pub cached: Vec<&'static str>,
    pub models: PerModel<ModelRuntime>,
    /// The files that the session keeps.
    pub session_files: SessionFiles,
    /// What comes back of the last one.
    pub restoring: Restoring,
    /// Models that are on their way back from disk.
    pub reopening: PerModel<RunOnDisk>,
    /// Models of the last session that rest, or that undo keeps, and that have not been opened since.
    pub resting: PerModel<ModelRecord>,
    /// That of a model of which nothing runs yet.
    pub no_runtime: ModelRuntime,
    pub ready: Vec<ReadyMade>,
    pub sheet: SheetState,
    /// What models make of the image that is completed.
    pub completions: PerModel<CompletionState>,
    pub shares: SharesState,
    /// What is tried against findings.
    pub trials: Vec<Trial>,
    pub browsing: Browsing,
    pub selecting: Selecting,
    pub planes: Planes,
    pub timeline: TimelineService,
    pub runs: RunTableService,
    pub decoder: DecoderState,
    pub jobs: Jobs,
    /// The folders that were found for runs, of which some may not be written yet.
    pub promised: Arc<Mutex<PerModel<PathBuf>>>,
    pub waker: Arc<Waker>,
    /// What the graphics device has reported, from any thread.
    pub device_errors: Arc<Mutex<Vec<String>>>,
}

impl Services {
    pub fn new(start: Start, session_files: SessionFiles, restoring: Restoring) -> Self {
        let waker = Arc::new(Waker::default());
        let wake = waker.clone();
        // Counted once: it takes reading of files.
        let threads = if start.threads > 0 { start.threads } else { num_cpus::get_physical().max(1) };
        Self {
            threads,
            canvas: PadCanvas::default(),
            drawing: None,
            data: None,
            opening: None,
            writing: None,
            panel_picture: None,
            cached: Vec::new(),
            models: PerModel::default(),
            session_files,
            restoring,
            reopening: PerModel::default(),
            resting: PerModel::default(),
            no_runtime: ModelRuntime::default(),
            ready: Vec::new(),
            sheet: SheetState::default(),
            completions: PerModel::default(),
            trials: Vec::new(),
            shares: SharesState::default(),
            browsing: Browsing::default(),
            selecting: Selecting::default(),
            planes: Planes::new(Arc::new(move || wake.learned())),
            timeline: TimelineService::new(&waker),
            runs: RunTableService::default(),
            decoder: DecoderState::default(),
            jobs: Jobs::new(waker.clone(), threads),
            promised: Arc::default(),
            waker,
            device_errors: Arc::default(),
            start,
        }
    }

    /// Where a new model is autosaved while nobody has saved it.
    pub fn new_autosave_folder(&mut self) -> Option<PathBuf> {
        self.session_files.new_folder()
    }

    /// How a trainer is run.
    pub fn options(&self) -> Options {
        let waker = self.waker.clone();
        let device = self.start.device.clone().unwrap_or(Device::Cpu);
        let mut options =
            Options { device, threads: self.threads, wake: Arc::new(move || waker.learned()), ..Options::default() };
        options.autosave.every_s = self.start.autosave_s.unwrap_or(options.autosave.every_s);
        options
    }
}
