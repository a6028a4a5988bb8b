//! One session: the state file and the folder of autosaved runs that are this program's own until it ends, and what the last
//! one that had them left there. A program that is started beside another gets files with a number: `state-2.json` and
//! `autosave-2`.

use crate::disk::atomic;
use crate::model::{ModelId, PerModel};
use crate::run::Lock;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Programs that may run at once with files of their own; those after them keep nothing.
const MOST: u32 = 8;
/// What folders of autosaved runs begin with; a number follows.
const PREFIX: &str = "run-";

/// A run of which the weights, the optimiser and the curves lie on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOnDisk {
    /// Its folder.
    pub folder: PathBuf,
    /// The step of the checkpoint that is meant; `None` for the newest.
    pub step: Option<u64>,
    /// Whether nobody saved it: its folder is this program's own.
    pub unsaved: bool,
}

/// Where a model's run lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunPlace {
    /// In the folder that a person saved it to.
    Saved(PathBuf),
    /// Nobody has saved it: in the folder of this number among the autosaved ones.
    Autosaved(u64),
}

/// How far a model was when it was seen last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelRecord {
    /// Where its run lies.
    pub place: RunPlace,
    /// Steps made.
    pub step: u64,
    /// Seconds of training.
    pub train_s: f64,
}

/// What a session leaves beside the project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionRecord {
    /// Whether it ended as it should, with everything on disk.
    pub ended: bool,
    /// The models that had learned something.
    pub models: PerModel<ModelRecord>,
}

/// What comes back of the last session.
#[derive(Default)]
pub struct Restoring {
    /// How far the models were that are not back yet.
    pub models: PerModel<ModelRecord>,
    /// Whether it ended without closing.
    pub crashed: bool,
    /// Those that are back, in words.
    pub back: Vec<(ModelId, String)>,
    /// A run to open when all are back.
    pub then_open: Option<PathBuf>,
}

impl Restoring {
    /// Of what was recorded.
    pub fn of(record: SessionRecord) -> Self {
        Self { crashed: !record.ended, models: record.models, ..Self::default() }
    }
}

/// The files that a session keeps. Others keep away from them while it lives.
#[derive(Debug, Default)]
pub struct SessionFiles {
    /// The state file; `None` keeps nothing.
    pub state: Option<PathBuf>,
    /// Which of several programs at once it is, from 1.
    pub number: u32,
    autosave: Option<PathBuf>,
    _lock: Option<Lock>,
    /// The number of the next autosaved run.
    next: u64,
}

/// `state.json` becomes `state-2.json` for the second, `autosave` becomes `autosave-2`.
fn numbered(path: &Path, stem: &str, number: u32) -> PathBuf {
    let name = if number > 1 { format!("{stem}-{number}") } else { stem.to_owned() };
    let mut numbered = path.with_file_name(name);
    if let Some(extension) = path.extension() {
        numbered.as_mut_os_string().push(".");
        numbered.as_mut_os_string().push(extension);
    }
    numbered
}

impl SessionFiles {
    /// Takes the files that were used last of those that no other program uses, where `state` is the first state file.
    pub fn begin(state: Option<&Path>) -> Self {
        let Some(state) = state else { return Self::default() };
        let stem = state.file_stem().and_then(|stem| stem.to_str()).unwrap_or("state");
        let folder = |number| {
            let beside = if stem == "state" { "autosave".to_owned() } else { format!("{stem}-autosave") };
            numbered(&state.with_extension(""), &beside, number)
        };
        let file = |number| if number > 1 { numbered(state, stem, number) } else { state.to_owned() };
        let written = |number| file(number).metadata().and_then(|data| data.modified()).ok();
        let mut best: Option<(u32, Lock)> = None;
        let mut fresh = None;
        for number in 1..=MOST {
            if !folder(number).is_dir() {
                fresh = fresh.or(Some(number));
            } else if let Ok(lock) = Lock::take(&folder(number))
                && best.as_ref().is_none_or(|(best, _)| written(*best) < written(number))
            {
                best = Some((number, lock));
            }
        }
        if best.is_none()
            && let Some(number) = fresh
            && fs::create_dir_all(folder(number)).is_ok()
        {
            best = Lock::take(&folder(number)).ok().map(|lock| (number, lock));
        }
        match best {
            Some((number, lock)) => {
                let autosave = folder(number);
                let next = numbers_in(&autosave).last().map_or(1, |last| last.saturating_add(1));
                Self { state: Some(file(number)), number, autosave: Some(autosave), _lock: Some(lock), next }
            }
            // The folder cannot be made, or there are too many: the project is kept where that can be.
            None => Self { state: fresh.map(file), ..Self::default() },
        }
    }

    /// Whether runs that nobody saved are kept.
    pub fn autosaves(&self) -> bool {
        self.autosave.is_some()
    }

    /// Where a new run is autosaved.
    pub fn new_folder(&mut self) -> Option<PathBuf> {
        let folder = self.folder(self.next)?;
        self.next = self.next.saturating_add(1);
        Some(folder)
    }

    fn folder(&self, number: u64) -> Option<PathBuf> {
        Some(self.autosave.as_ref()?.join(format!("{PREFIX}{number}")))
    }

