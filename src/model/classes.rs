//! The class as a number of the latent space, for models that are told it (Mirza 2014, Sohn 2015). The last latent number chooses
//! the class: the line is cut into an interval a class, whose probabilities under the standard normal distribution are the
//! classes' shares, so that a draw of the prior draws each class with its share.

use super::exact::numbers::normal_quantile;
use super::field::{CardInput, FieldChange, Section};
use super::{Config, ConfigError, Field, Saved, Setting, StepError};
use crate::dataset::Split;
use crate::message::message;
use crate::nn::operations::{Concatenation, Largest};
use crate::random::uniform_from_normal;
use crate::snapshot::{Activation, Network, NetworkError, Operation};
use candle_core::{Device, Result, Tensor};

/// Classes that a model can be told apart.
const MOST: u64 = 64;

/// Classes that the model is told; what the data has ([`Config::fit_classes`]).
pub(super) static CLASSES: Field = Field::whole("classes", (2, MOST), 10).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.classes",
    CardInput::Plain,
);
/// Latent dimensions, of which the last one chooses the class.
pub(super) static LATENT_AND_CLASS: Field = Field::whole("latent", (1, 512), 3)
    .required()
    .changes(FieldChange::Shape)
    .on_card(Section::NETWORK, |_| "model.latent_and_class", CardInput::Plain);

impl Config {
    /// Makes a model that is told the class one of as many classes as the data has; where these are too few or too many it stays
    /// as it is, and is refused by [`Self::check_classes`].
    pub fn fit_classes(&mut self, train: &Split) {
        let found = Setting::Whole(train.class_names().len() as u64);
        if self.get(CLASSES.key).is_some() && CLASSES.check(&found).is_ok() {
            self.values.put(CLASSES.key, found);
        }
    }

    /// Says where a model is told classes that the data does not have.
    ///
    /// # Errors
    /// Names how many classes there may be and how many there are.
    pub fn check_classes(&self, train: &Split) -> std::result::Result<(), ConfigError> {
        match self.whole(CLASSES.key) {
            Some(classes) => check(classes as usize, train),
            None => Ok(()),
        }
    }
}

fn check(most: usize, train: &Split) -> std::result::Result<(), ConfigError> {
    match train.class_names().len() {
        found if (2..=most).contains(&found) => Ok(()),
        found => Err(ConfigError::new(CLASSES.key, message!("data of 2 to {most} classes", most), found)),
    }
}

/// The intervals of the line that stand for classes, in the classes' order.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ClassIntervals {
    /// The probability of each.
    shares: Vec<f32>,
}

/// What the shares are called where they are saved.
const SHARES: &str = "classes.shares";

/// The line ends here: no draw of single precision is farther out.
const END: f64 = 8.0;

/// The standard deviation of an image's class number, in shares of that of its interval: hardly any draw of it is of another class.
const SPREAD: f64 = 0.5;

impl ClassIntervals {
    /// Of classes that are equally probable, before any image was seen.
    pub fn equal(classes: usize) -> Self {
        Self { shares: vec![1.0 / classes.max(1) as f32; classes] }
    }

    /// Of as many classes, with the shares that they have in the data.
    ///
    /// # Errors
    /// If the data has no classes or more, or an example has none.
    pub fn of(train: &Split, classes: usize) -> std::result::Result<Self, StepError> {
        check(classes, train)?;
        let mut counts = vec![0u64; classes];
        for class in (0..train.count()).filter_map(|index| train.class(index)) {
            if let Some(count) = counts.get_mut(class) {
                *count += 1;
            }
        }
        let all = counts.iter().sum::<u64>().max(1) as f64;
        Ok(Self { shares: counts.iter().map(|count| (*count as f64 / all) as f32).collect() })
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.shares.len()
    }

    /// Its tensor and what it is called.
    pub fn save(&self) -> (String, Vec<f32>) {
        (SHARES.to_owned(), self.shares.clone())
    }

