//! A configuration beside the data that it is to learn: made one for it, and what keeps it from learning it.

use super::{Config, ConfigError};
use crate::dataset::Dataset;

impl Config {
    /// Makes a preset one for this data: for its kind, told its classes, with a batch that there is. Gives the new batch where
    /// it is another.
    pub fn suit(&mut self, data: &Dataset) -> Option<u64> {
        self.adapt_to(data.sample());
        self.fit_classes(&data.train);
        self.fit_batch(data.train.count())
    }

    /// Says what is wrong with its numbers, or keeps it from learning this data.
    ///
    /// # Errors
    /// Names the key, what is allowed and what was found.
    pub fn check_for(&self, data: &Dataset) -> Result<(), ConfigError> {
        self.check()?;
        self.check_on(data.sample())?;
        self.check_classes(&data.train)
    }
}
