//! Both estimates of log p(x) against what is known: closed forms, sums in double precision, any number of threads.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use latentarium::dataset::ImageShape;
use latentarium::metrics::{EvidenceError, Fineness, VaeDensity, grid, importance};
use latentarium::nn::conv_shape::Map;
use latentarium::nn::operations::Addition;
use latentarium::random::{Purpose, normal_rows, stream};
use latentarium::snapshot::{Activation, Likelihood, Network, Operation, Scratch, Snapshot};
use rand::Rng;
use rand_distr::StandardNormal;
use std::sync::atomic::{AtomicU64, Ordering};

const PIXELS: usize = 6;

/// Rows of weights, six pixels by two latents.
const WEIGHT: [f32; 12] = [0.9, -0.2, 0.1, 0.8, -0.6, 0.3, 0.4, 0.7, 0.2, -0.9, 0.5, 0.5];
const BIAS: [f32; PIXELS] = [0.1, 0.5, 0.3, -0.2, 0.0, 0.4];

fn linear(index: usize, weight: &[f32], bias: &[f32], activation: Activation) -> Operation {
    Operation::linear(format!("linear.{index}"), index, (weight, bias), activation)
}

fn snapshot(likelihood: Likelihood, encoder: Vec<Operation>, decoder: Vec<Operation>) -> Snapshot {
    Snapshot {
        step: 0,
        image: ImageShape::grey(2, 3),
        latent: 2,
        likelihood: Some(likelihood),
        decoder: Network::new(2, decoder).unwrap(),
        encoder: Some(Network::new(PIXELS, encoder).unwrap()),
        critic: None,
        prior: Default::default(),
    }
}

fn go_on(_: u64) -> bool {
    true
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let values: Vec<f64> = values.collect();
    values.iter().sum::<f64>() / values.len() as f64
}

/// x = scale·W z + b + noise, z and noise standard normal: log p(x) is known, and so is p(z|x).
struct LinearGaussian {
    weight: Vec<f32>,
    /// I + WᵀW: the precision of p(z|x).
    precision: [f64; 3],
}

impl LinearGaussian {
    fn new(scale: f32) -> Self {
        let weight: Vec<f32> = WEIGHT.iter().map(|w| scale * w).collect();
        let sum = |f: fn(f64, f64) -> f64| -> f64 {
            weight.chunks(2).map(|row| f(f64::from(row[0]), f64::from(row[1]))).sum()
        };
        let precision = [1.0 + sum(|a, _| a * a), sum(|a, b| a * b), 1.0 + sum(|_, b| b * b)];
        Self { weight, precision }
    }

    fn determinant(&self) -> f64 {
        let [a, b, c] = self.precision;
        a * c - b * b
    }

    /// Wᵀ(x − b), and the mean of p(z|x).
    fn projections(&self, image: &[f32]) -> ([f64; 2], [f64; 2]) {
        let mut down = [0.0; 2];
        for ((row, x), bias) in self.weight.chunks(2).zip(image).zip(BIAS) {
            for (down, weight) in down.iter_mut().zip(row) {
                *down += f64::from(*weight) * f64::from(x - bias);
            }
        }
        let ([a, b, c], det) = (self.precision, self.determinant());
        (down, [(c * down[0] - b * down[1]) / det, (a * down[1] - b * down[0]) / det])
    }

    /// ln N(x; b, I + WWᵀ) by Woodbury's identity.
    fn log_p(&self, image: &[f32]) -> f64 {
        let square: f64 = image.iter().zip(BIAS).map(|(x, bias)| f64::from(x - bias).powi(2)).sum();
        let (down, mean) = self.projections(image);
        let explained = down[0] * mean[0] + down[1] * mean[1];
        -0.5 * (PIXELS as f64 * std::f64::consts::TAU.ln() + self.determinant().ln() + square - explained)
    }

    fn images(&self, count: usize) -> Vec<f32> {
        let draws = normal_rows(3, Purpose::Sample, 0, count, 2 + PIXELS);
        let image = |draws: &[f32]| -> Vec<f32> {
            let rows = self.weight.chunks(2).zip(BIAS).zip(&draws[2..]);
            rows.map(|((row, bias), noise)| row[0] * draws[0] + row[1] * draws[1] + bias + noise).collect()
        };
        draws.chunks(2 + PIXELS).flat_map(image).collect()
    }

