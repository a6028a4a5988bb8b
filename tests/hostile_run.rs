//! Run folders that somebody or something has been at: checksums, what is no file, what belongs to another run, who comes
//! first.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{small_digits, wait_for, without_checksums, write_halved_digits};
use latentarium::explore::plane::Plane;
use latentarium::model::Config;
use latentarium::random::{Purpose, stream};
use latentarium::run::metrics_file::MetricsFile;
use latentarium::run::{self, Fork};
use latentarium::trainer::{Control, Event, Options, Part, Trainer};
use rand::Rng;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A run of four steps with a small network and one change at the second.
fn make_run(folder: &Path, preset: &str) -> PathBuf {
    let run = folder.join("run");
    let config = Config::preset(preset).unwrap().with("hidden", vec![8]).unwrap().with("batch", 16).unwrap();
    let trainer = Trainer::spawn(config, small_digits(), Options::default()).unwrap();
    trainer.send(Control::Step(Part::Whole));
    trainer.send(Control::Step(Part::Whole));
    wait_for(&trainer, |event| *event == Event::Paused { step: 2 });
    trainer.send(Control::Set("learning_rate".into(), 0.002.into()));
    trainer.send(Control::Step(Part::Whole));
    trainer.send(Control::Step(Part::Whole));
    wait_for(&trainer, |event| *event == Event::Paused { step: 4 });
    trainer.send(Control::Save(run.clone()));
    wait_for(&trainer, |event| matches!(event, Event::Saved { .. }));
    run
}

/// The only sentence that opening the run gives.
fn sentence(run: &Path) -> String {
    let began = Instant::now();
    let text = run::open(run).expect_err("it opened").to_string();
    assert!(began.elapsed() < Duration::from_secs(5), "{text}: after {:?}", began.elapsed());
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

const STATE: &str = "checkpoints/000004/state.toml";
const WEIGHTS: &str = "checkpoints/000004/weights.safetensors";
const OPTIMIZER: &str = "checkpoints/000004/optimizer.safetensors";
const FILES: [&str; 5] = ["config.toml", "changes.toml", STATE, WEIGHTS, OPTIMIZER];

#[test]
fn a_bit_that_is_another_is_found_or_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let run = make_run(folder.path(), "vae-dense");
    let whole = run::open(&run).unwrap();
    let flips = if std::env::var_os("LATENTARIUM_LONG").is_some() { 1000 } else { 60 };
    let mut random = stream(7, Purpose::Sample, 0, 0);
    for name in FILES {
        let path = run.join(name);
        let bytes = fs::read(&path).unwrap();
        let mut harmless = 0;
        for _ in 0..flips {
            let (place, bit) = (random.random_range(0..bytes.len()), random.random_range(0..8));
            let mut changed = bytes.clone();
            changed[place] ^= 1 << bit;
            fs::write(&path, changed).unwrap();
            match run::open(&run) {
                Ok(opened) => {
                    harmless += 1;
                    let same = opened.checkpoint == whole.checkpoint && opened.config.model == whole.config.model;
                    assert!(same, "{name}: bit {bit} of byte {place} is another, and nobody says so");
                }
                Err(error) => assert_eq!(error.to_string().lines().count(), 1, "{error}"),
            }
        }
        println!("{name}: {flips} flips, {harmless} harmless");
        assert!(harmless == 0 || name.ends_with("toml"), "{name}: {harmless} flips were not found");
        fs::write(&path, bytes).unwrap();
    }
    assert_eq!(run::open(&run).unwrap().checkpoint, whole.checkpoint);
}

/// What is not weights and gives them no bit: settings that a person may edit, where a run comes from, its curves.
#[test]
fn a_bit_of_what_lies_beside_is_a_sentence_or_leaves_every_weight() {
    let folder = tempfile::tempdir().unwrap();
    let whole = make_run(folder.path(), "vae-dense");
    run::write_total(&whole, 9).unwrap();
    run::write_plane(&whole, &Plane::of_two()).unwrap();
    let run = folder.path().join("fork");
    Fork::plan(&whole, 4, &[("beta".into(), 2.into())]).unwrap().write(&run, Some(9)).unwrap();
    let checkpoint = run::open(&run).unwrap().checkpoint;
    let read = |name: &str| match name {
        "plan.toml" => run::read_total(&run).map(|_| ()),
        "plane.toml" => run::read_plane::<Plane>(&run).map(|_| ()),
        "fork.toml" => run::read_origin(&run).map(|_| ()),
        _ => MetricsFile::open(&run, 4, &mut |_| {}).map(|_| ()),
    };
    let flips = if std::env::var_os("LATENTARIUM_LONG").is_some() { 1000 } else { 60 };
    let mut random = stream(8, Purpose::Sample, 0, 0);
    for name in ["plan.toml", "plane.toml", "fork.toml", "metrics.csv"] {
        let path = run.join(name);
        let bytes = fs::read(&path).unwrap();
        let mut refused = 0;
        for _ in 0..flips {
            let (place, bit) = (random.random_range(0..bytes.len()), random.random_range(0..8));
            let mut changed = bytes.clone();
            changed[place] ^= 1 << bit;
            fs::write(&path, changed).unwrap();
            if let Err(error) = read(name) {
                let said = error.to_string();
                assert!(said.contains(name) && said.lines().count() == 1, "{said}");
                refused += 1;
            }
            assert!(run::open(&run).unwrap().checkpoint == checkpoint, "{name}: bit {bit} of byte {place}");
        }
        println!("{name}: {flips} flips, {refused} refused, no weight is another");
        fs::write(&path, bytes).unwrap();
    }
}

