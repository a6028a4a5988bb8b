//! A table of figures for other programs: as CSV, and as LaTeX with booktabs.

use super::figures::FigureDefinition;
use super::samples::Estimate;

/// A column of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableColumn {
    /// What CSV calls it.
    pub key: String,
    /// What LaTeX calls it.
    pub name: String,
    /// The figure that it is of; `None` for what is known of a run.
    pub figure: Option<&'static FigureDefinition>,
}

/// What stands in a place of the table.
#[derive(Clone, Debug, PartialEq)]
pub enum TableCell {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// A whole number.
    Whole(u64),
    /// A figure with its interval.
    Estimate(Estimate),
    /// Of several runs: the middle one, the least and the most.
    Spread {
        /// The median.
        median: f64,
        /// The least.
        least: f64,
        /// The most.
        most: f64,
    },
}

impl TableCell {
    /// The middle of some numbers with the least and the most; empty of none. Of an even number the mean of the two in the middle.
    pub fn spread(mut numbers: Vec<f64>) -> Self {
        numbers.sort_by(f64::total_cmp);
        let (Some(least), Some(most)) = (numbers.first().copied(), numbers.last().copied()) else { return Self::Empty };
        let middle =
            [(numbers.len() - 1) / 2, numbers.len() / 2].map(|place| numbers.get(place).copied().unwrap_or(least));
        Self::Spread { median: (middle[0] + middle[1]) / 2.0, least, most }
    }

    /// What it is sorted by; `None` for words and for nothing.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Empty | Self::Text(_) => None,
            Self::Whole(whole) => Some(*whole as f64),
            Self::Estimate(estimate) => Some(estimate.value),
            Self::Spread { median, .. } => Some(*median),
        }
    }
}

/// Rows of runs, columns of what is known of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FigureTable {
    /// The columns.
    pub columns: Vec<TableColumn>,
    /// As many cells each.
    pub rows: Vec<Vec<TableCell>>,
}

impl FigureTable {
    /// As CSV, in UTF-8. A figure has two more columns, `<key>_low` and `<key>_high`: its 95 % interval, or of several runs the least
    /// and the most.
    ///
    /// # Errors
    /// The encoder's own.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut table = csv::Writer::from_writer(Vec::new());
        let heading = |column: &TableColumn| match column.figure {
            Some(_) => vec![column.key.clone(), format!("{}_low", column.key), format!("{}_high", column.key)],
            None => vec![column.key.clone()],
        };
        table.write_record(self.columns.iter().flat_map(heading))?;
        for row in &self.rows {
            let cells = self.columns.iter().zip(row);
            table.write_record(cells.flat_map(|(column, cell)| {
                let [value, low, high] = plain(cell, column.figure);
                if column.figure.is_some() { vec![value, low, high] } else { vec![value] }
            }))?;
        }
        table.into_inner().map_err(|error| error.into_error().into())
    }

    /// As a LaTeX table of the package booktabs: a figure with its half width, of several runs with the least and the most.
    pub fn latex(&self) -> String {
        let columns = self.columns.iter().map(|column| if column.figure.is_some() { 'r' } else { 'l' });
        let headings = self.columns.iter().map(|column| {
            let arrow = column.figure.map(|figure| match figure.better.arrow() {
                "↑" => " $\\uparrow$",
                "↓" => " $\\downarrow$",
                _ => " $\\rightarrow$",
            });
            escaped(&column.name) + arrow.unwrap_or_default()
        });
        let line = |cells: Vec<String>| format!("{} \\\\\n", cells.join(" & "));
        let mut text = String::from("% \\usepackage{booktabs}\n");
        text += &format!("\\begin{{tabular}}{{{}}}\n\\toprule\n", columns.collect::<String>());
        text += &line(headings.collect());
        text += "\\midrule\n";
        for row in &self.rows {
            text += &line(row.iter().map(typeset).collect());
        }
        text + "\\bottomrule\n\\end{tabular}\n"
    }
}

/// A value, and the ends of its interval.
fn plain(cell: &TableCell, figure: Option<&FigureDefinition>) -> [String; 3] {
    let none = String::new;
    match cell {
        TableCell::Empty => [none(), none(), none()],
        TableCell::Text(text) => [text.clone(), none(), none()],
        TableCell::Whole(whole) => [whole.to_string(), none(), none()],
        TableCell::Estimate(estimate) => {
            let range = figure.map_or([f64::NEG_INFINITY, f64::INFINITY], |figure| figure.range);
            let [low, high] = estimate.interval(range);
            [estimate.value, low, high].map(|value| value.to_string())
        }
        TableCell::Spread { median, least, most } => [median, least, most].map(f64::to_string),
    }
}

