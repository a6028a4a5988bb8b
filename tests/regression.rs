//! Decoders by regression against scikit-learn's figures on MNIST, and what is promised of every one of them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use latentarium::dataset::{self, Dataset, ImageShape, Progress, Source, Split};
use latentarium::model::{Batches, Config, Model, Saved, StepError, StepInput};
use latentarium::random::{Purpose, normal_rows};
use latentarium::snapshot::Scratch;
use std::sync::Arc;

const PRESETS: [&str; 4] = ["polynomial", "svm", "tree", "forest"];
const SHAPE: ImageShape = ImageShape::grey(6, 7);

/// Images that lie near a curved sheet.
fn curved(count: usize) -> Arc<Dataset> {
    let pixels = SHAPE.values();
    let codes = normal_rows(1, Purpose::Generate, 0, count, 2);
    let noise = normal_rows(2, Purpose::Generate, 0, count, pixels);
    let value = |image: usize, pixel: usize| {
        let [x, y] = [codes[2 * image], codes[2 * image + 1]];
        let sheet = 40.0 * (x + 0.1 * pixel as f32).sin() + 15.0 * y * (pixel as f32 / 9.0 - 2.0);
        (127.0 + sheet + 3.0 * noise[image * pixels + pixel]).clamp(0.0, 255.0) as u8
    };
    let bytes: Vec<u8> = (0..count).flat_map(|i| (0..pixels).map(move |p| (i, p))).map(|(i, p)| value(i, p)).collect();
    let (train, test) = bytes.split_at(count / 4 * 3 * pixels);
    let split = |bytes: &[u8]| Split::of_bytes(SHAPE, bytes.to_vec(), Vec::new());
    Arc::new(Dataset::new(Source::default(), "curved", split(train), split(test)))
}

/// A small model of a preset.
fn config(preset: &str) -> Config {
    let config = Config::preset(preset).unwrap();
    match preset {
        "svm" => {
            let small = [("components", 6), ("images", 900)].into_iter();
            let config = small.fold(config, |config, (key, value)| config.with(key, value as u64).unwrap());
            config.with("epsilon", 0.005).unwrap().with("gamma", 0.3).unwrap()
        }
        "tree" => config.with("depth", 5u64).unwrap(),
        "forest" => config.with("depth", 5u64).unwrap().with("trees", 4u64).unwrap(),
        _ => config,
    }
}

/// Makes steps until there are so many; gives the losses of the last.
fn train(model: &mut Model, data: &Arc<Dataset>, steps: std::ops::Range<u64>) -> f32 {
    let mut batches = Batches::new(data.clone());
    let losses = steps.map(|step| model.step(&mut StepInput::new(step, &mut batches)).unwrap()).last();
    losses.unwrap()[0].1
}

fn trained(config: &Config, data: &Arc<Dataset>) -> (Model, f32) {
    let mut model = Model::new(config, data.shape()).unwrap();
    let loss = train(&mut model, data, 0..config.most_steps().unwrap());
    (model, loss)
}

/// What the snapshot's networks make of images: mean over pixels.
fn squared_error(model: &Model, images: &Split) -> f64 {
    let snapshot = model.snapshot(0).unwrap();
    let pixels: Vec<f32> = (0..images.count()).flat_map(|index| images.image(index)).collect();
    let mut scratch = Scratch::default();
    let decoded = snapshot.reconstruct(&pixels, images.count(), &mut scratch).unwrap();
    decoded.iter().zip(&pixels).map(|(a, b)| f64::from(a - b).powi(2)).sum::<f64>() / pixels.len() as f64
}

/// Variance of a pixel, mean over pixels.
fn variance(images: &Split) -> f64 {
    let all: Vec<Vec<f32>> = (0..images.count()).map(|index| images.image(index)).collect();
    let of_pixel = |pixel: usize| {
        let mean = all.iter().map(|image| f64::from(image[pixel])).sum::<f64>() / all.len() as f64;
        all.iter().map(|image| (f64::from(image[pixel]) - mean).powi(2)).sum::<f64>() / all.len() as f64
    };
    (0..SHAPE.values()).map(of_pixel).sum::<f64>() / SHAPE.values() as f64
}

#[test]
fn each_fits_what_is_curved() {
    let data = curved(2000);
    let (plane, _) = trained(&Config::preset("pca").unwrap().with("latent", 2u64).unwrap(), &data);
    let plane =
        plane.evaluate(&data.test, &mut |_| true).unwrap().iter().find(|(name, _)| *name == "test_mse").unwrap().1;
    let spread = variance(&data.test);
    for preset in PRESETS {
        let (model, loss) = trained(&config(preset), &data);
        let figures = model.evaluate(&data.test, &mut |_| true).unwrap();
        let [("test_mse", error)] = figures[..] else { panic!("{preset}: {figures:?}") };
        assert!((error - squared_error(&model, &data.test)).abs() < 1e-6, "{preset}");
        // A staircase of few steps is no match for a plane, but for the mean image.
        let most = if matches!(preset, "tree" | "forest") { 0.3 * spread } else { 0.9 * plane };
        assert!(error < most, "{preset}: {error} against {most}");
        // What a step says is of the images that it learned from; of a forest, of its newest tree.
        let found = squared_error(&model, &data.train);
        let near = match preset {
            "polynomial" | "tree" => 1e-5,
            "svm" => 0.2 * found,
            _ => 0.5 * found,
        };
        assert!((f64::from(loss) - found).abs() < near, "{preset}: {loss} against {found}");
    }
}

