//! What happens between frames: hears what threads have done, and starts what is due.

use crate::app::jobs::Done;
use crate::app::session::{Level, Opening, Session, SheetKey};
use crate::app::slot::ReadyMade;
use crate::app::{files, state};
use crate::dataset::{self, Dataset, Progress, Source};
use crate::explore::compare;
use crate::explore::tiles::TileGrid;
use crate::explore::viewer::CpuDecoder;
use crate::picture;
use crate::run;
use crate::trainer::{Control, Event};
use crate::ui::command::{Picture, Slot};
use crate::ui::text::{tr, whole};
use eframe::egui;
use rust_i18n::t;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Hearing takes at most this long a frame; the rest waits for the next.
const MOST: Duration = Duration::from_millis(4);
/// Compare sheets are made at most this often while training goes on.
const SHEET_INTERVAL: Duration = Duration::from_secs(1);
/// The state file is written at most this often.
const STATE_INTERVAL: Duration = Duration::from_secs(2);
/// Images in a compare sheet.
pub(super) const SHEET_ROWS: usize = 20;

impl Session {
    /// Hears and starts; draws nothing.
    pub fn logic(&mut self, context: &egui::Context, last_frame: Duration) {
        self.waker.frame_begins(last_frame);
        let began = Instant::now();
        while let Some(done) = self.jobs.next() {
            self.hear(done);
            if began.elapsed() > MOST {
                context.request_repaint();
                break;
            }
        }
        for slot in Slot::BOTH {
            for event in self.model_mut(slot).drain() {
                self.hear_trainer(slot, event);
            }
        }
        for error in self.take_device_errors() {
            if self.device_decoding().is_gpu() {
                self.refuse_gpu(&error);
                continue;
            }
            let message = t!("toast.device_error", why = error).into_owned();
            if self.last_message().is_none_or(|(_, last)| *last != message) {
                self.say(Level::Failed, &message);
            }
        }
        let (ready, data) = (&self.ready, self.data.as_ref());
        for model in &mut self.models {
            model.choose(ready, data);
        }
        for model in &self.models {
            self.looking.place(model.slot().id(), &model.config, model.shown(), model.is_training());
        }
        self.update_decoder();
        if let Some(message) = self.viewer_message() {
            self.say(Level::Failed, &message);
        }
        self.refresh_sheet();
        self.keep_state(context, false);
    }

    fn hear(&mut self, done: Done) {
        match done {
            Done::Data(result) => {
                self.opening = None;
                match result {
                    Ok(data) => self.take_data(Arc::new(*data)),
                    Err(message) => {
                        // The first opening may fail on last time's folder: the program starts with what it has.
                        let nothing = self.data.is_none() && self.source != Source::default();
                        self.say(Level::Failed, &message);
                        if nothing {
                            self.open_data(Source::default());
                        }
                    }
                }
            }
            Done::Kept(run, kept) => self.hear_kept(&run, kept),
            Done::Run(slot, result) => {
                self.opening = None;
                match result {
                    Ok(run) => self.take_run(*run, slot),
                    Err(message) => {
                        self.say(Level::Failed, &message);
                        if self.data.is_none() {
                            self.open_data(self.source.clone());
                        }
                    }
                }
            }
            Done::Made(slot, ticket, made) => {
                if let Err(message) = self.model_mut(slot).made(ticket, made.map(|trainer| *trainer)) {
                    self.say(Level::Failed, &t!("toast.model_failed", slot = slot.name(), why = message));
                }
            }
            Done::Pretrained(Ok(opened)) => self.ready.extend(opened.into_iter().map(ReadyMade::from)),
            Done::Pretrained(Err(message)) => tracing::warn!("models that come with the program: {message}"),
            Done::Picked(ask, Some(path)) => self.panels.dialogs.fill(ask, &path),
            Done::Picked(_, None) => self.say(Level::Note, &tr("toast.nothing_picked")),
            Done::Suggested(ask, path) => self.panels.dialogs.suggest(ask, &path),
            Done::Folders(folders) => {
                for (slot, folder) in folders {
                    self.model_mut(slot).send(Control::Save(folder));
                }
            }
            Done::Sheet(sheet) => {
                self.sheet.computing = false;
                self.sheet.sheet = Some(Arc::new(*sheet));
            }
            Done::Exported(Ok(path)) => {
                let message = t!("toast.exported", path = path.display()).into_owned();
                self.say(Level::Done, &message);
            }
            Done::Exported(Err(message)) => self.say(Level::Failed, &message),
            Done::PlaneWritten(Ok(())) => {}
            Done::PlaneWritten(Err(message)) => self.say(Level::Failed, &message),
            Done::StateWritten(result) => {
                self.saving = false;
                if let Err(message) = result {
                    self.say(Level::Failed, &t!("toast.state_failed", why = message));
                }
            }
            Done::Broke(name) => {
                self.opening = None;
                self.sheet.computing = false;
                self.saving = false;
                self.say(Level::Failed, &t!("toast.broke", name = name));
            }
        }
    }

