//! A known factor of the data: what it is for each example.

use crate::dataset::{Column, ColumnValues, Split};

/// A factor of numbers with more different ones is divided into [`BINS`] equal parts where levels are counted.
const MOST_LEVELS: usize = 256;
const BINS: usize = 20;

/// What one factor is for each example.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// Its column.
    pub name: String,
    /// The level of each example: its class, or which of the different numbers it has.
    pub levels: Vec<usize>,
    /// The number of each example; `None` for classes, which have no order.
    pub numbers: Option<Vec<f64>>,
}

impl Factor {
    /// A factor of classes.
    pub fn of_classes(name: impl Into<String>, levels: Vec<usize>) -> Self {
        Self { name: name.into(), levels, numbers: None }
    }

    /// A factor of numbers; one that is no number is taken as 0.
    pub fn of_numbers(name: impl Into<String>, numbers: Vec<f64>) -> Self {
        let numbers: Vec<f64> = numbers.into_iter().map(|x| if x.is_finite() { x } else { 0.0 }).collect();
        let mut different = numbers.clone();
        different.sort_by(f64::total_cmp);
        different.dedup();
        let levels = if different.len() > MOST_LEVELS {
            binned(&numbers, BINS)
        } else {
            numbers.iter().map(|number| different.partition_point(|other| other < number)).collect()
        };
        Self { name: name.into(), levels, numbers: Some(numbers) }
    }

    /// The factors of these examples of a split: its columns of classes and of numbers that differ among them; none where there are
    /// fewer than two, as nothing then tells one from another.
    pub fn of_split(split: &Split, examples: &[usize]) -> Vec<Self> {
        let factors = split.columns().iter().filter_map(|column| Self::of_column(column, examples));
        let factors: Vec<Self> =
            factors.filter(|factor| factor.levels.iter().any(|level| Some(level) != factor.levels.first())).collect();
        if factors.len() < 2 { Vec::new() } else { factors }
    }

    fn of_column(column: &Column, examples: &[usize]) -> Option<Self> {
        let name = column.name.clone();
        match &column.values {
            ColumnValues::Class { indices, .. } => {
                let levels: Option<Vec<usize>> = examples.iter().map(|at| indices.get(*at).map(usize::from)).collect();
                Some(Self::of_classes(name, levels?))
            }
            ColumnValues::Number(numbers) => {
                let numbers: Option<Vec<f64>> = examples.iter().map(|at| numbers.get(*at).map(f64::from)).collect();
                Some(Self::of_numbers(name, numbers?))
            }
            ColumnValues::Text(_) => None,
        }
    }

    /// The levels of some examples.
    pub(super) fn of(&self, examples: &[usize]) -> Vec<usize> {
        examples.iter().filter_map(|example| self.levels.get(*example).copied()).collect()
    }

    /// What a regression is to tell of some examples, one vector a target: the number, or of each class whether it is this one.
    pub(super) fn targets(&self, examples: &[usize]) -> Vec<Vec<f64>> {
        if let Some(numbers) = &self.numbers {
            return vec![examples.iter().filter_map(|example| numbers.get(*example).copied()).collect()];
        }
        let classes = self.levels.iter().max().map_or(0, |most| most + 1);
        let levels = self.of(examples);
        let of_class = |class: usize| levels.iter().map(|level| f64::from(u8::from(*level == class))).collect();
        (0..classes).map(of_class).collect()
    }
}

/// Which of so many equal parts between the least and the most each value lies in, counted from 0, as `numpy.histogram` divides them.
pub(super) fn binned(values: &[f64], bins: usize) -> Vec<usize> {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let step = (most - least) / bins as f64;
    let edges: Vec<f64> = (0..bins).map(|edge| least + edge as f64 * step).collect();
    values.iter().map(|value| edges.partition_point(|edge| edge <= value).saturating_sub(1)).collect()
}
