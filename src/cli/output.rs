//! Standard output and standard error: the only places that write to them. Neither may end the program in a panic.

use anyhow::{Context, Result};
use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

/// Whoever read standard output has enough: the program ends quietly.
#[derive(Debug, thiserror::Error)]
#[error("standard output is closed")]
pub struct OutputClosed;

/// Prints a line on standard output, at once.
///
/// # Errors
/// [`OutputClosed`], or what the system says.
pub fn say(line: impl Display) -> Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{line}").and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Err(OutputClosed.into()),
        written => written.context("standard output cannot be written"),
    }
}

/// The most characters that a person is told at once.
const MOST_CHARACTERS: usize = 6000;

/// Tells a person something on standard error; where that is closed or full, nobody. Control characters, which may come from
/// a file, are shown and not obeyed.
pub fn tell(line: impl Display) {
    let line = line.to_string();
    let shown: String =
        line.chars().take(MOST_CHARACTERS).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    let _ = writeln!(io::stderr().lock(), "latentarium: {shown}");
}
