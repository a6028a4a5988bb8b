//! A mixture of products of Bernoulli distributions: naive Bayes whose classes are hidden, learned by expectation–maximisation
//! (Bishop 2006, section 9.3.3), one pass over the images a step.
//!
//! Smoothing is a prior, so that the passes climb the posterior density of the parameters: pixels' probabilities have a
//! Beta(1 + a, 1 + a) prior with a = [`PIXEL_COUNT`], classes' weights a Dirichlet(1 + b) prior with b = [`CLASS_COUNT`].

use crate::model::exact::bits::PixelBits;
use crate::model::exact::blocks::{EmPass, in_blocks};
use crate::model::exact::numbers::{log_sum_exp, softplus};
use rand::Rng;
use rand_chacha::ChaCha8Rng;

/// Images of a block.
const BLOCK: usize = 512;
/// Pseudo-count of a class's pixels, each on and off.
const PIXEL_COUNT: f64 = 0.5;
/// Pseudo-count of a class.
const CLASS_COUNT: f64 = 1.0;
/// How much of a class's first probabilities is one image; the rest is the mean of all.
const FIRST_SHARE: f64 = 0.25;
/// How far a class's first logits are moved at random: classes that begin with equal images would stay equal for ever.
const FIRST_NOISE: f64 = 0.1;

/// The parameters, as single numbers: so are they saved, and go on from there to the bit.
#[derive(Clone, Debug, PartialEq)]
pub struct BernoulliMixture {
    pixels: usize,
    /// Of each class, `[classes]`; they sum to 1 up to rounding, which is undone where they are used.
    weights: Vec<f32>,
    /// log p/(1 − p) of each pixel, `[classes, pixels]`.
    logits: Vec<f32>,
}

/// Sums over a block of images.
struct Sums {
    log_p: f64,
    classes: Vec<f64>,
    pixels: Vec<f64>,
}

/// The parameters in double precision, as sums over an image's ones need them.
struct Terms {
    /// log weight + Σ log(1 − p), `[classes]`.
    bases: Vec<f64>,
    /// `[pixels, classes]`: those of a pixel beside each other.
    logits: Vec<f64>,
}

impl BernoulliMixture {
    /// Classes of equal weight, each the mean image with a quarter of one image, drawn without repetition from the stream of
    /// (0, 0), and some noise of its own, from the stream of (1, class).
    pub fn new(images: &PixelBits, classes: usize, stream: &dyn Fn(u64, u64) -> ChaCha8Rng) -> Self {
        let (pixels, count) = (images.pixels(), images.count());
        let mut chosen = rand::seq::index::sample(&mut stream(0, 0), count, classes.min(count)).into_vec();
        // More classes than images: the rest begin as the mean.
        chosen.resize(classes, count);
        let means: Vec<f64> = images.totals().iter().map(|total| (total + 0.5) / (count as f64 + 1.0)).collect();
        let mut logits = Vec::with_capacity(classes * pixels);
        for (class, row) in chosen.into_iter().enumerate() {
            let (mut generator, mut first) = (stream(1, class as u64), means.clone());
            for (p, value) in first.iter_mut().zip(images.image(row)) {
                *p += FIRST_SHARE * (f64::from(u8::from(value)) - *p);
            }
            let mut noise = || generator.random_range(-FIRST_NOISE..FIRST_NOISE);
            logits.extend(first.iter().map(|p| ((p / (1.0 - p)).ln() + noise()) as f32));
        }
        Self { pixels, weights: vec![1.0 / classes.max(1) as f32; classes], logits }
    }

    /// One that has not begun: classes whose pixels are all as often on as off.
    pub fn nothing(pixels: usize, classes: usize) -> Self {
        Self { pixels, weights: vec![1.0 / classes.max(1) as f32; classes], logits: vec![0.0; classes * pixels] }
    }

    /// What was saved; `None` if the lengths do not belong together.
    pub fn restore(pixels: usize, weights: Vec<f32>, logits: Vec<f32>) -> Option<Self> {
        (logits.len() == weights.len() * pixels).then_some(Self { pixels, weights, logits })
    }

