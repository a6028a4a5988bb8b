//! What a run comes back from: a broken checkpoint, a full disk, two who want to go on with it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::write_halved_digits;
use latentarium::run;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latentarium"));
    command.current_dir(folder).args(arguments);
    command
}

fn latentarium(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = latentarium(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    said
}

/// Trains a small network to `steps` with a checkpoint each five steps.
fn train(folder: &Path, out: &str, steps: &str) {
    let small = ["--set", "hidden=[8]", "--batch", "16", "--autosave-steps", "5", "--autosave-s", "0"];
    done(folder, &[&["train", "vae-dense", "--data", "./digits", "--steps", steps, "--out", out][..], &small].concat());
}

fn weights(run: &Path, step: u64) -> Vec<u8> {
    fs::read(run.join(format!("checkpoints/{step:06}/weights.safetensors"))).unwrap()
}

fn flip(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_run_goes_on_from_its_last_whole_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_halved_digits(here);
    train(here, "whole", "30");
    train(here, "run", "20");
    let run = here.join("run");
    flip(&run.join("checkpoints/000020/weights.safetensors"));
    flip(&run.join("checkpoints/000016/optimizer.safetensors"));
    let offer = "; the checkpoint of step 15 is whole (--from-step 15)";
    for arguments in [&["eval", "run"][..], &["train", "--resume", "run", "--steps", "30"]] {
        let output = latentarium(here, arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
        assert!(said.contains("000020/weights.safetensors: expected what the checkpoint of step 20 was"), "{said}");
        assert!(said.trim_end().ends_with(offer), "{said}");
    }
    let output = latentarium(here, &["train", "--resume", "run", "--steps", "30", "--from-step", "14"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("run: expected one of the steps that are kept (0, 1, 2, 4, 5, 8, 10, 15, 16, 20), found 14"),
        "{said}"
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(run.join("checkpoints/000020").is_dir(), "nothing was put aside");
    done(here, &["train", "--resume", "run", "--steps", "30", "--from-step", "15"]);
    assert!(weights(&run, 30) == weights(&here.join("whole"), 30), "the same bits");
    for aside in ["000016.aside", "000020.aside"] {
        assert!(run.join("checkpoints").join(aside).join("state.toml").is_file(), "{aside} stays");
    }
    let rows = |run: &str| {
        let text = fs::read_to_string(here.join(run).join("metrics.csv")).unwrap();
        // Without the seconds, which no two runs share.
        let row = |line: &str| {
            line.split(',')
                .enumerate()
                .filter(|(column, _)| *column != 1)
                .map(|(_, cell)| cell.to_owned())
                .collect::<Vec<_>>()
        };
        text.lines().map(row).collect::<Vec<_>>()
    };
    assert_eq!(rows("run"), rows("whole"));
}

#[test]
fn of_two_that_go_on_at_once_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_halved_digits(here);
    train(here, "begun", "10");
    train(here, "whole", "40");
    let pairs = if std::env::var_os("LATENTARIUM_LONG").is_some() { 50 } else { 4 };
    let (mut won, mut lost) = (0, 0);
    for pair in 0..pairs {
        let name = format!("run-{pair}");
        copy(&here.join("begun"), &here.join(&name));
        let go_on = || -> Child {
            let mut command = command(here, &["train", "--resume", &name, "--steps", "40", "--autosave-s", "0"]);
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
        };
        let both = [go_on(), go_on()].map(|child| child.wait_with_output().unwrap());
        for output in &both {
            let said = String::from_utf8_lossy(&output.stderr);
            match output.status.code() {
                Some(0) => won += 1,
                Some(1) => {
                    lost += 1;
                    assert!(said.contains("expected a run that nobody trains at this moment"), "{said}");
                }
                other => panic!("{other:?}: {said}"),
            }
        }
        assert!(both.iter().any(|output| output.status.success()), "pair {pair}: nobody went on");
        let run = here.join(&name);
        assert!(weights(&run, 40) == weights(&here.join("whole"), 40), "pair {pair}: other bits");
        run::open(&run).unwrap();
        let left = fs::read_dir(&run).unwrap().chain(fs::read_dir(run.join("checkpoints")).unwrap());
        let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert_eq!(left.filter(|name| name.starts_with(".latentarium")).count(), 0, "pair {pair}: something is left");
    }
    println!("{pairs} pairs: {won} went on, {lost} were refused");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target)
        } else {
            _ = fs::copy(entry.path(), target).unwrap()
        }
    }
}

/// A run in its folder whose every write finds a limit on the size of files, as a full disk would be.
#[cfg(unix)]
#[test]
fn a_limit_on_files_is_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_halved_digits(here);
    let limited = |arguments: &str| {
        let program = env!("CARGO_BIN_EXE_latentarium");
        let script = format!("ulimit -f 20; exec '{program}' {arguments}");
        Command::new("sh").args(["-c", &script]).current_dir(here).output().unwrap()
    };
    let output = limited("train vae-dense --data ./digits --steps 5 --out run");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(
        said.contains(
            "run/checkpoints/000000: expected a limit of the system that leaves room for the file, found File too large"
        ),
        "{said}"
    );
    // Nothing is lost: where there is room it begins.
    done(here, &["train", "--resume", "run", "--steps", "3"]);
    let picture = limited("plane run --grid 20 --out plane.png");
    let said = String::from_utf8(picture.stderr).unwrap();
    assert!(said.starts_with("latentarium: plane.png: expected a limit of the system"), "{said}");
    assert!(!here.join("plane.png").exists());
}
