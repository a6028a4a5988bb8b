//! The rows of the table as they stand below each other: sorted, and those that differ only in their seed as one.

use super::{RunColumn, RunRow, RunSort, RunTable};
use crate::metrics::{FIGURES, FigureId, FigureSubject, FigureTable, TableCell, TableColumn};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A row as it is shown: one run, or several that differ only in their seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArrangedRow {
    /// Their places among the rows; at least one.
    pub runs: Vec<usize>,
}

impl ArrangedRow {
    /// What stands in a column: of several runs the middle one with the least and the most, and how many they are.
    pub fn cell(&self, rows: &[RunRow], column: RunColumn) -> TableCell {
        let mut runs = self.runs.iter().filter_map(|place| rows.get(*place));
        match (column, &self.runs[..]) {
            (_, [_]) | (RunColumn::Preset | RunColumn::Data, _) => {
                runs.next().map_or(TableCell::Empty, |run| run.cell(column))
            }
            (RunColumn::Name, _) => runs
                .next()
                .map_or(TableCell::Empty, |run| TableCell::Text(format!("{} ×{}", run.preset, self.runs.len()))),
            _ => TableCell::spread(runs.filter_map(|run| run.value(column)).collect()),
        }
    }
}

/// The columns that there is something for; those of figures of factors only where a run has any.
pub fn columns(rows: &[RunRow]) -> Vec<RunColumn> {
    let is_known =
        |id: FigureId| rows.iter().any(|row| row.measured.as_ref().is_some_and(|of| of.figures.get(id).is_some()));
    let figures = FIGURES.iter().filter(|figure| figure.subject != FigureSubject::Factors || is_known(figure.id));
    RunColumn::PLAIN.into_iter().chain(figures.map(|figure| RunColumn::Figure(figure.id))).collect()
}

/// The rows in order. What has nothing in the column that they are sorted by stands last.
pub fn arranged(rows: &[RunRow], table: &RunTable) -> Vec<ArrangedRow> {
    let mut out: Vec<ArrangedRow> = Vec::new();
    let mut places = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        let group = (table.by_seed && row.broken.is_none()).then_some(row.sameness.but_seed);
        let known = group.map(|group| *places.entry(group).or_insert(out.len()));
        match known.and_then(|known| out.get_mut(known)) {
            Some(arranged) => arranged.runs.push(place),
            None => out.push(ArrangedRow { runs: vec![place] }),
        }
    }
    if let Some(RunSort { column, falling }) = table.sort {
        let mut keyed: Vec<(TableCell, ArrangedRow)> =
            out.into_iter().map(|row| (row.cell(rows, column), row)).collect();
        keyed.sort_by(|(a, _), (b, _)| compare(a, b, falling));
        out = keyed.into_iter().map(|(_, row)| row).collect();
    }
    out
}

fn compare(a: &TableCell, b: &TableCell, falling: bool) -> Ordering {
    let turned = |ordering: Ordering| if falling { ordering.reverse() } else { ordering };
    // A broken run has nothing where others have words.
    let kind = |cell: &TableCell| match cell {
        TableCell::Text(_) => 0,
        cell if cell.number().is_some() => 1,
        _ => 2,
    };
    match (a, b) {
        (TableCell::Text(a), TableCell::Text(b)) => turned(a.cmp(b)),
        _ => match (a.number(), b.number()) {
            (Some(a), Some(b)) => turned(a.total_cmp(&b)),
            _ => kind(a).cmp(&kind(b)),
        },
    }
}

/// The table as it stands, for other programs; `name` names a column.
pub fn figure_table(rows: &[RunRow], table: &RunTable, name: impl Fn(RunColumn) -> String) -> FigureTable {
    let columns = columns(rows);
    let heading = |column: &RunColumn| {
        let (key, figure) = match column {
            RunColumn::Name => ("name", None),
            RunColumn::Preset => ("preset", None),
            RunColumn::Data => ("data", None),
            RunColumn::Seed => ("seed", None),
            RunColumn::Step => ("step", None),
            RunColumn::Figure(id) => (id.definition().key, Some(id.definition())),
        };
        TableColumn { key: key.to_owned(), name: name(*column), figure }
    };
    let cells = |row: ArrangedRow| columns.iter().map(|column| row.cell(rows, *column)).collect();
    let is_whole =
        |row: &ArrangedRow| row.runs.iter().filter_map(|place| rows.get(*place)).all(|row| row.broken.is_none());
    let arranged = arranged(rows, table).into_iter().filter(is_whole);
    FigureTable { rows: arranged.map(cells).collect(), columns: columns.iter().map(heading).collect() }
}

