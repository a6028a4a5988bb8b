//! `metrics.csv`: a row a recorded step, a column a curve, empty where a curve has no value; empty cells at the end of a
//! row are left out. Rows are appended while the run goes on; columns of a later program are carried along.

use super::error::RunError;
use crate::disk::faults::point;
use crate::disk::{atomic, open_file};
use crate::history::CurvePoint;
use crate::message::{Message, message};
use crate::metrics;
use crate::model::{Losses, MetricId};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// The longest line that is read, in bytes: far more than a row has.
const LONGEST_LINE: u64 = 1 << 20;

/// What one step measured.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricsRow {
    /// Steps made.
    pub step: u64,
    /// Seconds of training.
    pub seconds: f32,
    /// What was measured.
    pub values: Losses,
}

/// Curves, each with gaps of its own, as rows in order of step.
pub fn rows_of(curves: Vec<(MetricId, Vec<CurvePoint>)>) -> impl Iterator<Item = MetricsRow> {
    let mut curves: Vec<_> = curves.into_iter().map(|(id, points)| (id, points.into_iter().peekable())).collect();
    std::iter::from_fn(move || {
        let next = curves.iter_mut().filter_map(|(_, points)| points.peek().copied()).min_by_key(|point| point.step)?;
        let values = curves.iter_mut().filter_map(|(id, points)| {
            let point = points.next_if(|point| point.step == next.step)?;
            Some((*id, point.value))
        });
        Some(MetricsRow { step: next.step, seconds: next.seconds, values: values.collect() })
    })
}

/// The first line: the names of the columns after `step` and `seconds`.
#[derive(Debug, Default)]
struct Header {
    names: Vec<String>,
    /// Whose columns they are; `None` for those of a later program.
    ids: Vec<Option<MetricId>>,
    places: BTreeMap<MetricId, usize>,
}

impl Header {
    fn parse(line: &str) -> Option<Self> {
        let mut cells = line.split(',');
        (cells.next() == Some("step") && cells.next() == Some("seconds")).then_some(())?;
        let names: Vec<String> = cells.map(str::to_owned).collect();
        let ids: Vec<Option<MetricId>> = names.iter().map(|name| metrics::of_column(name)).collect();
        let places = ids.iter().enumerate().filter_map(|(place, id)| Some(((*id)?, place))).collect();
        Some(Self { names, ids, places })
    }

    /// Gives each curve a column that has none yet; whether there was any.
    fn add(&mut self, ids: impl Iterator<Item = MetricId>) -> bool {
        let mut new: Vec<MetricId> = ids.filter(|id| !self.places.contains_key(id)).collect();
        new.sort_by_cached_key(|id| metrics::place(*id));
        for id in &new {
            self.places.insert(*id, self.names.len());
            self.names.push(metrics::column(*id).into_owned());
            self.ids.push(Some(*id));
        }
        !new.is_empty()
    }

    fn line(&self) -> String {
        let mut line = String::from("step,seconds");
        for name in &self.names {
            line.push(',');
            line.push_str(name);
        }
        line.push('\n');
        line
    }

    /// Appends a row whose curves all have columns.
    fn write(&self, row: &MetricsRow, text: &mut String) {
        let placed = row.values.iter().filter_map(|(id, value)| Some((*self.places.get(id)?, *value)));
        let mut cells: Vec<(usize, f32)> = placed.collect();
        cells.sort_by_key(|cell| cell.0);
        let _ = write!(text, "{},{}", row.step, row.seconds);
        let mut column = 0;
        for (place, value) in cells {
            text.extend(std::iter::repeat_n(',', place + 1 - column));
            column = place + 1;
            let _ = write!(text, "{value}");
        }
        text.push('\n');
    }

