//! Files of settings: TOML with a format number.

use super::FORMAT;
use super::error::RunError;
use super::state::sha256;
use crate::disk::{atomic, read_file};
use crate::message::{Message, message};
use serde::{Deserialize, Serialize};
use std::path::Path;
use toml_parser::lexer::TokenKind;

/// The most that such a file may hold, in bytes.
const MOST_BYTES: u64 = 4 << 20;

/// Reads a TOML file of ours that a run may lack; a newer format is refused by its number before anything else in it is
/// looked at.
pub(super) fn read_toml_if_any<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>, RunError> {
    match read_file(path, MOST_BYTES) {
        Ok(bytes) => parse_toml(path, bytes, FORMAT).map(Some),
        Err(error) if error.is_missing => Ok(None),
        Err(error) => Err(RunError::read(path)(error)),
    }
}

/// The same for a file that must be there, whose newest format is another.
pub(super) fn read_toml_up_to<T: serde::de::DeserializeOwned>(path: &Path, newest: u32) -> Result<T, RunError> {
    parse_toml(path, read_file(path, MOST_BYTES).map_err(RunError::read(path))?, newest)
}

fn parse_toml<T: serde::de::DeserializeOwned>(path: &Path, bytes: Vec<u8>, newest: u32) -> Result<T, RunError> {
    #[derive(Deserialize)]
    struct Format {
        format: Option<u32>,
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| RunError::unexpected(path, message!("text in UTF-8"), message!("other bytes")))?;
    if is_too_deep(&text) {
        let found = message!("brackets in more than {most} brackets", most = MOST_DEPTH);
        return Err(RunError::unexpected(path, message!("settings of this program"), found));
    }
    let not_toml = |error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let what = Message::words(error.message());
        let found = match before {
            Some(before) => message!("{what} in line {line}", what, line = before.matches('\n').count() + 1),
            None => what,
        };
        RunError::unexpected(path, message!("settings of this program"), found)
    };
    match toml::from_str::<Format>(&text).map_err(not_toml)?.format {
        Some(format) if format > newest => Err(RunError::unexpected(
            path,
            message!("format {format} or older", format = newest),
            message!("format {format}", format),
        )),
        Some(_) => toml::from_str(&text).map_err(not_toml),
        None => Err(RunError::unexpected(path, message!("format = {newest}", newest), message!("no format number"))),
    }
}

/// Brackets in brackets, at most: far more than any setting has.
const MOST_DEPTH: usize = 64;

/// Whether brackets stand in so many others that the parser, which follows them by recursion also where they are no TOML, would
/// run out of stack. Told by the parser's own tokens, so that nothing is a string here that is none there; a bracket that
/// closes no other closes nothing.
pub(super) fn is_too_deep(text: &str) -> bool {
    let mut open = Vec::new();
    for token in toml_parser::Source::new(text).lex() {
        match token.kind() {
            kind @ (TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket) => open.push(kind),
            TokenKind::RightSquareBracket => _ = open.pop_if(|last| *last == TokenKind::LeftSquareBracket),
            TokenKind::RightCurlyBracket => _ = open.pop_if(|last| *last == TokenKind::LeftCurlyBracket),
            _ => {}
        }
        if open.len() > MOST_DEPTH {
            return true;
        }
    }
    false
}

/// Writes such a file.
pub(super) fn write_toml(path: &Path, value: &impl Serialize) -> Result<(), RunError> {
    let text = toml::to_string(value)
        .map_err(|error| RunError::unexpected(path, message!("values that TOML can hold"), Message::words(error)))?;
    atomic::write(path, text.as_bytes()).map_err(RunError::io(path))
}

/// SHA-256 of such a file as it is on disk.
///
/// # Errors
/// Names the file, what was expected and what was found.
pub fn sum_of(path: &Path) -> Result<String, RunError> {
    Ok(sha256(&read_file(path, MOST_BYTES).map_err(RunError::read(path))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_counted_outside_of_strings() {
        let deep = "[".repeat(MOST_DEPTH + 1);
        assert!(is_too_deep(&deep) && is_too_deep(&"{ [ ".repeat(MOST_DEPTH)));
        assert!(!is_too_deep(&"[".repeat(MOST_DEPTH)));
        assert!(!is_too_deep(&"[1]\n{ x = [2] }\n".repeat(1000)));
        for quote in ["\"", "'", "\"\"\"", "'''"] {
            assert!(!is_too_deep(&format!("x = {quote}{deep}{quote}")));
            assert!(is_too_deep(&format!("x = {quote}{quote}, {deep}")));
        }
        // What looks like a string to who counts quotes, and like brackets to the parser.
        for hides in ["x = \"\\\n", "x = [\"\"\"a\"b\"\"\", ", "# it's\n", "[ } { ] "] {
            assert!(is_too_deep(&format!("{hides}{}", "[ } { ] ".repeat(MOST_DEPTH))), "{hides}");
        }
        assert!(!is_too_deep(&format!("x = \"\\\"{deep}\"")), "an escaped quote is none");
    }
}
