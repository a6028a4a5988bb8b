//! Runs in their folders: opening them, forking them, and writing them when the program ends.

use crate::app::done::{Done, NotOpened, OpenedPlace, OpenedRun, Reopened};
use crate::app::files;
use crate::app::jobs::JobKey;
use crate::app::project::ModelEntry;
use crate::app::runtime::ModelRuntime;
use crate::app::services::Opening;
use crate::app::session::Session;
use crate::app::session_files::RunOnDisk;
use crate::app::undo::{ChangeKind, Undo};
use crate::dataset::{self, Dataset, Progress, Source};
use crate::explore::plane::Plane;
use crate::message::{Explain, Message, message};
use crate::model::{Config, ModelId};
use crate::run::{self, RunConfig, RunError};
use crate::trainer::{self, OpenError, Options, Trainer};
use crate::ui::command::{ForkRequest, ModelCommand};
use crate::ui::fork::ForkField;
use crate::ui::messages::Level;
use crate::ui::slot::Slot;
use crate::ui::text::{explain, tr, whole};
use rust_i18n::t;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use toml::Value;

/// How long the program stays after its window was closed, to write runs.
const LAST_WRITES: Duration = Duration::from_secs(30);

/// The data to open a run with.
pub(super) struct RunData {
    /// What is open.
    pub known: Option<Arc<Dataset>>,
    /// Where a person says that the run's data is; none for where its configuration says.
    pub source: Option<Source>,
}

impl RunData {
    /// What is open where it is the run's, wherever that came from; else it is loaded.
    fn load(self, run: &Path, config: &RunConfig, progress: &Progress) -> Result<Arc<Dataset>, Message> {
        if let Some(known) = self.known.filter(|known| known.id.as_str() == config.data_checksum) {
            return Ok(known);
        }
        let loaded = match &self.source {
            Some(source) => dataset::fetch_and_load(source, progress).map_err(|error| error.message()),
            None => dataset::load(&config.data, progress).map_err(|error| {
                let path = run.join("config.toml");
                message!("{path}, data: {error}", path, error = error.message())
            }),
        };
        loaded.map(Arc::new)
    }
}

/// Opens a run, and its data where that is another than is open.
pub(super) fn open(
    folder: &Path,
    data: RunData,
    options: Options,
    progress: &Progress,
) -> Result<Box<OpenedRun>, NotOpened> {
    let opened = run::open_at(folder, options.from_step)?;
    let data = data.load(folder, &opened.config, progress)?;
    let trainer = Trainer::open(folder, data.clone(), options).map_err(|error| error.message())?;
    let plane: Option<Plane> = run::read_plane(folder)?;
    let plane = plane.filter(|plane| plane.is_valid(opened.snapshot.latent));
    Ok(Box::new(OpenedRun { opened, plane, trainer, data }))
}

/// Opens a model's run to go on with it, at the last whole checkpoint where the newest is broken.
fn reopen(folder: &Path, data: Arc<Dataset>, options: Options) -> Result<Box<Reopened>, Message> {
    // Its trainer may have been let go a moment ago.
    trainer::wait_for_ended(LAST_WRITES);
    match Trainer::open(folder, data.clone(), options.clone()) {
        Ok(trainer) => Ok(Box::new(Reopened { trainer, damage: None })),
        Err(OpenError::Run(RunError::Damaged { error, whole, .. })) => {
            let options = Options { from_step: Some(whole), ..options };
            let trainer = Trainer::open(folder, data, options).map_err(|error| error.message())?;
            Ok(Box::new(Reopened { trainer, damage: Some(error.message()) }))
        }
        Err(error) => Err(error.message()),
    }
}

/// Writes a fork to the next free folder of `runs`.
pub(super) fn make_fork(request: &ForkRequest, runs: &Path) -> Result<PathBuf, Message> {
    let set = [(request.key.clone(), run::value_of(&request.value))];
    write_fork(&request.run, request.step, &set, runs)
}