/// Where runs stand by rate and distortion, `(place among the rows, [rate, distortion])`: those that differ only in β together, in
/// order of β.
pub fn rate_distortion(rows: &[RunRow]) -> Vec<Vec<(usize, [f64; 2])>> {
    let mut lines: BTreeMap<u64, Vec<(usize, [f64; 2])>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        let value = |id: FigureId| row.value(RunColumn::Figure(id));
        if let (Some(rate), Some(distortion)) = (value(FigureId::Rate), value(FigureId::Distortion)) {
            lines.entry(row.sameness.but_beta).or_default().push((place, [rate, distortion]));
        }
    }
    let mut lines: Vec<_> = lines.into_values().collect();
    let beta = |place: &usize| rows.get(*place).and_then(|row| row.sameness.beta()).unwrap_or(0.0);
    lines.iter_mut().for_each(|line| line.sort_by(|(a, _), (b, _)| beta(a).total_cmp(&beta(b))));
    lines.sort_by_key(|line| line.first().map(|(place, _)| *place));
    lines
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::{MeasuredRun, RunId, RunSameness};
    use super::*;
    use crate::explore::compare::{ModelFigures, SampleFigures};
    use crate::metrics::samples::Estimate;
    use crate::model::{Config, ModelId};
    use proptest::prelude::*;
    use std::sync::Arc;

    fn row(name: &str, seed: u64, beta: f64, rate: Option<f64>) -> RunRow {
        let config = Config::vae_dense().with("seed", seed).unwrap().with("beta", beta).unwrap();
        let estimate = |value: f64| Estimate { value, half_width: 0.1 };
        let measured = rate.map(|rate| {
            let encoder = [(FigureId::Rate, estimate(rate)), (FigureId::Distortion, estimate(100.0 - rate))].into();
            let figures = ModelFigures {
                step: 5,
                reconstructions: BTreeMap::new(),
                encoder,
                samples: SampleFigures::default(),
                fitted: false,
            };
            Arc::new(MeasuredRun { figures, count: 100 })
        });
        RunRow {
            id: RunId::Model(ModelId(seed as u32)),
            name: name.to_owned(),
            preset: config.preset.clone(),
            data: "digits".to_owned(),
            seed,
            step: Some(5 * seed),
            history: None,
            sameness: RunSameness::of(&config, "digits"),
            measured,
            fits_data: true,
            broken: None,
        }
    }

    fn names(rows: &[RunRow], table: &RunTable) -> Vec<String> {
        let name = |row: ArrangedRow| match row.cell(rows, RunColumn::Name) {
            TableCell::Text(name) => name,
            other => format!("{other:?}"),
        };
        arranged(rows, table).into_iter().map(name).collect()
    }

    #[test]
    fn rows_are_sorted_by_any_column_and_what_has_no_figure_is_last() {
        let rows = [row("b", 1, 1.0, Some(20.0)), row("c", 2, 1.0, None), row("a", 3, 1.0, Some(10.0))];
        let mut table = RunTable::default();
        assert_eq!(names(&rows, &table), ["b", "c", "a"]);
        let rate = RunColumn::Figure(FigureId::Rate);
        for (column, expected) in
            [(RunColumn::Name, [["a", "b", "c"], ["c", "b", "a"]]), (rate, [["a", "b", "c"], ["b", "a", "c"]])]
        {
            for expected in expected {
                table.sort_by(column);
                assert_eq!(names(&rows, &table), expected, "{:?}", table.sort);
            }
        }
        table.sort_by(rate);
        assert_eq!(table.sort, None);
    }

    proptest! {
        /// Words, numbers and nothing in one column, as beside broken runs: an order, and what has nothing is last.
        #[test]
        fn any_cells_have_an_order(
            kinds in proptest::collection::vec((0u8..4, 0u8..5), 0..80),
            falling in any::<bool>(),
        ) {
            let cell = |(kind, value): &(u8, u8)| match kind {
                0 => TableCell::Text(value.to_string()),
                1 => TableCell::Whole(u64::from(*value)),
                2 => TableCell::Spread { median: f64::NAN, least: 0.0, most: 1.0 },
                _ => TableCell::Empty,
            };
            let mut cells: Vec<TableCell> = kinds.iter().map(cell).collect();
            cells.sort_by(|a, b| compare(a, b, falling));
            for (place, pair) in cells.windows(2).enumerate() {
                prop_assert!(compare(&pair[0], &pair[1], falling) != Ordering::Greater, "{place}");
                prop_assert!(pair[0] != TableCell::Empty || pair[1] == TableCell::Empty);
            }
        }
    }

    #[test]
    fn rows_that_differ_only_in_their_seed_are_one_with_median_and_range() {
        let rows = [
            row("a", 1, 1.0, Some(20.0)),
            row("b", 2, 1.0, Some(10.0)),
            row("other", 1, 4.0, Some(5.0)),
            row("c", 3, 1.0, Some(60.0)),
        ];
        let table = RunTable { by_seed: true, ..RunTable::default() };
        assert_eq!(names(&rows, &table), ["vae-dense ×3", "other"]);
        let first = &arranged(&rows, &table)[0];
        let spread = |median, least, most| TableCell::Spread { median, least, most };
        assert_eq!(first.cell(&rows, RunColumn::Figure(FigureId::Rate)), spread(20.0, 10.0, 60.0));
        assert_eq!(first.cell(&rows, RunColumn::Seed), spread(2.0, 1.0, 3.0));
        let out = figure_table(&rows, &table, |column| format!("{column:?}"));
        assert_eq!((out.rows.len(), out.columns.len(), out.rows[0].len()), (2, 5 + 17, 5 + 17));
    }

    #[test]
    fn runs_that_differ_only_in_beta_are_a_line_in_its_order() {
        let rows = [
            row("b4", 1, 4.0, Some(5.0)),
            row("other seed", 2, 1.0, Some(6.0)),
            row("b1", 1, 1.0, Some(20.0)),
            row("none", 1, 2.0, None),
        ];
        let lines = [vec![(2, [20.0, 80.0]), (0, [5.0, 95.0])], vec![(1, [6.0, 94.0])]];
        let found = rate_distortion(&rows);
        assert!(lines.iter().all(|line| found.contains(line)) && found.len() == 2, "{found:?}");
    }

    #[test]
    fn of_more_than_eight_curves_the_first_goes() {
        let mut table = RunTable::default();
        (0..10).for_each(|number| table.overlay(&RunId::Model(ModelId(number)), true));
        assert_eq!(table.overlaid.len(), 8);
        assert!(!table.is_overlaid(&RunId::Model(ModelId(1))) && table.is_overlaid(&RunId::Model(ModelId(2))));
        table.overlay(&RunId::Model(ModelId(2)), false);
        assert_eq!(table.overlaid.len(), 7);
    }
}
