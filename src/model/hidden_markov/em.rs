//! How a hidden Markov model learns: expectation–maximisation (Baum and others 1970), one pass over the images a step.
//!
//! Smoothing is a prior, so that the passes climb the posterior density of the parameters: pixels' probabilities have a
//! Beta(1 + a, 1 + a) prior, those of the first state and of the next Dirichlet(1 + a) priors, with a = [`PSEUDO_COUNT`].

use super::chain::{ChainTerms, HiddenMarkov, ImageRows, RowPlace};
use super::forward_backward::ForwardBackward;
use crate::model::exact::bits::PixelBits;
use crate::model::exact::blocks::{EmPass, in_blocks};
use crate::model::exact::numbers::softplus;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Images of a block.
const BLOCK: usize = 256;
/// Of a state's pixels, each on and off; of a first state, and of a next one after each.
const PSEUDO_COUNT: f64 = 0.5;
/// How much of a state's first probabilities is one row; the rest is the mean of all.
const FIRST_SHARE: f64 = 0.25;
/// How far a state's first logits are moved at random, and first transitions in proportion: states that begin equal would
/// stay equal for ever.
const FIRST_NOISE: f64 = 0.1;

/// Sums over images; what each is the sum of is in [`HiddenMarkov::step`].
struct Sums {
    log_p: f64,
    initial: Vec<f64>,
    pairs: Vec<f64>,
    states: Vec<f64>,
    pixels: Vec<f64>,
}

impl Sums {
    fn new(states: usize, length: usize) -> Self {
        let [initial, by_state] = [states; 2].map(|count| vec![0.0; count]);
        let [pairs, pixels] = [states * states, length * states].map(|count| vec![0.0; count]);
        Self { log_p: 0.0, initial, pairs, states: by_state, pixels }
    }

    fn add(&mut self, other: &Self) {
        let add = |sums: &mut [f64], more: &[f64]| sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        self.log_p += other.log_p;
        add(&mut self.initial, &other.initial);
        add(&mut self.pairs, &other.pairs);
        add(&mut self.states, &other.states);
        add(&mut self.pixels, &other.pixels);
    }
}

impl HiddenMarkov {
    /// States each of whose rows is the mean row with a quarter of one row that has a pixel on, drawn from the stream of
    /// (0, state), and some noise of its own; transitions that are nearly even, from the stream of (1, state).
    pub fn new(rows: ImageRows, images: &PixelBits, states: usize, stream: &dyn Fn(u64, u64) -> ChaCha8Rng) -> Self {
        let mut means = vec![0.5; rows.length()];
        for (pixel, ones) in images.totals().into_iter().enumerate() {
            means[rows.place(pixel).element] += ones;
        }
        let count = (images.count() * rows.count()) as f64 + 1.0;
        means.iter_mut().for_each(|mean| *mean /= count);
        let mut model = Self::nothing(rows, states);
        for (state, logits) in model.logits.chunks_exact_mut(rows.length().max(1)).enumerate() {
            let mut generator = stream(0, state as u64);
            let own = row_with_ink(rows, images, &mut generator);
            for (element, (logit, mean)) in logits.iter_mut().zip(&means).enumerate() {
                let p = mean + FIRST_SHARE * (f64::from(u8::from(own.contains(&element))) - mean);
                *logit = ((p / (1.0 - p)).ln() + generator.random_range(-FIRST_NOISE..FIRST_NOISE)) as f32;
            }
        }
        for (state, row) in model.transitions.chunks_exact_mut(states.max(1)).enumerate() {
            let mut generator = stream(1, state as u64);
            row.iter_mut().for_each(|p| *p *= 1.0 + generator.random_range(-FIRST_NOISE..FIRST_NOISE) as f32);
        }
        model
    }

