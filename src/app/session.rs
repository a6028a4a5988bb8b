//! Everything the program knows while it runs: the project, what runs for it, and the window around it. It outlives the
//! window: close it, open it, and all is where it was.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::project::{ModelEntry, Project};
use crate::app::runtime::ModelRuntime;
use crate::app::services::Services;
use crate::app::session_files::{self, ModelRecord, Restoring, SessionFiles, SessionRecord};
use crate::app::shell::Shell;
use crate::app::start::Start;
use crate::app::state::{self, State};
use crate::app::undo::Undo;
use crate::app::wake::Waker;
use crate::dataset::{Dataset, Progress};
use crate::explore::encoded::EncodedPoints;
use crate::explore::plane::Plane;
use crate::explore::tiles::TileGrid;
use crate::message::{Explain, Message, message};
use crate::model::{Config, ModelId, PerModel};
use crate::ui::messages::{Level, Messages};
use crate::ui::model_card::sections;
use crate::ui::settings::Settings;
use crate::ui::slot::Slot;
use crate::ui::text::{explain, tr};
use crate::ui::toasts::Toasts;
use crate::ui::view::{OpeningView, PadView, SheetView, View};
use crate::ui::{Pane, theme};
use eframe::egui;
use rust_i18n::t;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

/// The state of the whole program.
pub struct Session {
    pub(super) project: Project,
    pub(super) services: Services,
    pub(super) shell: Shell,
    pub(super) undo: Undo,
}

/// One model: its entry on the list, and what runs of it.
#[derive(Clone, Copy)]
pub struct SessionModel<'a> {
    entry: &'a ModelEntry,
    runtime: &'a ModelRuntime,
    /// The settings on its card.
    pub config: &'a Config,
}

impl SessionModel<'_> {
    /// Which one it is.
    pub fn id(&self) -> ModelId {
        self.entry.id
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.entry.name
    }
}

impl Deref for SessionModel<'_> {
    type Target = ModelRuntime;

    fn deref(&self) -> &ModelRuntime {
        self.runtime
    }
}

impl Session {
    /// Reads the state file and starts to open data, without waiting for it.
    pub fn new(mut start: Start) -> Self {
        let first = start.state.take();
        let session_files = SessionFiles::begin(first.as_deref());
        // A program beside another begins with what that one has, but for its models.
        let beside = session_files.number > 1 && session_files.state.as_ref().is_some_and(|path| !path.exists());
        start.state = if beside { first.clone() } else { session_files.state.clone() };
        let (state, trouble) = match start.state.as_deref().map(state::read) {
            Some(Ok(read)) => (read.state, read.left_out.map(Message::Words)),
            Some(Err(error)) => {
                let (why, aside) = (error.message(), start.state.as_deref().and_then(state::set_aside));
                let kept = aside.map(|kept| message!("{why}; it is kept as {kept}", why = why.clone(), kept));
                (State::default(), Some(kept.unwrap_or(why)))
            }
            None => (State::default(), None),
        };
        let is_broken = trouble.is_some();
        let record = if beside { SessionRecord::default() } else { state.last_session.clone() };
        let left_over = session_files.left_over(&record);
        let mut project = state.project.clone();
        project.settings.decoder = start.decoder.unwrap_or(project.settings.decoder);
        let mut session = Self {
            shell: Shell::new(&state),
            services: Services::new(start, session_files, Restoring::of(record)),
            undo: Undo::default(),
            project,
        };
        session.shell.saved.0 = state.to_text();
        session.keep_runtimes();
        rust_i18n::set_locale(session.project.settings.language.locale());
        if let Some(trouble) = trouble {
            session.shell.say(Level::Failed, &t!("toast.state_broken", why = explain(&trouble)));
        }
        if first.is_some() && !session.services.session_files.autosaves() {
            session.shell.say(Level::Note, &tr("last_session.not_kept"));
        }
        if beside {
            session.shell.say(Level::Note, &t!("last_session.beside", number = session.services.session_files.number));
        }
        if !left_over.is_empty() {
            let remove = move |_: &Progress| {
                // Where the state cannot be read nobody knows what is wanted.
                if is_broken {
                    left_over.iter().for_each(|folder| _ = session_files::set_aside(folder));
                } else {
                    session_files::remove_all(&left_over);
                }
                Done::LeftOverRemoved
            };
            session.services.jobs.start(JobKey::LeftOver, remove);
        }
        session.load_ready_made();
        session.open_first();
        session
    }

