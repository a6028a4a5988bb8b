//! Which options a source understands, as they are written, and what is said of others.

use super::options::DataOptions;
use super::source::SourceError;
use crate::message::{Message, message};
use std::path::Path;

/// Of points: those that choose among examples.
pub const OF_POINTS: &[&str] = &["test=1…90&seed=N", "class=NAME", "take=N", "balance"];
/// Of images: the same, and those that change values.
pub const OF_IMAGES: &[&str] = &["test=1…90&seed=N", "class=NAME", "take=N", "balance", "invert", "binarize=1…100"];
/// Of arrays of images: also which numbers are black and white.
pub const OF_ARRAYS: &[&str] = &[
    "range=0..1|-1..1|0..255|0..65535",
    "test=1…90&seed=N",
    "class=NAME",
    "take=N",
    "balance",
    "invert",
    "binarize=1…100",
];
/// Of images in files of their own: also what all are brought to.
pub const OF_IMAGE_FILES: &[&str] = &[
    "side=1…512",
    "fit=crop|whole",
    "color=grey|rgb",
    "test=1…90&seed=N",
    "class=NAME",
    "take=N",
    "balance",
    "invert",
    "binarize=1…100",
];

/// Refuses options that the source at `place` does not understand.
///
/// # Errors
/// Names the first of them, and those that it understands.
pub fn check(place: &Path, options: &DataOptions, understood: &[&str]) -> Result<(), SourceError> {
    let text = options.to_string();
    match text.split('&').find(|part| !options.is_default() && !is_known(part, understood)) {
        Some(part) => Err(refused(place, part, understood)),
        None => Ok(()),
    }
}

/// What is wrong with text that is no options: the first part that is none, or whose value is out of range.
pub fn misread(place: &Path, text: &str, understood: &[&str]) -> SourceError {
    // A seed alone is none.
    let is_option = |part: &str| DataOptions::parse(part).or_else(|| DataOptions::parse(&format!("test=1&{part}")));
    let wrong = text.split('&').find(|part| !is_known(part, understood) || is_option(part).is_none());
    refused(place, wrong.unwrap_or(text), understood)
}

fn is_known(part: &str, understood: &[&str]) -> bool {
    let name = |part: &str| part.split('=').next().map(str::to_owned);
    understood.iter().flat_map(|usage| usage.split('&')).any(|known| name(known) == name(part))
}

fn refused(place: &Path, part: &str, understood: &[&str]) -> SourceError {
    let expected = message!("options among {options}", options = understood.join(", "));
    SourceError::unexpected(place, expected, if part.is_empty() { message!("none") } else { Message::words(part) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_listed_can_be_written_and_is_all_that_there_is() {
        for usage in [OF_POINTS, OF_IMAGES, OF_ARRAYS, OF_IMAGE_FILES].concat() {
            let written =
                ["1…90", "1…100", "1…512", "N"].iter().fold(usage.to_owned(), |text, of| text.replace(of, "7"));
            let (name, values) = written.split_once('=').unwrap_or((&written, ""));
            for value in values.replace("7AME", "name").split('|') {
                let text = if value.is_empty() { name.to_owned() } else { format!("{name}={value}") };
                assert!(DataOptions::parse(&text).is_some(), "{text}");
            }
        }
        let all = "range=0..1&side=7&fit=crop&color=rgb&test=7&seed=7&class=a&take=7&balance&invert&binarize=7";
        let all = DataOptions::parse(all).unwrap_or_default();
        assert_eq!(all.to_string().split('&').count(), 11);
        assert!(check(Path::new("here"), &all, &[OF_ARRAYS, OF_IMAGE_FILES].concat()).is_ok());
    }

    #[test]
    fn the_first_that_is_wrong_is_named() {
        for (text, found) in [
            ("side=3", "side=3"),
            ("take=3&size=4&x", "size=4"),
            ("take=0", "take=0"),
            ("take=3&seed=x", "seed=x"),
            ("seed=4", "seed=4"),
            ("balance=1", "balance=1"),
            ("", "none"),
        ] {
            let said = misread(Path::new("here"), text, OF_POINTS).to_string();
            let known = "test=1…90&seed=N, class=NAME, take=N, balance";
            assert_eq!(said, format!("here: expected options among {known}, found {found}"));
        }
    }
}
