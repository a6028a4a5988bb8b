//! What is known of the images of arrays: classes and factors, divided as the images are.

use crate::dataset::column::{Cells, Column, ColumnValues};
use crate::dataset::rows::Rows;
use crate::dataset::sample::{ImageShape, Sample};
use crate::dataset::split::Split;
use crate::dataset::words::{classes_or_texts, texts};
use std::sync::Arc;

/// Columns of both splits, as they are found.
#[derive(Default)]
pub struct ColumnParts([Vec<Column>; 2]);

impl ColumnParts {
    /// A column of classes, which are called `names`, or else by their numbers from 0 to the greatest.
    pub fn add_classes(&mut self, name: &str, parts: [Vec<u8>; 2], names: Option<Arc<[String]>>) {
        let names = names.unwrap_or_else(|| {
            let greatest = parts.iter().flatten().copied().max().unwrap_or(0);
            (0..=greatest).map(|class| class.to_string()).collect()
        });
        for (columns, indices) in self.0.iter_mut().zip(parts) {
            columns.push(Column { name: name.to_owned(), ..Column::class(indices, names.clone()) });
        }
    }

    /// A column of numbers.
    pub fn add_numbers(&mut self, name: &str, parts: [Vec<f32>; 2]) {
        for (columns, numbers) in self.0.iter_mut().zip(parts) {
            columns.push(Column { name: name.to_owned(), values: ColumnValues::Number(Cells::Listed(numbers.into())) });
        }
    }

    /// A column of words: of classes if they may be some and are few, else of text.
    pub fn add_words(&mut self, name: &str, parts: [Vec<Arc<str>>; 2], is_class: bool) {
        let values = if is_class {
            let words = parts.each_ref().map(|part| part.iter().map(|word| &**word).collect());
            classes_or_texts(parts.iter().flatten().map(|word| &**word), words)
        } else {
            parts.map(|part| texts(part.into_iter()))
        };
        for (columns, values) in self.0.iter_mut().zip(values) {
            columns.push(Column { name: name.to_owned(), values });
        }
    }

    /// The two splits of images with these columns.
    pub fn splits(self, shape: ImageShape, rows: [Arc<dyn Rows>; 2]) -> [Split; 2] {
        let [train_columns, test_columns] = self.0;
        let [train, test] = rows;
        let split = |rows, columns| Split::new(Sample::Image(shape), rows, columns);
        [split(train, train_columns), split(test, test_columns)]
    }
}