    /// What was saved of as many classes.
    ///
    /// # Errors
    /// If it is missing or of another size.
    pub fn saved(&self, saved: &Saved) -> std::result::Result<Self, StepError> {
        Ok(Self { shares: saved.take(SHARES, self.classes())? })
    }

    /// The sum of the shares before each class, and that of all, as shares of the latter.
    fn cumulated(&self) -> Vec<f64> {
        let sums = self.shares.iter().scan(0.0, |sum, share| {
            *sum += f64::from(share.max(0.0));
            Some(*sum)
        });
        let sums: Vec<f64> = std::iter::once(0.0).chain(sums).collect();
        let all = sums.last().copied().filter(|sum| *sum > 0.0).unwrap_or(1.0);
        sums.into_iter().map(|sum| sum / all).collect()
    }

    /// The interval of each class.
    fn intervals(&self) -> Vec<[f64; 2]> {
        let borders: Vec<f64> = self.cumulated().into_iter().map(|sum| normal_quantile(sum).clamp(-END, END)).collect();
        borders.iter().zip(borders.iter().skip(1)).map(|(low, high)| [*low, *high]).collect()
    }

    /// The number of each class that is in the middle of its interval, half of its probability on either side.
    pub fn middles(&self) -> Vec<f32> {
        let cumulated = self.cumulated();
        let halves = cumulated.iter().zip(cumulated.iter().skip(1)).map(|(before, after)| 0.5 * (before + after));
        halves.map(|half| normal_quantile(half).clamp(-END, END) as f32).collect()
    }

    /// ln σ² of the numbers that stand for each class, normal about its middle.
    fn log_variances(&self) -> impl Iterator<Item = f32> {
        self.intervals().into_iter().map(|interval| (2.0 * (SPREAD * deviation(interval)).ln()) as f32)
    }

    /// −log p of each class, in nats: KL of the standard normal distribution within its interval from the whole one. As that of a
    /// very rare one where it has no share.
    pub fn surprisals(&self) -> Vec<f32> {
        let cumulated = self.cumulated();
        let shares = cumulated.iter().zip(cumulated.iter().skip(1)).map(|(before, after)| after - before);
        shares.map(|share| -share.max(f64::from(f32::EPSILON)).ln() as f32).collect()
    }

    /// Numbers that were chosen for classes, `[batch, classes]` one-hot to `[batch, 1]`.
    pub fn of_each(&self, values: &[f32], one_hot: &Tensor) -> Result<Tensor> {
        one_hot.matmul(&Tensor::from_slice(values, (self.classes(), 1), one_hot.device())?)
    }

    /// A network of the latent's numbers that are not the class's and of the class, one-hot behind them, as one of the latent.
    ///
    /// # Errors
    /// If it is not of as many.
    pub fn decoder(&self, latent: usize, network: &[Operation]) -> std::result::Result<Network, NetworkError> {
        let (others, classes) = (latent.saturating_sub(1), self.classes());
        // Lines whose upper envelope has its corners at the borders.
        let slopes = (0..classes).flat_map(|class| constant_row(latent, others, class as f32));
        let borders = self.intervals().into_iter().map(|[low, _]| low).enumerate();
        let offsets = borders.scan(0.0, |offset, (class, border)| {
            *offset -= if class == 0 { 0.0 } else { border };
            Some(*offset as f32)
        });
        let scores = (slopes.collect::<Vec<f32>>(), offsets.collect::<Vec<f32>>());
        let mut operations = vec![
            Operation::linear("class.scores", 0, scores, Activation::Identity),
            Operation::of_weight("class", 1, Largest { inputs: classes }, Vec::new()),
        ];
        if others > 0 {
            operations.push(chosen("style", 0, latent, 0..others));
            let beside = Concatenation { height: 1, width: 1, channels: [others, classes] };
            operations.push(Operation::joining("style.class", [3, 2], beside, Activation::Identity));
        }
        let begin = operations.len();
        operations.extend(network.iter().cloned().map(|mut operation| {
            operation.inputs.iter_mut().for_each(|input| *input += begin);
            operation
        }));
        Network::new(latent, operations)
    }

