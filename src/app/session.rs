//! Everything the program knows while it runs. It outlives the window: close it, open it, and all is where it was.

use crate::app::decoding::DecoderState;
use crate::app::jobs::Jobs;
use crate::app::looking::Looking;
use crate::app::slot::{ModelSlot, ReadyMade};
use crate::app::state::{self, State};
use crate::app::undo::{Point, Undo};
use crate::app::wake::Waker;
use crate::dataset::{Dataset, Progress, Source};
use crate::explore::compare::Sheet;
use crate::explore::encoded::EncodedPoints;
use crate::explore::tiles::TileGrid;
use crate::gpu::DecoderChoice;
use crate::model::Config;
use crate::snapshot::Snapshot;
use crate::trainer::Options;
use crate::ui::command::Slot;
use crate::ui::layout::{self, Pane};
use crate::ui::settings::{Appearance, Settings};
use crate::ui::text::wrapped;
use crate::ui::toasts::Toasts;
use crate::ui::view::{OpeningView, SheetView, View};
use crate::ui::{Panels, theme};
use candle_core::Device;
use eframe::egui::{self, Theme};
use egui_tiles::Tree;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How the explorer starts.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// Data other than last time's.
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
    /// Where new run folders go; empty for `runs`.
    pub runs: PathBuf,
}

/// How grave a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Done.
    Done,
    /// To know.
    Note,
    /// Failed.
    Failed,
}

/// Work on data or a run that goes on in the background.
pub(super) struct Opening {
    pub what: String,
    pub progress: Arc<Progress>,
}

/// What a sheet was made of.
pub(super) struct SheetKey {
    pub a: Arc<Snapshot>,
    pub b: Arc<Snapshot>,
    pub data: Arc<Dataset>,
    pub seed: u64,
}

impl SheetKey {
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.a, &other.a)
            && Arc::ptr_eq(&self.b, &other.b)
            && Arc::ptr_eq(&self.data, &other.data)
            && self.seed == other.seed
    }
}

/// The compare sheet and what it takes to keep it fresh.
#[derive(Default)]
pub(super) struct SheetState {
    pub sheet: Option<Arc<Sheet>>,
    pub seed: u64,
    pub key: Option<SheetKey>,
    pub started: Option<Instant>,
    pub computing: bool,
    pub wanted: bool,
}

/// The state of the whole program.
pub struct Session {
    pub(super) start: Start,
    pub(super) threads: usize,
    pub(super) settings: Settings,
    pub(super) layout: Tree<Pane>,
    pub(super) panels: Panels,
    pub(super) data: Option<Arc<Dataset>>,
    pub(super) source: Source,
    pub(super) opening: Option<Opening>,
    pub(super) models: [ModelSlot; 2],
    pub(super) ready: Vec<ReadyMade>,
    pub(super) cursor: [f32; 2],
    pub(super) sheet: SheetState,
    pub(super) looking: Looking,
    pub(super) decoder: DecoderState,
    pub(super) undo: Undo,
    pub(super) jobs: Jobs,
    pub(super) waker: Arc<Waker>,
    pub(super) toasts: Toasts,
    pub(super) last_message: Option<(Level, String)>,
    pub(super) device: String,
    pub(super) device_errors: Arc<Mutex<Vec<String>>>,
    pub(super) window: Option<[f32; 2]>,
    pub(super) zoom: f32,
    pub(super) quit: bool,
    /// Whether the window is cleared with the panels' ground before it is drawn.
    pub(super) cleared: bool,
    pub(super) dressed: Option<(Appearance, bool)>,
    pub(super) saved: (String, Instant),
    pub(super) saving: bool,
    pub(super) frames: u64,
    pub(super) tickets: u64,
}

