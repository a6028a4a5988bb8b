//! What is looked at of a data set: the options that choose among its examples and change their values.
//!
//! In this order: train and test are drawn anew, classes are kept, all but as many of each class as there are of the
//! rarest are left out, all but some that are learned from are left out; then values are changed. What is chosen stays in
//! the order of the source. Examples that are made on demand are still made on demand.

mod chosen;
mod values;

use super::column::{Column, ColumnValues};
use super::counts::{SourceCounts, test_count};
use super::options::{DataOptions, SplitChoice};
use super::set::Dataset;
use super::source::{Place, SourceError};
use super::split::Split;
use crate::message::{Message, message};
use crate::random::{Purpose, stream};
use chosen::{cells, rows};
use rand::seq::SliceRandom;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use values::ValueMap;

/// Names of classes that a refusal lists at most.
const LISTED_CLASSES: usize = 20;

/// The part of `data` that `options` look at, with its own id; `data` itself where they look at all of it as it is.
///
/// # Errors
/// A class that there is not, classes of data that has none, or fewer than 2 examples that are left to learn from or none to
/// test on.
pub(super) fn looked_at(data: Dataset, options: &DataOptions) -> Result<Dataset, SourceError> {
    let values = ValueMap { invert: options.invert, binarize: options.binarize };
    let DataOptions { split, classes, take, balance, .. } = options;
    if values.is_identity() && split.is_none() && classes.is_empty() && take.is_none() && !balance {
        return Ok(data);
    }
    let mut choice = Choice::all(&data);
    let seed = split.map_or(0, |split| split.seed);
    if let Some(split) = split {
        choice.draw_anew(*split);
    }
    let mut kept = None;
    if !classes.is_empty() {
        let classes = choice.class_numbers(classes)?;
        choice.keep_classes(&classes);
        kept = Some(classes);
    }
    if *balance {
        choice.balance(*take, seed)?;
    }
    choice.take(*take, seed);
    choice.check()?;
    let [train, test] = choice.parts.map(|indices| {
        let indices: Arc<[u32]> = indices.into();
        let rows = rows(&data, indices.clone(), values);
        Split::new(data.sample(), rows, columns(&data, &indices, kept.as_deref()))
    });
    let whole = Some(Arc::new(SourceCounts::of(&data.train, &data.test)));
    let stored = data.stored;
    Ok(Dataset { whole, stored, ..Dataset::new(data.source, data.name, train, test) })
}

/// Which examples are looked at.
struct Choice<'a> {
    data: &'a Dataset,
    /// Those to learn from and those to test on: places in the source's train split, counted on through its test split.
    parts: [Vec<u32>; 2],
}

impl<'a> Choice<'a> {
    fn all(data: &'a Dataset) -> Self {
        let [train, all] = [data.train.count(), data.train.count() + data.test.count()];
        Self { data, parts: [(0u32..).take(train).collect(), (0u32..).take(all).skip(train).collect()] }
    }

    /// Which examples are to test on is drawn among all of them.
    fn draw_anew(&mut self, split: SplitChoice) {
        let mut all: Vec<u32> = self.parts.concat();
        let count = all.len();
        all.shuffle(&mut stream(split.seed, Purpose::Split, 0, 0));
        let train = all.split_off(test_count(count, split));
        self.parts = [train, all];
        self.parts.iter_mut().for_each(|part| part.sort_unstable());
    }

    fn class(&self, example: u32) -> Option<usize> {
        let (split, place) = chosen::place([&self.data.train, &self.data.test], example);
        split.class(place)
    }

    /// The numbers of the classes of these names, rising.
    fn class_numbers(&self, names: &[String]) -> Result<Vec<usize>, SourceError> {
        let there_are = self.data.class_names();
        let mut numbers = Vec::new();
        for name in names {
            match there_are.iter().position(|other| other == name) {
                Some(number) => numbers.push(number),
                None if there_are.is_empty() => return Err(self.without_classes()),
                None => {
                    let more = if there_are.len() > LISTED_CLASSES { ", …" } else { "" };
                    let some = there_are.iter().take(LISTED_CLASSES).map(String::as_str).collect::<Vec<_>>();
                    let expected = message!("one of the classes {names}", names = some.join(", ") + more);
                    return Err(self.error(expected, message!("class {name}", name = name.as_str())));
                }
            }
        }
        numbers.sort_unstable();
        numbers.dedup();
        Ok(numbers)
    }

