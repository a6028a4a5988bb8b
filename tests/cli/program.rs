//! The program, started with arguments.

use std::path::Path;
use std::process::{Command, Output};

/// Runs the program in a folder.
pub fn latentarium(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_latentarium")).current_dir(folder).args(arguments).output().unwrap()
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs it and checks exit status and a part of what it says on standard error, which must be one sentence without a panic.
pub fn refuses(folder: &Path, arguments: &[&str], status: i32, sentence: &str) {
    let output = latentarium(folder, arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
    assert!(said.contains(sentence), "{arguments:?}: {said}");
    assert!(!said.contains("panicked"), "{said}");
    assert!(output.stdout.is_empty(), "{arguments:?} printed a result");
}

/// The one line of JSON that it printed.
pub fn json(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    let line = text(&output.stdout);
    assert_eq!(line.trim().lines().count(), 1, "{line}");
    serde_json::from_str(line.trim()).unwrap()
}