/// Writes the fork of a run at a step, with what is set anew, to the next free folder of `runs`.
pub(super) fn write_fork(run: &Path, step: u64, set: &[(String, Value)], runs: &Path) -> Result<PathBuf, Message> {
    let fork = run::Fork::plan(run, step, set).map_err(|error| error.message())?;
    let config = fork.config();
    let folder =
        run::create_free_folder(runs, &config.model.preset, &config.data_name).map_err(|error| error.message())?;
    fork.write(&folder, None).map_err(|error| error.message())?;
    Ok(folder)
}

impl Session {
    /// Opens a run in the background, at a step or its newest checkpoint, and its data where that is another than what is open.
    pub(super) fn open_run(&mut self, folder: PathBuf, from_step: Option<u64>) {
        self.open_run_on(folder, from_step, None);
    }

    /// The same with its data where `source` says that it is now.
    pub(super) fn open_run_on(&mut self, folder: PathBuf, from_step: Option<u64>, source: Option<Source>) {
        let is_open =
            |id: &ModelId| self.services.models.get(*id).is_some_and(|model| model.folder.as_ref() == Some(&folder));
        if from_step.is_none()
            && let Some(id) = self.project.models.iter().map(|model| model.id).find(is_open)
        {
            if self.project.model(id).is_some_and(ModelEntry::is_resting) {
                return self.apply(ModelCommand::Show(Slot::A, id));
            }
            let (path, name) = (folder.display(), self.project.label(id));
            self.shell.say(Level::Note, &t!("toast.run_is_open", path = path, slot = name));
            return;
        }
        self.undo.forget_run(&folder);
        let data = RunData { known: self.services.data.clone(), source };
        let options = Options { from_step, ..self.services.options() };
        self.services.opening =
            Some(Opening { what: folder.display().to_string(), source: None, asked: false, show: None });
        self.services.jobs.start(JobKey::Open, move |progress| {
            Done::Run(OpenedPlace::Suiting, open(&folder, data, options, progress))
        });
    }

    /// Takes an opened run into a model's place; gives which.
    pub(super) fn take_run(&mut self, run: OpenedRun, place: OpenedPlace) -> ModelId {
        let OpenedRun { opened, plane, trainer, data } = run;
        let other_data = self.services.data.as_ref().is_none_or(|known| !Arc::ptr_eq(known, &data));
        if other_data {
            self.take_data(data, None);
        }
        if !other_data {
            self.undo.record(ChangeKind::List, &self.project);
        }
        // A model with an encoder goes into view A.
        let suits = if opened.config.model.encodes() { Slot::A } else { Slot::B };
        let id = match place {
            OpenedPlace::Suiting => self.project.id(suits),
            OpenedPlace::Of(id) => id,
            OpenedPlace::Beside(parent) => self.place_beside(parent, trainer.config()),
        };
        let replaced = other_data || self.services.models.get(id).is_some_and(ModelRuntime::has_learned);
        if !other_data {
            self.keep_for_undo(id);
        }
        // One that was being made in its place is not waited for any more.
        self.services.jobs.cancel(&JobKey::Make(id));
        let step = trainer.status().step;
        let renamed = self.project.is_named_by_preset(id);
        if let Some(entry) = self.project.model_mut(id) {
            entry.config = trainer.config();
        }
        if renamed {
            self.project.name_by_preset(id);
        }
        self.services.models.entry(id).take(trainer, opened.folder.clone());
        self.services.planes.clear(id);
        self.project.planes.remove(id);
        if let Some(plane) = plane {
            self.project.planes.insert(id, plane.clone());
            self.services.planes.set_plane(id, plane, true);
        }
        self.services.sheet.requested = true;
        let (path, name) = (opened.folder.display(), self.project.label(id));
        let message = t!("toast.run_opened", path = path, slot = name, step = whole(step)).into_owned();
        if replaced {
            self.offer_undo(&message)
        } else {
            self.shell.say(Level::Done, &message)
        }
        id
    }

    /// A place on the list behind a model, in the other view; the model of the other view's own where the list is full.
    fn place_beside(&mut self, parent: ModelId, config: Config) -> ModelId {
        let slot = if self.project.shown.a == parent { Slot::B } else { Slot::A };
        let Some(id) = self.project.add(config, Some(parent)) else { return self.project.id(slot) };
        self.project.show(slot, id);
        id
    }