    /// A run that was recorded, as it lies on disk; `None` where it lay in a folder that the session does not have.
    pub fn on_disk(&self, record: &ModelRecord) -> Option<RunOnDisk> {
        let (folder, unsaved) = match &record.place {
            RunPlace::Saved(folder) => (folder.clone(), false),
            RunPlace::Autosaved(number) => (self.folder(*number)?, true),
        };
        Some(RunOnDisk { folder, step: None, unsaved })
    }

    /// What is recorded of a run on disk.
    pub fn record(&self, run: &RunOnDisk, step: u64, train_s: f64) -> Option<ModelRecord> {
        let place = if run.unsaved {
            RunPlace::Autosaved(number_of(run.folder.file_name()?.to_str()?)?)
        } else {
            RunPlace::Saved(std::path::absolute(&run.folder).ok()?)
        };
        Some(ModelRecord { place, step, train_s })
    }

    /// The autosaved runs that nothing refers to any more, and what crashes have left.
    pub fn left_over(&self, record: &SessionRecord) -> Vec<PathBuf> {
        let Some(autosave) = &self.autosave else { return Vec::new() };
        let used = record.models.iter().filter_map(|(_, model)| match model.place {
            RunPlace::Autosaved(number) => Some(number),
            RunPlace::Saved(_) => None,
        });
        let used: BTreeSet<u64> = used.collect();
        numbers_in(autosave)
            .into_iter()
            .filter(|number| !used.contains(number))
            .filter_map(|n| self.folder(n))
            .collect()
    }
}

fn number_of(name: &str) -> Option<u64> {
    let digits = name.strip_prefix(PREFIX)?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// The numbers of the runs in a folder, in order; a link or a file of such a name is none.
fn numbers_in(autosave: &Path) -> Vec<u64> {
    let entries = fs::read_dir(autosave).into_iter().flatten().flatten();
    let folders = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut numbers: Vec<u64> = folders.filter_map(|entry| number_of(entry.file_name().to_str()?)).collect();
    numbers.sort_unstable();
    numbers
}

/// Removes runs that nothing refers to.
pub fn remove_all(folders: &[PathBuf]) {
    for folder in folders {
        if let Err(error) = atomic::remove_folder(folder) {
            tracing::warn!("{} stays: {error}", folder.display());
        }
        // What a crash left half-removed lies beside it.
        let _ = folder.parent().map(atomic::clean);
    }
}

/// Puts an autosaved run that cannot be opened aside, where nothing is removed by itself; gives where it is kept.
pub fn set_aside(folder: &Path) -> Option<PathBuf> {
    let free = (1u32..).map(|number| folder.with_extension(format!("aside-{number}")));
    let aside = free.into_iter().find(|aside| aside.symlink_metadata().is_err())?;
    fs::rename(folder, &aside).ok().map(|()| aside)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn programs_at_once_have_files_of_their_own_and_the_next_one_those_that_were_used_last() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state.json");
        let begin = || SessionFiles::begin(Some(&state));
        let mut first = begin();
        assert_eq!((first.number, first.state.as_deref()), (1, Some(&*state)));
        assert_eq!(first.new_folder(), Some(folder.path().join("autosave/run-1")));
        let second = begin();
        assert_eq!((second.number, second.state.clone()), (2, Some(folder.path().join("state-2.json"))));
        assert_eq!(second.folder(7), Some(folder.path().join("autosave-2/run-7")));
        fs::write(&state, "").unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
        fs::write(folder.path().join("state-2.json"), "").unwrap();
        assert_eq!(begin().number, 3);
        drop((first, second));
        assert_eq!(begin().number, 2, "the newest");
        let others = SessionFiles::begin(Some(&folder.path().join("mine.json")));
        assert_eq!(others.folder(1), Some(folder.path().join("mine-autosave/run-1")));
        let nothing = SessionFiles::begin(None);
        assert!(nothing.state.is_none() && !nothing.autosaves());
    }

    #[test]
    fn what_nothing_refers_to_is_left_over_and_what_is_not_ours_stays() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state.json");
        for name in ["run-1", "run-12", "run-3", "run-x", "run-", "run-+4", "mine"] {
            fs::create_dir_all(folder.path().join("autosave").join(name)).unwrap();
        }
        fs::write(folder.path().join("autosave/run-5"), "a file").unwrap();
        let mut session_files = SessionFiles::begin(Some(&state));
        assert!(session_files.new_folder().unwrap().ends_with("run-13"));
        let mut record = SessionRecord::default();
        let run = RunOnDisk { folder: folder.path().join("autosave/run-3"), step: None, unsaved: true };
        record.models.insert(ModelId(0), session_files.record(&run, 7, 0.5).unwrap());
        assert_eq!(session_files.on_disk(record.models.get(ModelId(0)).unwrap()), Some(run));
        let left = session_files.left_over(&record);
        remove_all(&left);
        let mut names: Vec<String> = fs::read_dir(folder.path().join("autosave"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, [".lock", "mine", "run-", "run-+4", "run-3", "run-5", "run-x"]);
        let aside = set_aside(&folder.path().join("autosave/run-3")).unwrap();
        assert!(aside.ends_with("run-3.aside-1") && aside.is_dir());
    }
}
