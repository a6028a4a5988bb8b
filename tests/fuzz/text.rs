//! Mutations of inputs as text: figures, lines, words. Other bytes are no hindrance.

use crate::mutation::repeated;
use std::ops::Range;

/// What stands in a figure's place.
const FIGURES: [&str; 28] = [
    "0",
    "-1",
    "1",
    "2",
    "3",
    "7",
    "-0.0",
    "0.5",
    "1e308",
    "1e400",
    "-1e308",
    "1e39",
    "1e-320",
    "nan",
    "inf",
    "-inf",
    "127",
    "255",
    "65536",
    "2147483648",
    "4294967295",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "0x7fffffff",
    "1_000",
    "",
];

/// Digits of a very long figure.
const VERY_LONG: usize = 400;

/// Maximal runs of bytes.
fn runs(bytes: &[u8], is_part: impl Fn(u8) -> bool) -> Vec<Range<usize>> {
    let (mut runs, mut begin) = (Vec::new(), None);
    for (at, byte) in bytes.iter().enumerate() {
        match (is_part(*byte), begin) {
            (true, None) => begin = Some(at),
            (false, Some(first)) => {
                runs.push(first..at);
                begin = None;
            }
            _ => {}
        }
    }
    runs.extend(begin.map(|first| first..bytes.len()));
    runs
}

/// Where the words are that begin with a letter.
pub fn words(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut words = runs(bytes, |byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    words.retain(|word| word.len() > 1 && bytes[word.start].is_ascii_alphabetic());
    words
}

fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

fn replace(bytes: &mut Vec<u8>, places: &[Range<usize>], which: usize, new: &[u8]) {
    if let Some(place) = places.get(which % places.len().max(1)) {
        drop(bytes.splice(place.clone(), new.iter().copied()));
    }
}

/// Puts another figure in the place of one.
pub fn figure(bytes: &mut Vec<u8>, which: usize, choice: usize) {
    let mut figures = runs(bytes, |byte| byte.is_ascii_digit() || byte == b'.');
    figures.retain(|figure| bytes[figure.start].is_ascii_digit());
    match FIGURES.get(choice % (FIGURES.len() + 1)) {
        Some(figure) => replace(bytes, &figures, which, figure.as_bytes()),
        None => replace(bytes, &figures, which, &[b'9'; VERY_LONG]),
    }
}

/// Puts two lines in each other's place.
pub fn swap_lines(bytes: &mut Vec<u8>, one: usize, other: usize) {
    let mut lines = lines(bytes);
    if let Some(count) = Some(lines.len()).filter(|count| *count > 0) {
        lines.swap(one % count, other % count);
    }
    *bytes = lines.concat();
}

/// Puts a line behind itself.
pub fn repeat_line(bytes: &mut Vec<u8>, which: usize, times: usize) {
    let mut lines = lines(bytes);
    let count = lines.len().max(1);
    if let Some(line) = lines.get_mut(which % count) {
        line.extend(repeated(line, times));
    }
    *bytes = lines.concat();
}

/// Puts another word in the place of one.
pub fn word(bytes: &mut Vec<u8>, which: usize, known: &[Vec<u8>], choice: usize) {
    if let Some(word) = known.get(choice % known.len().max(1)) {
        let words = words(bytes);
        replace(bytes, &words, which, word);
    }
}