#[test]
fn what_was_changed_since_is_named_with_its_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let run = make_run(folder.path(), "vae-dense");
    let changed = "expected what the checkpoint of step 4 was written with, found something that was changed since";
    let config = fs::read_to_string(run.join("config.toml")).unwrap();
    fs::write(run.join("config.toml"), config.replace("seed = 0", "seed = 1")).unwrap();
    assert!(sentence(&run).contains(&format!("config.toml: {changed}")), "{}", sentence(&run));
    fs::write(run.join("config.toml"), &config).unwrap();
    let changes = fs::read_to_string(run.join("changes.toml")).unwrap();
    for other in [None, Some(""), Some("format = 1\n"), Some(&*changes.replace("0.002", "0.003"))] {
        match other {
            Some(text) => fs::write(run.join("changes.toml"), text).unwrap(),
            None => fs::remove_file(run.join("changes.toml")).unwrap(),
        }
        assert!(sentence(&run).contains("changes.toml: expected "), "{other:?}: {}", sentence(&run));
    }
    fs::write(run.join("changes.toml"), &changes).unwrap();
    for key in ["batch", "seed"] {
        let more = format!("{changes}\n[[change]]\nstep = 3\nkey = \"{key}\"\nvalue = 3\n");
        fs::write(run.join("changes.toml"), more).unwrap();
        assert!(sentence(&run).contains("changes.toml: expected "), "{}", sentence(&run));
    }
    fs::write(run.join("changes.toml"), &changes).unwrap();
    let state = fs::read_to_string(run.join(STATE)).unwrap();
    let (bare, _) = state.split_once("[sha256]").unwrap();
    fs::write(run.join(STATE), bare).unwrap();
    assert!(sentence(&run).ends_with("state.toml: expected checksums, found none"), "{}", sentence(&run));
    for seconds in ["nan", "-1.0", "inf"] {
        let line = bare.lines().find(|line| line.starts_with("train_s")).unwrap();
        fs::write(
            run.join(STATE),
            bare.replace("format = 2", "format = 1").replace(line, &format!("train_s = {seconds}")),
        )
        .unwrap();
        assert!(sentence(&run).contains("state.toml: expected seconds of training, found "), "{}", sentence(&run));
    }
}

#[test]
fn a_checkpoint_holds_its_own_tensors_moments_and_counters() {
    let folder = tempfile::tempdir().unwrap();
    let (vae, gan) = (folder.path().join("vae"), folder.path().join("gan"));
    fs::create_dir(&vae).unwrap();
    fs::create_dir(&gan).unwrap();
    let (run, other) = (make_run(&vae, "vae-dense"), make_run(&gan, "gan-dense"));
    without_checksums(&run);
    let whole: Vec<Vec<u8>> = FILES.iter().map(|name| fs::read(run.join(name)).unwrap()).collect();
    let restored = || FILES.iter().zip(&whole).for_each(|(name, bytes)| fs::write(run.join(name), bytes).unwrap());
    run::open(&run).unwrap();

    fs::copy(other.join(OPTIMIZER), run.join(OPTIMIZER)).unwrap();
    assert!(sentence(&run).contains("000004: expected weights that fit config.toml, found "), "{}", sentence(&run));
    restored();
    fs::copy(other.join(WEIGHTS), run.join(WEIGHTS)).unwrap();
    assert!(sentence(&run).contains("000004: expected weights that fit config.toml, found "), "{}", sentence(&run));
    restored();
    // Names in the header of a safetensors file, with others of the same length.
    for (name, from, to) in [
        (OPTIMIZER, ".first\"", ".forst\""),
        (OPTIMIZER, "decoder.0.weight.second", "decoder.9.weight.second"),
        (WEIGHTS, "decoder.0.weight", "decoder.9.weight"),
    ] {
        let bytes = fs::read(run.join(name)).unwrap();
        let place = bytes.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        let mut renamed = bytes.clone();
        renamed[place..place + to.len()].copy_from_slice(to.as_bytes());
        fs::write(run.join(name), renamed).unwrap();
        sentence(&run);
        restored();
    }
    let state = fs::read_to_string(run.join(STATE)).unwrap();
    let (before, _) = state.split_once("[updates]").unwrap();
    fs::write(run.join(STATE), format!("{before}[updates]\n")).unwrap();
    sentence(&run);
    fs::write(run.join(STATE), format!("{}other = 3\n", state.trim_end().to_owned() + "\n")).unwrap();
    sentence(&run);
}

