//! What models of points have otherwise than models of images.

use super::family::LATENT_A_VALUE;
use super::{Config, ConfigError, Setting};
use crate::dataset::Sample;
use crate::message::message;

/// Batch norm needs as many examples to normalise by.
const FEWEST_IN_BATCH: usize = 2;

/// What every model of points has, of the fields that its family has: coordinates are any numbers, not shares of white, and
/// lie beside no others.
static ALL: [(&str, Setting); 4] = [
    ("network", Setting::word("dense")),
    ("binarize", Setting::word("none")),
    ("likelihood", Setting::word("gaussian")),
    ("generator_output", Setting::word("linear")),
];

impl Config {
    /// Makes a preset one for data of this kind: on points an autoencoder's likelihood is Gaussian with a σ of their scale and
    /// a generator ends without a sigmoid; on images all of that is as the preset says. What its layers are made of stays,
    /// so that [`Self::check_on`] refuses convolutions on points.
    pub fn adapt_to(&mut self, sample: Sample) {
        // One of a name that this program does not know starts from what it has.
        let preset = Self::preset(&self.preset).unwrap_or_else(|| self.clone());
        let all = ALL.iter().filter(|(key, _)| *key != "network").cloned();
        for (key, of_points) in all.chain((self.family().points)(&preset)) {
            let value = if sample.is_point() { Some(&of_points) } else { preset.get(key) };
            // What has no such word stays as it is, and is refused by it.
            let can = |value: &Setting| self.family().field(key).is_some_and(|field| field.fit(value.clone()).is_ok());
            value.cloned().filter(can).into_iter().for_each(|value| self.values.put(key, value));
        }
        if self.draws_each_value() {
            self.values.put(LATENT_A_VALUE.key, Setting::from(sample.values() as u64));
        }
    }

    /// Whether it draws each value of an example from a latent number of its own.
    fn draws_each_value(&self) -> bool {
        self.family().fields.iter().any(|field| std::ptr::eq(*field, &LATENT_A_VALUE))
    }

    /// Says where other latent dimensions are asked for than those that the data gives it.
    ///
    /// # Errors
    /// Names how many it has, and how many were found.
    pub fn check_latent(&self, sample: Sample) -> Result<(), ConfigError> {
        let values = sample.values();
        match self.whole(LATENT_A_VALUE.key) {
            Some(found) if self.draws_each_value() && found != values as u64 => Err(ConfigError::new(
                LATENT_A_VALUE.key,
                message!("{values}, a number for each value of an example", values),
                found,
            )),
            _ => Ok(()),
        }
    }

    /// Makes a batch no larger than the data that is learned from, of `count` examples: the largest power of two that there
    /// is in it, where batch norm has more than one to normalise by. Gives the new batch where it is another.
    pub fn fit_batch(&mut self, count: usize) -> Option<u64> {
        let batch = self.whole("batch").filter(|batch| *batch > count as u64 && count >= FEWEST_IN_BATCH)?;
        let fitting = (1u64 << count.ilog2()).min(batch);
        self.values.put("batch", Setting::from(fitting));
        Some(fitting)
    }

    /// Says what of it cannot learn data of this kind.
    ///
    /// # Errors
    /// Names the key, what is allowed and what was found.
    pub fn check_on(&self, sample: Sample) -> Result<(), ConfigError> {
        if !sample.is_point() {
            return Ok(());
        }
        let found = |(key, value): &(&'static str, Setting)| self.get(key).filter(|found| *found != value).cloned();
        match ALL.iter().find_map(|setting| Some((setting, found(setting)?))) {
            Some(((key, value), found)) => Err(ConfigError::new(
                key,
                message!("{value} where the data is points", value = value.to_string()),
                found,
            )),
            None => Ok(()),
        }
    }
}
