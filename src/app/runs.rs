//! Runs in their folders: opening them, forking them, and writing them when the program ends.

use crate::app::jobs::{Done, OpenedRun};
use crate::app::session::{Level, Session};
use crate::dataset::{self, Dataset, Progress};
use crate::explore::plane::Plane;
use crate::run;
use crate::trainer::{self, Options, Trainer};
use crate::ui::command::{ForkWish, Slot};
use crate::ui::text::whole;
use rust_i18n::t;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// How long the program stays after its window was closed, to write runs.
const LAST_WRITES: Duration = Duration::from_secs(30);

/// Opens a run, and its data where that is another than `data`.
fn open(
    folder: &Path,
    data: Option<Arc<Dataset>>,
    options: Options,
    progress: &Progress,
) -> Result<Box<OpenedRun>, String> {
    let opened = run::open(folder).map_err(|error| error.to_string())?;
    let data = match data.filter(|data| data.source == opened.config.data.clone().absolute()) {
        Some(data) => data,
        None => {
            let loaded = dataset::load(&opened.config.data, progress);
            Arc::new(loaded.map_err(|error| error.to_string())?)
        }
    };
    let trainer = Trainer::open(folder, data.clone(), options).map_err(|error| error.to_string())?;
    let plane: Option<Plane> = run::read_plane(folder).map_err(|error| error.to_string())?;
    let plane = plane.filter(|plane| plane.is_valid(opened.snapshot.latent));
    Ok(Box::new(OpenedRun { opened, plane, trainer, data }))
}

/// Writes a fork to the next free folder of `runs`.
fn make_fork(wish: &ForkWish, runs: &Path) -> Result<PathBuf, String> {
    let set = [(wish.key.clone(), run::value_of(&wish.value))];
    let fork = run::Fork::plan(&wish.run, wish.step, &set).map_err(|error| error.to_string())?;
    let config = fork.config();
    let folder = run::free_folder(runs, &config.model.preset, &config.data_name);
    fork.write(&folder, None).map_err(|error| error.to_string())?;
    Ok(folder)
}

impl Session {
    /// Opens a run in the background, and its data where that is another than what is open.
    pub(super) fn open_run(&mut self, folder: PathBuf) {
        let progress = self.begin_opening(folder.display().to_string());
        let (data, options) = (self.data.clone(), self.options());
        self.jobs.run("open run", move || Done::Run(None, open(&folder, data, options, &progress)));
    }

    pub(super) fn take_run(&mut self, run: OpenedRun, slot: Option<Slot>) {
        let OpenedRun { opened, plane, trainer, data } = run;
        if self.data.as_ref().is_none_or(|known| !Arc::ptr_eq(known, &data)) {
            self.take_data(data);
        }
        // A model with an encoder stands left: the compare sheet takes its reconstructions.
        let suits = if opened.config.model.encodes() { Slot::A } else { Slot::B };
        let slot = slot.unwrap_or(suits);
        let step = trainer.status().step;
        self.model_mut(slot).take(trainer, opened.folder.clone());
        self.looking.clear(slot.id());
        if let Some(plane) = plane {
            self.looking.set_plane(slot.id(), plane, true);
        }
        self.sheet.wanted = true;
        let path = opened.folder.display();
        self.say(Level::Done, &t!("toast.run_opened", path = path, slot = slot.name(), step = whole(step)));
    }

    /// Asks where the run of a model is to be forked; which checkpoints it keeps is looked up in the background.
    pub(super) fn ask_fork(&mut self, slot: Slot) {
        let model = self.model(slot);
        let Some(folder) = model.folder.clone() else { return };
        let fields = model.config.changeable().into_iter();
        let fields = fields.filter_map(|key| Some((model.config.get(&key)?.to_string(), key)));
        let fields = fields.map(|(value, key)| (key, value)).collect();
        self.panels.fork.ask(slot, folder.clone(), fields);
        self.jobs.run("kept checkpoints", move || {
            let kept = run::kept(&folder).map_err(|error| error.to_string());
            Done::Kept(folder, kept.map(|kept| kept.into_iter().map(|kept| kept.step).collect()))
        });
    }

    pub(super) fn hear_kept(&mut self, run: &Path, kept: Result<Vec<u64>, String>) {
        match kept {
            Ok(steps) => self.panels.fork.fill(run, steps),
            Err(message) => {
                self.panels.fork.close();
                self.say(Level::Failed, &message);
            }
        }
    }

    /// Makes a fork and opens it in the same place, all in the background. What stood there is written as it goes.
    pub(super) fn fork(&mut self, slot: Slot, wish: ForkWish) {
        let progress = self.begin_opening(wish.run.display().to_string());
        let (data, options, runs) = (self.data.clone(), self.options(), self.runs());
        self.jobs.run("fork a run", move || {
            let made = make_fork(&wish, &runs).and_then(|folder| open(&folder, data, options, &progress));
            Done::Run(Some(slot), made)
        });
    }

    /// The program ends: runs that have a folder are written there, with the planes that they are looked at by. Waits for
    /// it: to be called when there is no window any more.
    pub fn close(&mut self) {
        let mut planes = Vec::new();
        for slot in Slot::BOTH {
            let plane = self.looking.plane(slot.id()).cloned();
            let model = self.model_mut(slot);
            // The trainer ends by itself, and writes its run.
            model.trainer = None;
            planes.extend(model.folder.clone().zip(plane));
        }
        if !trainer::wait_for_ended(LAST_WRITES) {
            tracing::error!("a run is still being written; its newest checkpoint may be missing");
        }
        for (folder, plane) in planes {
            if let Err(error) = run::write_plane(&folder, &*plane) {
                tracing::warn!("{error}");
            }
        }
    }
}
