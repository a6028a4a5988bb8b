//! A CSV that lists images, with what is known of each.

use super::gather::{Gathered, Listed, gather};
use super::listing::MAX_FILES;
use crate::dataset::cache::CacheKey;
use crate::dataset::column::{Cells, Column, ColumnValues};
use crate::dataset::format::{Candidate, Format};
use crate::dataset::options::DataOptions;
use crate::dataset::progress::Progress;
use crate::dataset::sample::Sample;
use crate::dataset::set::Dataset;
use crate::dataset::share::Share;
use crate::dataset::source::{Source, SourceError};
use crate::dataset::split::Split;
use crate::dataset::understood::OF_IMAGE_FILES;
use crate::dataset::words::{classes_or_texts, texts};
use crate::disk::read_file;
use crate::message::{Message, message};
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The most bytes of a table.
const MAX_TABLE: u64 = 512 << 20;
/// The most columns.
const MOST_COLUMNS: usize = 256;
/// What the columns with a meaning are called.
const FILE: [&str; 5] = ["file", "path", "image", "filename", "file_name"];
const LABEL: [&str; 3] = ["label", "class", "category"];
const SPLIT: &str = "split";

/// A file `NAME.csv` with a row an image: `file,label,split,any,other,columns`. Files lie beside the table or below. The column
/// `label` holds classes, or words where there are more than 256 of them; `split` says `train` or `test`, and where there is
/// none every tenth row is for testing; of the others those are numbers of which every cell is one or empty.
pub struct ImageTable;

impl Format for ImageTable {
    fn name(&self) -> &'static str {
        "CSV"
    }

    fn summary(&self) -> Message {
        message!("a table that lists images (NAME.csv with columns file, label, …)")
    }

    fn claims(&self, candidate: &Candidate) -> bool {
        candidate.ends_in("csv")
    }

    fn options(&self) -> &'static [&'static str] {
        OF_IMAGE_FILES
    }

    fn open(&self, path: &Path, options: &DataOptions, progress: &Progress) -> Result<Dataset, SourceError> {
        let table = Table::read(path)?;
        let root = path.parent().unwrap_or(Path::new("."));
        let splits = table.splits(path)?;
        let mut key = CacheKey::new("table");
        let mut listed = Vec::with_capacity(table.rows.len());
        let mut folders = Folders::of(root);
        for (row, split) in table.rows.iter().zip(splits) {
            let file = root.join(inside(path, row.get(table.file).map_or("", String::as_str))?);
            folders.check(path, &file)?;
            key = match file.symlink_metadata() {
                Ok(data) if data.is_file() => key.with_file(&file, &data),
                // Left out and named when it is read, as a broken one is.
                _ => key.with(file.as_os_str().as_encoded_bytes()),
            };
            if progress.is_cancelled() {
                return Err(SourceError::Cancelled(path.to_owned()));
            }
            key = key.with(&[split as u8]);
            listed.push(Listed { path: file, split });
        }
        let images = gather(path, &listed, options, key, progress)?;
        let [train_columns, test_columns] = table.columns(&listed, &images.more);
        let [train_rows, test_rows] = images.rows;
        let split = |rows, columns| Split::new(Sample::Image(images.shape), rows, columns);
        let name = path.file_stem().map_or_else(|| "data".to_owned(), |name| name.to_string_lossy().to_lowercase());
        let set =
            Dataset::new(Source::path(path), name, split(train_rows, train_columns), split(test_rows, test_columns));
        let notes = images.more.note(path, listed.len()).into_iter().collect();
        Ok(Dataset { notes, stored: Some(images.stored), ..set })
    }
}

/// A path in the table's own folder or below.
fn inside(table: &Path, text: &str) -> Result<PathBuf, SourceError> {
    let path = Path::new(text);
    let is_inside = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if path.file_name().is_none() || !is_inside {
        let expected = message!("files in the table's own folder or below");
        return Err(SourceError::unexpected(table, expected, Message::words(format_args!("{text:.200?}"))));
    }
    Ok(path.to_owned())
}

/// The folders that files lie in, each looked at once: none of them is reached through a link out of the table's own.
struct Folders {
    root: Option<PathBuf>,
    inside: BTreeSet<PathBuf>,
}

impl Folders {
    fn of(root: &Path) -> Self {
        let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
        Self { root: root.canonicalize().ok(), inside: BTreeSet::new() }
    }

    fn check(&mut self, table: &Path, file: &Path) -> Result<(), SourceError> {
        let Some(folder) = file.parent().filter(|folder| !self.inside.contains(*folder)) else { return Ok(()) };
        // One that is not there is said of its files.
        let real = folder.canonicalize().ok();
        if let (Some(real), Some(root)) = (real, &self.root)
            && !real.starts_with(root)
        {
            let expected = message!("files in the table's own folder or below");
            return Err(SourceError::unexpected(table, expected, message!("a link out of it, {folder}", folder)));
        }
        self.inside.insert(folder.to_owned());
        Ok(())
    }
}

/// A table as it was read.
struct Table {
    names: Vec<String>,
    rows: Vec<Vec<String>>,
    /// The column of the files.
    file: usize,
}

