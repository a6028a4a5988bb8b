//! `metrics.csv`: a row a recorded step, a column a curve, empty where a curve has no value.

use super::error::RunError;
use super::{atomic, checkpoint::read_bounded};
use crate::history::History;
use crate::metrics;
use crate::model::MetricId;
use std::fmt::Write;
use std::path::Path;

/// The file's text for a history up to and with step `last`. May be called while a trainer appends: each curve is
/// copied under the history's lock, and written out without it.
pub fn text(history: &History, last: u64) -> String {
    let ids = history.ids();
    let mut curves: Vec<_> = ids
        .iter()
        .map(|id| history.with(*id, |curve| curve.points().collect::<Vec<_>>()).unwrap_or_default())
        .map(|points| points.into_iter().take_while(|(step, ..)| *step <= last).peekable())
        .collect();
    let mut text = String::from("step,seconds");
    for id in &ids {
        let _ = write!(text, ",{}", metrics::column(*id));
    }
    text.push('\n');
    // The curves are in order of step, each with gaps of its own.
    while let Some((step, seconds)) = curves
        .iter_mut()
        .filter_map(|curve| curve.peek().map(|(step, seconds, _)| (*step, *seconds)))
        .min_by_key(|row| row.0)
    {
        let _ = write!(text, "{step},{seconds}");
        for curve in &mut curves {
            match curve.next_if(|point| point.0 == step) {
                Some((_, _, value)) => _ = write!(text, ",{value}"),
                None => text.push(','),
            }
        }
        text.push('\n');
    }
    text
}

/// Writes it, up to and with step `last`.
///
/// # Errors
/// The file system's own.
pub fn write(run: &Path, history: &History, last: u64) -> Result<(), RunError> {
    let path = run.join("metrics.csv");
    atomic::write(&path, text(history, last).as_bytes()).map_err(RunError::io(&path))
}

/// Reads it into `history`, up to and with step `last`.
///
/// # Errors
/// Names the line that is not a row of figures.
pub fn read(run: &Path, history: &History, last: u64) -> Result<(), RunError> {
    let path = run.join("metrics.csv");
    let bytes = read_bounded(&path)?;
    let text = String::from_utf8(bytes).map_err(|_| RunError::unexpected(&path, "text in UTF-8", "other bytes"))?;
    let mut lines = text.lines();
    let header = lines.next().unwrap_or_default();
    // What a later program measures is left out.
    let columns: Vec<Option<MetricId>> = header.split(',').skip(2).map(metrics::of_column).collect();
    if !header.starts_with("step,seconds") {
        return Err(RunError::unexpected(
            &path,
            "columns step, seconds and metrics",
            format!("“{}”", header.chars().take(80).collect::<String>()),
        ));
    }
    for (number, line) in lines.enumerate() {
        let wrong = || {
            RunError::unexpected(
                &path,
                "figures",
                format!("“{}” in line {}", line.chars().take(80).collect::<String>(), number + 2),
            )
        };
        let mut cells = line.split(',');
        let step: u64 = cells.next().and_then(|cell| cell.parse().ok()).ok_or_else(wrong)?;
        let seconds: f32 = cells.next().and_then(|cell| cell.parse().ok()).ok_or_else(wrong)?;
        if step > last {
            break;
        }
        let mut values = Vec::new();
        for (cell, id) in cells.zip(&columns) {
            if let (false, Some(id)) = (cell.is_empty(), id) {
                values.push((*id, cell.parse().map_err(|_| wrong())?));
            }
        }
        history.push(step, seconds, &values);
    }
    Ok(())
}
