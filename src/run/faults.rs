//! Every call that writes, syncs, renames or makes something fails, once or from then on, at each of its occurrences: what was
//! there is there, or what is new is, and the run goes on to the same bits.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::metrics_file::{MetricsFile, MetricsRow};
use super::{
    Checkpoint, Fork, MadeWith, RunConfig, RunError, begin, create_folder, kept, open, sum_of, sum_of_changes,
    write_changes, write_total,
};
use crate::dataset::{Dataset, ImageShape, Source, Split};
use crate::disk::faults::{Fault, with};
use crate::disk::{atomic, export};
use crate::model::{Change, Config, MetricId, Model, Saved};
use std::fs;
use std::path::{Path, PathBuf};

/// Each place of so many, alone and with all after it.
fn faults(calls: usize) -> impl Iterator<Item = Fault> {
    (0..calls).flat_map(|place| [Fault::At(place), Fault::From(place)])
}

/// All files below a folder with what is in them, but for the lock and what [`atomic::clean`] would remove.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            match () {
                () if name.starts_with(".latentarium-") || name == ".lock" => {}
                () if path.is_dir() => folders.push(path),
                () => found.push((path.clone(), fs::read(&path).unwrap())),
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_file_is_the_old_one_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    type Write = fn(&Path, &[u8]) -> bool;
    let writes: [Write; 2] =
        [|path, bytes| atomic::write(path, bytes).is_ok(), |path, bytes| export(path, bytes).is_ok()];
    for write in writes {
        let (_, calls) = with(Fault::Never, || write(&path, b"old"));
        assert!(calls >= 4, "{calls} calls");
        for fault in faults(calls) {
            fs::write(&path, b"old").unwrap();
            let (written, _) = with(fault, || write(&path, b"new"));
            let found = fs::read(&path).unwrap();
            assert!(found == b"old" || found == b"new", "{fault:?}: {found:?}");
            assert!(!written || found == b"new", "{fault:?}: said to be written");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{fault:?}: something is left beside it");
        }
    }
}

/// A run of a small network, which a test writes step by step.
struct Writing {
    config: RunConfig,
    saved: Saved,
}

impl Writing {
    fn new() -> Self {
        let shape = ImageShape::grey(4, 4);
        let split = Split::of_bytes(shape, vec![7; 16 * 32], Vec::new());
        let dataset = Dataset::new(Source::default(), "grey", split.clone(), split);
        let model = Config::vae_dense().with("hidden", vec![4]).unwrap();
        let saved = Model::new(&model, shape).unwrap().save().unwrap();
        Self { config: RunConfig::new(model, &dataset), saved }
    }

    /// The weights of a step: another value in one place each.
    fn saved_at(&self, step: u64) -> Saved {
        let mut saved = self.saved.clone();
        saved.weights.values_mut().next().unwrap()[0] = step as f32;
        saved
    }

    fn changes(step: u64) -> Vec<Change> {
        let change = |step| Change { step, key: "learning_rate".into(), value: (0.001 * (step + 1) as f64).into() };
        (0..step).map(change).collect()
    }

    /// What the writer's thread does for a step: rows, plan, changes, checkpoint.
    fn save(&self, run: &Path, step: u64) -> Result<(), RunError> {
        let _lock = begin(run, &self.config).or_else(|error| match kept(run) {
            Ok(kept) if !kept.is_empty() => super::Lock::take(run),
            _ => Err(error),
        })?;
        let row = MetricsRow { step, seconds: 0.5, values: vec![(MetricId::TOTAL, step as f32)] };
        let last = kept(run).ok().and_then(|kept| Some(kept.last()?.step));
        let mut metrics = match last {
            Some(last) => MetricsFile::open(run, last, &mut |_| {})?,
            None => MetricsFile::create(run, Vec::new())?,
        };
        metrics.append([row].into_iter())?;
        metrics.sync()?;
        write_total(run, 10)?;
        write_changes(run, &Self::changes(step))?;
        let config = sum_of(&run.join("config.toml"))?;
        let made_with = MadeWith { config, changes: sum_of_changes(&Self::changes(step), step) };
        Checkpoint { step, train_s: 1.0, saved: self.saved_at(step) }.write(run, &made_with)
    }