#[test]
fn a_step_more_leaves_less_of_the_error() {
    let data = curved(1500);
    for preset in ["svm", "tree"] {
        let config = config(preset);
        let mut model = Model::new(&config, SHAPE).unwrap();
        let errors: Vec<f32> =
            (0..config.most_steps().unwrap()).map(|step| train(&mut model, &data, step..step + 1)).collect();
        assert!(
            errors.is_sorted_by(|a, b| *b <= 1.01 * a) && *errors.last().unwrap() < 0.8 * errors[0],
            "{preset}: {errors:?}"
        );
    }
}

#[test]
fn threads_change_no_bit_and_a_resumed_model_goes_on_to_the_bit() {
    let data = curved(1200);
    for preset in PRESETS {
        let config = config(preset);
        let all = config.most_steps().unwrap();
        let saved = [1, 2, 4].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| trained(&config, &data).0.save().unwrap())
        });
        assert!(saved.iter().all(|one| *one == saved[0]), "{preset}");
        if all > 1 {
            let mut first = Model::new(&config, SHAPE).unwrap();
            train(&mut first, &data, 0..all / 2);
            let mut second = Model::new(&config, SHAPE).unwrap();
            second.restore(&first.save().unwrap()).unwrap();
            assert_eq!(second.save().unwrap(), first.save().unwrap(), "{preset}");
            train(&mut second, &data, all / 2..all);
            assert_eq!(second.save().unwrap(), saved[0], "{preset}");
        }
    }
}

#[test]
fn what_is_saved_and_does_not_fit_is_refused_and_changes_nothing() {
    let data = curved(600);
    for preset in PRESETS {
        let (mut model, _) = trained(&config(preset), &data);
        let whole = model.save().unwrap();
        for name in whole.weights.keys() {
            for spoil in
                [|values: &mut Vec<f32>| values.push(1e9), |values: &mut Vec<f32>| values.truncate(values.len() - 1)]
            {
                let mut spoiled = whole.clone();
                spoil(spoiled.weights.get_mut(name).unwrap());
                let restored = model.restore(&spoiled);
                assert!(restored.is_err(), "{preset}: {name}");
                assert_eq!(model.save().unwrap(), whole, "{preset}: {name}");
            }
        }
        let nothing = Saved::default();
        assert!(matches!(model.restore(&nothing), Err(StepError::Saved { .. })), "{preset}");
    }
}

#[test]
fn a_step_that_nobody_waits_for_leaves_the_model_as_it_was() {
    let data = curved(600);
    for preset in PRESETS {
        let mut model = Model::new(&config(preset), SHAPE).unwrap();
        let before = model.save().unwrap();
        let mut batches = Batches::new(data.clone());
        let mut input = StepInput { go_on: Some(&|| false), ..StepInput::new(0, &mut batches) };
        assert!(matches!(model.step(&mut input), Err(StepError::Cancelled)), "{preset}");
        assert_eq!(model.save().unwrap(), before, "{preset}");
    }
}

/// Measured with scikit-learn 1.5 on the same codes: `PolynomialFeatures` and `Ridge`, `DecisionTreeRegressor` with at least eight
/// images a leaf, `RandomForestRegressor` of 20 trees on 20 000 images, `SVR` of 32 components on 3 000 images.
#[test]
fn the_errors_on_mnist_are_those_of_scikit_learn() {
    let Some(folder) = std::env::var_os("LATENTARIUM_DATA").map(std::path::PathBuf::from) else {
        println!("skipped: LATENTARIUM_DATA names no folder of data");
        return;
    };
    let source = Source::from(folder.join("mnist").display().to_string());
    let data = Arc::new(dataset::load(&source, &Progress::default()).unwrap());
    let mut cases = vec![("polynomial", "degree", 3, 0.05222), ("polynomial", "degree", 6, 0.05111)];
    if common::is_long() {
        cases.extend([
            ("tree", "depth", 6, 0.05155),
            ("tree", "depth", 10, 0.05175),
            ("forest", "trees", 20, 0.05155),
            ("svm", "components", 32, 0.05238),
        ]);
    }
    for (preset, key, value, expected) in cases {
        let config = Config::preset(preset).unwrap().with(key, value as u64).unwrap();
        let (model, _) = trained(&config, &data);
        let error = squared_error(&model, &data.test);
        println!("{preset} {key} {value}: {error:.5}, scikit-learn {expected}");
        assert!((error / expected - 1.0).abs() < 0.02, "{preset} {key} {value}: {error} against {expected}");
    }
}