/// Puts something where a file was.
#[cfg(unix)]
type Put<'a> = Box<dyn Fn() + 'a>;

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused_at_once() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let run = make_run(folder.path(), "vae-dense");
    for name in FILES {
        let path = run.join(name);
        let bytes = fs::read(&path).unwrap();
        let put: [(&str, Put<'_>); 5] = [
            ("found a folder", Box::new(|| fs::create_dir(&path).unwrap())),
            ("found a device", Box::new(|| symlink("/dev/zero", &path).unwrap())),
            ("found a device", Box::new(|| symlink("/dev/null", &path).unwrap())),
            ("found ", Box::new(|| symlink(&path, &path).unwrap())),
            ("found a pipe", Box::new(|| assert!(Command::new("mkfifo").arg(&path).status().unwrap().success()))),
        ];
        for (found, put) in put {
            fs::remove_file(&path).unwrap();
            put();
            let text = sentence(&run);
            let file = path.file_name().unwrap().to_str().unwrap();
            assert!(text.contains(&format!("{file}: expected ")) && text.contains(found), "{text}");
            fs::remove_file(&path).or_else(|_| fs::remove_dir(&path)).unwrap();
            fs::write(&path, &bytes).unwrap();
        }
        // A link to a file is a file.
        fs::rename(&path, folder.path().join("elsewhere")).unwrap();
        symlink(folder.path().join("elsewhere"), &path).unwrap();
        run::open(&run).unwrap();
        fs::remove_file(&path).unwrap();
        fs::rename(folder.path().join("elsewhere"), &path).unwrap();
    }
}

#[test]
fn a_fork_lies_outside_its_parent() {
    let folder = tempfile::tempdir().unwrap();
    let run = make_run(folder.path(), "vae-dense");
    let out = run.join("fork");
    fs::create_dir(&out).unwrap();
    let error = Fork::plan(&run, 4, &[]).unwrap().write(&out, None).unwrap_err().to_string();
    assert!(error.ends_with("expected a folder outside the run that is forked, found one in it"), "{error}");
}

/// Trains for a step on data that lies in the folder.
fn train(folder: &Path, arguments: &[&str]) -> std::process::Child {
    let common = ["train", "vae-dense", "--data", "./digits", "--steps", "1", "--threads", "1"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_latentarium"));
    command.current_dir(folder).args(common).args(arguments);
    command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn of_two_that_start_at_once_one_gets_the_folder() {
    let pairs = if std::env::var_os("LATENTARIUM_LONG").is_some() { 100 } else { 3 };
    for pair in 0..pairs {
        let folder = tempfile::tempdir().unwrap();
        write_halved_digits(folder.path());
        let named = ["1", "2"].map(|seed| (seed, train(folder.path(), &["--out", "same", "--seed", seed])));
        let named = named.map(|(seed, child)| (seed, child.wait_with_output().unwrap()));
        let won: Vec<&str> =
            named.iter().filter(|(_, output)| output.status.success()).map(|(seed, _)| *seed).collect();
        assert_eq!(won.len(), 1, "pair {pair}: {named:?}");
        let opened = run::open(&folder.path().join("same")).unwrap();
        assert_eq!(opened.config.model.seed().to_string(), won[0], "pair {pair}");
        let lost = named.iter().find(|(_, output)| !output.status.success()).unwrap();
        assert!(
            said(&lost.1).contains("same: expected a folder that does not exist yet, found one"),
            "{}",
            said(&lost.1)
        );

        let free = ["1", "2"].map(|seed| train(folder.path(), &["--seed", seed]));
        free.into_iter().for_each(|child| assert!(child.wait_with_output().unwrap().status.success()));
        let seeds = [1, 2].map(|number| {
            let opened = run::open(&folder.path().join(format!("runs/vae-dense-digits-{number}"))).unwrap();
            opened.config.model.seed()
        });
        assert!(seeds == [1, 2] || seeds == [2, 1], "pair {pair}: {seeds:?}");
    }
}

#[test]
fn a_run_that_came_to_no_checkpoint_is_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    write_halved_digits(folder.path());
    assert!(train(folder.path(), &["--out", "run"]).wait_with_output().unwrap().status.success());
    let run = folder.path().join("run");
    let whole = run::open(&run).unwrap().checkpoint;
    fs::remove_dir_all(run.join("checkpoints")).unwrap();
    let resume = || {
        let mut again = Command::new(env!("CARGO_BIN_EXE_latentarium"));
        again.current_dir(folder.path()).args(["train", "--resume", "run"]).output().unwrap()
    };
    // One that has made steps has lost them: nothing of it is written over.
    let metrics = fs::read_to_string(run.join("metrics.csv")).unwrap();
    let refused = resume();
    assert!(!refused.status.success() && said(&refused).contains("checkpoints: expected a checkpoint, found none"));
    assert_eq!(fs::read_to_string(run.join("metrics.csv")).unwrap(), metrics);
    fs::write(run.join("metrics.csv"), metrics.lines().next().unwrap().to_owned() + "\n").unwrap();
    let again = resume();
    assert!(again.status.success(), "{}", said(&again));
    assert_eq!(run::open(&run).unwrap().checkpoint.saved, whole.saved);
}
