//! A run that was killed, stopped or forked goes on to the bits that it would have come to by itself.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{small_digits, wait_for};
use latentarium::history::History;
use latentarium::model::Config;
use latentarium::run;
use latentarium::trainer::{Autosave, Control, Event, Options, Part, Trainer, WriteHook, wait_for_ended};
use rand::Rng;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn latentarium(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_latentarium")).current_dir(folder).args(arguments).output().unwrap()
}

fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = latentarium(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    said
}

fn refused(folder: &Path, arguments: &[&str], status: i32, sentence: &str) {
    let output = latentarium(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
    assert!(said.contains(sentence) && !said.contains("panicked"), "{arguments:?}: {said}");
}

/// Images of 12×10 pixels: steps of a few milliseconds.
fn small_data(folder: &Path) {
    let folder = folder.join("small");
    fs::create_dir(&folder).unwrap();
    let idx = |name: &str, sizes: &[u32], bytes: &[u8]| {
        let mut file = vec![0, 0, 8, sizes.len() as u8];
        sizes.iter().for_each(|size| file.extend(size.to_be_bytes()));
        file.extend(bytes);
        fs::write(folder.join(name), file).unwrap();
    };
    for (name, count) in [("train", 640u32), ("t10k", 64)] {
        let labels: Vec<u8> = (0..count).map(|index| (index % 10) as u8).collect();
        let pixels: Vec<u8> = (0..count * 120).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        idx(&format!("{name}-images-idx3-ubyte"), &[count, 12, 10], &pixels);
        idx(&format!("{name}-labels-idx1-ubyte"), &[count], &labels);
    }
}

/// Everything of a checkpoint but the seconds.
fn bits(run: &Path, step: u64) -> (Vec<u8>, Vec<u8>, String) {
    let file = |name: &str| {
        let path = run.join(format!("checkpoints/{step:06}/{name}"));
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let state = String::from_utf8(file("state.toml")).unwrap();
    let (state, _) = state.split_once("[sha256]").unwrap();
    let state = state.lines().filter(|line| !line.starts_with("train_s")).collect::<Vec<_>>().join("\n");
    (file("weights.safetensors"), file("optimizer.safetensors"), state)
}

/// The rows of metrics.csv up to a step, without the seconds; the columns are there from the first row on.
fn rows(run: &Path, last: u64) -> Vec<String> {
    let text = fs::read_to_string(run.join("metrics.csv")).unwrap();
    let without_seconds = |line: &str| {
        let mut cells = line.split(',');
        let step = cells.next()?.parse::<u64>().ok().filter(|step| *step <= last)?;
        Some(format!("{step},{}", cells.skip(1).collect::<Vec<_>>().join(",")))
    };
    text.lines().filter_map(without_seconds).collect()
}

fn newest(run: &Path) -> Option<u64> {
    Some(run::kept(run).ok()?.last()?.step)
}

/// Ends a program: without asking, or asked by one of the two signals that mean so.
#[cfg(unix)]
fn end(child: &mut Child, how: usize) {
    let signal = ["-KILL", "-TERM", "-INT"][how];
    Command::new("kill").args([signal, &child.id().to_string()]).stderr(Stdio::null()).status().unwrap();
    child.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn a_run_that_is_killed_again_and_again_comes_to_the_same_bits() {
    const STEPS: u64 = 400;
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    small_data(here);
    let total = STEPS.to_string();
    let begin = ["train", "vae-dense", "--data", "small", "--batch", "64", "--seed", "3", "--steps", &total, "--out"];
    done(here, &[&begin[..], &["whole"]].concat());

    let run = here.join("killed");
    let start = |arguments: &[&str]| -> Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_latentarium"));
        command.current_dir(here).args(arguments).args(["--autosave-steps", "3"]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut random = latentarium::random::stream(11, latentarium::random::Purpose::Sample, 0, 0);
    let mut kills = 0;
    let began = Instant::now();
    // Each tenth of the run, twenty times in the long version: what was seen on disk is gone on from.
    let (turns, patience_s) = if std::env::var_os("LATENTARIUM_LONG").is_some() { (200, 1200) } else { (10, 120) };
    for turn in 0..turns {
        let mut child = match turn {
            0 => start(&[&begin[..], &["killed"]].concat()),
            _ => start(&["train", "--resume", "killed"]),
        };
        // Somewhere in this part of the run, at no particular moment of whatever is being written.
        let target = turn * (STEPS - 40) / turns + random.random_range(0..18);
        while newest(&run).is_none_or(|step| step < target) && child.try_wait().unwrap().is_none() {
            assert!(
                began.elapsed() < Duration::from_secs(patience_s),
                "stuck before step {target}: {:?}",
                newest(&run)
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_micros(random.random_range(0..20_000)));
        let seen = newest(&run);
        kills += u32::from(child.try_wait().unwrap().is_none());
        end(&mut child, random.random_range(0..3));
        assert!(newest(&run) >= seen, "what was seen on disk is still there");
        run::open(&run).unwrap();
    }
    println!("{kills} of {turns} found it alive");
    assert!(4 * kills >= 3 * turns as u32, "{kills} kills of {turns} found it alive");
    done(here, &["train", "--resume", "killed"]);
    assert!(bits(&run, STEPS) == bits(&here.join("whole"), STEPS), "other bits after {kills} kills");
    assert_eq!(rows(&run, STEPS), rows(&here.join("whole"), STEPS));
    assert_eq!(rows(&run, STEPS).len() as u64, STEPS);
    let left: Vec<_> = fs::read_dir(run.join("checkpoints"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_fork_is_its_parent_up_to_its_step_and_differs_after() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    small_data(here);
    let common = ["--data", "small", "--batch", "64", "--autosave-s", "0"];
    done(here, &[&["train", "vae-dense", "--steps", "60", "--out", "parent"][..], &common].concat());
    let parent = here.join("parent");
    let kept: Vec<u64> = run::kept(&parent).unwrap().iter().map(|kept| kept.step).collect();
    let step = *kept.iter().rev().find(|step| **step < 60).unwrap();
    assert!(step >= 8, "{kept:?}");
    let place = format!("parent@{step}");

    done(here, &["train", "--fork", &place, "--set", "beta=4", "--set", "binarize=dynamic", "--out", "fork"]);
    let fork = here.join("fork");
    assert!(bits(&fork, step) == bits(&parent, step), "the same checkpoint");
    assert_eq!(rows(&fork, step), rows(&parent, step));
    assert_eq!(fs::read(fork.join("config.toml")).unwrap(), fs::read(parent.join("config.toml")).unwrap());
    assert!(bits(&fork, 60) != bits(&parent, 60), "as far as its parent, and elsewhere");
    let origin = run::read_origin(&fork).unwrap().unwrap();
    assert!(origin.step == step && origin.parent.ends_with("parent"), "{origin:?}");
    assert_eq!(origin.set["beta"].as_float(), Some(4.0));
    assert_eq!(run::open(&fork).unwrap().config.model.real("beta"), Some(4.0));

    // What is set to what it was is no change.
    let same = ["train", "--fork", &place, "--set", "beta=1", "--out", "same"];
    refused(here, &same, 2, "parent: expected something that a fork changes, found beta as there is already");
    // A fork repeats from its own configuration; stopped before its step and gone on with, too.
    done(here, &["train", "--config", "fork/config.toml", "--out", "again"]);
    assert!(bits(&here.join("again"), 60) == bits(&fork, 60), "repeated");
    done(here, &["train", "--config", "fork/config.toml", "--steps", "5", "--out", "stopped"]);
    done(here, &["train", "--resume", "stopped", "--steps", "60"]);
    assert!(bits(&here.join("stopped"), 60) == bits(&fork, 60), "stopped before its step");
    // And has forks of its own, which keep what it changed.
    done(here, &["train", "--fork", &format!("fork@{step}"), "--set", "learning_rate=0.01", "--out", "second"]);
    let second = run::open(&here.join("second")).unwrap().config.model;
    assert_eq!((second.real("beta"), second.real("learning_rate")), (Some(4.0), Some(0.01)));
}

#[test]
fn what_contradicts_a_run_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    small_data(here);
    let begin = ["train", "vae-dense", "--data", "small", "--batch", "64", "--steps", "6", "--out", "run"];
    done(here, &begin);
    let listing = |folder: &Path| -> Vec<PathBuf> {
        let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    };
    let before = listing(here);
    for (extra, sentence) in [
        (&["--z", "3"][..], "--z 3 contradicts run, which was begun with 2"),
        (&["--seed", "1"], "--seed 1 contradicts run, which was begun with 0"),
        (&["gan-dense"], "PRESET gan-dense contradicts run, which was begun with vae-dense"),
        (&["--data", "digits"], "run: expected the data it was trained on (small)"),
        (&["--out", "other"], "--out other contradicts --resume run: a run goes on in its own folder"),
        (&["--config", "run/config.toml"], "cannot be used with"),
        (&["--set", "beta=2"], "cannot be used with"),
        (&["--steps", "7", "--epochs", "1"], "cannot be used with"),
    ] {
        refused(here, &[&["train", "--resume", "run"], extra].concat(), 2, sentence);
    }
    let kept = run::kept(&here.join("run")).unwrap();
    let steps = kept.iter().map(|kept| kept.step.to_string()).collect::<Vec<_>>().join(", ");
    let missing = format!("run: expected one of the steps that are kept ({steps}), found 5000");
    for (arguments, sentence) in [
        (&["run@5000", "--set", "beta=2"][..], missing.as_str()),
        (&["run", "--set", "beta=2"], "--fork: expected RUN@STEP, found run"),
        (&["run@0"], "--set"),
        (&["run@0", "--set", "beta"], "--set: expected KEY=VALUE, found beta"),
        (&["run@0", "--set", "latent=3"], "latent: a fork cannot change it, it gives the weights their shapes"),
        (&["run@0", "--set", "seed=3"], "seed: a fork cannot change it, the order of the images"),
        (&["run@0", "--set", "batas=3"], "batas: expected one of adam_beta1, adam_beta2, "),
        (&["run@0", "--set", "part=1"], "part: expected one of adam_beta1, adam_beta2, "),
        (&["run@0", "--set", "beta=high"], "beta: \"high\" is no value for it"),
        (&["run@0", "--set", "beta=-1"], "beta: expected 0 to 1000, found -1"),
        (&["run@6", "--set", "beta=2"], "expected more than 6 steps in all, found 6"),
        (&["run@0", "--set", "beta=2", "--out", "small"], "--out small: expected a folder that does not exist yet"),
    ] {
        refused(here, &[&["train", "--fork"], arguments].concat(), 2, sentence);
    }
    refused(here, &["train", "--resume", "nowhere"], 1, "nowhere: expected a run folder, found nothing");
    refused(here, &["train", "--fork", "nowhere@0", "--set", "beta=2"], 1, "nowhere: expected a run folder");
    assert_eq!(listing(here), before, "nothing was begun");

    let said = done(here, &["train", "--resume", "run", "--steps", "4"]);
    assert!(said.contains("run has made 6 steps already, 4 in all were asked for"), "{said}");
    done(here, &["train", "--resume", "run", "vae-dense", "--data", "small", "--out", "run", "--steps", "9"]);
    assert_eq!((newest(&here.join("run")), run::read_total(&here.join("run")).unwrap()), (Some(9), Some(9)));
    fs::remove_file(here.join("run/plan.toml")).unwrap();
    refused(
        here,
        &["train", "--resume", "run"],
        2,
        "run: nothing says how far it is to go: expected --epochs or --steps",
    );
}

fn spawn(options: Options) -> Trainer {
    let config = Config::vae_dense().with("hidden", vec![8]).unwrap().with("batch", 16).unwrap();
    Trainer::spawn(config, small_digits(), options).unwrap()
}

fn save(trainer: &Trainer, run: &Path) {
    trainer.send(Control::Save(run.to_owned()));
    wait_for(trainer, |event| matches!(event, Event::Saved { .. }));
}

#[test]
fn a_run_with_a_folder_is_written_without_being_asked() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let trainer = spawn(Options::default());
    save(&trainer, &run);
    trainer.send(Control::Start);
    while trainer.status().step < 40 {
        std::thread::yield_now();
    }
    trainer.send(Control::Pause);
    let seen = wait_for(&trainer, |event| matches!(event, Event::Paused { .. }));
    let Some(Event::Paused { step: paused }) = seen.last() else { panic!("{seen:?}") };
    let began = Instant::now();
    while newest(&run) != Some(*paused) {
        assert!(began.elapsed() < Duration::from_secs(20), "{:?} at {paused}", newest(&run));
        std::thread::sleep(Duration::from_millis(5));
    }
    // What a person changed last is kept too, and one more step.
    trainer.send(Control::Set("beta".into(), 0.5.into()));
    trainer.send(Control::Step(Part::Whole));
    trainer.send(Control::Set("learning_rate".into(), 0.002.into()));
    drop(trainer);
    assert!(wait_for_ended(Duration::from_secs(20)));
    let opened = run::open(&run).unwrap();
    assert_eq!(opened.checkpoint.step, paused + 1);
    let numbers = |config: &Config| (config.real("beta"), config.real("learning_rate"));
    assert_eq!(numbers(&opened.config.model), (Some(0.5), Some(0.002)));
    assert_eq!(numbers(&opened.initial), (Some(1.0), Some(0.001)));
    assert_eq!(rows(&run, u64::MAX).len() as u64, paused + 1);
    let trainer = Trainer::open(&run, small_digits(), Options::default()).unwrap();
    assert_eq!(numbers(&trainer.config()), (Some(0.5), Some(0.002)));
    let error = Trainer::open(&run, small_digits(), Options::default()).err();
    drop(trainer);
    assert!(error.is_some_and(|error| error.to_string().ends_with("found one that is being trained")));
}

#[test]
fn checkpoints_are_thinned_while_it_trains() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let autosave = Autosave { every_steps: 5, budget_bytes: 0, ..Autosave::default() };
    let trainer = spawn(Options { autosave, total_steps: Some(300), ..Options::default() });
    save(&trainer, &run);
    trainer.send(Control::Start);
    wait_for(&trainer, |event| matches!(event, Event::Finished { .. }));
    drop(trainer);
    assert!(wait_for_ended(Duration::from_secs(20)));
    let steps: Vec<u64> = run::kept(&run).unwrap().iter().map(|kept| kept.step).collect();
    assert_eq!((steps.len(), steps[0], steps[3]), (4, 0, 300), "step 0 and the last three: {steps:?}");
}

#[test]
fn metrics_later_than_the_checkpoint_are_cut() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let trainer = spawn(Options::default());
    for _ in 0..4 {
        trainer.send(Control::Step(Part::Whole));
    }
    save(&trainer, &run);
    drop(trainer);
    let path = run.join("metrics.csv");
    let mut text = fs::read_to_string(&path).unwrap();
    text += "5,0.1,9,9,9\n6,0.1,9,9";
    fs::write(&path, text).unwrap();
    let trainer = Trainer::open(&run, small_digits(), Options::default()).unwrap();
    save(&trainer, &run);
    assert_eq!(rows(&run, u64::MAX).len(), 4);
    let history = History::default();
    run::metrics_file::read(&run, u64::MAX, &mut |row| history.push(row.step, row.seconds, &row.values)).unwrap();
    assert!(history.len() > 8);
}

#[test]
fn the_series_of_checkpoints_does_not_depend_on_the_disk() {
    let folder = tempfile::tempdir().unwrap();
    let series = |name: &str, write_ms: u64| -> Vec<u64> {
        let run = folder.path().join(name);
        let write_hook: WriteHook = Arc::new(move |_| std::thread::sleep(Duration::from_millis(write_ms)));
        let autosave = Autosave { every_s: 0.0, every_steps: 100, ..Autosave::default() };
        let options = Options { autosave, total_steps: Some(300), write_hook: Some(write_hook), ..Options::default() };
        let trainer = spawn(options);
        save(&trainer, &run);
        trainer.send(Control::Start);
        wait_for(&trainer, |event| matches!(event, Event::Finished { .. }));
        drop(trainer);
        assert!(wait_for_ended(Duration::from_secs(20)));
        run::kept(&run).unwrap().iter().map(|kept| kept.step).collect()
    };
    let expected = [0, 1, 2, 4, 8, 16, 32, 64, 128, 200, 256, 300];
    assert_eq!(series("slow", 60), expected, "100 gives way to 128, which is in the same part of its decade");
    assert_eq!(series("fast", 0), expected);
}

#[test]
fn a_run_that_goes_on_stops_as_early_as_one_that_never_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let config = Config::vae_dense().with("batch", 16).and_then(|config| config.with("early_stop_tests", 4)).unwrap();
    let config = config.with("learning_rate", 1e-12).unwrap();
    let options = Options { test_interval_steps: 2, total_steps: Some(500), ..Options::default() };
    let finished = |trainer: &Trainer| {
        trainer.send(Control::Start);
        let seen = wait_for(trainer, |event| matches!(event, Event::Finished { .. }));
        let Some(Event::Finished { step }) = seen.last() else { panic!("{seen:?}") };
        *step
    };
    let whole = finished(&Trainer::spawn(config.clone(), small_digits(), options.clone()).unwrap());
    assert!((8..100).contains(&whole), "{whole}");
    let trainer = Trainer::spawn(config, small_digits(), options.clone()).unwrap();
    (0..whole - 3).for_each(|_| trainer.send(Control::Step(Part::Whole)));
    save(&trainer, &run);
    drop(trainer);
    assert_eq!(finished(&Trainer::open(&run, small_digits(), options).unwrap()), whole);
}

#[test]
fn rows_that_could_not_be_written_come_with_the_next_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let autosave = Autosave { series: false, every_s: 0.0, ..Autosave::default() };
    let trainer = spawn(Options { autosave, ..Options::default() });
    let step = || {
        trainer.send(Control::Step(Part::Whole));
        wait_for(&trainer, |event| matches!(event, Event::Paused { .. }));
    };
    step();
    save(&trainer, &run);
    // A file in the way of the checkpoints: the rows are appended, what belongs to them is not.
    fs::rename(run.join("checkpoints"), run.join("aside")).unwrap();
    fs::write(run.join("checkpoints"), "in the way").unwrap();
    step();
    trainer.send(Control::Save(run.clone()));
    wait_for(&trainer, |event| matches!(event, Event::SaveFailed { .. }));
    fs::remove_file(run.join("checkpoints")).unwrap();
    fs::rename(run.join("aside"), run.join("checkpoints")).unwrap();
    step();
    save(&trainer, &run);
    drop(trainer);
    let steps: Vec<String> = rows(&run, u64::MAX).iter().map(|row| row.split(',').next().unwrap().to_owned()).collect();
    assert_eq!((steps, newest(&run)), (vec!["1".to_owned(), "2".to_owned(), "3".to_owned()], Some(3)));
}
