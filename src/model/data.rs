//! A configuration beside the data that it is to learn: made one for it, and what keeps it from learning it.

use super::{Config, ConfigError};
use crate::dataset::Dataset;

impl Config {
    /// Makes a preset one for this data: for its kind, told its classes, with a batch that there is. Gives the new batch where
    /// it is another.
    pub fn adapt_to_data(&mut self, data: &Dataset) -> Option<u64> {
        self.adapt_to(data.sample());
        self.fit_classes(&data.train);
        self.fit_batch(data.train.count())
    }

    /// Says what is wrong with its numbers, or keeps it from learning this data.
    ///
    /// # Errors
    /// Names the key, what is allowed and what was found.
    pub fn check_on_data(&self, data: &Dataset) -> Result<(), ConfigError> {
        self.check()?;
        self.check_on(data.sample())?;
        self.check_classes(&data.train)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::{Column, ImageShape, Source, Split};
    use crate::model::presets;

    #[test]
    fn every_preset_is_made_one_for_images_and_where_the_data_decides_the_latent_dimensions_no_others_are_taken() {
        let (shape, count) = (ImageShape::grey(12, 12), 300);
        let labels: Vec<u8> = (0..count).map(|image| (image % 2) as u8).collect();
        let classes = Column::class(labels, vec!["even".to_owned(), "odd".to_owned()]);
        let split = Split::of_bytes(shape, vec![9; count * shape.values()], vec![classes]);
        let data = Dataset::new(Source::default(), "two", split.clone(), split);
        let mut decided = Vec::new();
        for preset in presets() {
            let mut config = Config::preset(preset).unwrap();
            config.adapt_to_data(&data);
            let checked = config.check_on_data(&data).and_then(|()| config.check_latent(data.sample()));
            assert_eq!(checked.map_err(|error| error.to_string()), Ok(()), "{preset}");
            let of_three = config.with("latent", 3u64).ok().map(|config| config.check_latent(data.sample()));
            decided.extend(of_three.and_then(Result::err).map(|_| preset));
        }
        assert_eq!(decided, ["vae-made", "chow-liu", "hmm", "fvsbn", "made", "rnn-rows"]);
    }
}
