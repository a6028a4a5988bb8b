//! A disk that is full for a while: training waits, says so once, and goes on to the bits of a run that never waited.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::{Autosave, Control, Event, Options, Phase, Trainer};
use crate::dataset::{Dataset, ImageShape, Source, Split};
use crate::disk::faults::{Fault, set};
use crate::model::Config;
use crate::run;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A run of 40 steps with a checkpoint at each, on a disk that has room while `room` says so.
fn spawn(room: &Arc<AtomicBool>) -> Trainer {
    let shape = ImageShape::grey(4, 4);
    let split =
        Split::of_bytes(shape, (0..16 * 64).map(|index| (index * 37 % 251) as u8).collect::<Vec<_>>(), Vec::new());
    let dataset = Dataset::new(Source::default(), "grey", split.clone(), split);
    let config = Config::vae_dense().with("hidden", vec![4]).unwrap().with("batch", 16).unwrap();
    let room = room.clone();
    let options = Options {
        total_steps: Some(40),
        autosave: Autosave { every_steps: 1, every_s: 0.0, ..Autosave::default() },
        write_hook: Some(Arc::new(move |_| {
            set(if room.load(Ordering::Relaxed) { Fault::Never } else { Fault::From(0) });
        })),
        ..Options::default()
    };
    Trainer::spawn(config, Arc::new(dataset), options).unwrap()
}

fn until(trainer: &Trainer, is_it: impl Fn(&Event) -> bool) -> Event {
    let began = Instant::now();
    while began.elapsed() < Duration::from_secs(60) {
        match trainer.wait(Duration::from_millis(100)) {
            Some(event) if is_it(&event) => return event,
            _ => {}
        }
    }
    panic!("not within a minute");
}

fn is_saved(event: &Event) -> bool {
    matches!(event, Event::Saved { .. })
}

fn is_saved_whole(event: &Event) -> bool {
    matches!(event, Event::Saved { step: 40, .. })
}

fn weights(run: &Path) -> Vec<u8> {
    std::fs::read(run.join("checkpoints/000040/weights.safetensors")).unwrap()
}

#[test]
fn a_run_waits_for_room_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (whole, run) = (folder.path().join("whole"), folder.path().join("run"));
    let room = Arc::new(AtomicBool::new(true));
    let trainer = spawn(&room);
    trainer.send(Control::Save(whole.clone()));
    trainer.send(Control::Start);
    until(&trainer, |event| matches!(event, Event::Finished { .. }));
    trainer.send(Control::Save(whole.clone()));
    until(&trainer, is_saved_whole);
    drop(trainer);

    // Where a run has no folder yet, nobody waits: it is found before the work.
    let trainer = spawn(&room);
    room.store(false, Ordering::Relaxed);
    trainer.send(Control::Save(run.clone()));
    let refused = until(&trainer, |event| matches!(event, Event::SaveFailed { .. }));
    assert!(matches!(refused, Event::SaveFailed { waits: false, .. }), "{refused:?}");
    room.store(true, Ordering::Relaxed);
    trainer.send(Control::Save(run.clone()));
    until(&trainer, is_saved);
    room.store(false, Ordering::Relaxed);
    trainer.send(Control::Start);
    let waits = until(&trainer, |event| matches!(event, Event::SaveFailed { .. }));
    let Event::SaveFailed { message, waits: true, .. } = waits else { panic!("{waits:?}") };
    let said = message.to_string();
    assert!(said.contains("expected room on the disk, found "), "{said}");
    assert!(said.ends_with("; this run waits until there is room"), "{said}");
    // It was tried again many times, in silence and without a step.
    let step = trainer.status().step;
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!((trainer.status().phase, trainer.status().step), (Phase::Waiting, step));
    assert_eq!(trainer.drain(), [], "it was said already");
    // Somebody who asks is answered, and again when there is room.
    trainer.send(Control::Save(run.clone()));
    until(&trainer, |event| matches!(event, Event::SaveFailed { waits: true, .. }));
    room.store(true, Ordering::Relaxed);
    assert_eq!(until(&trainer, |event| matches!(event, Event::RoomAgain { .. })), Event::RoomAgain { step });
    until(&trainer, is_saved);
    until(&trainer, |event| matches!(event, Event::Finished { .. }));
    trainer.send(Control::Save(run.clone()));
    until(&trainer, is_saved_whole);
    drop(trainer);
    assert!(weights(&run) == weights(&whole), "the same bits");
    let rows = |run: &Path| std::fs::read_to_string(run.join("metrics.csv")).unwrap().lines().count();
    assert_eq!(rows(&run), rows(&whole), "no row is lost");
    run::open(&run).unwrap();
}

#[test]
fn what_goes_by_the_rule_goes_before_the_next_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let room = Arc::new(AtomicBool::new(true));
    let trainer = spawn(&room);
    trainer.send(Control::Save(run.clone()));
    until(&trainer, is_saved);
    trainer.send(Control::Start);
    until(&trainer, |event| matches!(event, Event::Finished { .. }));
    trainer.send(Control::Save(run.clone()));
    until(&trainer, is_saved_whole);
    let kept: Vec<u64> = run::kept(&run).unwrap().iter().map(|kept| kept.step).collect();
    assert_eq!(kept, [0, 1, 2, 3, 4, 5, 6, 8, 10, 16, 18, 24, 32, 38, 39, 40]);
}