    /// A pass: each image's posterior over the states of its rows, and the parameters that are most likely with it. `None`, and
    /// nothing is changed, where `go_on` says no or the images are of other size.
    pub fn step(&mut self, images: &PixelBits, go_on: &(dyn Fn() -> bool + Sync)) -> Option<EmPass> {
        let (states, length, count) = (self.states(), self.rows().length(), images.count().max(1) as f64);
        let terms = self.terms();
        let mut sums = Sums::new(states, length);
        let of_block = |range: std::ops::Range<usize>| sums_of(images, range, &terms);
        self.fits(images)?;
        in_blocks(images.count(), BLOCK, go_on, of_block, |block| sums.add(&block))?;
        let pass = EmPass { log_p: sums.log_p / count, objective: (sums.log_p + self.log_prior(&terms)) / count };
        self.initial = shares(&sums.initial);
        // Of `pairs` the transition itself is still to be multiplied by.
        self.transitions.clear();
        for (from, transitions) in terms.transitions.chunks_exact(states.max(1)).enumerate() {
            let pairs = sums.pairs.iter().skip(from).step_by(states.max(1));
            self.transitions
                .extend(shares(&transitions.iter().zip(pairs).map(|(p, sum)| p * sum).collect::<Vec<f64>>()));
        }
        self.logits.clear();
        for (state, n) in sums.states.iter().enumerate() {
            let logit = |ones: &f64| ((ones + PSEUDO_COUNT) / ((n - ones).max(0.0) + PSEUDO_COUNT)).ln() as f32;
            self.logits.extend(sums.pixels.iter().skip(state).step_by(states).map(logit));
        }
        Some(pass)
    }

    /// log p(x) of each image in nats; `None` where `go_on` says no or the images are of other size.
    pub fn log_ps(&self, images: &PixelBits, go_on: &(dyn Fn() -> bool + Sync)) -> Option<Vec<f64>> {
        self.fits(images)?;
        let (terms, mut log_ps) = (self.terms(), Vec::with_capacity(images.count()));
        let of_block = |range: std::ops::Range<usize>| {
            let (mut passes, mut logs) = (ForwardBackward::default(), Vec::new());
            let log_p = |image: usize| {
                terms.of_image(images, image, &mut logs);
                passes.forward(&terms, &logs)
            };
            range.map(log_p).collect::<Vec<f64>>()
        };
        in_blocks(images.count(), BLOCK, go_on, of_block, |block| log_ps.extend(block))?;
        Some(log_ps)
    }

    fn fits(&self, images: &PixelBits) -> Option<()> {
        (images.pixels() == self.rows().pixels()).then_some(())
    }

    /// The logarithm of the prior's density, up to a constant.
    fn log_prior(&self, terms: &ChainTerms) -> f64 {
        let states: f64 = terms.initial.iter().chain(&terms.transitions).map(|p| p.ln()).sum();
        // log p + log(1 − p)
        let pixel = |x: &f32| -softplus(f64::from(*x)) - softplus(-f64::from(*x));
        PSEUDO_COUNT * (states + self.logits.iter().map(pixel).sum::<f64>())
    }
}

/// Counts with their pseudo-counts as shares.
fn shares(counts: &[f64]) -> Vec<f32> {
    let total = counts.iter().sum::<f64>() + PSEUDO_COUNT * counts.len() as f64;
    counts.iter().map(|count| ((count + PSEUDO_COUNT) / total) as f32).collect()
}

/// The elements that are on of one of an image's rows that have any; none of an image without.
fn row_with_ink(rows: ImageRows, images: &PixelBits, generator: &mut ChaCha8Rng) -> Vec<usize> {
    let image = generator.random_range(0..images.count().max(1));
    let places: Vec<RowPlace> = images.ones(image).map(|pixel| rows.place(pixel)).collect();
    let inked: Vec<usize> = (0..rows.count()).filter(|row| places.iter().any(|place| place.row == *row)).collect();
    let Some(chosen) = inked.get(generator.random_range(0..inked.len().max(1))) else { return Vec::new() };
    places.iter().filter(|place| place.row == *chosen).map(|place| place.element).collect()
}

/// A block of images.
fn sums_of(images: &PixelBits, range: std::ops::Range<usize>, terms: &ChainTerms) -> Sums {
    let (states, rows) = (terms.states(), terms.rows());
    let mut sums = Sums::new(states, rows.length());
    let (mut passes, mut logs, mut posteriors) = (ForwardBackward::default(), Vec::new(), Vec::new());
    for image in range {
        terms.of_image(images, image, &mut logs);
        sums.log_p += passes.forward(terms, &logs);
        passes.backward(terms, &mut sums.pairs);
        posteriors.clear();
        posteriors.extend(passes.posteriors());
        sums.initial.iter_mut().zip(&posteriors).for_each(|(sum, p)| *sum += p);
        for row in posteriors.chunks_exact(states.max(1)) {
            sums.states.iter_mut().zip(row).for_each(|(sum, p)| *sum += p);
        }
        for pixel in images.ones(image) {
            let RowPlace { row, element } = rows.place(pixel);
            let own = posteriors.iter().skip(row * states);
            sums.pixels.iter_mut().skip(element * states).take(states).zip(own).for_each(|(sum, p)| *sum += p);
        }
    }
    sums
}
