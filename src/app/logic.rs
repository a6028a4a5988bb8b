//! What happens between frames: receives what threads have done, and starts what is due.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::planes::PlaneFollows;
use crate::app::session::Session;
use crate::app::{files, state};
use crate::message::{Explain, Message};
use crate::model::ModelId;
use crate::run;
use crate::trainer::Event;
use crate::ui::command::ModelCommand;
use crate::ui::messages::Level;
use crate::ui::slot::Slot;
use crate::ui::text::{explain, whole};
use crate::ui::toasts::ToastAction;
use eframe::egui;
use rust_i18n::t;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Receiving takes at most this long a frame; the rest waits for the next.
const MOST_RECEIVING: Duration = Duration::from_millis(4);
/// The state file is written at most this often.
const STATE_INTERVAL: Duration = Duration::from_secs(2);
/// And while a model trains, of which each step is a change: how far it was is known this well after a crash.
const TRAINING_STATE_INTERVAL: Duration = Duration::from_secs(4);

impl Session {
    /// Receives and starts; draws nothing.
    pub fn logic(&mut self, context: &egui::Context, last_frame: Duration) {
        self.services.waker.frame_begins(last_frame, self.is_training());
        let began = Instant::now();
        while let Some(finished) = self.services.jobs.next() {
            self.finish(finished);
            if began.elapsed() > MOST_RECEIVING {
                context.request_repaint();
                break;
            }
        }
        self.receive_events();
        self.start_queued();
        self.receive_device_errors();
        let (ready, data) = (&self.services.ready, self.services.data.as_ref());
        for entry in &self.project.models {
            let Some(model) = self.services.models.get_mut(entry.id) else { continue };
            model.choose(&entry.config, ready, data);
            model.keep_pace(self.project.settings.steps_per_s);
            model.keep_diagnosing(self.project.settings.diagnosis.is_off);
        }
        self.follow_timeline(context);
        for entry in &self.project.models {
            let Some(model) = self.services.models.get(entry.id) else { continue };
            let follows = match (model.looks_back(), model.is_training()) {
                (true, _) => PlaneFollows::Nothing,
                (false, true) => PlaneFollows::Beginning,
                (false, false) => PlaneFollows::Weights,
            };
            self.services.planes.place(entry.id, &entry.config, model.shown(), follows);
        }
        self.update_decoder();
        self.update_pad();
        if let Some(message) = self.viewer_message() {
            self.shell.say(Level::Failed, &explain(&message));
        }
        self.refresh_sheet();
        self.refresh_completions();
        self.refresh_shares();
        self.refresh_data_planes();
        self.refresh_latent_space();
        self.refresh_point_map();
        self.refresh_path();
        self.refresh_runs();
        self.keep_state(context, false);
    }

    /// What trainers have done, in order for each.
    fn receive_events(&mut self) {
        let mut all = Vec::new();
        for entry in &mut self.project.models {
            if let Some(model) = self.services.models.get_mut(entry.id) {
                all.extend(model.drain(&mut entry.config).into_iter().map(|event| (entry.id, event)));
            }
        }
        for (id, event) in all {
            self.receive_event(id, event);
        }
    }

    fn receive_event(&mut self, id: ModelId, event: Event) {
        let name = self.project.label(id);
        match event {
            Event::Saved { path, step } => {
                let path = std::path::absolute(&path).unwrap_or(path);
                let message = t!("toast.saved", slot = name, step = whole(step), path = path.display()).into_owned();
                self.offer_folder(&message, path.clone());
                if let Some(plane) = self.services.planes.plane(id).cloned() {
                    self.services.jobs.start(JobKey::Write(path.clone()), move |_| {
                        Done::PlaneWritten(run::write_plane(&path, &*plane).map_err(|error| error.message()))
                    });
                }
            }
            Event::RoomAgain { step } => {
                self.shell.say(Level::Done, &t!("toast.room_again", slot = name, step = whole(step)));
            }
            Event::SaveFailed { path, message, .. } => {
                // What is only autosaved is tried again without a word.
                if self.services.models.get_mut(id).is_some_and(|model| model.is_known_failure(&path)) {
                    return;
                }
                let message =
                    t!("toast.save_failed", slot = name, path = path.display(), why = explain(&message)).into_owned();
                self.shell.say(Level::Failed, &message);
            }
            Event::Finished { step } => {
                self.shell.say(Level::Done, &t!("toast.finished", slot = name, step = whole(step)));
            }
            Event::Failed { step, message } => {
                let words = t!("toast.failed", slot = name, step = whole(step), why = explain(&message)).into_owned();
                let saved = self.services.models.get(id).and_then(|model| model.status()?.saved_step);
                match saved {
                    Some(step) => {
                        let back = t!("model.go_back", step = whole(step)).into_owned();
                        let command = ModelCommand::GoBack(id).into();
                        self.shell.offer(Level::Failed, &words, ToastAction { words: back, command });
                    }
                    None => self.shell.say(Level::Failed, &words),
                }
            }
            Event::Refused { message, .. } => {
                self.shell.say(Level::Failed, &t!("toast.change_refused", slot = name, why = explain(&message)));
            }
            Event::Diagnosed(change) => self.receive_finding(&name, &change),
            Event::Started { .. } | Event::Paused { .. } | Event::Reset | Event::Changed(_) | Event::Repeated(_) => {}
        }
    }

