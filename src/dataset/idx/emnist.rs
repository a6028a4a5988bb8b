//! EMNIST (Cohen, Afshar, Tapson, van Schaik 2017) in MNIST's form: other names of files, images that lie on their side.

use crate::dataset::folder::names;
use crate::dataset::source::SourceError;
use crate::dataset::stream::{Meter, Stream};
use crate::message::message;
use std::path::Path;

/// The splits in the order in which they are looked for.
const SPLITS: [&str; 6] = ["balanced", "byclass", "bymerge", "letters", "digits", "mnist"];
/// The most bytes that the file of classes may have.
const MOST_BYTES: u64 = 4096;

/// The stem of a file's name, without `.gz` and what says images or labels, where it is EMNIST's.
pub fn is_stem(stem: &str) -> bool {
    let split =
        stem.strip_prefix("emnist-").and_then(|stem| stem.strip_suffix("-train").or(stem.strip_suffix("-test")));
    split.is_some_and(|split| SPLITS.contains(&split))
}

/// The split that a folder holds, the first of several; none where MNIST's own files lie there, or no such file.
///
/// # Errors
/// The file system's own words.
pub fn split_of(folder: &Path) -> Result<Option<&'static str>, SourceError> {
    let names = names(folder)?.collect::<Result<Vec<_>, _>>()?;
    if names.iter().any(|name| name.starts_with("train-") || name.starts_with("t10k-")) {
        return Ok(None);
    }
    let holds = |split: &&str| names.iter().any(|name| name.starts_with(&format!("emnist-{split}-train-")));
    Ok(SPLITS.into_iter().find(holds))
}

/// Images as they were written by hand: `pixels` are `[count, side, side]`, rows for columns.
pub fn turn_upright(pixels: &mut [u8], side: usize) {
    for image in pixels.chunks_exact_mut((side * side).max(1)) {
        for row in 0..side {
            for column in row + 1..side {
                image.swap(row * side + column, column * side + row);
            }
        }
    }
}

/// The signs that the classes stand for, by `emnist-SPLIT-mapping.txt`: a line a class with its number and the code of its
/// first sign. A class that is not there has its number; where there is no such file all have.
///
/// # Errors
/// A file that is none of this kind.
pub fn class_names(folder: &Path, split: &str, greatest: u8, meter: &Meter<'_>) -> Result<Vec<String>, SourceError> {
    let mut out: Vec<String> = (0..=greatest).map(|class| class.to_string()).collect();
    let path = folder.join(format!("emnist-{split}-mapping.txt"));
    if !path.is_file() {
        return Ok(out);
    }
    let expected = message!("lines of a class and the code of its sign");
    let mut bytes = Vec::new();
    Stream::open(&path, expected.clone(), meter)?.read_up_to(MOST_BYTES + 1, &mut bytes, meter)?;
    let wrong = |found| SourceError::unexpected(&path, expected.clone(), found);
    if bytes.len() as u64 > MOST_BYTES {
        return Err(wrong(message!("more than {most} bytes", most = MOST_BYTES)));
    }
    for line in String::from_utf8_lossy(&bytes).lines().filter(|line| !line.trim().is_empty()) {
        let mut words = line.split_whitespace().map(|word| word.parse::<u32>().ok());
        let (class, sign) = (words.next().flatten(), words.next().flatten().and_then(char::from_u32));
        let (Some(class), Some(sign)) = (class, sign.filter(|sign| !sign.is_control())) else {
            return Err(wrong(message!("a line that is none")));
        };
        if let Some(name) = out.get_mut(class as usize) {
            *name = sign.to_string();
        }
    }
    Ok(out)
}