    fn check(&self, run: &Path, steps: &[u64], fault: Fault) -> u64 {
        let opened = open(run).unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        let step = opened.checkpoint.step;
        assert!(steps.contains(&step), "{fault:?}: step {step}");
        assert_eq!(opened.checkpoint.saved, self.saved_at(step), "{fault:?}");
        step
    }
}

#[test]
fn a_first_save_is_whole_or_is_begun_again() {
    let writing = Writing::new();
    let folder = tempfile::tempdir().unwrap();
    let (saved, calls) = with(Fault::Never, || writing.save(&folder.path().join("whole"), 1));
    saved.unwrap();
    assert!(calls >= 25, "{calls} calls");
    for (number, fault) in faults(calls).enumerate() {
        let run = folder.path().join(number.to_string());
        let (saved, _) = with(fault, || writing.save(&run, 1));
        if saved.is_ok() || kept(&run).is_ok_and(|kept| !kept.is_empty()) {
            writing.check(&run, &[1], fault);
        }
        writing.save(&run, 1).unwrap_or_else(|error| panic!("{fault:?}, once more: {error}"));
        writing.check(&run, &[1], fault);
    }
}

#[test]
fn a_save_leaves_the_checkpoint_before_it_or_its_own() {
    let writing = Writing::new();
    let folder = tempfile::tempdir().unwrap();
    let before = |name: &str| {
        let run = folder.path().join(name);
        writing.save(&run, 1).unwrap();
        run
    };
    let (saved, calls) = with(Fault::Never, || writing.save(&before("whole"), 2));
    saved.unwrap();
    for (number, fault) in faults(calls).enumerate() {
        let run = before(&number.to_string());
        let (saved, _) = with(fault, || writing.save(&run, 2));
        let step = writing.check(&run, &[1, 2], fault);
        assert!(saved.is_err() || step == 2, "{fault:?}: said to be saved");
        writing.save(&run, 2).unwrap_or_else(|error| panic!("{fault:?}, once more: {error}"));
        writing.check(&run, &[2], fault);
    }
}

#[test]
fn a_fork_is_whole_or_nothing_and_its_parent_stays() {
    let writing = Writing::new();
    let folder = tempfile::tempdir().unwrap();
    let parent = folder.path().join("parent");
    (1..=2).for_each(|step| writing.save(&parent, step).unwrap());
    let whole = contents(&parent);
    let fork = |out: &Path| -> Result<(), String> {
        create_folder(out).map_err(|error| error.to_string())?;
        let fork = Fork::plan(&parent, 2, &[("beta".to_owned(), 2.0.into())]).map_err(|error| error.to_string())?;
        fork.write(out, Some(9)).map_err(|error| error.to_string())
    };
    let (made, calls) = with(Fault::Never, || fork(&folder.path().join("whole")));
    made.unwrap();
    assert!(calls >= 15, "{calls} calls");
    let expected = contents(&folder.path().join("whole")).len();
    for (number, fault) in faults(calls).enumerate() {
        let out = folder.path().join(number.to_string());
        let (made, _) = with(fault, || fork(&out));
        let found = if out.exists() { contents(&out).len() } else { 0 };
        assert!(found == 0 || found == expected, "{fault:?}: {found} files of {expected}");
        assert!(made.is_err() || found == expected, "{fault:?}: said to be made");
        if found > 0 {
            assert_eq!(open(&out).unwrap().checkpoint.saved, writing.saved_at(2), "{fault:?}");
        }
        assert!(contents(&parent) == whole, "{fault:?}: the parent is another");
    }
}
