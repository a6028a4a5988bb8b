//! What examples are searched by: `#12`, a class's name, or a condition on a column such as `rotation > 0.5`.

use crate::dataset::{Cells, Column, ColumnValues, Split};
use crate::message::{Message, message};
use std::sync::Arc;

/// Names that a refusal lists at most.
const LISTED: usize = 20;
/// Two numbers are equal where they differ by less than this part of the greater, and of 1.
const EQUAL: f32 = 1e-5;

/// What an example must be; several conditions, separated by commas, hold together.
#[derive(Debug)]
pub struct Search {
    conditions: Vec<Condition>,
}

#[derive(Debug)]
enum Condition {
    /// At this place.
    Place(usize),
    /// Of one of these classes.
    Class {
        indices: Cells<u8>,
        allowed: Vec<bool>,
    },
    Number {
        numbers: Cells<f32>,
        relation: Relation,
        value: f32,
    },
    /// Text, lower case; equal or not.
    Text {
        texts: Cells<Arc<str>>,
        value: String,
        equal: bool,
    },
    /// Text, lower case, in any of these columns.
    Words {
        texts: Vec<Cells<Arc<str>>>,
        value: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    AtMost,
    AtLeast,
    Unequal,
    Equal,
    Less,
    More,
}

/// Signs of relations; one that begins like another stands before it.
const RELATIONS: [(&str, Relation); 9] = [
    ("<=", Relation::AtMost),
    (">=", Relation::AtLeast),
    ("!=", Relation::Unequal),
    ("≤", Relation::AtMost),
    ("≥", Relation::AtLeast),
    ("≠", Relation::Unequal),
    ("=", Relation::Equal),
    ("<", Relation::Less),
    (">", Relation::More),
];

impl Relation {
    fn holds(self, number: f32, value: f32) -> bool {
        let is_equal = (number - value).abs() <= EQUAL * number.abs().max(value.abs()).max(1.0);
        match self {
            Self::Equal => is_equal,
            Self::Unequal => !is_equal,
            Self::Less => number < value && !is_equal,
            Self::More => number > value && !is_equal,
            Self::AtMost => number < value || is_equal,
            Self::AtLeast => number > value || is_equal,
        }
    }
}

impl Search {
    /// What was typed, of examples of `split`; `None` where nothing was.
    ///
    /// # Errors
    /// One sentence that says what there is instead.
    pub fn parse(text: &str, split: &Split) -> Result<Option<Self>, Message> {
        let text = text.trim();
        // A class may have a comma in its name.
        if is_class(text, split) {
            return Ok(Some(Self { conditions: vec![word(text, split)?] }));
        }
        let parts = text.split([',', '，']).map(str::trim).filter(|part| !part.is_empty());
        let conditions: Vec<Condition> = parts.map(|part| condition(part, split)).collect::<Result<_, _>>()?;
        Ok((!conditions.is_empty()).then_some(Self { conditions }))
    }

    /// Whether an example is what is searched.
    pub fn matches(&self, index: usize) -> bool {
        self.conditions.iter().all(|condition| match condition {
            Condition::Place(place) => index == *place,
            Condition::Class { indices, allowed } => {
                indices.get(index).and_then(|class| allowed.get(usize::from(class))).is_some_and(|allowed| *allowed)
            }
            Condition::Number { numbers, relation, value } => {
                numbers.get(index).is_some_and(|number| relation.holds(number, *value))
            }
            Condition::Text { texts, value, equal } => {
                texts.get(index).is_some_and(|text| (text.to_lowercase() == *value) == *equal)
            }
            Condition::Words { texts, value } => {
                texts.iter().any(|texts| texts.get(index).is_some_and(|text| text.to_lowercase().contains(value)))
            }
        })
    }
}

fn condition(text: &str, split: &Split) -> Result<Condition, Message> {
    if let Some(place) = text.strip_prefix('#') {
        let place = place.trim().parse().map_err(|_| {
            message!("expected {expected}, found {found}", expected = message!("a number behind #"), found = text)
        });
        return Ok(Condition::Place(place?));
    }
    let found = RELATIONS.iter().find_map(|(sign, relation)| Some((text.split_once(sign)?, *relation)));
    match found {
        Some(((name, value), relation)) => compared(column(name.trim(), split)?, relation, value.trim()),
        None => word(text, split),
    }
}

/// The column of this name; the first one of classes is called `class` as well.
fn column<'a>(name: &str, split: &'a Split) -> Result<&'a Column, Message> {
    let columns = split.columns();
    let called = columns.iter().find(|column| is_same(&column.name, name));
    let classes = || columns.iter().find(|column| matches!(column.values, ColumnValues::Class { .. }));
    let found = called.or_else(|| classes().filter(|_| is_same("class", name)));
    found.ok_or_else(|| {
        if columns.is_empty() {
            return message!("these data have no columns");
        }
        let names = listed(columns.iter().map(|column| column.name.as_str()));
        message!("expected one of the columns {names}, found {found}", names, found = name)
    })
}

