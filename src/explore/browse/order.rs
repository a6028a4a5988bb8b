//! Which examples are listed, in which order.

use super::listing::ColumnSort;
use super::search::Search;
use crate::dataset::{Cells, ColumnValues, Split};
use std::cmp::Ordering;
use std::sync::Arc;

/// Examples between two checks whether to go on.
const CHUNK: usize = 4096;

/// The places of the examples that `search` finds, by what they are sorted by; equal ones stay as they lie in the data.
/// `None` where `current` (asked every so many examples) returned false.
pub fn order(
    split: &Split,
    search: Option<&Search>,
    sort: Option<&ColumnSort>,
    current: &mut dyn FnMut() -> bool,
) -> Option<Arc<[u32]>> {
    let mut places: Vec<u32> = Vec::new();
    for (place, at) in (0u32..).zip(0..split.count()) {
        if at % CHUNK == 0 && !current() {
            return None;
        }
        if search.is_none_or(|search| search.matches(at)) {
            places.push(place);
        }
    }
    let Some(sort) = sort else { return Some(places.into()) };
    let column = sort.column.as_ref().and_then(|name| split.columns().iter().find(|column| column.name == *name));
    let sorted = match column.map(|column| &column.values) {
        None if sort.descending => {
            places.reverse();
            places
        }
        None => places,
        Some(ColumnValues::Class { indices, .. }) => sorted(&places, indices, sort.descending, Ord::cmp, current)?,
        Some(ColumnValues::Number(numbers)) => sorted(&places, numbers, sort.descending, f32::total_cmp, current)?,
        Some(ColumnValues::Text(texts)) => sorted(&places, texts, sort.descending, Ord::cmp, current)?,
    };
    Some(sorted.into())
}

/// Places sorted by their cells, each of which is looked up once.
fn sorted<T: Clone>(
    places: &[u32],
    cells: &Cells<T>,
    descending: bool,
    compare: impl Fn(&T, &T) -> Ordering,
    current: &mut dyn FnMut() -> bool,
) -> Option<Vec<u32>> {
    let mut keyed: Vec<(T, u32)> = Vec::with_capacity(places.len());
    for part in places.chunks(CHUNK) {
        if !current() {
            return None;
        }
        keyed.extend(part.iter().filter_map(|place| Some((cells.get(*place as usize)?, *place))));
    }
    keyed.sort_unstable_by(|(one, at), (other, other_at)| {
        let order = compare(one, other);
        let order = if descending { order.reverse() } else { order };
        order.then(at.cmp(other_at))
    });
    Some(keyed.into_iter().map(|(_, place)| place).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::dataset::{Column, ImageShape};
    use proptest::prelude::*;

    fn split(numbers: &[f32]) -> Split {
        let classes: Vec<u8> = (0..numbers.len()).map(|at| (at % 3) as u8).collect();
        let number =
            Column { name: "size".to_owned(), values: ColumnValues::Number(Cells::Listed(numbers.to_vec().into())) };
        let columns = vec![Column::class(classes, ["a", "b", "c"].map(str::to_owned)), number];
        Split::of_bytes(ImageShape::grey(1, 1), vec![0; numbers.len()], columns)
    }

    proptest! {
        #[test]
        fn they_are_what_was_searched_sorted(
            numbers in prop::collection::vec((0..20i8).prop_map(|number| f32::from(number) / 10.0), 0..200),
            (by_class, descending) in any::<(bool, bool)>(),
        ) {
            let split = split(&numbers);
            let search = Search::parse("size > 0.5, class != b", &split).unwrap();
            let column = Some(if by_class { "class" } else { "size" }.to_owned());
            let sort = ColumnSort { column, descending };
            let places = order(&split, search.as_ref(), Some(&sort), &mut || true).unwrap();
            let is_wanted = |at: usize| numbers[at] > 0.55 && split.class(at) != Some(1);
            let mut expected: Vec<u32> = (0..numbers.len()).filter(|at| is_wanted(*at)).map(|at| at as u32).collect();
            expected.sort_by(|one, other| {
                let key = |at: u32| if by_class { split.class(at as usize).unwrap() as f32 } else { numbers[at as usize] };
                let order = key(*one).total_cmp(&key(*other));
                if descending { order.reverse() } else { order }
            });
            prop_assert_eq!(&*places, &*expected);
        }
    }

    #[test]
    fn without_a_column_it_is_as_the_data_lie_or_backwards() {
        let split = split(&[1.0, 0.0, 2.0]);
        let by_place = |descending| ColumnSort { column: None, descending };
        let places = |sort: Option<&ColumnSort>| order(&split, None, sort, &mut || true).unwrap().to_vec();
        assert_eq!(places(None), [0, 1, 2]);
        assert_eq!(places(Some(&by_place(false))), [0, 1, 2]);
        assert_eq!(places(Some(&by_place(true))), [2, 1, 0]);
        assert!(order(&split, None, None, &mut || false).is_none());
    }
}
