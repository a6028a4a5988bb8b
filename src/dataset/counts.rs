//! How many examples a source has, and how many of them options leave.

use super::options::{DataOptions, SplitChoice};
use super::split::Split;

/// How many examples one part of a data set has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartCounts {
    /// All of them.
    pub examples: usize,
    /// Those of each class; empty where there are no classes.
    pub classes: Vec<usize>,
}

/// How many examples a data set has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceCounts {
    /// A name a class.
    pub class_names: Vec<String>,
    /// To learn from.
    pub train: PartCounts,
    /// To test on.
    pub test: PartCounts,
}

/// How many examples options leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExamplesLeft {
    /// To learn from.
    pub train: usize,
    /// To test on.
    pub test: usize,
    /// Whether it is as many exactly; else it depends on what is drawn.
    pub is_exact: bool,
}

/// How many of so many examples are to test on: at least one, and one is left to learn from.
pub(super) fn test_count(count: usize, split: SplitChoice) -> usize {
    ((count * usize::from(split.test_percent) + 50) / 100).max(1).min(count.saturating_sub(1))
}

impl SourceCounts {
    /// Counts the examples of both parts.
    pub fn of(train: &Split, test: &Split) -> Self {
        Self { class_names: train.class_names().to_vec(), train: count(train), test: count(test) }
    }

    /// How many examples are left of a source that has so many. Where classes are chosen of parts that are drawn anew, it is
    /// what is expected.
    pub fn left(&self, options: &DataOptions) -> ExamplesLeft {
        let DataOptions { split, classes, take, balance, .. } = options;
        let (mut train, mut test) = (self.train.clone(), self.test.clone());
        if let Some(split) = split {
            let all = train.examples + test.examples;
            let tests = test_count(all, *split);
            let share = tests as f64 / all.max(1) as f64;
            (train.examples, test.examples) = (all - tests, tests);
            for (train, test) in train.classes.iter_mut().zip(&mut test.classes) {
                let all = *train + *test;
                *test = (all as f64 * share).round() as usize;
                *train = all - *test;
            }
        }
        let has_classes = !self.class_names.is_empty();
        if !classes.is_empty() && has_classes {
            for part in [&mut train, &mut test] {
                for (count, name) in part.classes.iter_mut().zip(&self.class_names) {
                    *count *= usize::from(classes.contains(name));
                }
                part.examples = part.classes.iter().sum();
            }
        }
        let most = take.map(|most| most as usize);
        if *balance && has_classes {
            for (part, most) in [(&mut train, most), (&mut test, None)] {
                let some = || part.classes.iter().filter(|count| **count > 0);
                let (rarest, number) = (some().min().copied().unwrap_or(0), some().count());
                part.examples = number * most.map_or(rarest, |most| rarest.min(most / number.max(1)));
            }
        }
        ExamplesLeft {
            train: most.map_or(train.examples, |most| most.min(train.examples)),
            test: test.examples,
            is_exact: split.is_none() || !has_classes || (classes.is_empty() && !balance),
        }
    }
}

fn count(split: &Split) -> PartCounts {
    let mut classes = vec![0; split.class_names().len()];
    if !classes.is_empty() {
        for class in (0..split.count()).filter_map(|example| split.class(example)) {
            if let Some(count) = classes.get_mut(class) {
                *count += 1;
            }
        }
    }
    PartCounts { examples: split.count(), classes }
}