    fn hear_trainer(&mut self, slot: Slot, event: Event) {
        let name = slot.name();
        match event {
            Event::Saved { path, step } => {
                let message = t!("toast.saved", slot = name, step = whole(step), path = path.display()).into_owned();
                self.say(Level::Done, &message);
                if let Some(plane) = self.looking.plane(slot.id()).cloned() {
                    self.jobs.run("write the plane", move || {
                        Done::PlaneWritten(run::write_plane(&path, &*plane).map_err(|error| error.to_string()))
                    });
                }
            }
            Event::SaveFailed { path, message } => {
                let message = t!("toast.save_failed", slot = name, path = path.display(), why = message).into_owned();
                self.say(Level::Failed, &message);
            }
            Event::Finished { step } => {
                self.say(Level::Done, &t!("toast.finished", slot = name, step = whole(step)));
            }
            Event::Failed { step, message } => {
                self.say(Level::Failed, &t!("toast.failed", slot = name, step = whole(step), why = message));
            }
            Event::Refused { message, .. } => {
                self.say(Level::Failed, &t!("toast.change_refused", slot = name, why = message));
            }
            Event::Started { .. } | Event::Paused { .. } | Event::Reset | Event::Changed(_) | Event::Repeated(_) => {}
        }
    }

    /// Opens data in the background; what is there stays until it is ready.
    pub(super) fn open_data(&mut self, source: Source) {
        let progress = self.begin_opening(source.to_string());
        self.jobs.run("open data", move || {
            let opened = dataset::load(&source, &progress);
            Done::Data(opened.map(Box::new).map_err(|error| error.to_string()))
        });
    }

    pub(super) fn begin_opening(&mut self, what: String) -> Arc<Progress> {
        if let Some(opening) = &self.opening {
            opening.progress.cancel();
        }
        let progress = Arc::new(Progress::default());
        self.opening = Some(Opening { what, progress: progress.clone() });
        progress
    }

    /// Puts other data in place of what is open.
    pub fn set_data(&mut self, data: Arc<Dataset>) {
        self.take_data(data);
    }

    pub(super) fn take_data(&mut self, data: Arc<Dataset>) {
        let trained = self.models.iter().any(|model| model.status().is_some_and(|status| status.step > 0));
        self.source = data.source.clone();
        self.data = Some(data.clone());
        self.sheet.sheet = None;
        self.sheet.wanted = true;
        for slot in Slot::BOTH {
            self.make(slot);
        }
        let count = whole(data.train.count() as u64);
        let key = if trained { "toast.data_opened_anew" } else { "toast.data_opened" };
        let message = t!(key, name = data.name, count = count, shape = data.shape()).into_owned();
        self.say(Level::Done, &message);
    }

    pub(super) fn load_ready_made(&self) {
        self.jobs.run("ready-made models", || {
            Done::Pretrained(run::pretrained().map(Vec::from).map_err(|error| error.to_string()))
        });
    }

