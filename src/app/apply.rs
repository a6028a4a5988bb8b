//! Carrying out Commands: the only place where the session changes because somebody asked.

use crate::app::jobs::Done;
use crate::app::session::{Level, Session};
use crate::app::undo::{Kind, Point};
use crate::model::Config;
use crate::trainer::{Control, Part, Phase, Trainer};
use crate::ui::command::{Command, Slot};
use crate::ui::dialogs::Ask;
use crate::ui::layout;
use crate::ui::text::tr;
use std::path::{Path, PathBuf};

impl Session {
    /// Carries out one Command. Never waits.
    pub fn apply(&mut self, command: Command) {
        match command {
            Command::OpenData(source) => self.open_data(source),
            Command::CancelOpening => {
                if let Some(opening) = &self.opening {
                    opening.progress.cancel();
                }
            }
            Command::OpenRun(folder) => self.open_run(folder),
            Command::AskFork(slot) => self.ask_fork(slot),
            Command::Fork(slot, wish) => self.fork(slot, wish),
            Command::Save(slot) => self.save(&[slot]),
            Command::SaveBoth => self.save(&Slot::BOTH),
            Command::Export(picture, path) => self.export(picture, path),

            Command::Preset(slot, name) => {
                let seed = self.model(slot).config.seed();
                if let Some(config) = Config::preset(&name).and_then(|config| config.with("seed", seed).ok()) {
                    self.undo.record(Kind::Model, self.point());
                    self.model_mut(slot).config = config;
                    self.make(slot);
                }
            }
            Command::Edit(slot, config) => {
                self.undo.record(Kind::Model, self.point());
                self.model_mut(slot).edit(config);
            }
            Command::Start(slot) => self.tell(slot, Control::Start),
            Command::Pause(slot) => self.tell(slot, Control::Pause),
            Command::ToggleBoth => {
                let control =
                    if self.models.iter().any(|model| model.is_training()) { Control::Pause } else { Control::Start };
                for slot in Slot::BOTH {
                    self.tell(slot, control.clone());
                }
            }
            Command::Step(slot, part) => self.tell(slot, Control::Step(part)),
            Command::StepBoth => {
                for slot in Slot::BOTH {
                    self.tell(slot, Control::Step(Part::Whole));
                }
            }
            Command::Reset(slot) => self.reset(slot),
            Command::ResetBoth => {
                for slot in Slot::BOTH {
                    self.reset(slot);
                }
            }

            Command::Cursor(cursor) => {
                if cursor != self.cursor && cursor.iter().all(|x| x.is_finite()) {
                    self.undo.record(Kind::Cursor, self.point());
                    self.cursor = cursor;
                }
            }
            Command::CursorSettled(cursor) => {
                self.apply(Command::Cursor(cursor));
                self.undo.settle();
            }
            Command::OriginFromPoint(slot, point) => self.move_origin(slot, Some(point)),
            Command::OriginToZero(slot) => self.move_origin(slot, None),
            Command::LookAt(slot, latent) => self.look_at(slot, &latent),
            Command::RefreshSheet => self.sheet.wanted = true,
            Command::SheetSeed(seed) => {
                self.sheet.seed = seed;
                self.sheet.wanted = true;
            }

            Command::Settings(settings) => {
                rust_i18n::set_locale(settings.language.locale());
                self.settings = settings;
            }
            Command::TogglePane(pane) => layout::toggle(&mut self.layout, pane),
            Command::ResetLayout => self.layout = layout::default_layout(),
            Command::Ask(ask) => self.ask(ask),
            Command::Browse(ask) => self.browse(ask),
            Command::Help(open) => self.panels.dialogs.help = open,
            Command::Undo => {
                if let Some(point) = self.undo.undo(self.point()) {
                    self.go_to(point);
                }
            }
            Command::Redo => {
                if let Some(point) = self.undo.redo(self.point()) {
                    self.go_to(point);
                }
            }
            Command::Quit => self.quit = true,
        }
    }

    fn go_to(&mut self, point: Point) {
        self.cursor = point.cursor;
        for (model, config) in self.models.iter_mut().zip(point.models) {
            if model.config != config {
                model.edit(config);
            }
        }
    }

    /// Says something to a model's trainer; makes it anew first where the card's numbers changed before its first step.
    fn tell(&mut self, slot: Slot, control: Control) {
        if control != Control::Pause && self.model(slot).is_stale() {
            self.make(slot);
        }
        let quiet = control == Control::Pause;
        if !self.model_mut(slot).send(control) && !quiet {
            self.say(Level::Note, &tr("train.no_data"));
        }
    }

