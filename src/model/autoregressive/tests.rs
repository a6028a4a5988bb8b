#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
use super::*;
use crate::model::exact::bits::{every, kinds};
use crate::model::exact::drawn::check_draws;
use crate::model::trainable::{StepInput, Trainable};
use crate::model::{Batches, Config};
use crate::nn::operations::DrawOrder;
use crate::nn::parameters::copied;
use crate::random::Purpose;
use crate::snapshot::Scratch;
use candle_core::Device;

/// A direct model and one with a hidden layer, after some steps with everything that an update can do.
fn trained(shape: ImageShape, steps: u64) -> Vec<LogitModel<Autoregressive>> {
    let data = kinds(shape, 400);
    let train = |(preset, hidden): (&str, Vec<usize>)| {
        let settings = [("average_decay", 0.9), ("weight_decay", 0.01), ("gradient_clip", 3.0)];
        let config =
            Config::preset(preset).unwrap().with("hidden", hidden).unwrap().with("optimizer", "adamw").unwrap();
        let config = settings.into_iter().fold(config, |config, (key, value)| config.with(key, value).unwrap());
        let mut made = model(&config, shape, Parameters::default()).unwrap();
        let mut batches = Batches::new(data.clone());
        (0..steps).for_each(|step| drop(made.step(&mut StepInput::new(step, &mut batches)).unwrap()));
        made
    };
    [("fvsbn", vec![]), ("made", vec![37])].map(train).into()
}

#[test]
fn the_probabilities_of_all_images_sum_to_one() {
    for model in trained(ImageShape::grey(3, 3), 60) {
        let images = every(9).flatten().map(|one| f32::from(u8::from(one))).collect();
        let sum: f64 = model.log_ps(images).into_iter().map(f64::exp).sum();
        assert!((sum - 1.0).abs() < 1e-6, "{sum}");
    }
}

#[test]
fn what_is_drawn_pixel_by_pixel_is_as_likely_as_evaluation_says() {
    for model in trained(ImageShape { channels: 3, height: 5, width: 4 }, 60) {
        check_draws(&model, DrawOrder::Pixels, |operation, image| {
            model.density.draws.logits(&operation.weight, &[], image)
        });
    }
}

#[test]
fn every_image_is_drawn_as_often_as_it_is_likely() {
    const DRAWS: usize = 20_000;
    for model in trained(ImageShape::grey(2, 3), 60) {
        let snapshot = model.snapshot(1).unwrap();
        let latents = snapshot.draws(1, Purpose::Sample, 0, DRAWS);
        let drawn = snapshot.decoder.evaluate(&latents, DRAWS, &mut Scratch::default()).to_vec();
        let mut counts = [0.0; 64];
        for image in drawn.chunks_exact(6) {
            counts[image.iter().enumerate().map(|(at, x)| (*x as usize) << at).sum::<usize>()] += 1.0;
        }
        let images = every(6).flatten().map(|one| f32::from(u8::from(one))).collect();
        for (log_p, count) in model.log_ps(images).into_iter().zip(counts) {
            let (p, found) = (log_p.exp(), count / DRAWS as f64);
            let deviation = (p * (1.0 - p) / DRAWS as f64).sqrt();
            assert!((found - p).abs() < 5.0 * deviation + 1e-6, "{found} of {p}");
        }
    }
}

#[test]
fn after_training_no_pixel_changes_the_logits_before_it() {
    for model in trained(ImageShape::grey(4, 5), 40) {
        let logits = |image: Vec<f32>| {
            let image = Tensor::from_vec(image, (1, 20), &Device::Cpu).unwrap();
            copied(&model.network.layers.forward(&image).unwrap()).unwrap()
        };
        let image: Vec<f32> = (0..20).map(|pixel| (pixel % 3 == 0).into()).map(|one: u8| one.into()).collect();
        let before = logits(image.clone());
        for changed in 0..20 {
            let mut other = image.clone();
            other[changed] = 1.0 - other[changed];
            let after = logits(other);
            assert_eq!(before[..=changed], after[..=changed], "{changed}");
            assert!(changed > 10 || before != after, "{changed}");
        }
    }
}

#[test]
fn weights_where_nothing_is_connected_are_refused() {
    for mut model in trained(ImageShape::grey(4, 5), 2) {
        let whole = model.save().unwrap();
        model.restore(&whole).unwrap();
        let masked: Vec<&String> = whole.weights.keys().filter(|name| name.contains(".weight")).collect();
        assert!(masked.len() >= 2, "{masked:?}");
        for name in masked {
            let mut spoiled = whole.clone();
            let zero = spoiled.weights[name].iter().position(|weight| *weight == 0.0).unwrap();
            spoiled.weights.get_mut(name).unwrap()[zero] = 1.0;
            let error = model.restore(&spoiled).unwrap_err();
            assert!(matches!(error, StepError::Masked { .. }), "{name}: {error}");
        }
        let mut spoiled = whole.clone();
        spoiled.moments.get_mut("decoder.0.weight").unwrap().first[0..20].fill(1.0);
        assert_eq!(
            model.restore(&spoiled).unwrap_err().to_string(),
            "decoder.0.weight: expected 0 where nothing is connected, found other weights"
        );
    }
}

/// Against all images that have what is kept: exactly where it comes first, by the shares of draws elsewhere.
#[test]
fn what_is_missing_is_drawn_given_what_is_kept() {
    let (shape, draws) = (ImageShape::grey(3, 3), CompletionDraws { seed: 4, image: 2, count: 4000 });
    let image = [1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0];
    for model in trained(shape, 60) {
        let all: Vec<Vec<f32>> =
            every(9).map(|image| image.into_iter().map(|on| f32::from(u8::from(on))).collect()).collect();
        let p: Vec<f64> = model.log_ps(all.concat()).into_iter().map(f64::exp).collect();
        for kept in [[0, 1, 2, 3].as_slice(), &[2, 5, 8], &[7, 8], &[]] {
            let kept: Vec<bool> = (0..9).map(|pixel| kept.contains(&pixel)).collect();
            let fits = |other: &[f32]| (0..9).all(|pixel| !kept[pixel] || other[pixel] == image[pixel]);
            let of_kept: f64 = all.iter().zip(&p).filter(|(other, _)| fits(other)).map(|(_, p)| p).sum();
            let found = model.complete(KeptPixels { image: &image, kept: &kept }, draws).unwrap().unwrap();
            let own = all.iter().position(|other| other[..] == image).unwrap();
            let comes_first = kept.windows(2).all(|pair| pair[0] || !pair[1]);
            assert_eq!(found.log_p.is_some(), comes_first, "{kept:?}");
            if let Some(log_p) = found.log_p {
                assert!((log_p - (p[own] / of_kept).ln()).abs() < 1e-5, "{kept:?}: {log_p}");
            }
            for pixel in 0..9 {
                let expected: f64 = all
                    .iter()
                    .zip(&p)
                    .filter(|(other, _)| fits(other))
                    .map(|(other, p)| p * f64::from(other[pixel]))
                    .sum();
                let share = found.draws.chunks_exact(9).map(|drawn| f64::from(drawn[pixel])).sum::<f64>() / 4000.0;
                assert!((share - expected / of_kept).abs() < 0.04, "{kept:?}, {pixel}: {share} {}", expected / of_kept);
            }
        }
    }
}
