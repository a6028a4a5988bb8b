//! Points of the plane in a text file: what a person has drawn, a line a point.

use super::format::{Candidate, Format};
use super::options::DataOptions;
use super::progress::Progress;
use super::rows::InMemory;
use super::sample::Sample;
use super::set::Dataset;
use super::source::{Source, SourceError};
use super::split::Split;
use super::understood::OF_POINTS;
use crate::disk::read_file;
use crate::message::{Message, message};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

/// What such a file's name ends with.
pub const POINTS_ENDING: &str = "points";
/// The first line.
const HEADING: &str = "x,y";
/// The most points of a file, and with it the most bytes.
const MOST_POINTS: usize = 200_000;
const MOST_BYTES: u64 = 64 * MOST_POINTS as u64;
/// The fewest that there is something to learn from.
const FEWEST_POINTS: usize = 10;
/// No coordinate is farther from 0.
const FARTHEST: f32 = 1e6;
/// Of so many points one is for testing.
const TEST_EVERY: usize = 6;

/// A file `NAME.points`: the line `x,y`, then two numbers a line. Every sixth point is for testing.
pub struct PointsFile;

impl Format for PointsFile {
    fn name(&self) -> &'static str {
        "points"
    }

    fn summary(&self) -> Message {
        message!("a file of points of the plane (NAME.points)")
    }

    fn claims(&self, candidate: &Candidate) -> bool {
        candidate.names.is_none() && candidate.path.extension().is_some_and(|ending| ending == POINTS_ENDING)
    }

    fn options(&self) -> &'static [&'static str] {
        OF_POINTS
    }

    fn open(&self, path: &Path, _: &DataOptions, progress: &Progress) -> Result<Dataset, SourceError> {
        let bytes =
            read_file(path, MOST_BYTES).map_err(|error| SourceError::unexpected(path, error.expected, error.found))?;
        let points = points(path, &bytes)?;
        if progress.is_cancelled() {
            return Err(SourceError::Cancelled(path.to_owned()));
        }
        let split = |is_test: bool| {
            let is_wanted = |index: usize| (index % TEST_EVERY == TEST_EVERY - 1) == is_test;
            let chosen = points.iter().enumerate().filter(|(index, _)| is_wanted(*index));
            let values: Vec<f32> = chosen.flat_map(|(_, point)| *point).collect();
            Split::new(Sample::Point { dims: 2 }, Arc::new(InMemory::new(values, 2)), Vec::new())
        };
        let name = path.file_stem().map_or_else(|| "points".to_owned(), |stem| stem.to_string_lossy().into_owned());
        Ok(Dataset::new(Source::path(path), name, split(false), split(true)))
    }
}

/// The points of a file.
fn points(path: &Path, bytes: &[u8]) -> Result<Vec<[f32; 2]>, SourceError> {
    let refuse = |expected: Message, found: Message| Err(SourceError::unexpected(path, expected, found));
    // Spreadsheets put a mark of their encoding before the first name.
    let Ok(text) = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)) else {
        return refuse(message!("a file of points"), message!("bytes that are no text"));
    };
    let mut lines = text.lines();
    match lines.next() {
        Some(HEADING) => {}
        first => {
            let found: String = first.unwrap_or_default().chars().take(40).collect();
            return refuse(message!("the first line {line}", line = HEADING), Message::words(format!("“{found}”")));
        }
    }
    let mut points = Vec::new();
    for (line, number) in lines.zip(2usize..) {
        let Some(point) = point(line) else {
            let found: String = line.chars().take(40).collect();
            let expected = message!("two numbers up to {farthest} in line {number}", farthest = FARTHEST, number);
            return refuse(expected, Message::words(format!("“{found}”")));
        };
        points.push(point);
        if points.len() > MOST_POINTS {
            return refuse(message!("at most {most} points", most = MOST_POINTS), message!("more of them"));
        }
    }
    if points.len() < FEWEST_POINTS {
        return refuse(message!("{fewest} points or more", fewest = FEWEST_POINTS), Message::words(points.len()));
    }
    Ok(points)
}

fn point(line: &str) -> Option<[f32; 2]> {
    let (x, y) = line.split_once(',')?;
    let coordinate = |text: &str| text.trim().parse::<f32>().ok().filter(|value| value.abs() <= FARTHEST);
    Some([coordinate(x)?, coordinate(y)?])
}

/// The text of a file of these points; it reads as the same bits.
pub fn points_text(points: &[[f32; 2]]) -> String {
    let mut text = format!("{HEADING}\n");
    // Writing into a string does not fail.
    points.iter().for_each(|[x, y]| _ = writeln!(text, "{x},{y}"));
    text
}