    /// How many classes there are.
    pub fn classes(&self) -> usize {
        self.weights.len()
    }

    /// Of each class, `[classes]`.
    pub fn weights(&self) -> &[f32] {
        &self.weights
    }

    /// log p/(1 − p) of each pixel, `[classes, pixels]`.
    pub fn logits(&self) -> &[f32] {
        &self.logits
    }

    /// A pass: each image's posterior over the classes, and the parameters that are most likely with it. `None`, and nothing is
    /// changed, where `go_on` says no or the images are of other size.
    pub fn step(&mut self, images: &PixelBits, go_on: &(dyn Fn() -> bool + Sync)) -> Option<EmPass> {
        let (classes, pixels, count) = (self.classes(), self.pixels, images.count().max(1) as f64);
        let terms = self.terms();
        let mut sums = Sums { log_p: 0.0, classes: vec![0.0; classes], pixels: vec![0.0; classes * pixels] };
        self.posteriors_of(images, &terms, go_on, true, |block: Block| {
            sums.log_p += block.log_ps.iter().sum::<f64>();
            sums.classes.iter_mut().zip(&block.classes).for_each(|(sum, part)| *sum += part);
            sums.pixels.iter_mut().zip(&block.pixels).for_each(|(sum, part)| *sum += part);
        })?;
        let pass = EmPass { log_p: sums.log_p / count, objective: (sums.log_p + self.log_prior()) / count };
        let total = count + classes as f64 * CLASS_COUNT;
        self.weights = sums.classes.iter().map(|n| ((n + CLASS_COUNT) / total) as f32).collect();
        self.logits.clear();
        let pixels = transposed(&sums.pixels, classes);
        for (n, ones) in sums.classes.iter().zip(pixels.chunks_exact(self.pixels.max(1))) {
            let logit = |ones: &f64| ((ones + PIXEL_COUNT) / ((n - ones).max(0.0) + PIXEL_COUNT)).ln() as f32;
            self.logits.extend(ones.iter().map(logit));
        }
        Some(pass)
    }

    /// log p(x) of each image in nats; `None` where `go_on` says no or the images are of other size.
    pub fn log_ps(&self, images: &PixelBits, go_on: &(dyn Fn() -> bool + Sync)) -> Option<Vec<f64>> {
        let mut log_ps = Vec::with_capacity(images.count());
        self.posteriors_of(images, &self.terms(), go_on, false, |block| log_ps.extend(block.log_ps))?;
        Some(log_ps)
    }

    /// The logarithm of the prior's density, up to a constant.
    fn log_prior(&self) -> f64 {
        let total: f64 = self.weights.iter().copied().map(f64::from).sum();
        let classes: f64 = self.weights.iter().map(|weight| (f64::from(*weight) / total).ln()).sum();
        // log p + log(1 − p)
        let pixels: f64 = self.logits.iter().map(|x| -softplus(f64::from(*x)) - softplus(-f64::from(*x))).sum();
        CLASS_COUNT * classes + PIXEL_COUNT * pixels
    }

    fn terms(&self) -> Terms {
        let total: f64 = self.weights.iter().copied().map(f64::from).sum();
        let rows = self.logits.chunks_exact(self.pixels.max(1));
        let off = |row: &[f32]| -row.iter().map(|logit| softplus(f64::from(*logit))).sum::<f64>();
        // Of no pixels there are no rows.
        let off = rows.map(off).chain(std::iter::repeat(0.0));
        let bases = self.weights.iter().zip(off).map(|(weight, off)| (f64::from(*weight) / total).ln() + off).collect();
        let logits: Vec<f64> = self.logits.iter().copied().map(f64::from).collect();
        Terms { bases, logits: transposed(&logits, self.pixels) }
    }

