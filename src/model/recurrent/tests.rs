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

/// A model after some steps with an average of its weights.
fn trained(shape: ImageShape, steps: u64) -> LogitModel<Recurrent> {
    let config = Config::preset("rnn-rows").unwrap();
    let config = config.with("units", 64).unwrap().with("average_decay", 0.9).unwrap();
    let mut model = model(&config, shape, Parameters::default()).unwrap();
    let mut batches = Batches::new(kinds(shape, 400));
    let mut step = |step| model.step(&mut StepInput::new(step, &mut batches)).unwrap()[0].1;
    let losses: Vec<f32> = (0..steps).map(&mut step).collect();
    assert!(losses[losses.len() - 1] < 0.95 * losses[0], "{losses:?}");
    model
}

/// All images of so many pixels.
fn all_images(pixels: usize) -> Vec<Vec<f32>> {
    every(pixels).map(|image| image.into_iter().map(|on| f32::from(u8::from(on))).collect()).collect()
}

#[test]
fn the_probabilities_of_all_images_sum_to_one() {
    for shape in [ImageShape::grey(3, 3), ImageShape { channels: 2, height: 2, width: 2 }] {
        let model = trained(shape, 60);
        let sum: f64 = model.log_ps(all_images(shape.values()).concat()).into_iter().map(f64::exp).sum();
        assert!((sum - 1.0).abs() < 1e-6, "{sum}");
    }
}

#[test]
fn what_is_drawn_row_by_row_is_as_likely_as_evaluation_says() {
    let model = trained(ImageShape { channels: 3, height: 5, width: 4 }, 60);
    check_draws(&model, DrawOrder::Rows, |operation, image| model.density.draws.logits(&operation.weight, image));
}

#[test]
fn every_image_is_drawn_as_often_as_it_is_likely() {
    const DRAWS: usize = 20_000;
    let model = trained(ImageShape::grey(3, 2), 60);
    let snapshot = model.snapshot(1).unwrap();
    let latents = snapshot.draws(1, Purpose::Sample, 0, DRAWS);
    let drawn = snapshot.decoder.evaluate(&latents, DRAWS, &mut Scratch::default()).to_vec();
    let mut counts = [0.0; 64];
    for image in drawn.chunks_exact(6) {
        counts[image.iter().enumerate().map(|(at, x)| (*x as usize) << at).sum::<usize>()] += 1.0;
    }
    for (log_p, count) in model.log_ps(all_images(6).concat()).into_iter().zip(counts) {
        let (p, found) = (log_p.exp(), count / DRAWS as f64);
        let deviation = (p * (1.0 - p) / DRAWS as f64).sqrt();
        assert!((found - p).abs() < 5.0 * deviation + 1e-6, "{found} of {p}");
    }
}

#[test]
fn a_pixel_changes_the_logits_of_the_rows_after_it_and_none_else() {
    let model = trained(ImageShape::grey(4, 5), 40);
    let (length, height) = (model.density.draws.length(), model.density.draws.image.height);
    let logits = |image: Vec<f32>| {
        let image = Tensor::from_vec(image, (1, 20), &Device::Cpu).unwrap();
        let rows = model.density.rows(&image).unwrap();
        copied(&model.density.logits(&model.network.layers, &rows).unwrap()).unwrap()
    };
    let image: Vec<f32> = (0..20).map(|pixel| (pixel % 3 == 0).into()).map(|one: u8| one.into()).collect();
    let before = logits(image.clone());
    for changed in 0..20 {
        let mut other = image.clone();
        other[changed] = 1.0 - other[changed];
        let (after, row) = (logits(other), changed / length);
        let end = (row + 1) * length;
        assert_eq!(before[..end], after[..end], "{changed}");
        assert!(row + 1 == height || before[end..end + length] != after[end..end + length], "{changed}");
    }
}

/// Against all images that have what is kept: exactly where whole rows come first, by the shares of draws elsewhere.
#[test]
fn what_is_missing_is_drawn_given_what_is_kept() {
    let (shape, draws) = (ImageShape::grey(3, 3), CompletionDraws { seed: 4, image: 2, count: 4000 });
    let image = [1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0];
    let model = trained(shape, 60);
    let all = all_images(9);
    let p: Vec<f64> = model.log_ps(all.concat()).into_iter().map(f64::exp).collect();
    let cases: [(&[usize], bool); 7] = [
        (&[0, 1, 2], true),
        (&[0, 1, 2, 4], true),
        (&[1], true),
        (&[], true),
        (&[0, 1, 2, 3, 4, 5, 7, 8], true),
        (&[0, 1, 2, 4, 8], false),
        (&[7, 8], false),
    ];
    for (kept, is_exact) in cases {
        let draws = CompletionDraws { count: if is_exact { 4000 } else { 800 }, ..draws };
        let kept: Vec<bool> = (0..9).map(|pixel| kept.contains(&pixel)).collect();
        let fits = |other: &[f32]| (0..9).all(|pixel| !kept[pixel] || other[pixel] == image[pixel]);
        let of_kept: f64 = all.iter().zip(&p).filter(|(other, _)| fits(other)).map(|(_, p)| p).sum();
        let found = model.complete(KeptPixels { image: &image, kept: &kept }, draws).unwrap().unwrap();
        assert!(found.draws.len() == 9 * draws.count && found.draws.chunks_exact(9).all(fits));
        let own = all.iter().position(|other| other[..] == image).unwrap();
        assert_eq!(found.log_p.is_some(), is_exact, "{kept:?}");
        if let Some(log_p) = found.log_p {
            assert!((log_p - (p[own] / of_kept).ln()).abs() < 1e-5, "{kept:?}: {log_p}");
        }
        for pixel in 0..9 {
            let with_pixel = all.iter().zip(&p).filter(|(other, _)| fits(other));
            let expected: f64 = with_pixel.map(|(other, p)| p * f64::from(other[pixel])).sum();
            let on = found.draws.chunks_exact(9).map(|drawn| f64::from(drawn[pixel])).sum::<f64>();
            let share = on / draws.count as f64;
            let most = if is_exact { 0.04 } else { 0.09 };
            assert!((share - expected / of_kept).abs() < most, "{kept:?}, {pixel}: {share} {}", expected / of_kept);
        }
    }
}