    /// A row of text; `None` for what is none.
    fn row(&self, line: &str) -> Option<MetricsRow> {
        let mut cells = line.split(',');
        let (step, seconds) = (cells.next()?.parse().ok()?, cells.next()?.parse().ok()?);
        let mut values = Losses::new();
        let mut ids = self.ids.iter();
        for cell in cells {
            // One more than there are columns would become another's.
            let id = ids.next()?;
            if let (Some(id), false) = (id, cell.is_empty()) {
                values.push((*id, cell.parse().ok()?));
            }
        }
        Some(MetricsRow { step, seconds, values })
    }
}

/// What a file holds up to a step.
struct Scanned {
    header: Header,
    /// Where the first row begins.
    body: u64,
    /// Where the last row ends.
    end: u64,
    /// The last row's step.
    last: Option<u64>,
    /// Whether the last row has an end of line.
    is_ended: bool,
}

/// Reads a file line by line, up to and with step `last`; a last line that was torn while it was written is left out.
fn scan(path: &Path, last: u64, visit: &mut dyn FnMut(MetricsRow)) -> Result<Scanned, RunError> {
    let mut reader = BufReader::new(open_file(path).map_err(RunError::read(path))?.0);
    let mut bytes = Vec::new();
    let mut next = |bytes: &mut Vec<u8>| -> Result<u64, RunError> {
        bytes.clear();
        let read = (&mut reader).take(LONGEST_LINE).read_until(b'\n', bytes).map_err(RunError::io(path))?;
        Ok(read as u64)
    };
    let begin = |text: &str| format!("“{}”", text.chars().take(80).collect::<String>());
    let body = next(&mut bytes)?;
    let line = String::from_utf8_lossy(&bytes);
    let line = line.trim_end_matches(['\n', '\r']);
    let Some(header) = Header::parse(line) else {
        return Err(RunError::unexpected(
            path,
            message!("columns step, seconds and metrics"),
            Message::words(begin(line)),
        ));
    };
    let mut scanned = Scanned { header, body, end: body, last: None, is_ended: bytes.ends_with(b"\n") };
    for number in 2u64.. {
        let read = next(&mut bytes)?;
        let is_ended = bytes.ends_with(b"\n");
        let line = String::from_utf8_lossy(&bytes);
        let line = line.trim_end_matches(['\n', '\r']);
        match scanned.header.row(line) {
            Some(row) if row.step <= last => {
                scanned = Scanned { end: scanned.end + read, last: Some(row.step), is_ended, ..scanned };
                visit(row);
            }
            None if is_ended => {
                return Err(RunError::unexpected(
                    path,
                    message!("figures"),
                    message!("{text} in line {number}", text = begin(line), number),
                ));
            }
            // What comes later, a torn line, or nothing.
            Some(_) | None => break,
        }
    }
    Ok(scanned)
}

fn path_in(run: &Path) -> PathBuf {
    run.join("metrics.csv")
}

/// Reads the rows of a run folder, in order, up to and with step `last`.
///
/// # Errors
/// Names the line that is not a row of figures.
pub fn read(run: &Path, last: u64, visit: &mut dyn FnMut(MetricsRow)) -> Result<(), RunError> {
    scan(&path_in(run), last, visit).map(|_| ())
}

/// Copies the rows of a run folder up to and with step `last` into a folder that is being filled, byte by byte.
///
/// # Errors
/// Names the line that is not a row of figures; the file system's own.
pub fn copy(from: &Path, to: &Path, last: u64) -> Result<(), RunError> {
    let (source, target) = (path_in(from), path_in(to));
    let scanned = scan(&source, last, &mut |_| {})?;
    let write = || -> io::Result<()> {
        point()?;
        let mut file = File::create(&target)?;
        point()?;
        io::copy(&mut File::open(&source)?.take(scanned.end), &mut file)?;
        if !scanned.is_ended {
            file.write_all(b"\n")?;
        }
        file.sync_all()
    };
    write().map_err(RunError::io(&target))
}

/// The file of a run that goes on.
#[derive(Debug)]
pub struct MetricsFile {
    path: PathBuf,
    file: File,
    header: Header,
    /// Whether the header has columns that the file's first line has not.
    is_wider: bool,
    body: u64,
    /// Bytes that are known to be rows; a failed write may have left some behind them.
    end: u64,
    last: Option<u64>,
}