    /// An encoder of means and log variances of the numbers that are not the class's, and of a score of each class behind them, as
    /// one of means and log variances of the latent.
    ///
    /// # Errors
    /// If it is not of as many.
    pub fn encoder(
        &self,
        (pixels, latent): (usize, usize),
        mut operations: Vec<Operation>,
    ) -> std::result::Result<Network, NetworkError> {
        let (others, classes) = (latent.saturating_sub(1), self.classes());
        let (end, read) = (operations.len(), 2 * others + classes);
        operations.push(chosen("class.scores", end, read, 2 * others..read));
        operations.push(Operation::of_weight("class", end + 1, Largest { inputs: classes }, Vec::new()));
        let beside = Concatenation { height: 1, width: 1, channels: [read, classes] };
        operations.push(Operation::joining("code.class", [end, end + 2], beside, Activation::Identity));
        let of_class = |values: Vec<f32>| std::iter::repeat_n(0.0, read).chain(values).collect::<Vec<f32>>();
        let means = (0..others).map(|place| constant_row(read + classes, place, 1.0));
        let log_variances = (others..2 * others).map(|place| constant_row(read + classes, place, 1.0));
        let weight = means
            .chain([of_class(self.middles())])
            .chain(log_variances)
            .chain([of_class(self.log_variances().collect())])
            .flatten();
        let posterior = (weight.collect::<Vec<f32>>(), vec![0.0; 2 * latent]);
        operations.push(Operation::linear("posterior", end + 3, posterior, Activation::Identity));
        Network::new(pixels, operations)
    }

    /// Means and log variances of the latent, `[batch, 2·latent]`, of those that are not the class's (where there are any) and of
    /// the classes that the scores `[batch, classes]` are highest of: what [`Self::encoder`] gives.
    pub fn posteriors(&self, others: Option<&[f32]>, scores: &[f32]) -> Vec<f32> {
        let (middles, log_variances) = (self.middles(), self.log_variances().collect::<Vec<f32>>());
        let rows = scores.chunks_exact(self.classes().max(1));
        let width = others.map_or(0, |others| others.len() / rows.len().max(1));
        let mut codes = Vec::with_capacity(rows.len() * (width + 2));
        for (row, scores) in rows.enumerate() {
            let code = others.and_then(|others| others.get(row * width..(row + 1) * width)).unwrap_or_default();
            let (means, variances) = code.split_at(code.len() / 2);
            let class = Largest::place(scores);
            let of_class = |values: &[f32]| values.get(class).copied().unwrap_or_default();
            codes.extend(means.iter().copied().chain([of_class(&middles)]));
            codes.extend(variances.iter().copied().chain([of_class(&log_variances)]));
        }
        codes
    }
}

/// The classes of a batch, `[batch, count]`: 1 in place of an example's class and 0 elsewhere.
pub(super) fn one_hot(classes: &[usize], count: usize, device: &Device) -> Result<Tensor> {
    let values: Vec<f32> = classes.iter().flat_map(|class| constant_row(count, *class, 1.0)).collect();
    Tensor::from_vec(values, (classes.len(), count), device)
}

/// A row of zeros, but for one value.
fn constant_row(width: usize, place: usize, value: f32) -> Vec<f32> {
    (0..width).map(|at| if at == place { value } else { 0.0 }).collect()
}

/// Some of the numbers of a value, as they are.
fn chosen(name: &str, input: usize, width: usize, places: std::ops::Range<usize>) -> Operation {
    let bias = vec![0.0; places.len()];
    let weight: Vec<f32> = places.flat_map(|place| constant_row(width, place, 1.0)).collect();
    Operation::linear(name, input, (weight, bias), Activation::Identity)
}