    fn receive_device_errors(&mut self) {
        for error in self.take_device_errors() {
            if self.device_decoding().is_gpu() {
                self.refuse_gpu(Message::words(error));
                continue;
            }
            let message = t!("toast.device_error", why = error).into_owned();
            if self.last_message().is_none_or(|(_, last)| *last != message) {
                self.shell.say(Level::Failed, &message);
            }
        }
    }

    pub(super) fn load_ready_made(&mut self) {
        self.look_into_cache();
        self.services
            .jobs
            .start(JobKey::Pretrained, |_| Done::Pretrained(run::pretrained().map_err(|error| error.message())));
    }

    /// Writes the state file where something changed: in the background, or at once where the window `closes`.
    pub(super) fn keep_state(&mut self, context: &egui::Context, closes: bool) {
        let Some(path) = self.services.session_files.state.clone().filter(|_| !self.shell.closed) else { return };
        let (written, at) = &self.shell.saved;
        let interval = if self.is_training() { TRAINING_STATE_INTERVAL } else { STATE_INTERVAL };
        if !closes && (self.services.jobs.is_running(&JobKey::State) || at.elapsed() < interval) {
            return;
        }
        let text = self.state().to_text();
        if text == *written {
            return;
        }
        if !closes && context.input(|input| input.pointer.any_down()) {
            return;
        }
        self.shell.saved = (text.clone(), Instant::now());
        if closes {
            if let Err(error) = files::write(&path, text.as_bytes()) {
                tracing::warn!("{error}");
            }
            return;
        }
        self.services.jobs.start(JobKey::State, move |_| {
            Done::StateWritten(files::write(&path, text.as_bytes()).map_err(|error| error.message()))
        });
    }

    /// Where this program keeps its state file by default.
    pub fn default_state_path() -> Option<PathBuf> {
        state::path()
    }

    /// Whether data and the models that are shown are there, and nothing is being opened or made.
    pub fn is_ready(&self) -> bool {
        let ready = |slot: Slot| self.model(slot).trainer.is_some() && !self.model(slot).is_making();
        !self.is_opening() && self.services.data.is_some() && Slot::BOTH.into_iter().all(ready)
    }

    /// Whether a model trains.
    pub fn is_training(&self) -> bool {
        self.services.models.iter().any(|(_, model)| model.is_training())
    }

    /// Whether anything is made in the background that will be shown.
    pub fn is_making(&self) -> bool {
        !self.services.jobs.is_idle() || self.services.planes.viewer.as_ref().is_some_and(|viewer| !viewer.is_idle())
    }

    /// What is opened and made in the background, in words.
    pub fn in_the_making(&self) -> Vec<String> {
        let mut names: Vec<String> = self.services.jobs.names().iter().map(ToString::to_string).collect();
        names.extend(self.services.opening.as_ref().map(|opening| opening.what.clone()));
        names.extend(self.services.planes.viewer.as_ref().filter(|viewer| !viewer.is_idle()).map(|_| "planes".into()));
        let without_trainer = |slot: &Slot| self.model(*slot).trainer.is_none();
        names.extend(
            Slot::BOTH.iter().filter(|slot| without_trainer(slot)).map(|slot| format!("{slot:?} has no trainer")),
        );
        names
    }

    /// Whether a message is on the screen.
    pub fn says_something(&self) -> bool {
        !self.shell.toasts.is_empty()
    }
}