impl Session {
    /// Reads the state file and starts to open data, without waiting for it.
    pub fn new(start: Start) -> Self {
        let read = start.state.as_deref().map(state::read);
        let (state, trouble) = match read {
            Some(Ok(state)) => (state, None),
            Some(Err(error)) => (State::default(), Some(error.to_string())),
            None => (State::default(), None),
        };
        let waker = Arc::new(Waker::default());
        let wake = waker.clone();
        let looking = Looking::new(Arc::new(move || wake.learned()));
        // Counted once: it takes reading of files.
        let threads = if start.threads > 0 { start.threads } else { num_cpus::get_physical().max(1) };
        let [a, b] = state.models.clone().unwrap_or_else(default_models);
        let mut session = Self {
            settings: Settings { decoder: start.decoder.unwrap_or(state.settings.decoder), ..state.settings.clone() },
            layout: state.layout.as_deref().and_then(layout::from_text).unwrap_or_else(layout::default_layout),
            panels: Panels::default(),
            data: None,
            source: state.data.clone(),
            opening: None,
            models: [ModelSlot::new(Slot::A, a), ModelSlot::new(Slot::B, b)],
            ready: Vec::new(),
            cursor: state.cursor,
            sheet: SheetState { seed: state.sheet_seed, ..SheetState::default() },
            looking,
            decoder: DecoderState::default(),
            undo: Undo::default(),
            jobs: Jobs::new(waker.clone()),
            waker,
            toasts: Toasts::default(),
            last_message: None,
            device: String::new(),
            device_errors: Arc::default(),
            window: state.window,
            zoom: state.zoom,
            quit: false,
            cleared: false,
            dressed: None,
            saved: (state.to_text(), Instant::now()),
            saving: false,
            frames: 0,
            tickets: 0,
            threads,
            start,
        };
        session.panels.plane.viewport = state.view;
        rust_i18n::set_locale(session.settings.language.locale());
        if let Some(trouble) = trouble {
            let message = rust_i18n::t!("toast.state_broken", why = trouble).into_owned();
            session.say(Level::Failed, &message);
        }
        session.load_ready_made();
        match session.start.run.clone() {
            Some(run) => session.open_run(run),
            None => {
                let source = session.start.data.clone().unwrap_or(state.data);
                session.open_data(source);
            }
        }
        session
    }

    /// The window's size the last time, in points.
    pub fn window_size(&self) -> Option<[f32; 2]> {
        self.window
    }

    /// The newest message that was shown.
    pub fn last_message(&self) -> Option<&(Level, String)> {
        self.last_message.as_ref()
    }

    /// Frames drawn, in all windows together.
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// One model.
    pub fn model(&self, slot: Slot) -> &ModelSlot {
        let [a, b] = &self.models;
        match slot {
            Slot::A => a,
            Slot::B => b,
        }
    }

    pub(super) fn model_mut(&mut self, slot: Slot) -> &mut ModelSlot {
        let [a, b] = &mut self.models;
        match slot {
            Slot::A => a,
            Slot::B => b,
        }
    }

    /// The data set.
    pub fn data(&self) -> Option<&Arc<Dataset>> {
        self.data.as_ref()
    }

    /// Whether data or a run is being opened.
    pub fn is_opening(&self) -> bool {
        self.opening.is_some()
    }

    /// Where the cursor stands.
    pub fn cursor(&self) -> [f32; 2] {
        self.cursor
    }

    /// How the window looks.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The compare sheet, if one is ready.
    pub fn sheet(&self) -> Option<&Arc<Sheet>> {
        self.sheet.sheet.as_ref()
    }

    /// Where device errors are put, from any thread.
    pub fn device_errors(&self) -> Arc<Mutex<Vec<String>>> {
        self.device_errors.clone()
    }

    /// The newest tiles of a model's plane that the CPU decoded.
    pub fn tiles(&self, slot: Slot) -> Option<Arc<TileGrid>> {
        self.looking.tiles(slot.id())
    }

    /// Encoded points on the plane.
    pub fn plane_points(&self) -> usize {
        self.points(Slot::A).map_or(0, |points| points.count())
    }

    /// A model's encoded points.
    pub fn points(&self, slot: Slot) -> Option<Arc<EncodedPoints>> {
        self.looking.points(slot.id())
    }

