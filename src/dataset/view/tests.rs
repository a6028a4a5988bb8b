//! That a view is what its options say, whatever the data is.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::looked_at;
use crate::dataset::options::{DataOptions, SplitChoice};
use crate::dataset::{
    Cells, Column, ColumnValues, Dataset, ImageShape, InMemory, Progress, Sample, Source, SourceCounts, Split, load,
};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::Arc;

const NAMES: [&str; 4] = ["rose", "tulip", "oak", "elm"];
const SHAPE: ImageShape = ImageShape::grey(1, 3);

/// How the data set of a test is held.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Held {
    Bytes,
    Reals,
    /// Reals, and columns by index.
    Computed,
}

/// Examples whose pixels and columns say which one of its split each is: pixels are split, high byte, low byte of the place.
fn data(held: Held, classes: [&[u8]; 2]) -> Dataset {
    let [train, test] = [0u8, 1].map(|split| {
        let classes: Arc<[u8]> = classes[usize::from(split)].into();
        let bytes: Vec<u8> = (0..classes.len()).flat_map(|at| [split * 255, (at >> 8) as u8, at as u8]).collect();
        let number = move |at: usize| f32::from(split) * 1000.0 + at as f32;
        let text = move |at: usize| -> Arc<str> { format!("{split} {at}").into() };
        let count = classes.len();
        let listed = held != Held::Computed;
        let by_index = classes.clone();
        let columns = vec![
            Column {
                name: "number".to_owned(),
                values: ColumnValues::Number(match listed {
                    true => Cells::Listed((0..count).map(number).collect()),
                    false => Cells::ByIndex(Arc::new(number)),
                }),
            },
            Column {
                name: "class".to_owned(),
                values: ColumnValues::Class {
                    names: NAMES.map(str::to_owned).into(),
                    indices: match listed {
                        true => Cells::Listed(classes),
                        false => Cells::ByIndex(Arc::new(move |at| by_index[at])),
                    },
                },
            },
            Column {
                name: "text".to_owned(),
                values: ColumnValues::Text(match listed {
                    true => Cells::Listed((0..count).map(text).collect()),
                    false => Cells::ByIndex(Arc::new(text)),
                }),
            },
        ];
        match held {
            Held::Bytes => Split::of_bytes(SHAPE, bytes, columns),
            Held::Reals | Held::Computed => {
                let reals: Vec<f32> = bytes.iter().map(|byte| f32::from(*byte) / 255.0).collect();
                Split::new(Sample::Image(SHAPE), Arc::new(InMemory::<f32>::new(reals, SHAPE.values())), columns)
            }
        }
    });
    Dataset::new(Source::path("/data/flowers"), "flowers", train, test)
}

/// Which split and place of the source an example was, by its pixels as they were.
fn origin(pixels: &[f32]) -> (usize, usize) {
    let byte = |at: usize| (pixels[at] * 255.0).round() as usize;
    (byte(0) / 255, byte(1) * 256 + byte(2))
}

fn origins(split: &Split) -> Vec<(usize, usize)> {
    (0..split.count()).map(|at| origin(&split.image(at))).collect()
}

fn cell(split: &Split, name: &str, at: usize) -> String {
    match &split.columns().iter().find(|column| column.name == name).unwrap().values {
        ColumnValues::Class { names, indices } => names[usize::from(indices.get(at).unwrap())].clone(),
        ColumnValues::Number(numbers) => numbers.get(at).unwrap().to_string(),
        ColumnValues::Text(texts) => texts.get(at).unwrap().to_string(),
    }
}

fn any_held() -> impl Strategy<Value = Held> {
    prop::sample::select(vec![Held::Bytes, Held::Reals, Held::Computed])
}

fn any_choice() -> impl Strategy<Value = DataOptions> {
    let split = (1..=90u8, 0..3u64).prop_map(|(test_percent, seed)| SplitChoice { test_percent, seed });
    let classes = prop::collection::vec(prop::sample::select(NAMES.to_vec()), 0..3);
    (prop::option::of(split), classes, prop::option::of(1..60u32), any::<bool>()).prop_map(
        |(split, classes, take, balance)| {
            let classes = classes.into_iter().map(str::to_owned).collect();
            DataOptions { split, classes, take, balance, ..DataOptions::default() }
        },
    )
}