    fn keep_classes(&mut self, classes: &[usize]) {
        let mut parts = std::mem::take(&mut self.parts);
        for part in &mut parts {
            part.retain(|example| self.class(*example).is_some_and(|class| classes.binary_search(&class).is_ok()));
        }
        self.parts = parts;
    }

    /// As many examples of each class as the rarest has, in each part for itself; to learn from no more than `most` in all.
    fn balance(&mut self, most: Option<u32>, seed: u64) -> Result<(), SourceError> {
        if self.data.class_names().is_empty() {
            return Err(self.without_classes());
        }
        let mut parts = std::mem::take(&mut self.parts);
        for (number, (part, most)) in parts.iter_mut().zip([most, None]).enumerate() {
            let mut classes: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
            for example in part.iter() {
                if let Some(class) = self.class(*example) {
                    classes.entry(class).or_default().push(*example);
                }
            }
            let rarest = classes.values().map(Vec::len).min().unwrap_or(0);
            let each = most.map_or(rarest, |most| rarest.min(most as usize / classes.len().max(1)));
            let some = classes.into_iter().flat_map(|(class, mut examples)| {
                draw(&mut examples, each, seed, [1 + number as u64, class as u64]);
                examples
            });
            *part = some.collect();
            part.sort_unstable();
        }
        self.parts = parts;
        Ok(())
    }

    /// At most so many to learn from.
    fn take(&mut self, most: Option<u32>, seed: u64) {
        if let Some(most) = most {
            let [train, _] = &mut self.parts;
            draw(train, most as usize, seed, [0, 0]);
        }
    }

    fn check(&self) -> Result<(), SourceError> {
        let [train, test] = [0, 1].map(|part| self.parts.get(part).map_or(0, Vec::len));
        if train < 2 {
            let expected = message!("at least 2 examples to learn from");
            return Err(self.error(expected, message!("{count} with these options", count = train)));
        }
        if test == 0 {
            return Err(self.error(message!("at least 1 example to test on"), message!("none with these options")));
        }
        Ok(())
    }

    fn without_classes(&self) -> SourceError {
        self.error(message!("data with classes"), message!("data without"))
    }

    fn error(&self, expected: Message, found: Message) -> SourceError {
        let path = match &self.data.source.place {
            Place::BuiltIn(name) | Place::Download(name) => Path::new(name),
            Place::Path(path) => path,
        };
        SourceError::unexpected(path, expected, found)
    }
}

/// Leaves `count` of some examples, in their order; each is as likely to stay.
fn draw(examples: &mut Vec<u32>, count: usize, seed: u64, [step, sample]: [u64; 2]) {
    if count < examples.len() {
        examples.shuffle(&mut stream(seed, Purpose::Choose, step, sample));
        examples.truncate(count);
        examples.sort_unstable();
    }
}

/// What is known of the chosen examples. Where only some classes are kept, those are counted from 0.
fn columns(data: &Dataset, indices: &Arc<[u32]>, kept: Option<&[usize]>) -> Vec<Column> {
    let mut kept = kept;
    let train = data.train.count();
    // Both splits have the same columns.
    let pairs = data.train.columns().iter().zip(data.test.columns());
    let columns = pairs.filter_map(|(first, second)| {
        let values = match (&first.values, &second.values) {
            (ColumnValues::Class { names, indices: first }, ColumnValues::Class { indices: second, .. }) => {
                // It is the first column of classes that examples are chosen by.
                let (names, numbers) = renumbered(names, kept.take());
                let indices = cells([first, second], train, indices, move |class: u8| numbers[usize::from(class)]);
                ColumnValues::Class { names, indices }
            }
            (ColumnValues::Number(first), ColumnValues::Number(second)) => {
                ColumnValues::Number(cells([first, second], train, indices, |number| number))
            }
            (ColumnValues::Text(first), ColumnValues::Text(second)) => {
                ColumnValues::Text(cells([first, second], train, indices, |text| text))
            }
            _ => return None,
        };
        Some(Column { name: first.name.clone(), values })
    });
    columns.collect()
}

/// The names of the classes that are kept, and what number each class has among them.
fn renumbered(names: &Arc<[String]>, kept: Option<&[usize]>) -> (Arc<[String]>, [u8; 256]) {
    let Some(kept) = kept else { return (names.clone(), std::array::from_fn(|class| class as u8)) };
    let mut numbers = [0; 256];
    for (number, class) in (0u8..).zip(kept) {
        if let Some(place) = numbers.get_mut(*class) {
            *place = number;
        }
    }
    (kept.iter().filter_map(|class| names.get(*class).cloned()).collect(), numbers)
}

#[cfg(test)]
mod tests;