    /// An encoder whose means are right but for a factor, and whose variances are 1.5 times too large, without correlation.
    fn density(&self) -> VaeDensity {
        let ([a, b, c], det) = (self.precision, self.determinant());
        let mut weight = vec![0.0f32; 4 * PIXELS];
        let mut bias = vec![0.0f32; 4];
        for (row, inverse) in [[c / det, -b / det], [-b / det, a / det]].into_iter().enumerate() {
            for pixel in 0..PIXELS {
                let up = [f64::from(self.weight[2 * pixel]), f64::from(self.weight[2 * pixel + 1])];
                let value = (0.999 * (inverse[0] * up[0] + inverse[1] * up[1])) as f32;
                weight[row * PIXELS + pixel] = value;
                bias[row] -= value * BIAS[pixel];
            }
        }
        bias[2] = (1.5 * c / det).ln() as f32;
        bias[3] = (1.5 * a / det).ln() as f32;
        let encoder = vec![linear(0, &weight, &bias, Activation::Identity)];
        let decoder = vec![linear(0, &self.weight, &BIAS, Activation::Identity)];
        VaeDensity::new(&snapshot(Likelihood::Gaussian { sigma: 1.0 }, encoder, decoder)).unwrap()
    }
}

#[test]
fn the_bound_rises_with_the_draws_to_the_known_truth() {
    let model = LinearGaussian::new(1.0);
    let images = model.images(64);
    let truth = mean(images.chunks(PIXELS).map(|image| model.log_p(image)));
    let density = model.density();
    let mut before = f64::NEG_INFINITY;
    for draws in [1, 8, 64, 2000] {
        let found = importance(&density, &images, draws, 0, &go_on).unwrap();
        let bound = mean(found.iter().map(|one| one.bound));
        assert!(bound > before && bound < truth + 0.01, "{draws} draws: {bound} after {before}, the truth is {truth}");
        assert!(found.iter().all(|one| (0.999..=draws as f64 + 0.001).contains(&one.effective_draws)));
        before = bound;
        if draws == 2000 {
            assert!(truth - bound < 0.01, "{bound} is far from {truth}");
            let elbo = mean(found.iter().map(|one| one.elbo));
            // The same in closed form: the gap of every image is KL(q ‖ p(z|x)).
            let gap = truth - elbo;
            assert!((0.03..0.4).contains(&gap), "{gap}");
        }
    }
}

#[test]
fn the_grid_gives_the_known_truth_however_narrow_the_posterior() {
    for (scale, plain_is_enough) in [(0.3, true), (3.0, true), (30.0, false), (150.0, false)] {
        let model = LinearGaussian::new(scale);
        let images = model.images(40);
        let density = model.density();
        let error = |fineness: Fineness| {
            let found = grid(&density, &images, fineness, &go_on).unwrap();
            let errors = images.chunks(PIXELS).zip(&found).map(|(image, one)| (one.log_p - model.log_p(image)).abs());
            (errors.fold(0.0, f64::max), found.iter().all(|one| one.is_settled))
        };
        for side in [64, 256] {
            let (error, settled) = error(Fineness { side, ..Fineness::default() });
            assert!(error < 0.02 && settled, "scale {scale}, {side} cells: {error}, {settled}");
        }
        let (error, settled) = error(Fineness { side: 64, splits: 0 });
        assert_eq!(
            (error < 0.02, settled),
            (plain_is_enough, plain_is_enough),
            "scale {scale} without splits: {error}"
        );
    }
}

/// Images far out, of which the encoder says that they lie in the middle: neither its posterior nor the prior reaches them.
#[test]
fn what_lies_beyond_the_reach_of_prior_and_encoder_is_found() {
    let model = LinearGaussian::new(3.0);
    let encoder = vec![linear(0, &[0.0; 4 * PIXELS], &[0.0, 0.0, -2.0, -2.0], Activation::Identity)];
    let decoder = vec![linear(0, &model.weight, &BIAS, Activation::Identity)];
    let density = VaeDensity::new(&snapshot(Likelihood::Gaussian { sigma: 1.0 }, encoder, decoder)).unwrap();
    let image = |latent: [f32; 2]| -> Vec<f32> {
        model.weight.chunks(2).zip(BIAS).map(|(row, bias)| row[0] * latent[0] + row[1] * latent[1] + bias).collect()
    };
    let images: Vec<f32> = [[0.5, 0.0], [5.1, 0.0], [0.0, -7.0], [9.0, 9.0]].map(image).concat();
    let found = grid(&density, &images, Fineness::default(), &go_on).unwrap();
    for (image, one) in images.chunks(PIXELS).zip(&found) {
        assert!((one.log_p - model.log_p(image)).abs() < 0.02, "{one:?} instead of {}", model.log_p(image));
        assert!(one.is_settled && one.at_edge < 1e-4, "{one:?}");
    }
}