proptest! {
    #[test]
    fn a_view_is_what_its_options_say(
        held in any_held(),
        train in prop::collection::vec(0..4u8, 1..90),
        test in prop::collection::vec(0..4u8, 1..40),
        options in any_choice(),
    ) {
        let whole = data(held, [&train, &test]);
        let all = train.len() + test.len();
        let view = match looked_at(whole.clone(), &options) {
            Ok(view) => view,
            Err(error) => {
                let sentence = error.to_string();
                prop_assert!(sentence.starts_with("/data/flowers: expected at least "), "{sentence}");
                return Ok(());
            }
        };
        let again = looked_at(whole.clone(), &options).unwrap();
        prop_assert_eq!(&view.id, &again.id);
        let [kept_train, kept_test] = [&view.train, &view.test].map(origins);
        prop_assert_eq!(&kept_train, &origins(&again.train));
        prop_assert_eq!(&kept_test, &origins(&again.test));
        prop_assert_eq!(view.id == whole.id, options.is_default());

        let counted = SourceCounts::of(&whole.train, &whole.test);
        let left = counted.left(&options);
        prop_assert!(!left.is_exact || (left.train, left.test) == (kept_train.len(), kept_test.len()), "{:?}", left);
        prop_assert_eq!(view.whole.as_deref(), (!options.is_default()).then_some(&counted));

        // Each is an example of the source, once, and train and test are disjoint; in the order of the source.
        let both: BTreeSet<_> = kept_train.iter().chain(&kept_test).collect();
        prop_assert_eq!(both.len(), kept_train.len() + kept_test.len());
        prop_assert!(kept_train.is_sorted() && kept_test.is_sorted());
        match options.split {
            None => {
                prop_assert!(kept_train.iter().all(|(split, _)| *split == 0));
                prop_assert!(kept_test.iter().all(|(split, _)| *split == 1));
            }
            Some(split) if options.classes.is_empty() && options.take.is_none() && !options.balance => {
                let tests = (all as f64 * f64::from(split.test_percent) / 100.0).round() as usize;
                prop_assert_eq!((kept_train.len() + kept_test.len(), kept_test.len()), (all, tests.clamp(1, all - 1)));
            }
            Some(_) => {}
        }

        // With its own columns.
        for (split, kept) in [(&view.train, &kept_train), (&view.test, &kept_test)] {
            for (at, (part, place)) in kept.iter().enumerate() {
                let source = [&whole.train, &whole.test][*part];
                for name in ["number", "class", "text"] {
                    prop_assert_eq!(cell(split, name, at), cell(source, name, *place));
                }
                let class = split.class(at).unwrap();
                prop_assert_eq!(&split.class_names()[class], &cell(split, "class", at));
            }
            let counts: Vec<usize> = (0..split.class_names().len())
                .map(|class| (0..split.count()).filter(|at| split.class(*at) == Some(class)).count())
                .collect();
            if options.balance {
                let seen: BTreeSet<_> = counts.iter().filter(|count| **count > 0).collect();
                prop_assert_eq!(seen.len(), 1, "{:?}", counts);
            }
        }
        let asked: BTreeSet<&str> = options.classes.iter().map(String::as_str).collect();
        if !asked.is_empty() {
            let left: Vec<&str> = view.class_names().iter().map(String::as_str).collect();
            let expected: Vec<&str> = NAMES.into_iter().filter(|name| asked.contains(name)).collect();
            prop_assert_eq!(left, expected);
        }
        if let Some(take) = options.take {
            prop_assert!(view.train.count() <= take as usize);
            let is_least = !options.balance && options.classes.is_empty() && options.split.is_none();
            prop_assert!(!is_least || view.train.count() == train.len().min(take as usize));
        }
    }

    #[test]
    fn values_are_inverted_and_made_black_and_white(
        held in any_held(), invert in any::<bool>(), binarize in prop::option::of(1..=100u8),
    ) {
        let whole = data(held, [&[0; 300], &[0; 3]]);
        let view = looked_at(whole.clone(), &DataOptions { invert, binarize, ..DataOptions::default() }).unwrap();
        prop_assert_eq!(view.id == whole.id, !invert && binarize.is_none());
        prop_assert_eq!(view.train.rows().bytes().is_some(), held == Held::Bytes);
        for at in 0..300 {
            for (was, is) in whole.train.image(at).into_iter().zip(view.train.image(at)) {
                let inverted = if invert { 1.0 - was } else { was };
                let expected = match binarize {
                    Some(percent) => f32::from(u8::from(inverted * 100.0 >= f32::from(percent))),
                    None => inverted,
                };
                prop_assert!((is - expected).abs() < 1e-6, "{} became {}", was, is);
            }
        }
    }
}

#[test]
fn nothing_asked_for_changes_nothing() {
    let whole = data(Held::Bytes, [&[0, 1, 2], &[3]]);
    let reading = DataOptions { side: Some(32), ..DataOptions::default() };
    let view = looked_at(whole.clone(), &reading).unwrap();
    assert!(view.id == whole.id && view.train.same(&whole.train) && view.test.same(&whole.test));
}

#[test]
fn a_refusal_says_what_there_is() {
    let whole = data(Held::Bytes, [&[0, 1, 1, 2], &[1]]);
    let bare = Split::of_bytes(SHAPE, vec![0; 9], Vec::new());
    let bare = Dataset::new(Source::path("/data/bare"), "bare", bare.clone(), bare);
    for (data, options, expected) in [
        (&whole, "class=elk", "/data/flowers: expected one of the classes rose, tulip, oak, elm, found class elk"),
        (&whole, "class=rose", "/data/flowers: expected at least 2 examples to learn from, found 1 with these options"),
        (&whole, "take=1", "/data/flowers: expected at least 2 examples to learn from, found 1 with these options"),
        (
            &whole,
            "class=rose&class=oak",
            "/data/flowers: expected at least 1 example to test on, found none with these options",
        ),
        (&bare, "class=rose", "/data/bare: expected data with classes, found data without"),
        (&bare, "balance", "/data/bare: expected data with classes, found data without"),
    ] {
        let options = DataOptions::parse(options).unwrap();
        assert_eq!(looked_at(data.clone(), &options).unwrap_err().to_string(), expected);
    }
}

#[test]
fn sprites_of_one_shape_are_still_made_on_demand() {
    let source = Source::from("sprites?class=heart&invert&take=1000".to_owned());
    let hearts = load(&source, &Progress::default()).unwrap();
    assert_eq!((hearts.train.count(), hearts.class_names()), (1000, &["heart".to_owned()][..]));
    assert!(hearts.test.count() > 24_000 && hearts.train.rows().bytes().is_none());
    assert_eq!(hearts.source, source);
    let sprites = load(&Source::built_in("sprites"), &Progress::default()).unwrap();
    let first = (0..).find(|at| sprites.test.class(*at) == Some(2)).unwrap();
    let inverted: Vec<f32> = sprites.test.image(first).iter().map(|value| 1.0 - value).collect();
    assert_eq!(hearts.test.image(0), inverted);
    assert_eq!(hearts.test.class(0), Some(0));
}
