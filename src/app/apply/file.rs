//! Commands about files: paths that are asked for, runs and pictures that are written.

use crate::app::complete::complete;
use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::runtime::ModelRuntime;
use crate::app::session::Session;
use crate::disk::FileError;
use crate::message::{Explain, message};
use crate::model::{ModelId, PerModel};
use crate::run::{self, RunError};
use crate::trainer::Control;
use crate::ui::command::{Ask, ExportFormat, ExportSubject, FileCommand};
use crate::ui::messages::Level;
use crate::ui::text::{explain, tr};
use rust_i18n::t;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, PoisonError};

/// Where folders of new runs go unless a person says otherwise: among their documents, or where the system keeps a program's
/// data.
static OWN_RUNS: LazyLock<PathBuf> = LazyLock::new(|| {
    let documents = directories::UserDirs::new().and_then(|user| Some(user.document_dir()?.join("Latentarium")));
    let own = || directories::ProjectDirs::from("", "", "latentarium").map(|own| own.data_dir().join("runs"));
    let runs = documents.or_else(own).unwrap_or_else(|| PathBuf::from("runs"));
    std::path::absolute(&runs).unwrap_or(runs)
});

impl Session {
    pub(super) fn apply_to_files(&mut self, command: FileCommand) {
        match command {
            FileCommand::Ask(ask) => self.ask(ask),
            FileCommand::Browse(ask) => self.browse(ask),
            FileCommand::Complete(text) => {
                self.services.jobs.start(JobKey::Completion, move |progress| {
                    Done::Completed(complete(&text, &|| !progress.is_cancelled()))
                });
            }
            FileCommand::OpenRun(folder) => self.open_run(folder, None),
            FileCommand::OpenRunAt(folder, step) => self.open_run(folder, Some(step)),
            FileCommand::AskFork(id) => self.ask_fork(id, None),
            FileCommand::AskForkAt(id, step) => self.ask_fork(id, Some(step)),
            FileCommand::Fork(id, request) => self.fork(id, request),
            FileCommand::Save(id) => self.save(&[id]),
            FileCommand::SaveAll => {
                let ids: Vec<ModelId> = self.project.models.iter().map(|model| model.id).collect();
                self.save(&ids);
            }
            FileCommand::ShowFolder(folder) => self.services.jobs.start(JobKey::Show, move |_| {
                let shown = open::that_detached(&folder);
                Done::Shown(shown.map_err(|error| {
                    message!("{path}: no file manager could be started: {error}", path = folder, error)
                }))
            }),
            FileCommand::SaveInto(folder) => self.save_into(&folder),
            FileCommand::Export(subject, path) => self.export(subject, path),
            FileCommand::CancelExport => self.cancel_export(),
            FileCommand::CopyImage(subject) => self.copy_image(subject),
            FileCommand::PicturePanel(pane, purpose) => self.picture_panel(pane, purpose),
            FileCommand::Quit => self.shell.quit = true,
        }
    }

    pub(super) fn ask(&mut self, ask: Ask) {
        self.shell.panels.dialogs.ask(ask, String::new());
        let runs = self.runs();
        let data = self.services.data.as_ref().map_or_else(|| "data".to_owned(), |data| data.name.clone());
        let suggest: Box<dyn FnOnce() -> PathBuf + Send> = match ask {
            Ask::Export(subject) => {
                let ending = subject.formats().first().map_or("png", |format| format.ending());
                let ending = if ending.is_empty() { String::new() } else { format!(".{ending}") };
                let recent = self.project.settings.recent.of(ask).first().map(PathBuf::from);
                let taken = self.services.panel_picture.as_ref().filter(|_| subject == ExportSubject::Panel);
                let name = match taken {
                    Some(taken) => format!("{}-{data}", taken.pane.id()),
                    None => subject.file_name(&data),
                };
                Box::new(move || free_name(&folder_for_exports(recent), &name, &ending))
            }
            Ask::OpenRun => Box::new(move || newest_in(&runs)),
            Ask::SaveInto | Ask::AddRuns => Box::new(move || runs),
            Ask::OpenData => {
                self.look_into_cache();
                return;
            }
            Ask::Drawings => Box::new(move || runs.with_file_name("drawings")),
        };
        self.services.jobs.start(JobKey::Suggestion, move |_| Done::Suggested(ask, suggest()));
    }

    fn browse(&mut self, ask: Ask) {
        self.services.jobs.start(JobKey::Dialog, move |_| {
            let dialog = rfd::FileDialog::new();
            let picked = match ask {
                Ask::OpenData | Ask::OpenRun | Ask::SaveInto | Ask::Drawings | Ask::AddRuns => dialog.pick_folder(),
                Ask::Export(subject) => {
                    let filtered = |dialog: rfd::FileDialog, format: &ExportFormat| {
                        dialog.add_filter(format.name(), &[format.ending()])
                    };
                    let files = subject.formats().iter().filter(|format| **format != ExportFormat::Folder);
                    files.fold(dialog, filtered).save_file()
                }
            };
            Done::Picked(ask, picked)
        });
    }