/// A decoder with a hidden layer, and an encoder that knows little.
fn bernoulli() -> Snapshot {
    let weights = normal_rows(9, Purpose::Weights, 0, 1, 2 * 8 + 8 + 8 * PIXELS + PIXELS + 4 * PIXELS);
    let (first, rest) = weights.split_at(16);
    let (first_bias, rest) = rest.split_at(8);
    let (second, rest) = rest.split_at(8 * PIXELS);
    let (second_bias, encoder) = rest.split_at(PIXELS);
    let encoder: Vec<f32> = encoder.iter().map(|weight| 0.2 * weight).collect();
    snapshot(
        Likelihood::Bernoulli,
        vec![linear(0, &encoder, &[0.1, -0.2, 0.0, 0.3], Activation::Identity)],
        vec![linear(0, first, first_bias, Activation::Relu), linear(1, second, second_bias, Activation::Sigmoid)],
    )
}

fn coins(count: usize) -> Vec<f32> {
    normal_rows(4, Purpose::Sample, 0, count, PIXELS).iter().map(|x| f32::from(u8::from(*x > 0.0))).collect()
}

/// ln p(x|z) in double precision, from probabilities.
fn log_likelihood(snapshot: &Snapshot, latent: [f32; 2], image: &[f32]) -> f64 {
    let mut values: Vec<f64> = latent.iter().map(|z| f64::from(*z)).collect();
    for operation in snapshot.decoder.operations() {
        let Operation { weight, bias, activation, .. } = operation;
        let out = weight.chunks(values.len()).zip(bias.iter()).map(|(row, bias)| {
            let sum = f64::from(*bias) + row.iter().zip(&values).map(|(w, x)| f64::from(*w) * x).sum::<f64>();
            if *activation == Activation::Relu { sum.max(0.0) } else { 1.0 / (1.0 + (-sum).exp()) }
        });
        values = out.collect();
    }
    let pixel = |(x, p): (&f32, &f64)| if *x > 0.5 { p.ln() } else { (1.0 - p).ln() };
    image.iter().zip(&values).map(pixel).sum()
}

#[test]
fn bernoulli_pixels_agree_with_sums_in_double_precision() {
    let (snapshot, images) = (bernoulli(), coins(5));
    let density = VaeDensity::new(&snapshot).unwrap();
    let draws = 300;
    let bounds = importance(&density, &images, draws, 7, &go_on).unwrap();
    let integrals = grid(&density, &images, Fineness::default(), &go_on).unwrap();
    for (index, image) in images.chunks(PIXELS).enumerate() {
        let mut scratch = Scratch::default();
        let code = snapshot.encoder.as_ref().unwrap().evaluate(image, 1, &mut scratch).to_vec();
        let mut sum = 0.0;
        for draw in 0..draws {
            let mut generator = stream(7, Purpose::Importance, index as u64, draw as u64);
            let (mut z, mut log_ratio) = ([0.0; 2], 0.0);
            for dimension in 0..2 {
                let epsilon: f32 = generator.sample(StandardNormal);
                let deviation = (0.5 * code[2 + dimension]).exp();
                z[dimension] = code[dimension] + deviation * epsilon;
                let (value, epsilon) = (f64::from(z[dimension]), f64::from(epsilon));
                log_ratio += 0.5 * (epsilon * epsilon - value * value) + f64::from(deviation).ln();
            }
            sum += (log_likelihood(&snapshot, z, image) + log_ratio).exp();
        }
        let expected = (sum / draws as f64).ln();
        assert!((bounds[index].bound - expected).abs() < 1e-5, "{} against {expected}", bounds[index].bound);

        let step = 0.05;
        let mut integral = 0.0;
        for row in 0..280 {
            for column in 0..280 {
                let [a, b] = [row, column].map(|place| f64::from(place) * step - 7.0);
                let prior = (-0.5 * (a * a + b * b)).exp() / std::f64::consts::TAU;
                integral += step * step * prior * log_likelihood(&snapshot, [a as f32, b as f32], image).exp();
            }
        }
        let expected = integral.ln();
        let found = integrals[index];
        assert!((found.log_p - expected).abs() < 2e-3 && found.is_settled, "{found:?} against {expected}");
        assert!(bounds[index].bound < expected + 0.3);
    }
}