    /// Opens what the program was told to begin with, and what the last session had.
    fn open_first(&mut self) {
        let (run, data) = (self.services.start.run.clone(), self.services.start.data.clone());
        if let Some(run) = &run {
            self.leave_to_open(run);
        }
        let last = self.project.data.clone();
        let other_data = data.as_ref().is_some_and(|data| data.clone().absolute() != last.clone().absolute());
        match run {
            // Undo goes back to what it replaces.
            Some(run) if !other_data && !self.services.restoring.models.is_empty() => {
                self.services.restoring.then_open = Some(run);
                self.open_data(last);
            }
            Some(run) => self.open_run_on(run, None, data),
            None if data.is_some() => self.fetch_data(data.unwrap_or(last)),
            None => self.open_data(last),
        }
    }

    /// Each model of the list has a runtime, and nothing else has: what was taken off the list ends.
    pub(super) fn keep_runtimes(&mut self) {
        for model in &self.project.models {
            self.services.models.entry(model.id);
        }
        let project = &self.project;
        self.services.models.retain(|id, _| project.model(id).is_some());
        self.services.planes.retain(|id| project.model(id).is_some());
        self.services.shares.models.retain(|id, _| project.model(id).is_some());
        self.services.jobs.cancel_all(|key| key.model().is_some_and(|id| project.model(id).is_none()));
    }

    /// The project.
    pub fn project(&self) -> &Project {
        &self.project
    }

    /// The window's size the last time, in points.
    pub fn window_size(&self) -> Option<[f32; 2]> {
        self.shell.window
    }

    /// Whether the window filled the screen the last time.
    pub fn is_maximized(&self) -> bool {
        self.shell.maximized
    }

    /// Whether models of the last session are still on their way back.
    pub fn is_restoring(&self) -> bool {
        !self.services.restoring.models.is_empty() || !self.services.reopening.is_empty()
    }

    /// The newest message that was shown.
    pub fn last_message(&self) -> Option<&(Level, String)> {
        self.shell.last_message.as_ref()
    }

    /// What happened since the program was started.
    pub fn messages(&self) -> &Messages {
        &self.shell.messages
    }

    /// Frames drawn, in all windows together.
    pub fn frames(&self) -> u64 {
        self.shell.frames
    }

    /// The model that stands in a view.
    pub fn id(&self, slot: Slot) -> ModelId {
        self.project.id(slot)
    }