    /// Hands each block of images to `take` in order; with their sums if these are asked for.
    fn posteriors_of(
        &self,
        images: &PixelBits,
        terms: &Terms,
        go_on: &(dyn Fn() -> bool + Sync),
        sums: bool,
        take: impl FnMut(Block),
    ) -> Option<()> {
        if images.pixels() != self.pixels {
            return None;
        }
        in_blocks(images.count(), BLOCK, go_on, |rows| Block::of(images, rows, terms, sums), take)
    }
}

/// What a block of images is found to be.
struct Block {
    /// `[rows]`
    log_ps: Vec<f64>,
    /// Sums of the posteriors, `[classes]`, and of the pixels by them, `[pixels, classes]`, which is empty unless asked for.
    classes: Vec<f64>,
    pixels: Vec<f64>,
}

impl Block {
    fn of(images: &PixelBits, rows: std::ops::Range<usize>, terms: &Terms, sums: bool) -> Self {
        let classes = terms.bases.len();
        let width = classes.max(1);
        let mut log_ps = Vec::with_capacity(rows.len());
        let mut totals = vec![0.0; classes];
        let mut pixels = vec![0.0; if sums { terms.logits.len() } else { 0 }];
        for row in rows {
            // Most pixels of most images are off, which is in the bases.
            let mut posterior = terms.bases.clone();
            for pixel in images.ones(row) {
                let logits = terms.logits.chunks_exact(width).nth(pixel).unwrap_or_default();
                posterior.iter_mut().zip(logits).for_each(|(log, logit)| *log += logit);
            }
            let log_p = log_sum_exp(&posterior);
            for (value, total) in posterior.iter_mut().zip(&mut totals) {
                *value = (*value - log_p).exp();
                *total += *value;
            }
            for pixel in images.ones(row).take_while(|_| sums) {
                let weighted = pixels.chunks_exact_mut(width).nth(pixel).unwrap_or_default();
                weighted.iter_mut().zip(&posterior).for_each(|(sum, value)| *sum += value);
            }
            log_ps.push(log_p);
        }
        Self { log_ps, classes: totals, pixels }
    }
}

