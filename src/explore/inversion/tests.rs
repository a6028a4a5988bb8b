#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::dataset::ImageShape;
use crate::nn::vector::square_distance;
use crate::random::normal_rows;
use crate::snapshot::{Activation, Operation};

const PIXELS: usize = 24;

fn draws(number: u64, count: usize, scale: f32) -> Vec<f32> {
    normal_rows(number, Purpose::Weights, 0, 1, count).into_iter().map(|x| scale * x).collect()
}

fn snapshot(latent: usize, decoder: Vec<Operation>) -> Arc<Snapshot> {
    Arc::new(Snapshot {
        step: 1,
        image: ImageShape::grey(4, 6),
        latent,
        likelihood: None,
        decoder: Network::new(latent, decoder).unwrap(),
        encoder: None,
        critic: None,
        prior: Default::default(),
    })
}

/// A generator with a hidden layer and pixels in [0, 1].
fn generator(latent: usize, seed: u64) -> Arc<Snapshot> {
    let hidden = 40;
    let first = (draws(seed, hidden * latent, 0.7), draws(seed + 1, hidden, 0.5));
    let second = (draws(seed + 2, PIXELS * hidden, 0.3), draws(seed + 3, PIXELS, 0.2));
    let first = Operation::linear("first", 0, first, Activation::Relu);
    let second = Operation::linear("second", 1, second, Activation::Sigmoid);
    snapshot(latent, vec![first, second])
}

fn inverted(inverter: &Inverter, image: &[f32], before: Option<&[f32]>) -> InvertedImage {
    inverter.invert(image, before, &mut InversionScratch::default(), &mut || true).unwrap()
}

#[test]
fn of_a_linear_decoder_it_is_the_closed_form() {
    let latent = 3;
    let weight = draws(1, PIXELS * latent, 1.0);
    let linear = Operation::linear("decoder", 0, (weight.clone(), vec![0.0; PIXELS]), Activation::Identity);
    let inverter = Inverter::new(snapshot(latent, vec![linear]), 0, &mut InversionScratch::default());
    let image = draws(2, PIXELS, 1.0);
    let found = inverted(&inverter, &image, None);
    // (WᵀW + σ²)z = Wᵀx.
    let row = |pixel: usize| &weight[pixel * latent..(pixel + 1) * latent];
    for axis in 0..latent {
        let gradient: f64 = (0..PIXELS)
            .map(|pixel| {
                let given: f64 = row(pixel).iter().zip(&found.latent).map(|(w, z)| f64::from(*w) * f64::from(*z)).sum();
                f64::from(row(pixel)[axis]) * (f64::from(image[pixel]) - given)
            })
            .sum();
        let prior = f64::from(INVERSION_SIGMA).powi(2) * f64::from(found.latent[axis]);
        assert!((gradient - prior).abs() < 2e-2, "{axis}: {gradient} against {prior}");
    }
}

#[test]
fn samples_of_a_generator_are_found_again() {
    for latent in [2, 6, 12] {
        let snapshot = generator(latent, 10 + latent as u64);
        let inverter = Inverter::new(snapshot.clone(), 3, &mut InversionScratch::default());
        let mut errors: Vec<f32> = (0..20)
            .map(|sample| {
                let latents = normal_rows(9, Purpose::Sample, sample, 1, latent);
                let image = snapshot.decoder.evaluate(&latents, 1, &mut Scratch::default()).to_vec();
                let found = inverted(&inverter, &image, None);
                let decoded = snapshot.decoder.evaluate(&found.latent, 1, &mut Scratch::default()).to_vec();
                assert!(square_distance(&decoded, &found.image) < 1e-9);
                assert!((square_distance(&image, &decoded) / PIXELS as f32 - found.squared_error).abs() < 1e-6);
                found.squared_error
            })
            .collect();
        errors.sort_by(f32::total_cmp);
        assert!(errors[10] < 2e-3 && errors[19] < 1e-2, "z {latent}: {errors:?}");
    }
}

#[test]
fn what_was_found_before_is_never_lost_and_the_search_repeats_to_the_bit() {
    let snapshot = generator(8, 40);
    let inverter = Inverter::new(snapshot, 3, &mut InversionScratch::default());
    let image: Vec<f32> = draws(5, PIXELS, 0.3).into_iter().map(|x| (x + 0.5).clamp(0.0, 1.0)).collect();
    let first = inverted(&inverter, &image, None);
    let again = inverted(&inverter, &image, Some(&first.latent));
    let cost = |found: &InvertedImage| {
        found.squared_error * PIXELS as f32 + INVERSION_SIGMA.powi(2) * found.latent.iter().map(|z| z * z).sum::<f32>()
    };
    assert!(cost(&again) <= cost(&first) + 1e-6, "{} after {}", cost(&again), cost(&first));
    assert_eq!(inverted(&inverter, &image, None), first);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(pool.install(|| inverted(&inverter, &image, None)), first);
}

/// A Jacobian of so many columns would take minutes and gigabytes.
#[test]
fn of_very_many_dimensions_it_is_one_of_the_nearest_draws() {
    let latent = MOST_LATENT + 1;
    let inverter = Inverter::new(generator(latent, 20), 3, &mut InversionScratch::default());
    let image = draws(2, PIXELS, 0.3).into_iter().map(|x| (x + 0.5).clamp(0.0, 1.0)).collect::<Vec<f32>>();
    let found = inverted(&inverter, &image, None);
    let mut distances: Vec<f32> =
        inverter.images.chunks_exact(PIXELS).map(|drawn| square_distance(drawn, &image)).collect();
    distances.sort_by(f32::total_cmp);
    let is_draw = inverter.draws.chunks_exact(latent).any(|draw| draw == found.latent);
    assert!(is_draw && square_distance(&found.image, &image) <= distances[STARTS - 1] + 1e-6);
    let mut calls = 0;
    let mut never = || {
        calls += 1;
        false
    };
    assert_eq!(inverter.invert(&image, None, &mut InversionScratch::default(), &mut never), None);
}

#[test]
fn it_can_be_cancelled_and_other_images_have_none() {
    let inverter = Inverter::new(generator(4, 60), 0, &mut InversionScratch::default());
    let (image, scratch) = (vec![0.5; PIXELS], &mut InversionScratch::default());
    let mut steps = 0;
    let mut twice = || {
        steps += 1;
        steps < 3
    };
    assert_eq!(inverter.invert(&image, None, scratch, &mut twice), None);
    assert_eq!(inverter.invert(&[0.5; 3], None, scratch, &mut || true), None);
    assert_eq!(inverter.invert(&[f32::NAN; PIXELS], None, scratch, &mut || true), None);
    // What was found with weights of another size is no place to begin.
    assert!(inverter.invert(&image, Some(&[f32::NAN; 4]), scratch, &mut || true).is_some());
    assert!(inverter.invert(&image, Some(&[0.0; 9]), scratch, &mut || true).is_some());
}
