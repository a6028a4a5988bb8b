//! Words that examples are told apart by: their order, and when they are classes.

use super::column::{Cells, ColumnValues};
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

/// More different words than this are no classes.
const MOST_CLASSES: usize = 256;

/// What `parts` say of the examples of two splits: classes, in the order of their names, where `all` words are few; else
/// text. `all` holds those of both parts, and may hold others, which are classes without examples.
pub fn classes_or_texts<'a>(all: impl Iterator<Item = &'a str>, parts: [Vec<&'a str>; 2]) -> [ColumnValues; 2] {
    let mut different = BTreeSet::new();
    for word in all {
        different.insert(word);
        if different.len() > MOST_CLASSES {
            return parts.map(|words| texts(words.into_iter().map(Arc::from)));
        }
    }
    let mut names: Vec<&str> = different.into_iter().collect();
    names.sort_by(|a, b| by_name(a, b));
    let owned: Arc<[String]> = names.iter().map(|name| (*name).to_owned()).collect();
    parts.map(|words| {
        let index = |word: &str| names.binary_search_by(|name| by_name(name, word)).unwrap_or(0) as u8;
        let indices: Vec<u8> = words.into_iter().map(index).collect();
        ColumnValues::Class { names: owned.clone(), indices: Cells::Listed(indices.into()) }
    })
}

/// Text of each example.
pub fn texts(words: impl Iterator<Item = Arc<str>>) -> ColumnValues {
    ColumnValues::Text(Cells::Listed(words.collect()))
}

/// The order of names in which numbers count as numbers: `2.png` before `10.png`.
pub fn by_name(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let (many_left, many_right) = (digits(left), digits(right));
        if many_left > 0 && many_right > 0 {
            let (number_left, rest_left) = left.split_at(many_left);
            let (number_right, rest_right) = right.split_at(many_right);
            let plain = |number: &'_ str| number.trim_start_matches('0').len();
            let by_value = plain(number_left).cmp(&plain(number_right));
            let by_value =
                by_value.then_with(|| number_left.trim_start_matches('0').cmp(number_right.trim_start_matches('0')));
            if by_value != Ordering::Equal {
                return by_value;
            }
            (left, right) = (rest_left, rest_right);
            continue;
        }
        let (mut signs_left, mut signs_right) = (left.chars(), right.chars());
        match (signs_left.next(), signs_right.next()) {
            (Some(sign_left), Some(sign_right)) if sign_left == sign_right => {
                (left, right) = (signs_left.as_str(), signs_right.as_str());
            }
            // Also where only zeros before numbers tell two names apart.
            (None, None) => return a.cmp(b),
            (sign_left, sign_right) => return sign_left.cmp(&sign_right),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_count_as_numbers() {
        let mut names = ["b", "a10", "a2", "a02b", "10", "9", "a", "img_100.png", "img_20.png"];
        names.sort_by(|a, b| by_name(a, b));
        assert_eq!(names, ["9", "10", "a", "a2", "a02b", "a10", "b", "img_20.png", "img_100.png"]);
    }

    proptest! {
        #[test]
        fn it_is_an_order(names in prop::collection::vec("[a0-2]{0,4}", 3)) {
            let [a, b, c] = [&names[0], &names[1], &names[2]];
            prop_assert_eq!(by_name(a, b), by_name(b, a).reverse());
            prop_assert_eq!(by_name(a, b) == Ordering::Equal, a == b);
            if by_name(a, b) != Ordering::Greater && by_name(b, c) != Ordering::Greater {
                prop_assert!(by_name(a, c) != Ordering::Greater);
            }
        }
    }
}