    /// Where folders of new runs go: an absolute path.
    pub(in crate::app) fn runs(&self) -> PathBuf {
        let told = Some(&self.services.start.runs).filter(|runs| !runs.as_os_str().is_empty());
        told.or(self.project.settings.runs.as_ref()).unwrap_or(&*OWN_RUNS).clone()
    }

    fn save_into(&mut self, folder: &Path) {
        match std::path::absolute(folder) {
            Ok(folder) => {
                self.shell.say(Level::Done, &t!("toast.save_into", path = folder.display()));
                self.answered(|ask| ask == Ask::SaveInto);
                (self.project.settings.runs, self.services.start.runs) = (Some(folder), PathBuf::new());
            }
            Err(error) => self.failed(|ask| ask == Ask::SaveInto, &explain(&FileError::io(&error).at(folder))),
        }
    }

    /// Saves where a model was saved before; the others to the next free folders, which are looked for in the background.
    fn save(&mut self, ids: &[ModelId]) {
        let Some(data) = self.services.data.clone() else {
            self.shell.say(Level::Note, &tr("train.no_data"));
            return;
        };
        let learned = |id: &&ModelId| self.services.models.get(**id).is_some_and(ModelRuntime::has_learned);
        if !ids.iter().any(|id| learned(&id)) {
            self.shell.say(Level::Note, &tr("toast.nothing_to_save"));
            return;
        }
        let mut new = Vec::new();
        for id in ids.iter().filter(learned) {
            let (Some(entry), Some(model)) = (self.project.model(*id), self.services.models.get(*id)) else { continue };
            match (&model.trainer, &model.folder) {
                (Some(trainer), Some(folder)) => trainer.send(Control::Save(folder.clone())),
                (Some(_), None) => new.push((*id, entry.config.preset.clone())),
                (None, _) => {}
            }
        }
        if new.is_empty() {
            return;
        }
        let (runs, promised) = (self.runs(), self.services.promised.clone());
        let key = JobKey::Folders(new.iter().map(|(id, _)| *id).collect());
        let data = data.name.clone();
        self.services.jobs.start(key, move |_| {
            let mut promised = promised.lock().unwrap_or_else(PoisonError::into_inner);
            let folders =
                new.into_iter().map(|(id, preset)| Ok((id, promise(&mut promised, id, &runs, [&preset, &data])?)));
            Done::Folders(folders.collect::<Result<_, RunError>>().map_err(|error| error.message()))
        });
    }
}

/// A folder of `runs` that was made for a model; the same until its trainer has begun a run in it.
fn promise(
    promised: &mut PerModel<PathBuf>,
    id: ModelId,
    runs: &Path,
    [preset, data]: [&str; 2],
) -> Result<PathBuf, RunError> {
    if let Some(folder) = promised.get(id).filter(|folder| folder.is_dir() && !folder.join("config.toml").exists()) {
        return Ok(folder.clone());
    }
    let folder = run::create_free_folder(runs, preset, data)?;
    promised.insert(id, folder.clone());
    Ok(folder)
}

/// Where a person exported to last, else among their pictures or documents, else where the program was started.
fn folder_for_exports(recent: Option<PathBuf>) -> PathBuf {
    let user = directories::UserDirs::new();
    let user = user.as_ref();
    let own = [
        user.and_then(|user| user.picture_dir()),
        user.and_then(|user| user.document_dir()),
        user.map(|user| user.home_dir()),
    ];
    let last = recent.as_deref().and_then(Path::parent);
    let folder = std::iter::once(last).chain(own).flatten().find(|folder| folder.is_absolute() && folder.is_dir());
    folder.map_or_else(|| std::env::current_dir().unwrap_or_default(), Path::to_owned)
}

/// `name-N ending` with the first N from 1 that is not there.
fn free_name(folder: &Path, name: &str, ending: &str) -> PathBuf {
    let mut number = 1u64;
    loop {
        let path = folder.join(format!("{name}-{number}{ending}"));
        if !path.exists() {
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
        let first = free_name(folder.path(), "plane", ".png");
        assert!(first.ends_with("plane-1.png"));
        std::fs::write(&first, "").unwrap();
        assert!(free_name(folder.path(), "plane", ".png").ends_with("plane-2.png"));
    }

    #[test]
    fn a_folder_is_promised_to_one_model() {
        let folder = tempfile::tempdir().unwrap();
        let mut promised = PerModel::default();
        let mut ask = |id: u32| promise(&mut promised, ModelId(id), folder.path(), ["vae", "digits"]).unwrap();
        let first = ask(0);
        assert!(first.ends_with("vae-digits-1"));
        assert!(ask(1).ends_with("vae-digits-2"), "nothing is written yet");
        assert_eq!(ask(0), first, "asked again before it is written");
        std::fs::write(first.join("config.toml"), "").unwrap();
        assert!(ask(0).ends_with("vae-digits-3"));
        assert!(ask(2).ends_with("vae-digits-4"), "2 and 3 are others'");
    }
}
