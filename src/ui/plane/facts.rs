//! What the data's columns say of one example, in words.

use crate::dataset::{Column, ColumnValues, Split};
use crate::explore::coloring::{ColorBy, others};
use crate::ui::text::number;

/// Columns that the card of a point has room for.
const MOST: usize = 8;

/// What a column says of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnFact {
    /// The column's name.
    pub name: String,
    /// What it says.
    pub value: String,
    /// Whether points are coloured by it.
    pub is_chosen: bool,
}

/// What the columns of `split` but its class say of an example, the chosen one first.
pub fn facts(split: &Split, index: usize, by: &ColorBy) -> Vec<ColumnFact> {
    let chosen = by.column(split);
    let is_chosen = |column: &Column| chosen.is_some_and(|chosen| std::ptr::eq(column, chosen));
    let rest = others(split).filter(|column| !is_chosen(column));
    let fact = |column: &Column| {
        let value = value(column, index)?;
        Some(ColumnFact { name: column.name.clone(), value, is_chosen: is_chosen(column) })
    };
    chosen.into_iter().chain(rest).filter_map(fact).take(MOST).collect()
}

/// What a column says of an example; `None` where it says nothing.
fn value(column: &Column, index: usize) -> Option<String> {
    match &column.values {
        ColumnValues::Class { names, indices } => names.get(usize::from(indices.get(index)?)).cloned(),
        ColumnValues::Number(numbers) => Some(number(f64::from(numbers.get(index)?))),
        ColumnValues::Text(texts) => Some(texts.get(index)?.to_string()).filter(|text| !text.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Progress, Source, load};

    #[test]
    fn the_chosen_column_comes_first() -> Result<(), crate::dataset::SourceError> {
        let sprites = load(&Source::built_in("sprites"), &Progress::default())?;
        let names = |by: &ColorBy| -> Vec<(String, bool)> {
            facts(&sprites.test, 5, by).into_iter().map(|fact| (fact.name, fact.is_chosen)).collect()
        };
        let named = |names: [&str; 4], chosen: bool| -> Vec<(String, bool)> {
            names.iter().enumerate().map(|(place, name)| ((*name).to_owned(), chosen && place == 0)).collect()
        };
        assert_eq!(names(&ColorBy::Class), named(["scale", "rotation", "x", "y"], false));
        let by_x = ColorBy::Column("x".to_owned());
        assert_eq!(names(&by_x), named(["x", "scale", "rotation", "y"], true));
        Ok(())
    }
}