/// Rows of `width` numbers as columns.
fn transposed(rows: &[f64], width: usize) -> Vec<f64> {
    (0..width).flat_map(|at| rows.iter().skip(at).step_by(width)).copied().collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
    use super::*;
    use crate::model::exact::bits::{every, example};
    use crate::model::exact::blocks::in_pools;
    use crate::model::exact::numbers::logistic;
    use rand_chacha::rand_core::SeedableRng;

    fn stream(step: u64, sample: u64) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(1000 * step + sample)
    }

    #[test]
    fn no_pass_lowers_the_objective_and_the_first_raises_it() {
        let images = example(600, 12);
        let mut model = BernoulliMixture::new(&images, 4, &stream);
        let passes: Vec<EmPass> = (0..60).map(|_| model.step(&images, &|| true).unwrap()).collect();
        for pair in passes.windows(2) {
            assert!(pair[1].objective >= pair[0].objective - 1e-7, "{pair:?}");
        }
        assert!(passes[59].log_p > passes[0].log_p + 0.3, "{passes:?}");
    }

    /// p(class, x) of each class, pixel by pixel.
    fn joint(model: &BernoulliMixture, image: &[bool]) -> Vec<f64> {
        let rows = model.weights().iter().zip(model.logits().chunks_exact(image.len()));
        let of_class = |(weight, logits): (&f32, &[f32])| {
            let one = |(logit, on): (&f32, &bool)| logistic(f64::from(*logit) * if *on { 1.0 } else { -1.0 });
            f64::from(*weight) * logits.iter().zip(image).map(one).product::<f64>()
        };
        rows.map(of_class).collect()
    }

    fn of_images(images: &[Vec<bool>]) -> PixelBits {
        PixelBits::of(images.len(), images[0].len(), &|row, image| {
            image.iter_mut().zip(&images[row]).for_each(|(x, on)| *x = f32::from(u8::from(*on)));
        })
    }

    #[test]
    fn probabilities_of_all_images_sum_to_one_and_are_those_pixel_by_pixel() {
        let mut model = BernoulliMixture::new(&example(400, 12), 3, &stream);
        (0..20).for_each(|_| assert!(model.step(&example(400, 12), &|| true).is_some()));
        let all: Vec<Vec<bool>> = every(12).collect();
        let log_ps = model.log_ps(&of_images(&all), &|| true).unwrap();
        assert!((log_ps.iter().map(|log_p| log_p.exp()).sum::<f64>() - 1.0).abs() < 1e-6);
        for (image, log_p) in all.iter().zip(log_ps) {
            assert!((joint(&model, image).iter().sum::<f64>().ln() - log_p).abs() < 1e-6);
        }
    }

    #[test]
    fn a_pass_is_the_one_of_the_book() {
        let images = example(40, 6);
        let mut model = BernoulliMixture::new(&images, 3, &stream);
        let joints: Vec<Vec<f64>> = (0..40).map(|row| joint(&model, &images.image(row))).collect();
        let sums: Vec<f64> = joints.iter().map(|joint| joint.iter().sum()).collect();
        let pass = model.step(&images, &|| true).unwrap();
        assert!((pass.log_p - sums.iter().map(|sum| sum.ln()).sum::<f64>() / 40.0).abs() < 1e-6);
        for (class, weight) in model.weights().iter().enumerate() {
            let share = |row: usize| joints[row][class] / sums[row];
            let n: f64 = (0..40).map(share).sum();
            assert!((f64::from(*weight) - (n + 1.0) / 43.0).abs() < 1e-6);
            for pixel in 0..6 {
                let ones: f64 = (0..40).filter(|row| images.image(*row)[pixel]).map(share).sum();
                let found = logistic(f64::from(model.logits()[class * 6 + pixel]));
                assert!((found - (ones + 0.5) / (n + 1.0)).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn groups_of_images_become_classes() {
        // Two kinds of images that share no pixel.
        let images = PixelBits::of(400, 20, &|row, image| {
            image.iter_mut().enumerate().for_each(|(at, x)| *x = f32::from(u8::from((at < 10) == (row % 4 == 0))));
        });
        let mut model = BernoulliMixture::new(&images, 2, &stream);
        (0..20).for_each(|_| assert!(model.step(&images, &|| true).is_some()));
        let mut weights = model.weights().to_vec();
        weights.sort_by(f32::total_cmp);
        assert!((weights[0] - 0.25).abs() < 0.01, "{weights:?}");
    }

    #[test]
    fn a_saved_model_goes_on_to_the_bit() {
        let images = example(300, 12);
        let mut model = BernoulliMixture::new(&images, 3, &stream);
        model.step(&images, &|| true).unwrap();
        let mut again = BernoulliMixture::restore(12, model.weights().to_vec(), model.logits().to_vec()).unwrap();
        assert_eq!(model.step(&images, &|| false), None);
        assert_eq!(model, again);
        assert_eq!(model.step(&images, &|| true), again.step(&images, &|| true));
        assert_eq!(model, again);
        assert_eq!(BernoulliMixture::restore(12, vec![1.0], vec![0.0; 11]), None);
        assert_eq!(model.step(&example(3, 11), &|| true), None);
    }

    #[test]
    fn no_number_of_threads_changes_it() {
        let images = example(3 * BLOCK + 5, 12);
        let [one, two, four] = in_pools(|| {
            let mut model = BernoulliMixture::new(&images, 3, &stream);
            let passes = [0; 3].map(|_| model.step(&images, &|| true).unwrap());
            (model.log_ps(&images, &|| true), passes, model)
        });
        assert!(one == two && one == four);
    }

    #[test]
    fn few_images_and_empty_pixels_give_finite_figures() {
        let images = PixelBits::of(2, 5, &|_, image| image.fill(0.0));
        let mut model = BernoulliMixture::new(&images, 4, &stream);
        assert!((0..5).all(|_| model.step(&images, &|| true).unwrap().objective.is_finite()));
        assert!(model.log_ps(&example(9, 5), &|| true).unwrap().iter().all(|log_p| log_p.is_finite()));
    }
}