    fn refresh_sheet(&mut self) {
        let [a, b] = &self.models;
        let (Some(a), Some(b), Some(data)) = (a.shown(), b.shown(), &self.data) else { return };
        if a.image != data.shape() || b.image != data.shape() || self.sheet.computing {
            return;
        }
        let key = SheetKey { a: a.clone(), b: b.clone(), data: data.clone(), seed: self.sheet.seed };
        let same = self.sheet.key.as_ref().is_some_and(|last| last.same(&key));
        let since = self.sheet.started.map(|started| started.elapsed());
        if !self.sheet.wanted {
            if same {
                return;
            }
            if let Some(since) = since
                && since < SHEET_INTERVAL
            {
                self.waker.later(SHEET_INTERVAL - since);
                return;
            }
        }
        let (a, b, data, seed) = (key.a.clone(), key.b.clone(), key.data.clone(), key.seed);
        self.sheet.key = Some(key);
        self.sheet.started = Some(Instant::now());
        self.sheet.wanted = false;
        self.sheet.computing = true;
        self.jobs
            .run("compare sheet", move || Done::Sheet(Box::new(compare::sheet(&[&a, &b], &data, SHEET_ROWS, seed))));
    }

    /// Writes a picture in the background.
    pub(super) fn export(&mut self, what: Picture, path: PathBuf) {
        let path = if path.extension().is_none() { path.with_extension("png") } else { path };
        let map = self.settings.color_map;
        match what {
            Picture::Sheet => {
                let (Some(sheet), Some(data)) = (self.sheet.sheet.clone(), self.data.clone()) else {
                    self.say(Level::Note, &tr("compare.empty"));
                    return;
                };
                self.jobs.run("export", move || {
                    let image = picture::compare(&sheet, data.class_names(), map);
                    let written = files::write_png(&path, &image).map_err(|error| error.to_string());
                    Done::Exported(written.map(|()| path))
                });
            }
            Picture::Plane(slot) => {
                let shown = self.model(slot).shown().cloned();
                let lattice = self.panels.plane.lattice(self.settings.plane.grid);
                let (Some(snapshot), Some(plane), Some(lattice)) =
                    (shown, self.looking.plane(slot.id()).cloned(), lattice)
                else {
                    self.say(Level::Note, &t!("toast.no_plane", slot = slot.name()));
                    return;
                };
                let limits = self.looking.limits;
                self.jobs.run("export", move || {
                    let mut decoder = CpuDecoder::default();
                    let tiles = TileGrid::decode(&mut decoder, &snapshot, &plane, lattice, limits, &mut || true);
                    let image = tiles.map(|tiles| picture::tiles(&tiles, map));
                    let image = image.ok_or_else(|| "the plane does not belong to the network".to_owned());
                    let write = |image| files::write_png(&path, &image).map_err(|error| error.to_string());
                    Done::Exported(image.and_then(write).map(|()| path))
                });
            }
        }
    }

    /// Writes the state file where something changed: in the background, or at once where the window `closes`.
    pub(super) fn keep_state(&mut self, context: &egui::Context, closes: bool) {
        let Some(path) = self.start.state.clone() else { return };
        let (written, at) = &self.saved;
        let since = at.elapsed();
        if !closes && (self.saving || since < STATE_INTERVAL) {
            return;
        }
        let text = self.state().to_text();
        if text == *written {
            return;
        }
        if !closes && context.input(|input| input.pointer.any_down()) {
            return;
        }
        self.saved = (text.clone(), Instant::now());
        if closes {
            if let Err(error) = files::write(&path, text.as_bytes()) {
                tracing::warn!("{error}");
            }
            return;
        }
        self.saving = true;
        self.jobs.run("state file", move || {
            Done::StateWritten(files::write(&path, text.as_bytes()).map_err(|error| error.to_string()))
        });
    }

    /// Where this program keeps its state file by default.
    pub fn default_state_path() -> Option<PathBuf> {
        state::path()
    }
}
