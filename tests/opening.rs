//! Opening data in every order: the newest wins, what was cancelled gives neither data nor a message, and what is there
//! stays until something else is ready.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/mod.rs"]
mod common;

use common::wait_for;
use eframe::egui::Context;
use latentarium::app::{Level, Session, Start};
use latentarium::dataset::{self, Progress, Source};
use latentarium::model::Config;
use latentarium::trainer::{Control, Event, Options, Trainer};
use latentarium::ui::command::DataCommand;
use latentarium::ui::slot::Slot;
use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn idx(folder: &Path, name: &str, sizes: &[u32], bytes: &[u8]) {
    let mut file = vec![0, 0, 8, sizes.len() as u8];
    file.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
    file.extend(bytes);
    std::fs::write(folder.join(name), file).unwrap();
}

/// A folder of IDX files, whose name is the data's.
fn data(parent: &Path, name: &str) -> PathBuf {
    let folder = parent.join(name);
    std::fs::create_dir(&folder).unwrap();
    for (split, count) in [("train", 128u32), ("t10k", 16)] {
        idx(&folder, &format!("{split}-images-idx3-ubyte"), &[count, 6, 5], &vec![90; count as usize * 30]);
        idx(&folder, &format!("{split}-labels-idx1-ubyte"), &[count], &vec![0; count as usize]);
    }
    folder
}

/// What is done to a session that has no window.
#[derive(Clone, Copy, Debug)]
enum Step {
    Open(&'static str),
    Cancel,
    /// Everything in the background ends and is received.
    Settle,
}

struct Bench {
    session: Session,
    folder: tempfile::TempDir,
}

impl Bench {
    /// Opens `one` at its start.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["one", "two"] {
            data(folder.path(), name);
        }
        let start = Start { data: Some(Self::source_in(&folder, "one")), threads: 1, ..Start::default() };
        Self { session: Session::new(start), folder }
    }

    fn source_in(folder: &tempfile::TempDir, name: &str) -> Source {
        Source::parse(&folder.path().join(name).display().to_string())
    }

    fn open(&mut self, name: &str) {
        let source = Self::source_in(&self.folder, name);
        self.session.apply(DataCommand::Open(source));
    }

    fn settle(&mut self) {
        let (began, context) = (Instant::now(), Context::default());
        while self.session.is_opening() {
            self.session.logic(&context, Duration::ZERO);
            assert!(began.elapsed() < Duration::from_secs(30), "it is still being opened");
            std::thread::sleep(Duration::from_millis(1));
        }
        self.session.logic(&context, Duration::ZERO);
    }

    fn name(&self) -> Option<String> {
        self.session.data().map(|data| data.name.clone())
    }

    fn failures(&self) -> usize {
        self.session.messages().iter().filter(|message| message.level == Level::Failed).count()
    }
}

#[test]
fn data_chosen_while_the_first_is_opened_takes_its_place() {
    let mut bench = Bench::new();
    bench.open("two");
    bench.settle();
    assert_eq!(bench.name().as_deref(), Some("two"));
    assert_eq!(bench.failures(), 0);
    // The late answer of the first one, and nothing instead of it, comes now or never.
    std::thread::sleep(Duration::from_millis(50));
    bench.settle();
    assert_eq!((bench.name().as_deref(), bench.failures()), (Some("two"), 0));
}

/// A run of data, which moves to another place then, and what is there.
fn run_of_moved_data(folder: &Path) -> (PathBuf, [Source; 2]) {
    let source = |path: &Path| Source::parse(&path.display().to_string());
    let (before, run) = (data(folder, "before"), folder.join("run"));
    let config = Config::vae_dense().with("hidden", vec![8]).unwrap().with("batch", 16).unwrap();
    let dataset = Arc::new(dataset::load(&source(&before), &Progress::default()).unwrap());
    let trainer = Trainer::spawn(config, dataset, Options::default()).unwrap();
    trainer.send(Control::Save(run.clone()));
    wait_for(&trainer, |event| matches!(event, Event::Saved { .. }));
    let (after, other) = (folder.join("after"), data(folder, "other"));
    std::fs::rename(before, &after).unwrap();
    idx(&other, "train-images-idx3-ubyte", &[128, 6, 5], &[80; 128 * 30]);
    (run, [source(&after), source(&other)])
}

#[test]
fn a_run_whose_data_has_moved_is_opened_with_it_where_a_person_says_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (run, [moved, other]) = run_of_moved_data(folder.path());
    let opened = |data: Option<&Source>| {
        let start = Start { data: data.cloned(), run: Some(run.clone()), threads: 1, ..Start::default() };
        let mut bench = Bench { session: Session::new(start), folder: tempfile::tempdir().unwrap() };
        bench.settle();
        let failed = bench.session.messages().iter().find(|message| message.level == Level::Failed);
        let (failed, is_open) =
            (failed.map(|message| message.text.clone()), bench.session.model(Slot::A).folder.is_some());
        assert_eq!(failed.is_none(), is_open, "{failed:?}");
        (bench.name(), failed.unwrap_or_default())
    };
    assert_eq!(opened(Some(&moved)), (Some("after".to_owned()), String::new()));
    let (_, words) = opened(None);
    assert!(words.contains("config.toml, data: ") && words.contains("before"), "{words}");
    let (name, words) = opened(Some(&other));
    assert!(words.contains("run: expected data with checksum") && words.contains("in other"), "{words}");
    assert_ne!(name.as_deref(), Some("after"));
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Open("one")),
        Just(Step::Open("two")),
        Just(Step::Open("nothing there")),
        Just(Step::Cancel),
        Just(Step::Settle),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_newest_wins_in_every_order(steps in prop::collection::vec(step(), 1..9)) {
        let mut bench = Bench::new();
        bench.settle();
        let (mut name, mut opening, mut failures) = ("one", None, 0);
        for step in steps.into_iter().chain([Step::Settle]) {
            match step {
                Step::Open(source) => {
                    bench.open(source);
                    opening = Some(source);
                    prop_assert!(bench.session.is_opening());
                }
                Step::Cancel => {
                    bench.session.apply(DataCommand::CancelOpening);
                    opening = None;
                    prop_assert!(!bench.session.is_opening());
                }
                Step::Settle => {
                    bench.settle();
                    match opening.take() {
                        Some("nothing there") => failures += 1,
                        Some(opened) => name = opened,
                        None => {}
                    }
                }
            }
            prop_assert_eq!(bench.name(), Some(name.to_owned()), "after {:?}", step);
            prop_assert_eq!(bench.failures(), failures, "after {:?}", step);
        }
    }
}
