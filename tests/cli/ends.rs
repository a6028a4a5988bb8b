//! Ends that are no success: interruptions, a full disk, output that nobody takes.

use crate::common;
use crate::program::{json, latentarium, text};
use std::process::Command;

#[cfg(unix)]
#[test]
fn an_interruption_is_status_130_after_a_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_latentarium"))
        .current_dir(folder.path())
        .args(["train", "vae-dense", "--epochs", "1000", "--out", "run"])
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let begun = folder.path().join("run/checkpoints/000000");
    let started = std::time::Instant::now();
    while !begun.exists() {
        assert!(started.elapsed().as_secs() < 60, "no checkpoint of step 0");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let opened = latentarium::run::open(&folder.path().join("run")).unwrap();
    assert!(opened.checkpoint.step > 0);
}

/// A disk that is full: files cannot grow past a limit, and the program is told so by an error.
#[cfg(unix)]
#[test]
fn a_full_disk_is_a_sentence_and_leaves_no_half_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_latentarium");
    let script = format!("trap '' XFSZ; ulimit -f 1000; exec '{program}' train vae-dense --steps 5 --out run");
    let output = Command::new("bash").current_dir(folder.path()).args(["-c", &script]).output().unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("run/checkpoints/000000: ") && said.contains("File too large"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    let left: Vec<_> = std::fs::read_dir(folder.path().join("run/checkpoints")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_nobody_can_take_never_ends_in_a_panic() {
    use std::os::unix::ffi::OsStrExt;
    use std::process::Stdio;
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    common::write_digits(here, 200, 14);
    let run = std::ffi::OsStr::from_bytes(b"a run \xff");
    let train = ["train", "vae-dense", "--data", "digits.npy", "--batch", "32", "--steps", "1", "--json", "--out"];
    let train = [&train.map(std::ffi::OsStr::new)[..], &[run]].concat();
    let trained = Command::new(env!("CARGO_BIN_EXE_latentarium")).current_dir(here).args(&train).output().unwrap();
    assert!(json(&trained)["run"].as_str().unwrap().starts_with("a run "));
    let (eval, presets) = (vec!["eval".as_ref(), run], vec!["presets".as_ref()]);
    let (plane, long) = (
        ["plane", "--grid", "2", "--out", "plane.png"].map(std::ffi::OsStr::new).to_vec(),
        ["bench", "train", "vae-dense", "--steps", "1"].map(std::ffi::OsStr::new).to_vec(),
    );
    let plane = [&plane[..], &[run]].concat();
    for arguments in [&train, &eval, &presets, &plane, &long] {
        let command = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_latentarium"));
            command.current_dir(here).args(arguments).stderr(Stdio::piped());
            command
        };
        // Nobody reads: it ends quietly.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let closed = command().stdout(writer).output().unwrap();
        let is_refused = std::ptr::eq(arguments, &train);
        let status = if is_refused { 2 } else { 0 };
        assert_eq!(closed.status.code(), Some(status), "{arguments:?}: {}", text(&closed.stderr));
        assert!(is_refused || closed.stderr.is_empty(), "{arguments:?}: {}", text(&closed.stderr));
        // A full disk is a sentence; where that cannot be written either, the status alone.
        let full = || Stdio::from(std::fs::File::options().write(true).open("/dev/full").unwrap());
        let output = command().stdout(full()).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(if is_refused { 2 } else { 1 }), "{arguments:?}: {said}");
        assert!(is_refused || said.contains("standard output cannot be written: "), "{arguments:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        let output = command().stdout(full()).stderr(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(if is_refused { 2 } else { 1 }), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_request_to_end_is_answered_within_a_second() {
    use std::process::Stdio;
    use std::time::{Duration, Instant};
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    common::write_halved_digits(here);
    json(&latentarium(here, &["train", "vae-dense", "--data", "./digits", "--steps", "1", "--out", "run", "--json"]));
    for signal in ["INT", "TERM"] {
        let evaluate = ["eval", "run", "--nll-samples", "100000"];
        let mut child = Command::new(env!("CARGO_BIN_EXE_latentarium"));
        let mut child =
            child.current_dir(here).args(evaluate).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(700));
        assert!(child.try_wait().unwrap().is_none(), "it is at work");
        let asked = Instant::now();
        Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(130));
        println!("{signal}: after {:?}", asked.elapsed());
        // Asked for is a second; a busy machine may take longer to start the thread that ends it.
        assert!(asked.elapsed() < Duration::from_secs(4), "{signal}: after {:?}", asked.elapsed());
    }
}