    /// The model that stands in a view.
    pub fn model(&self, slot: Slot) -> SessionModel<'_> {
        let entry = self.project.shown_model(slot);
        let runtime = self.services.models.get(entry.id).unwrap_or(&self.services.no_runtime);
        SessionModel { entry, runtime, config: &entry.config }
    }

    /// A model of the list.
    pub fn model_of(&self, id: ModelId) -> Option<SessionModel<'_>> {
        let (entry, runtime) = self.project.model(id).zip(self.services.models.get(id))?;
        Some(SessionModel { entry, runtime, config: &entry.config })
    }

    /// The plane of the model in a view.
    pub fn plane(&self, slot: Slot) -> Option<&Arc<Plane>> {
        self.services.planes.plane(self.id(slot))
    }

    /// The data set.
    pub fn data(&self) -> Option<&Arc<Dataset>> {
        self.services.data.as_ref()
    }

    /// Whether data or a run is being opened.
    pub fn is_opening(&self) -> bool {
        self.services.opening.is_some()
    }

    /// Where the cursor stands.
    pub fn cursor(&self) -> [f32; 2] {
        self.project.cursor
    }

    /// How the window looks.
    pub fn settings(&self) -> &Settings {
        &self.project.settings
    }

    /// Where device errors are put, from any thread.
    pub fn device_errors(&self) -> Arc<Mutex<Vec<String>>> {
        self.services.device_errors.clone()
    }

    /// The newest tiles of a view's plane that the CPU decoded.
    pub fn tiles(&self, slot: Slot) -> Option<Arc<TileGrid>> {
        self.services.planes.tiles(self.id(slot))
    }

    /// The encoded points of the model in a view.
    pub fn points(&self, slot: Slot) -> Option<Arc<EncodedPoints>> {
        self.services.planes.points(self.id(slot))
    }

    /// Shows these points on the plane of a view's model, instead of those that its encoder gives, until it is reset.
    pub fn put_points(&mut self, slot: Slot, points: Arc<EncodedPoints>) {
        let id = self.id(slot);
        self.services.planes.put_points(id, points);
    }

    /// Schedules repaints.
    pub fn waker(&self) -> Arc<Waker> {
        self.services.waker.clone()
    }

    /// A window was made: everything that belongs to the one before is forgotten.
    pub fn attach(&mut self, context: &egui::Context, device: String) {
        self.shell.themed = None;
        self.shell.quit = false;
        self.shell.device = device;
        self.shell.toasts = Toasts::default();
        theme::install(context);
        context.set_zoom_factor(self.shell.zoom);
        for (id, name) in self.shell.sections.iter() {
            if let Some(model) = self.project.model(id) {
                sections::open_named(context, id, &model.config, name);
            }
        }
        self.services.waker.attach(context.clone());
        // A message from before the first window is shown in it.
        if let Some((level, text)) = self.shell.last_message.clone()
            && self.shell.frames == 0
        {
            let action = self.shell.last_action.clone();
            self.shell.toast(level, &text, action);
        }
    }

    /// The window is gone.
    pub fn detach(&mut self) {
        self.services.waker.detach();
    }

    /// What the panels may look at, and `shown`, the panels that are on the screen.
    pub(super) fn view<'a>(&'a self, shown: &'a [Pane]) -> View<'a> {
        let services = &self.services;
        let opening = services.opening.as_ref().zip(services.jobs.progress(&JobKey::Open));
        let accelerator = services.start.device.as_ref().filter(|device| !device.is_cpu());
        View {
            data: services.data.as_ref(),
            browse: self.browse_view(),
            opening: opening.map(|(opening, progress)| OpeningView { what: &opening.what, progress }),
            writing: self.writing_view(),
            cached: &services.cached,
            models: self.project.models.iter().filter_map(|entry| self.model_view(entry)).collect(),
            slots: self.project.shown,
            train_at_once: self.project.train_at_once,
            cursor: self.project.cursor,
            line: self.project.line,
            timeline: self.timeline_view(),
            path: self.project.path.as_ref(),
            viewport: self.project.view,
            planes: self.planes_view(),
            pad: PadView { state: &self.project.pad, image: services.drawing.as_ref() },
            sheet: SheetView {
                sheet: services.sheet.sheet.as_ref(),
                seed: self.project.sheet_seed,
                computing: services.jobs.is_running(&JobKey::Sheet),
                selection: self.project.selection,
                choice: &self.project.sheet,
            },
            completion: self.completion_view(),
            trials: &services.trials,
            runs: self.run_table(),
            messages: &self.shell.messages,
            settings: &self.project.settings,
            device: &self.shell.device,
            decode_ms: self.decode_ms(),
            threads: services.threads,
            accelerator: accelerator.map(|device| device.location()),
            presenting: self.shell.presenting,
            shown,
        }
    }

    /// What the state file holds for this moment.
    pub(super) fn state(&self) -> State {
        State {
            project: self.project.clone(),
            layout: crate::ui::layout::to_text(&self.shell.layout),
            window: self.shell.window,
            maximized: self.shell.maximized,
            zoom: self.shell.own_zoom(),
            sections: self.shell.sections.clone(),
            last_session: SessionRecord { ended: false, models: self.records() },
            ..State::default()
        }
    }

    /// How far the models are, those too that are not back yet.
    fn records(&self) -> PerModel<ModelRecord> {
        let mut records = self.services.restoring.models.clone();
        self.services.resting.iter().for_each(|(id, record)| _ = records.insert(id, record.clone()));
        for (id, run) in self.services.reopening.iter().filter(|(id, _)| records.get(*id).is_none()).collect::<Vec<_>>()
        {
            // What undo brings back is its own from the moment that it is asked for.
            let record = self.services.session_files.record(run, run.step.unwrap_or(1), 0.0);
            record.and_then(|record| records.insert(id, record));
        }
        for entry in &self.project.models {
            let Some(model) = self.services.models.get(entry.id).filter(|model| model.has_learned()) else { continue };
            if let (Some(run), Some(status)) = (model.on_disk(), model.status())
                && let Some(record) = self.services.session_files.record(&run, status.step, status.train_s)
            {
                records.insert(entry.id, record);
            }
        }
        records.retain(|id, _| self.project.model(id).is_some());
        records
    }

    pub(super) fn take_device_errors(&self) -> Vec<String> {
        std::mem::take(&mut *self.services.device_errors.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