impl Table {
    fn read(path: &Path) -> Result<Self, SourceError> {
        let wrong = |expected, found| SourceError::unexpected(path, expected, found);
        let bytes = read_file(path, MAX_TABLE).map_err(|error| wrong(error.expected, error.found))?;
        let words = || message!("a table with a column file and a row an image");
        // Spreadsheets put a mark of their encoding before the first name.
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text);
        let damaged = |error: csv::Error| message!("damaged rows ({error})", error = error.to_string());
        let headers = reader.headers().map_err(|error| wrong(words(), damaged(error)))?;
        let names: Vec<String> = headers.iter().map(|name| name.chars().take(64).collect()).collect();
        if names.len() > MOST_COLUMNS {
            let expected = message!("at most {most} columns", most = MOST_COLUMNS);
            return Err(wrong(expected, Message::words(names.len())));
        }
        let is_file = |name: &String| FILE.iter().any(|known| name.eq_ignore_ascii_case(known));
        let Some(file) = names.iter().position(is_file) else {
            let found = message!("the columns {names}", names = format!("{:.200}", names.join(", ")));
            return Err(wrong(words(), if text.is_empty() { message!("an empty file") } else { found }));
        };
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| wrong(words(), damaged(error)))?;
            if rows.len() == MAX_FILES {
                return Err(wrong(message!("at most {most} images", most = MAX_FILES), message!("more")));
            }
            rows.push(record.iter().map(str::to_owned).collect());
        }
        if rows.len() < 2 {
            let expected = message!("at least one image to learn from and one to test on");
            return Err(wrong(expected, message!("{count} rows", count = rows.len())));
        }
        Ok(Self { names, rows, file })
    }

    fn named(&self, names: &[&str]) -> Option<usize> {
        self.names.iter().position(|name| names.iter().any(|known| name.eq_ignore_ascii_case(known)))
    }

    fn cell(&self, row: usize, column: usize) -> &str {
        self.rows.get(row).and_then(|row| row.get(column)).map_or("", String::as_str)
    }

    /// The split of each row.
    fn splits(&self, path: &Path) -> Result<Vec<usize>, SourceError> {
        let count = self.rows.len();
        let Some(column) = self.named(&[SPLIT]) else {
            let label = self.named(&LABEL);
            let class = |row: usize| label.map(|label| self.cell(row, label));
            return Ok(Share::of_each_class(&(0..count).map(class).collect::<Vec<_>>()));
        };
        let split = |row: usize| match self.cell(row, column).to_lowercase().as_str() {
            "train" | "training" | "0" => Ok(0),
            "test" | "testing" | "val" | "valid" | "validation" | "1" | "2" => Ok(1),
            other => {
                let expected = message!("train or test in the column split");
                Err(SourceError::unexpected(path, expected, Message::words(format_args!("{other:.60?}"))))
            }
        };
        (0..count).map(split).collect()
    }

    /// The columns of both splits: classes first.
    fn columns(&self, listed: &[Listed], gathered: &Gathered) -> [Vec<Column>; 2] {
        let label = self.named(&LABEL);
        let split = self.named(&[SPLIT]);
        let mut order: Vec<usize> = label.into_iter().collect();
        order.extend(
            (0..self.names.len())
                .filter(|column| Some(*column) != label && Some(*column) != split && *column != self.file),
        );
        let places = |split: usize| -> Vec<usize> {
            let kept = listed.iter().enumerate().filter(|(place, file)| file.split == split && gathered.holds(*place));
            kept.map(|(place, _)| place).collect()
        };
        let places = [places(0), places(1)];
        let mut columns: [Vec<Column>; 2] = Default::default();
        for column in order {
            for (columns, values) in columns.iter_mut().zip(self.values(column, Some(column) == label, &places)) {
                columns.push(Column { name: self.name(column, label), values });
            }
        }
        columns
    }

    fn name(&self, column: usize, label: Option<usize>) -> String {
        match self.names.get(column) {
            _ if Some(column) == label => "class".to_owned(),
            Some(name) if !name.is_empty() => name.clone(),
            _ => format!("column_{}", column + 1),
        }
    }

    fn values(&self, column: usize, is_label: bool, places: &[Vec<usize>; 2]) -> [ColumnValues; 2] {
        let cells = || (0..self.rows.len()).map(|row| self.cell(row, column));
        if is_label {
            let parts = places.each_ref().map(|places| places.iter().map(|row| self.cell(*row, column)).collect());
            return classes_or_texts(cells(), parts);
        }
        let number = |cell: &str| if cell.is_empty() { Some(f32::NAN) } else { cell.parse::<f32>().ok() };
        if cells().all(|cell| number(cell).is_some()) && cells().any(|cell| !cell.is_empty()) {
            return places.each_ref().map(|places| {
                let numbers = places.iter().map(|row| number(self.cell(*row, column)).unwrap_or(f32::NAN));
                ColumnValues::Number(Cells::Listed(numbers.collect()))
            });
        }
        places.each_ref().map(|places| texts(places.iter().map(|row| Arc::from(self.cell(*row, column)))))
    }
}
