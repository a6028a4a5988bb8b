//! What headings and cells say.

use crate::explore::runs::{RunColumn, RunRow};
use crate::metrics::samples::Estimate;
use crate::metrics::{FigureDefinition, TableCell};
use crate::ui::text::{number, tr, whole};
use rust_i18n::t;

/// What a column is called.
pub fn heading(column: RunColumn) -> String {
    match column {
        RunColumn::Name => tr("runs.name"),
        RunColumn::Preset => tr("runs.preset"),
        RunColumn::Data => tr("runs.data"),
        RunColumn::Seed => tr("runs.seed"),
        RunColumn::Step => tr("runs.step"),
        RunColumn::Figure(id) => tr(&format!("figure.{}", id.definition().key)),
    }
}

/// The heading with an arrow to the better side.
pub(super) fn arrowed(column: RunColumn) -> String {
    match column {
        RunColumn::Figure(id) => format!("{} {}", heading(column), id.definition().better.arrow()),
        _ => heading(column),
    }
}

/// What a column is: its definition, what it counts in, and where it comes from.
pub(super) fn tip(column: RunColumn) -> String {
    let RunColumn::Figure(id) = column else {
        return match column {
            RunColumn::Name => tr("runs.name_tip"),
            RunColumn::Preset => tr("runs.preset_tip"),
            RunColumn::Data => tr("runs.data_tip"),
            RunColumn::Seed => tr("runs.seed_tip"),
            RunColumn::Step | RunColumn::Figure(_) => tr("runs.step_tip"),
        };
    };
    let FigureDefinition { key, unit, source, .. } = id.definition();
    let mut tip = tr(&format!("figure.{key}_tip"));
    if let Some(unit) = unit {
        tip += &t!("runs.tip_unit", unit = tr(&format!("unit.{unit}")));
    }
    if !source.is_empty() {
        tip += &t!("runs.tip_source", source = source);
    }
    tip
}

/// What a cell shows.
pub(super) fn words(cell: &TableCell) -> String {
    match cell {
        TableCell::Empty => "–".to_owned(),
        TableCell::Text(text) => text.clone(),
        TableCell::Whole(value) => whole(*value),
        TableCell::Estimate(estimate) => number(estimate.value),
        TableCell::Spread { median, least, most } if least == most => number(*median),
        TableCell::Spread { median, least, most } => {
            format!("{} [{}–{}]", number(*median), number(*least), number(*most))
        }
    }
}

/// What is to be known of a cell besides.
pub(super) fn cell_tip(cell: &TableCell, column: RunColumn, runs: &[&RunRow]) -> Option<String> {
    let RunColumn::Figure(_) = column else { return None };
    match (cell, runs) {
        (TableCell::Estimate(Estimate { value, half_width }), [run]) => {
            let measured = run.measured.as_ref()?;
            let step = measured.figures.step;
            let figures = [*value, *half_width].map(number);
            let [value, half_width] = figures;
            let mut tip = t!(
                "runs.cell_tip",
                value = value,
                error = half_width,
                count = whole(measured.count as u64),
                step = whole(step)
            )
            .into_owned();
            if measured.figures.fitted {
                tip += &tr("runs.fitted");
            }
            Some(tip)
        }
        (TableCell::Spread { .. }, runs) => {
            let measured = runs.iter().filter(|run| run.value(column).is_some()).count();
            Some(t!("runs.spread_tip", measured = measured, count = runs.len()).into_owned())
        }
        (TableCell::Empty, [run]) if !run.fits_data && run.broken.is_none() => Some(tr("runs.other_data")),
        (TableCell::Empty, [run]) if run.measured.is_none() => Some(tr("runs.not_measured")),
        (TableCell::Empty, [_]) => Some(tr("runs.has_none")),
        _ => None,
    }
}