fn compared(column: &Column, relation: Relation, value: &str) -> Result<Condition, Message> {
    match &column.values {
        ColumnValues::Class { names, indices } => {
            let of_names = |name: &String| match (relation, number(name), number(value)) {
                (Relation::Equal, ..) => is_same(name, value),
                (Relation::Unequal, ..) => !is_same(name, value),
                (_, Some(name), Some(value)) => relation.holds(name, value),
                _ => false,
            };
            let is_name = names.iter().any(|name| is_same(name, value));
            if matches!(relation, Relation::Equal | Relation::Unequal) && !is_name {
                let names = listed(names.iter().map(String::as_str));
                return Err(message!("expected one of the classes {names}, found {found}", names, found = value));
            }
            Ok(Condition::Class { indices: indices.clone(), allowed: names.iter().map(of_names).collect() })
        }
        ColumnValues::Number(numbers) => {
            let value = number(value).ok_or_else(|| {
                message!("expected a number to compare {name} with, found {found}", name = &column.name, found = value)
            })?;
            Ok(Condition::Number { numbers: numbers.clone(), relation, value })
        }
        ColumnValues::Text(texts) => {
            if !matches!(relation, Relation::Equal | Relation::Unequal) {
                return Err(message!("{name} is text: it is compared with = or !=", name = &column.name));
            }
            let (value, equal) = (value.to_lowercase(), relation == Relation::Equal);
            Ok(Condition::Text { texts: texts.clone(), value, equal })
        }
    }
}

/// A class's name, or words of a text.
fn word(text: &str, split: &Split) -> Result<Condition, Message> {
    let classes = split.columns().iter().find_map(|column| match &column.values {
        ColumnValues::Class { names, indices } => Some((names, indices)),
        ColumnValues::Number(_) | ColumnValues::Text(_) => None,
    });
    if let Some((names, indices)) = classes.filter(|_| is_class(text, split)) {
        let allowed = names.iter().map(|name| is_same(name, text)).collect();
        return Ok(Condition::Class { indices: indices.clone(), allowed });
    }
    let texts = split.columns().iter().filter_map(|column| match &column.values {
        ColumnValues::Text(texts) => Some(texts.clone()),
        ColumnValues::Class { .. } | ColumnValues::Number(_) => None,
    });
    let texts: Vec<_> = texts.collect();
    if texts.is_empty() {
        let expected = message!("#12, a class, or a condition on a column");
        return Err(message!("expected {expected}, found {found}", expected, found = text));
    }
    Ok(Condition::Words { texts, value: text.to_lowercase() })
}

fn is_class(text: &str, split: &Split) -> bool {
    split.class_names().iter().any(|name| is_same(name, text))
}

fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

fn number(text: &str) -> Option<f32> {
    text.parse().ok().filter(|number: &f32| number.is_finite())
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.collect();
    let more = if names.len() > LISTED { ", …" } else { "" };
    names.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ") + more
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::dataset::ImageShape;
    use proptest::prelude::*;

    fn split() -> Split {
        let class = Column::class([0u8, 1, 2, 1], ["3", "7", "a, b"].map(str::to_owned));
        let number = Column {
            name: "Rotation".to_owned(),
            values: ColumnValues::Number(Cells::Listed([0.1, 0.5, 0.6, 2.0].into())),
        };
        let texts: Vec<Arc<str>> = ["a red car", "Blue", "red", "green"].map(Arc::from).into();
        let text = Column { name: "words".to_owned(), values: ColumnValues::Text(Cells::Listed(texts.into())) };
        Split::of_bytes(ImageShape::grey(1, 1), vec![0; 4], vec![class, number, text])
    }

    fn found(text: &str) -> Result<Vec<usize>, String> {
        let split = split();
        let search = Search::parse(text, &split).map_err(|message| message.to_string())?;
        Ok((0..4).filter(|index| search.as_ref().is_none_or(|search| search.matches(*index))).collect())
    }

    #[test]
    fn what_is_typed_finds_what_it_says() {
        for (text, expected) in [
            ("", &[0usize, 1, 2, 3][..]),
            ("#2", &[2]),
            ("#9", &[]),
            ("7", &[1, 3]),
            ("a, b", &[2]),
            ("class = 7", &[1, 3]),
            ("class != 7", &[0, 2]),
            ("class > 3", &[1, 3]),
            ("rotation>0.5", &[2, 3]),
            ("ROTATION ≥ 0.5", &[1, 2, 3]),
            ("rotation = 0.6", &[2]),
            ("rotation <= 0.5, class = 3", &[0]),
            ("words = RED", &[2]),
            ("words != red", &[0, 1, 3]),
            ("red", &[0, 2]),
        ] {
            assert_eq!(found(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_searched_is_a_sentence() {
        for (text, expected) in [
            ("#x", "expected a number behind #, found #x"),
            ("size > 1", "expected one of the columns class, Rotation, words, found size"),
            ("class = 5", "expected one of the classes 3, 7, a, b, found 5"),
            ("rotation > much", "expected a number to compare Rotation with, found much"),
            ("words < b", "words is text: it is compared with = or !="),
        ] {
            assert_eq!(found(text), Err(expected.to_owned()));
        }
        let bare = Split::of_bytes(ImageShape::grey(1, 1), vec![0; 4], Vec::new());
        for (text, expected) in [
            ("size > 1", "these data have no columns"),
            ("red", "expected #12, a class, or a condition on a column, found red"),
        ] {
            assert_eq!(Search::parse(text, &bare).unwrap_err().to_string(), expected);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_search_or_a_sentence(text in "[#a-z0-9 =<>!≤,.-]{0,20}|.{0,20}") {
            let _ = found(&text);
        }
    }
}