    /// Shows these points on a model's plane, instead of those that its encoder gives, until it is reset.
    pub fn put_points(&mut self, slot: Slot, points: Arc<EncodedPoints>) {
        self.looking.put_points(slot.id(), points);
    }

    /// Asks for repaints.
    pub fn waker(&self) -> Arc<Waker> {
        self.waker.clone()
    }

    /// A window was made: everything that belongs to the one before is forgotten.
    pub fn attach(&mut self, context: &egui::Context, device: String) {
        self.dressed = None;
        self.quit = false;
        self.device = device;
        self.toasts = Toasts::default();
        theme::install(context);
        context.set_zoom_factor(self.zoom);
        self.waker.attach(context.clone());
        // A message from before the first window is shown in it.
        if let Some((level, text)) = self.last_message.clone()
            && self.frames == 0
        {
            self.say(level, &text);
        }
    }

    /// The window is gone.
    pub fn detach(&mut self) {
        self.waker.detach();
    }

    /// Tells the person something, once.
    pub(super) fn say(&mut self, level: Level, text: &str) {
        let shown = wrapped(text, 56);
        let seconds = 3 + text.chars().count() as u64 / 15;
        let palette =
            theme::palette(if self.dressed.is_none_or(|(_, dark)| dark) { Theme::Dark } else { Theme::Light });
        let (sign, color) = match level {
            Level::Done => (theme::signs::DONE, palette.text),
            Level::Note => (theme::signs::NOTE, palette.text_secondary),
            Level::Failed => (theme::signs::FAILED, palette.danger),
        };
        self.toasts.add(sign, shown, color, Duration::from_secs(seconds.min(20)));
        match level {
            Level::Failed => tracing::warn!("{text}"),
            Level::Done | Level::Note => tracing::info!("{text}"),
        }
        self.last_message = Some((level, text.to_owned()));
    }

    pub(super) fn options(&self) -> Options {
        let waker = self.waker.clone();
        let device = self.start.device.clone().unwrap_or(Device::Cpu);
        Options { device, threads: self.threads, wake: Arc::new(move || waker.learned()), ..Options::default() }
    }

    pub(super) fn point(&self) -> Point {
        let [a, b] = &self.models;
        Point { models: [a.config.clone(), b.config.clone()], cursor: self.cursor }
    }

    /// What the panels may look at, and `shown`, the panels that are on the screen.
    pub(super) fn view<'a>(&'a self, shown: &'a [Pane]) -> View<'a> {
        let [a, b] = &self.models;
        View {
            data: self.data.as_ref(),
            opening: self
                .opening
                .as_ref()
                .map(|opening| OpeningView { what: &opening.what, progress: &opening.progress }),
            models: [a.view(self.decoding(Slot::A)), b.view(self.decoding(Slot::B))],
            cursor: self.cursor,
            planes: self.planes_view(),
            sheet: SheetView {
                sheet: self.sheet.sheet.as_ref(),
                seed: self.sheet.seed,
                computing: self.sheet.computing,
            },
            settings: &self.settings,
            device: &self.device,
            decode_ms: self.decode_ms(),
            threads: self.threads,
            accelerator: self.start.device.as_ref().filter(|device| !device.is_cpu()).map(|device| device.location()),
            shown,
        }
    }

    /// What the state file holds for this moment.
    pub(super) fn state(&self) -> State {
        State {
            format: state::FORMAT,
            settings: self.settings.clone(),
            layout: layout::to_text(&self.layout),
            window: self.window,
            zoom: self.zoom,
            models: Some(self.point().models),
            cursor: self.cursor,
            view: self.panels.plane.viewport,
            data: self.source.clone(),
            sheet_seed: self.sheet.seed,
        }
    }

    pub(super) fn take_device_errors(&self) -> Vec<String> {
        std::mem::take(&mut *self.device_errors.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn default_models() -> [Config; 2] {
    [Config::vae_dense(), Config::gan_dense()]
}
