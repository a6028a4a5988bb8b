//! Looking through a data set: which of its examples are listed, in what order, and what all of them are like.

mod listing;
mod order;
mod search;
mod statistics;

pub use listing::{Browse, ColumnSort, DataPart, ExamplePlace};
pub use order::order;
pub use search::Search;
pub use statistics::{BINS, DataStatistics, MOST_EXAMINED};