/// The standard deviation of the standard normal distribution within an interval.
fn deviation([low, high]: [f64; 2]) -> f64 {
    let density = |x: f64| (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
    let probability = uniform_from_normal(high as f32) - uniform_from_normal(low as f32);
    // Narrow ones are flat.
    let flat = (high - low) / 12.0f64.sqrt();
    if probability < 1e-3 {
        return flat.max(1e-4);
    }
    let mean = (density(low) - density(high)) / probability;
    let variance = 1.0 + (low * density(low) - high * density(high)) / probability - mean * mean;
    variance.max(0.0).sqrt().clamp(1e-4, flat.max(1e-4))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::random::{Purpose, normal_rows};
    use crate::snapshot::Scratch;

    /// A network that gives what it reads.
    fn nothing(width: usize) -> Vec<Operation> {
        vec![chosen("nothing", 0, width, 0..width)]
    }

    fn intervals() -> ClassIntervals {
        ClassIntervals { shares: vec![0.1, 0.0, 0.35, 0.2, 0.05, 0.3, 0.0] }
    }

    #[test]
    fn a_draw_of_the_prior_draws_each_class_with_its_share() {
        let (intervals, count) = (intervals(), 40_000);
        let decoder = intervals.decoder(3, &nothing(2 + 7)).unwrap();
        let latents = normal_rows(5, Purpose::Sample, 0, count, 3);
        let mut scratch = Scratch::default();
        let given = decoder.evaluate(&latents, count, &mut scratch);
        let mut counts = [0usize; 7];
        for (latent, given) in latents.chunks_exact(3).zip(given.chunks_exact(9)) {
            assert_eq!(latent[..2], given[..2]);
            assert_eq!(given[2..].iter().sum::<f32>(), 1.0);
            counts[Largest::place(&given[2..])] += 1;
        }
        for (share, found) in intervals.shares.iter().zip(counts) {
            let found = found as f64 / count as f64;
            assert!((found - f64::from(*share)).abs() < 0.01, "{found} of {share}");
        }
    }

    #[test]
    fn the_middle_of_a_class_chooses_it_and_is_what_it_is_encoded_as() {
        for classes in [2, 10, 64] {
            let intervals = ClassIntervals::equal(classes);
            let middles = intervals.middles();
            assert!(middles.is_sorted() && middles.iter().all(|middle| middle.abs() < 3.0));
            let decoder = intervals.decoder(1, &nothing(classes)).unwrap();
            let mut scratch = Scratch::default();
            let chosen = decoder.evaluate(&middles, classes, &mut scratch).to_vec();
            // Two numbers of style, then the scores of each class.
            let rows = chosen.chunks_exact(classes).flat_map(|row| [&[0.5, -3.0, 0.1, -0.2], row].concat());
            let rows: Vec<f32> = rows.collect();
            let encoder = intervals.encoder((4 + classes, 3), nothing(4 + classes)).unwrap();
            let codes = encoder.evaluate(&rows, classes, &mut scratch).to_vec();
            for (class, (row, code)) in chosen.chunks_exact(classes).zip(codes.chunks_exact(6)).enumerate() {
                assert_eq!((Largest::place(row), row[class]), (class, 1.0));
                assert_eq!(code[..5], [0.5, -3.0, middles[class], 0.1, -0.2]);
                // Hardly a draw of its class is of another one.
                let (low, high) = (intervals.intervals()[class][0], intervals.intervals()[class][1]);
                let reach = 1.6 * f64::from(code[5] / 2.0).exp();
                let middle = f64::from(middles[class]);
                assert!(middle - reach > low && middle + reach < high, "{class} of {classes}");
            }
            let others: Vec<f32> = rows.chunks_exact(4 + classes).flat_map(|row| row[..4].to_vec()).collect();
            assert_eq!(intervals.posteriors(Some(&others), &chosen), codes);
        }
    }
}