#[test]
fn pixels_that_the_decoder_is_sure_of_count_in_full() {
    let logits = [200.0, -200.0, 200.0, -200.0, 90.0, -90.0];
    let encoder = vec![linear(0, &[0.0; 4 * PIXELS], &[0.0; 4], Activation::Identity)];
    let decoder = vec![linear(0, &[0.0; 2 * PIXELS], &logits, Activation::Sigmoid)];
    let density = VaeDensity::new(&snapshot(Likelihood::Bernoulli, encoder, decoder)).unwrap();
    let images = [[1.0, 0.0, 1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 1.0, 0.0, 1.0, 1.0]].concat();
    let bounds = importance(&density, &images, 10, 0, &go_on).unwrap();
    let integrals = grid(&density, &images, Fineness::default(), &go_on).unwrap();
    for (index, expected) in [0.0, -290.0].into_iter().enumerate() {
        assert!((bounds[index].bound - expected).abs() < 1e-4, "{:?}", bounds[index]);
        assert!((integrals[index].log_p - expected).abs() < 1e-4, "{:?}", integrals[index]);
    }
}

#[test]
fn the_bits_depend_neither_on_threads_nor_on_company() {
    let (snapshot, images) = (bernoulli(), coins(40));
    let density = VaeDensity::new(&snapshot).unwrap();
    let bits = |threads: usize, images: &[f32]| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let told = AtomicU64::new(0);
        let count = |done| {
            told.fetch_add(done, Ordering::Relaxed);
            true
        };
        let (bounds, integrals) = pool.install(|| {
            let bounds = importance(&density, images, 130, 1, &count).unwrap();
            (bounds, grid(&density, images, Fineness { side: 16, splits: 2 }, &count).unwrap())
        });
        assert_eq!(told.into_inner(), (images.len() / PIXELS * 131) as u64, "progress is told in full");
        let bits = |(bound, integral): (&latentarium::metrics::Weighed, &latentarium::metrics::Integrated)| {
            [bound.bound, bound.elbo, bound.effective_draws, integral.log_p].map(f64::to_bits)
        };
        bounds.iter().zip(&integrals).map(bits).collect::<Vec<_>>()
    };
    let one = bits(1, &images);
    assert!(one == bits(2, &images) && one == bits(4, &images));
    let few = bits(2, &images[..3 * PIXELS]);
    assert!(one.iter().zip(&few).all(|(one, few)| one[..3] == few[..3]), "draws are an image's own");
}

#[test]
fn what_has_no_density_is_refused_and_an_interruption_heeded() {
    let whole = bernoulli();
    let refused = |snapshot: &Snapshot| VaeDensity::new(snapshot).unwrap_err().to_string();
    assert_eq!(refused(&Snapshot { encoder: None, ..whole.clone() }), "encoder: expected one, found none");
    let unmeasured = Snapshot { likelihood: None, ..whole.clone() };
    assert_eq!(refused(&unmeasured), "likelihood: expected one, found none");
    let three = Snapshot { latent: 3, ..whole.clone() };
    assert_eq!(refused(&three), "encoder's output: expected 6 values, found 4");
    let flat = vec![linear(0, &[0.0; 2 * PIXELS], &BIAS, Activation::Relu)];
    let flat = Snapshot { decoder: Network::new(2, flat).unwrap(), ..whole.clone() };
    assert_eq!(refused(&flat), "decoder's last activation: expected Sigmoid, found Relu");
    // The sigmoid is not last where its values are added to others.
    let vector = Map { height: 1, width: 1, channels: PIXELS };
    let last = whole.decoder.operations().len();
    let twice = Operation::joining("sum", [last; 2], Addition(vector), Activation::Identity);
    let twice = [whole.decoder.operations(), &[twice]].concat();
    let twice = Snapshot { decoder: Network::new(2, twice).unwrap(), ..whole.clone() };
    assert_eq!(refused(&twice), "decoder's last activation: expected Sigmoid, found Identity");

    let density = VaeDensity::new(&whole).unwrap();
    let images = coins(3);
    let stop = |_| false;
    assert_eq!(importance(&density, &images, 10, 0, &stop).unwrap_err(), EvidenceError::Interrupted);
    assert_eq!(grid(&density, &images, Fineness::default(), &stop).unwrap_err(), EvidenceError::Interrupted);
    let odd = grid(&density, &images, Fineness { side: 7, splits: 0 }, &go_on).unwrap_err();
    assert_eq!(odd.to_string(), "cells a side: expected an even number up to 1024, found 7");

    let lost = vec![linear(0, &[0.0; 4 * PIXELS], &[0.0, f32::NAN, 0.0, 0.0], Activation::Identity)];
    let lost = Snapshot { encoder: Some(Network::new(PIXELS, lost).unwrap()), ..whole };
    let density = VaeDensity::new(&lost).unwrap();
    let not_finite = EvidenceError::NotFinite { image: 0 };
    assert_eq!(importance(&density, &images[..PIXELS], 10, 0, &go_on).unwrap_err(), not_finite);
    assert_eq!(grid(&density, &images, Fineness::default(), &go_on).unwrap_err(), not_finite);
}