    fn reset(&mut self, slot: Slot) {
        let model = self.model(slot);
        let Some(trainer) = &model.trainer else {
            if model.failure.is_some() {
                self.make(slot);
            }
            return;
        };
        let broken = matches!(trainer.status().phase, Phase::Failed | Phase::Stopped);
        if broken || trainer.config() != model.config || model.folder.is_some() {
            self.make(slot);
        } else {
            trainer.send(Control::Reset);
        }
        self.sheet.wanted = true;
    }

    /// Makes a new trainer for the card's numbers, in the background: making a network is not a frame's work.
    pub(super) fn make(&mut self, slot: Slot) {
        let Some(data) = self.data.clone() else { return };
        self.tickets += 1;
        let (ticket, options) = (self.tickets, self.options());
        self.looking.clear(slot.id());
        let model = self.model_mut(slot);
        model.wait_for(ticket);
        let config = model.config.clone();
        self.jobs.run("make a model", move || {
            let made = Trainer::spawn(config, data, options).map_err(|error| error.to_string());
            Done::Made(slot, ticket, made.map(Box::new))
        });
    }

    fn ask(&mut self, ask: Ask) {
        self.panels.dialogs.ask(ask, String::new());
        let runs = self.runs();
        let data = self.data.as_ref().map_or_else(|| "data".to_owned(), |data| data.name.clone());
        match ask {
            Ask::Export(picture) => self.jobs.run("suggest a path", move || {
                Done::Suggested(ask, free_name(Path::new(""), &picture.file_name(&data), ".png", &[]))
            }),
            Ask::OpenRun => self.jobs.run("suggest a path", move || Done::Suggested(ask, newest_in(&runs))),
            Ask::OpenData => {}
        }
    }

    fn browse(&self, ask: Ask) {
        self.jobs.run("file dialog", move || {
            let dialog = rfd::FileDialog::new();
            let picked = match ask {
                Ask::OpenData | Ask::OpenRun => dialog.pick_folder(),
                Ask::Export(_) => dialog.add_filter("PNG", &["png"]).save_file(),
            };
            Done::Picked(ask, picked)
        });
    }

    pub(super) fn runs(&self) -> PathBuf {
        if self.start.runs.as_os_str().is_empty() { PathBuf::from("runs") } else { self.start.runs.clone() }
    }

    /// Saves where a model was saved before; the others to the next free folders, which are looked for in the background.
    fn save(&mut self, slots: &[Slot]) {
        let Some(data) = self.data.clone() else {
            self.say(Level::Note, &tr("train.no_data"));
            return;
        };
        let mut new = Vec::new();
        for slot in slots {
            let model = self.model(*slot);
            match (&model.trainer, &model.folder) {
                (Some(trainer), Some(folder)) => trainer.send(Control::Save(folder.clone())),
                (Some(_), None) => new.push((*slot, format!("{}-{}", model.config.preset, data.name))),
                (None, _) => {}
            }
        }
        if new.is_empty() {
            return;
        }
        let runs = self.runs();
        self.jobs.run("free folders", move || {
            let mut taken = Vec::new();
            let folders = new.into_iter().map(|(slot, name)| {
                let folder = free_name(&runs, &name, "", &taken);
                taken.push(folder.clone());
                (slot, folder)
            });
            Done::Folders(folders.collect())
        });
    }
}

/// `folder/name-N ending` with the first N from 1 that is neither there nor taken.
fn free_name(folder: &Path, name: &str, ending: &str, taken: &[PathBuf]) -> PathBuf {
    let mut number = 1u64;
    loop {
        let path = folder.join(format!("{name}-{number}{ending}"));
        if !path.exists() && !taken.contains(&path) {
            return path;
        }
        number += 1;
    }
}

/// The run that was changed last, or the folder of runs itself.
fn newest_in(runs: &Path) -> PathBuf {
    let entries = std::fs::read_dir(runs).into_iter().flatten().flatten();
    let newest = entries
        .filter(|entry| entry.path().join("config.toml").is_file())
        .max_by_key(|entry| entry.metadata().and_then(|data| data.modified()).ok());
    newest.map_or_else(|| runs.to_owned(), |entry| entry.path())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_next_free_name() {
        let folder = tempfile::tempdir().unwrap();
        let first = free_name(folder.path(), "vae-digits", "", &[]);
        assert!(first.ends_with("vae-digits-1"));
        std::fs::create_dir(&first).unwrap();
        let second = free_name(folder.path(), "vae-digits", "", &[]);
        assert!(second.ends_with("vae-digits-2"));
        assert!(free_name(folder.path(), "vae-digits", "", &[second]).ends_with("vae-digits-3"));
    }
}