impl MetricsFile {
    /// Begins the file of a run folder with what was measured before it had one.
    ///
    /// # Errors
    /// The file system's own.
    pub fn create(run: &Path, curves: Vec<(MetricId, Vec<CurvePoint>)>) -> Result<Self, RunError> {
        let path = path_in(run);
        let mut header = Header::default();
        header.add(curves.iter().map(|(id, _)| *id));
        let first = header.line();
        atomic::write(&path, first.as_bytes()).map_err(RunError::io(&path))?;
        let file = OpenOptions::new().append(true).open(&path).map_err(RunError::io(&path))?;
        let body = first.len() as u64;
        let mut begun = Self { path, file, header, is_wider: false, body, end: body, last: None };
        begun.append(rows_of(curves))?;
        Ok(begun)
    }

    /// Opens the file of a run that goes on after step `last`: shows its rows, and cuts what is later or torn.
    ///
    /// # Errors
    /// Names the line that is not a row of figures; the file system's own.
    pub fn open(run: &Path, last: u64, visit: &mut dyn FnMut(MetricsRow)) -> Result<Self, RunError> {
        let path = path_in(run);
        let Scanned { header, body, end, last, is_ended } = scan(&path, last, visit)?;
        let file = OpenOptions::new().append(true).open(&path).map_err(RunError::io(&path))?;
        let mut opened = Self { path, file, header, is_wider: false, body, end, last };
        opened.cut().map_err(RunError::io(&opened.path))?;
        if !is_ended {
            opened.write(b"\n").map_err(RunError::io(&opened.path))?;
            if opened.last.is_none() {
                opened.body = opened.end;
            }
        }
        Ok(opened)
    }

    /// Appends those rows that are later than the last one; gives the bytes that were written.
    ///
    /// # Errors
    /// The file system's own; the rows that were there before are still there, and the next call tries again.
    pub fn append(&mut self, rows: impl Iterator<Item = MetricsRow>) -> Result<u64, RunError> {
        let (mut text, mut last) = (String::new(), self.last);
        for row in rows.filter(|row| self.last.is_none_or(|last| row.step > last)) {
            self.is_wider |= self.header.add(row.values.iter().map(|(id, _)| *id));
            self.header.write(&row, &mut text);
            last = Some(row.step);
        }
        let written = if self.is_wider { self.widen(text.as_bytes()) } else { self.write(text.as_bytes()) };
        let written = written.map_err(RunError::io(&self.path))?;
        self.last = last;
        Ok(written)
    }

    /// Waits until all rows are on disk.
    ///
    /// # Errors
    /// The file system's own.
    pub fn sync(&self) -> Result<(), RunError> {
        point().and_then(|()| self.file.sync_data()).map_err(RunError::io(&self.path))
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<u64> {
        self.cut()?;
        point()?;
        self.file.write_all(bytes)?;
        self.end += bytes.len() as u64;
        Ok(bytes.len() as u64)
    }

    /// Removes what lies behind the rows.
    fn cut(&mut self) -> io::Result<()> {
        if self.file.metadata()?.len() > self.end {
            point()?;
            self.file.set_len(self.end)?;
        }
        Ok(())
    }

    /// Writes the file anew with more columns, and appends: a run comes by few steps that measure something new.
    fn widen(&mut self, bytes: &[u8]) -> io::Result<u64> {
        let header = self.header.line();
        let mut old = File::open(&self.path)?;
        old.seek(SeekFrom::Start(self.body))?;
        let rows = old.take(self.end.saturating_sub(self.body));
        atomic::write_with(&self.path, |file| {
            file.write_all(header.as_bytes())?;
            io::copy(&mut BufReader::new(rows), file)?;
            file.write_all(bytes)
        })?;
        self.file = OpenOptions::new().append(true).open(&self.path)?;
        self.is_wider = false;
        self.body = header.len() as u64;
        self.end = self.file.metadata()?.len();
        Ok(self.end)
    }
}

#[cfg(test)]
mod tests;