fn typeset(cell: &TableCell) -> String {
    match cell {
        TableCell::Empty => "--".to_owned(),
        TableCell::Text(text) => escaped(text),
        TableCell::Whole(whole) => whole.to_string(),
        TableCell::Estimate(Estimate { value, half_width }) => {
            let digits = digits(*half_width);
            format!("${value:.digits$} \\pm {half_width:.digits$}$")
        }
        TableCell::Spread { median, least, most } if least == most => format!("${median}$"),
        TableCell::Spread { median, least, most } => {
            let digits = digits(most - least);
            format!("${median:.digits$}\\,[{least:.digits$}, {most:.digits$}]$")
        }
    }
}

/// So many digits behind the point that two of an error are seen.
fn digits(error: f64) -> usize {
    if error > 0.0 { (1.0 - error.log10().floor()).clamp(0.0, 6.0) as usize } else { 4 }
}

/// A text in which LaTeX finds nothing to do.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' => out.push_str("\\textbackslash{}"),
            '~' => out.push_str("\\textasciitilde{}"),
            '^' => out.push_str("\\textasciicircum{}"),
            '&' | '%' | '$' | '#' | '_' | '{' | '}' => out.extend(['\\', letter]),
            '\n' | '\r' => out.push(' '),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::metrics::FigureId;

    fn table() -> FigureTable {
        let figure = Some(FigureId::Precision.definition());
        let column = |key: &str, figure| TableColumn { key: key.to_owned(), name: key.to_owned(), figure };
        let estimate = TableCell::Estimate(Estimate { value: 0.9812, half_width: 0.0301 });
        let spread = TableCell::spread(vec![0.5, 0.25, 0.75, 0.5625]);
        FigureTable {
            columns: vec![column("name", None), column("precision", figure)],
            rows: vec![
                vec![TableCell::Text("50 % of_β, \"$x$\"".to_owned()), estimate],
                vec![TableCell::Whole(7), spread],
                vec![TableCell::Text("\\{a}#&~^".to_owned()), TableCell::Empty],
            ],
        }
    }

    #[test]
    fn csv_has_a_figure_with_the_ends_of_its_interval_within_its_range() {
        let bytes = table().csv().unwrap();
        let mut rows = csv::Reader::from_reader(bytes.as_slice());
        assert_eq!(rows.headers().unwrap(), vec!["name", "precision", "precision_low", "precision_high"]);
        let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
        assert_eq!(rows[0].iter().collect::<Vec<_>>()[..2], ["50 % of_β, \"$x$\"", "0.9812"]);
        assert_eq!(rows[0].get(3), Some("1"), "precision is at most 1");
        assert_eq!(rows[1], vec!["7", "0.53125", "0.25", "0.75"]);
        assert_eq!(rows[2].iter().skip(1).collect::<Vec<_>>(), ["", "", ""]);
    }

    #[test]
    fn latex_has_names_escaped_and_figures_with_two_digits_of_their_error() {
        let text = table().latex();
        for line in [
            "\\begin{tabular}{lr}",
            "name & precision $\\uparrow$ \\\\",
            "50 \\% of\\_β, \"\\$x\\$\" & $0.981 \\pm 0.030$ \\\\",
            "7 & $0.53\\,[0.25, 0.75]$ \\\\",
            "\\textbackslash{}\\{a\\}\\#\\&\\textasciitilde{}\\textasciicircum{} & -- \\\\",
        ] {
            assert!(text.lines().any(|own| own == line), "{line}\n{text}");
        }
        assert_eq!(text.matches("rule\n").count(), 3);
    }

    #[test]
    fn the_middle_of_numbers() {
        assert_eq!(TableCell::spread(vec![]), TableCell::Empty);
        assert_eq!(TableCell::spread(vec![3.0, 1.0, 2.0]).number(), Some(2.0));
        assert_eq!(TableCell::spread(vec![4.0, 1.0]), TableCell::Spread { median: 2.5, least: 1.0, most: 4.0 });
    }
}
