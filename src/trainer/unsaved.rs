//! A run that nobody has saved: written where it is told, and gone from there when it is saved, discarded or reset.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{Autosave, Control, Event, Options, Part, Trainer, wait_for_ended};
use crate::dataset::{Dataset, ImageShape, Source, Split};
use crate::disk::faults::{Fault, set};
use crate::model::Config;
use crate::run;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Checkpoints as often as the clock lets them; no room on the disk while `full` says so.
fn spawn(place: &Path, full: &Arc<AtomicBool>) -> Trainer {
    let pixels: Vec<u8> = (0..16u32 * 64).map(|index| (index * 37 % 251) as u8).collect();
    let split = Split::of_bytes(ImageShape::grey(4, 4), pixels, Vec::new());
    let dataset = Dataset::new(Source::default(), "grey", split.clone(), split);
    let config = Config::vae_dense().with("hidden", vec![4]).unwrap().with("batch", 16).unwrap();
    let full = full.clone();
    let options = Options {
        autosave: Autosave { every_s: 1e-3, ..Autosave::default() },
        autosave_folder: Some(place.to_owned()),
        write_hook: Some(Arc::new(move |_| {
            set(if full.load(Ordering::Relaxed) { Fault::From(0) } else { Fault::Never });
        })),
        ..Options::default()
    };
    Trainer::spawn(config, Arc::new(dataset), options).unwrap()
}

fn until(what: &str, mut reached: impl FnMut() -> bool) {
    let began = Instant::now();
    while !reached() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A trainer that has trained long enough to be autosaved, and holds still.
fn autosaved(place: &Path) -> Trainer {
    let trainer = spawn(place, &Arc::default());
    trainer.send(Control::Start);
    until("two checkpoints", || trainer.status().saved_step.is_some_and(|step| step > 1) && trainer.status().step > 20);
    trainer.send(Control::Pause);
    until("all is written", || {
        let status = trainer.status();
        status.phase == super::Phase::Paused && status.saved_step == Some(status.step)
    });
    trainer
}

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("run-1");
    (folder, place)
}

#[test]
fn it_is_written_without_a_word_and_keeps_its_newest_checkpoints() {
    let (_folder, place) = place();
    let trainer = autosaved(&place);
    let kept: Vec<u64> = run::kept(&place).unwrap().iter().map(|kept| kept.step).collect();
    assert!(kept.len() <= run::retention::NEWEST + 1, "{kept:?}");
    assert_eq!(kept.last(), Some(&trainer.status().step));
    assert!(trainer.drain().iter().all(|event| !matches!(event, Event::Saved { .. })));
    trainer.send(Control::Step(Part::Whole));
    drop(trainer);
    assert!(wait_for_ended(Duration::from_secs(30)));
    let newest = run::open(&place).unwrap().checkpoint.step;
    assert_eq!(newest, kept.last().unwrap() + 1, "at the end too");
}

#[test]
fn it_leaves_when_it_is_saved_elsewhere() {
    let (folder, place) = place();
    let trainer = autosaved(&place);
    let saved = folder.path().join("mine");
    trainer.send(Control::Save(saved.clone()));
    until("it has gone", || !place.exists());
    trainer.send(Control::Step(Part::Whole));
    drop(trainer);
    assert!(wait_for_ended(Duration::from_secs(30)));
    assert!(saved.join("config.toml").is_file() && !place.exists());
    run::open(&saved).unwrap();
}

#[test]
fn it_leaves_when_nobody_wants_it_or_it_begins_anew() {
    for control in [Control::Discard, Control::Reset] {
        let (_folder, place) = place();
        let trainer = autosaved(&place);
        trainer.send(control);
        until("it has gone", || !place.exists());
        drop(trainer);
        assert!(wait_for_ended(Duration::from_secs(30)));
        assert!(!place.exists());
    }
}

#[test]
fn what_has_learned_nothing_is_not_written_and_training_does_not_wait_for_room() {
    let (_folder, place) = place();
    let full = Arc::new(AtomicBool::new(true));
    let trainer = spawn(&place, &full);
    trainer.send(Control::Start);
    until("a write that fails", || {
        trainer.drain().iter().any(|event| matches!(event, Event::SaveFailed { waits: false, .. }))
    });
    let step = trainer.status().step;
    until("it goes on", || trainer.status().step > step + 20);
    full.store(false, Ordering::Relaxed);
    until("there is room", || trainer.status().saved_step.is_some());
    run::open(&place).unwrap();
    let other = place.with_file_name("run-2");
    drop(spawn(&other, &Arc::default()));
    assert!(wait_for_ended(Duration::from_secs(30)));
    assert!(!other.exists());
}