    /// Brings a model back from disk, in the background.
    pub(super) fn reopen(&mut self, id: ModelId, run: RunOnDisk) {
        let Some(data) = self.services.data.clone() else { return };
        let autosave_folder = run.unsaved.then(|| run.folder.clone());
        let options = Options { from_step: run.step, autosave_folder, ..self.services.options() };
        let folder = run.folder.clone();
        self.services.models.entry(id).begin_making();
        self.services.reopening.insert(id, run);
        self.services.jobs.start(JobKey::Make(id), move |_| Done::Reopened(id, reopen(&folder, data, options)));
    }

    /// Asks where the run of a model is to be forked, at first at the last checkpoint not after `step`; which checkpoints it keeps
    /// is looked up in the background.
    pub(super) fn ask_fork(&mut self, id: ModelId, step: Option<u64>) {
        let folder = self.services.models.get(id).and_then(|model| model.folder.clone());
        let (Some(folder), Some(entry)) = (folder, self.project.model(id)) else { return };
        let config = &entry.config;
        let field = |key: String| {
            let (field, value) = config.fields().find(|(field, _)| field.key == key)?;
            let name = field.card.map_or_else(|| key.clone(), |row| tr((row.words)(config)));
            Some(ForkField { value: value.to_string(), name, key })
        };
        let fields = config.changeable().into_iter().filter_map(field).collect();
        let name = self.project.label(id);
        self.shell.panels.fork.ask(id, name, (folder.clone(), step), fields);
        self.services.jobs.start(JobKey::Checkpoints, move |_| {
            let kept = run::kept(&folder).map_err(|error| error.message());
            Done::Kept(folder, kept.map(|kept| kept.into_iter().map(|kept| kept.step).collect()))
        });
    }

    pub(super) fn receive_kept(&mut self, run: &Path, kept: Result<Vec<u64>, Message>) {
        match kept {
            Ok(steps) => self.shell.panels.fork.fill(run, steps),
            Err(message) => {
                self.shell.panels.fork.close();
                self.shell.say(Level::Failed, &explain(&message));
            }
        }
    }

    /// Makes a fork and opens it, in the model's place or beside it, all in the background.
    pub(super) fn fork(&mut self, id: ModelId, request: ForkRequest) {
        let place = if request.beside { OpenedPlace::Beside(id) } else { OpenedPlace::Of(id) };
        let data = RunData { known: self.services.data.clone(), source: None };
        let (options, runs) = (self.services.options(), self.runs());
        self.services.opening =
            Some(Opening { what: request.run.display().to_string(), source: None, asked: false, show: None });
        self.services.jobs.start(JobKey::Open, move |progress| {
            let made = make_fork(&request, &runs)
                .map_err(NotOpened::from)
                .and_then(|folder| open(&folder, data, options, progress));
            Done::Run(place, made)
        });
    }

    /// The program ends: what has been learned is written, with the planes that runs in folders are looked at by. Waits for
    /// it: to be called when there is no window any more.
    pub fn close(&mut self) {
        let mut state = self.state();
        self.shell.closed = true;
        // Nobody can take anything back any more.
        self.undo = Undo::default();
        let mut planes = Vec::new();
        for (id, model) in self.services.models.iter_mut() {
            // The trainer ends by itself, and writes its run.
            model.trainer = None;
            planes.extend(model.folder.clone().zip(self.services.planes.plane(id).cloned()));
        }
        state.last_session.ended = trainer::wait_for_ended(LAST_WRITES);
        if !state.last_session.ended {
            tracing::error!("a run is still being written; its newest checkpoint may be missing");
        }
        for (folder, plane) in planes {
            if let Err(error) = run::write_plane(&folder, &*plane) {
                tracing::warn!("{error}");
            }
        }
        if let Some(path) = &self.services.session_files.state
            && let Err(error) = files::write(path, state.to_text().as_bytes())
        {
            tracing::warn!("{error}");
        }
    }
}
