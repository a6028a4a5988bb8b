//! A row of the table: what is known of one run.

use super::{RunColumn, RunId};
use crate::explore::compare::ModelFigures;
use crate::history::History;
use crate::message::Message;
use crate::metrics::TableCell;
use crate::model::Config;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// What a run has in common with others: equal numbers are runs that differ in nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RunSameness {
    /// Of all but the seed.
    pub but_seed: u64,
    /// Of all but β.
    pub but_beta: u64,
    /// Its β, as bits; `None` where its family has none.
    beta: Option<u64>,
}

impl RunSameness {
    /// Of what a run is made with, on data that this text stands for.
    pub fn of(config: &Config, data: &str) -> Self {
        let but = |left_out: &str| {
            let mut hash = DefaultHasher::new();
            (data, config.family().id).hash(&mut hash);
            for (field, value) in config.fields().filter(|(field, _)| field.key != left_out) {
                (field.key, value.to_string()).hash(&mut hash);
            }
            hash.finish()
        };
        Self { but_seed: but("seed"), but_beta: but("beta"), beta: config.real("beta").map(f64::to_bits) }
    }

    /// Its β.
    pub fn beta(&self) -> Option<f64> {
        self.beta.map(f64::from_bits)
    }
}

/// The figures of a run at a step.
#[derive(Clone, Debug)]
pub struct MeasuredRun {
    /// The figures.
    pub figures: ModelFigures,
    /// Test images and samples that they are of.
    pub count: usize,
}

/// What is known of one run.
#[derive(Clone, Debug)]
pub struct RunRow {
    /// Which one it is.
    pub id: RunId,
    /// What it is called.
    pub name: String,
    /// Its preset.
    pub preset: String,
    /// A short name of its data.
    pub data: String,
    /// Its seed.
    pub seed: u64,
    /// The step of its newest weights; `None` where there are none.
    pub step: Option<u64>,
    /// Its curves.
    pub history: Option<Arc<History>>,
    /// What it has in common with others.
    pub sameness: RunSameness,
    /// Its figures, where they were measured.
    pub measured: Option<Arc<MeasuredRun>>,
    /// Whether it can be measured on the data that is open.
    pub fits_data: bool,
    /// Why it cannot be read, if it cannot: nothing else is known of it.
    pub broken: Option<Message>,
}

impl RunRow {
    /// What stands in one of its columns.
    pub fn cell(&self, column: RunColumn) -> TableCell {
        match column {
            RunColumn::Name => TableCell::Text(self.name.clone()),
            _ if self.broken.is_some() => TableCell::Empty,
            RunColumn::Preset => TableCell::Text(self.preset.clone()),
            RunColumn::Data => TableCell::Text(self.data.clone()),
            RunColumn::Seed => TableCell::Whole(self.seed),
            RunColumn::Step => self.step.map_or(TableCell::Empty, TableCell::Whole),
            RunColumn::Figure(id) => {
                let estimate = self.measured.as_ref().and_then(|measured| measured.figures.get(id));
                estimate.map_or(TableCell::Empty, TableCell::Estimate)
            }
        }
    }

    /// Its figure's value.
    pub fn value(&self, column: RunColumn) -> Option<f64> {
        self.cell(column).number()
    }
}
