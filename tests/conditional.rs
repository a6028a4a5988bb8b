//! Models that are told the class: they make the class that is asked for, draw classes by their shares, and refuse data that has
//! none.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{small_digits, tiny_digits};
use latentarium::dataset::{self, Column, Dataset, ImageShape, Progress, Source, Split};
use latentarium::metrics::{Classifier, ClassifierEffort};
use latentarium::model::{Batch, Batches, Config, MetricId, Model, StepInput};
use latentarium::random::{Purpose, normal_rows, uniform_from_normal};
use latentarium::snapshot::{Scratch, Snapshot};
use latentarium::trainer::{Options, Trainer};
use std::sync::Arc;

const PRESETS: [&str; 2] = ["cvae", "cgan"];

fn config(preset: &str) -> Config {
    let config = Config::preset(preset).unwrap().with("batch", 32u64).unwrap();
    config.with("hidden", vec![48, 96]).unwrap()
}

fn train(model: &mut Model, data: &Arc<Dataset>, steps: std::ops::Range<u64>) {
    let mut batches = Batches::new(data.clone());
    for step in steps {
        model.step(&mut StepInput::new(step, &mut batches)).unwrap();
    }
}

/// The class that each of `latents` chooses: the one-hot value that the decoder makes of them.
fn chosen(snapshot: &Snapshot, latents: &[f32]) -> Vec<usize> {
    let (count, mut scratch) = (latents.len() / snapshot.latent, Scratch::default());
    snapshot.decoder.evaluate(latents, count, &mut scratch);
    let place = snapshot.decoder.operations().iter().position(|operation| operation.name == "class").unwrap();
    let one_hot = &scratch.values()[place + 1];
    let class = |row: &[f32]| row.iter().position(|value| *value == 1.0).unwrap();
    one_hot.chunks_exact(one_hot.len() / count).map(class).collect()
}

/// The last latent number in the middle of each class's interval, half of its probability on either side.
fn middles(snapshot: &Snapshot, classes: usize) -> Vec<f32> {
    let numbers: Vec<f32> = (-4000..4000).map(|thousandths| thousandths as f32 / 1000.0).collect();
    let latents: Vec<f32> = numbers.iter().flat_map(|u| [vec![0.0; snapshot.latent - 1], vec![*u]].concat()).collect();
    let of_each = chosen(snapshot, &latents);
    let middle = |class: usize| {
        let own = || numbers.iter().zip(&of_each).filter(|(_, found)| **found == class).map(|(u, _)| *u);
        let ends = [own().next().unwrap(), own().next_back().unwrap()].map(uniform_from_normal);
        let off = |u: f32| (uniform_from_normal(u) - 0.5 * (ends[0] + ends[1])).abs();
        own().min_by(|a, b| off(*a).total_cmp(&off(*b))).unwrap()
    };
    (0..classes).map(middle).collect()
}

/// The share of 1000 samples in which a classifier reads the class that was asked for.
fn asked_and_read(snapshot: &Snapshot, classifier: &Classifier, classes: usize) -> f64 {
    let mut latents = normal_rows(3, Purpose::Sample, 0, 1000, snapshot.latent);
    let middles = middles(snapshot, classes);
    for (row, latent) in latents.chunks_exact_mut(snapshot.latent).enumerate() {
        latent[snapshot.latent - 1] = middles[row % classes];
    }
    let samples = snapshot.decoder.evaluate(&latents, 1000, &mut Scratch::default()).to_vec();
    let mut classifier = classifier.clone();
    let read = classifier.classes(&samples, 1000).enumerate().filter(|(row, read)| *read == Some(row % classes));
    read.count() as f64 / 1000.0
}

#[test]
fn the_class_that_is_asked_for_is_read() {
    let data = tiny_digits();
    let classifier = Classifier::train(&data, ClassifierEffort::QUICK, &mut || true).unwrap().unwrap();
    for preset in PRESETS {
        let mut model = Model::new(&config(preset).with("learning_rate", 2e-3).unwrap(), data.shape()).unwrap();
        let before = asked_and_read(&model.snapshot(0).unwrap(), &classifier, 10);
        train(&mut model, &data, 0..400);
        let after = asked_and_read(&model.snapshot(400).unwrap(), &classifier, 10);
        println!("{preset}: {before} to {after}, classifier {}", classifier.accuracy);
        assert!(before < 0.3 && after > 0.85, "{preset}: from {before} to {after}");
    }
}

/// Digits of which some classes are rare and one has no images at all.
fn uneven() -> Arc<Dataset> {
    let whole = tiny_digits();
    let of = |split: &Split| {
        let class = |index: &usize| split.class(*index).unwrap();
        let kept: Vec<usize> =
            (0..split.count()).filter(|index| class(index) != 4 && (class(index) != 7 || index % 3 == 0)).collect();
        let bytes: Vec<u8> = split.gather(&kept).iter().map(|value| (255.0 * value).round() as u8).collect();
        let classes: Vec<u8> = kept.iter().map(|index| class(index) as u8).collect();
        Split::of_bytes(split.shape(), bytes, vec![Column::class(classes, split.class_names())])
    };
    Arc::new(Dataset::new(Source::default(), "uneven", of(&whole.train), of(&whole.test)))
}

#[test]
fn draws_of_the_prior_are_of_each_class_as_often_as_the_data_is() {
    let (data, draws) = (uneven(), 20_000);
    for preset in PRESETS {
        let mut model = Model::new(&config(preset), data.shape()).unwrap();
        train(&mut model, &data, 0..1);
        let snapshot = model.snapshot(1).unwrap();
        let chosen = chosen(&snapshot, &snapshot.draws(2, Purpose::Sample, 0, draws));
        for class in 0..10 {
            let share = |classes: &mut dyn Iterator<Item = usize>, count: usize| {
                classes.filter(|found| *found == class).count() as f64 / count as f64
            };
            let found = share(&mut chosen.iter().copied(), draws);
            let train = &data.train;
            let expected = share(&mut (0..train.count()).map(|index| train.class(index).unwrap()), train.count());
            assert!((found - expected).abs() < 0.012, "{preset} {class}: {found} of {expected}");
            assert_eq!(found == 0.0, expected == 0.0, "{preset} {class}");
        }
    }
}

#[test]
fn threads_change_no_bit_and_a_resumed_model_goes_on_to_the_bit() {
    let data = uneven();
    for preset in PRESETS {
        let trained = |steps| {
            let mut model = Model::new(&config(preset), data.shape()).unwrap();
            train(&mut model, &data, 0..steps);
            model
        };
        let saved = [1, 2, 4].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| trained(4).save().unwrap())
        });
        assert!(saved.iter().all(|one| *one == saved[0]), "{preset}");
        for half in [0, 1, 2] {
            let before = trained(half).save().unwrap();
            let mut again = Model::new(&config(preset), data.shape()).unwrap();
            again.restore(&before).unwrap();
            assert_eq!((again.save().unwrap(), again.names()), (before.clone(), before.names()), "{preset}");
            train(&mut again, &data, half..4);
            assert_eq!(again.save().unwrap(), saved[0], "{preset}");
        }
        let mut spoiled = saved[0].clone();
        spoiled.weights.get_mut("classes.shares").unwrap().pop();
        assert!(trained(0).restore(&spoiled).is_err(), "{preset}");
    }
}

#[test]
fn an_image_is_encoded_as_what_its_test_gives_and_its_class_is_read() {
    let data = small_digits();
    let mut model = Model::new(&config("cvae"), data.shape()).unwrap();
    train(&mut model, &data, 0..150);
    let batch = Batch::of_test(&data.test, (0, 64), model.sampling()).unwrap();
    let tested = model.test(&batch).unwrap();
    let snapshot = model.snapshot(150).unwrap();
    let encoder = snapshot.encoder.as_ref().unwrap();
    let codes = encoder.evaluate(&data.test.gather(&(0..64).collect::<Vec<_>>()), 64, &mut Scratch::default()).to_vec();
    let given = tested.posteriors.unwrap().codes;
    let off = codes.iter().zip(&given).map(|(a, b)| (a - b).abs()).fold(0.0f32, f32::max);
    assert!(codes.len() == given.len() && off < 1e-4, "{off}");
    // Decoded from its code an image has the class that was read.
    let means: Vec<f32> = codes.chunks_exact(6).flat_map(|code| code[..3].to_vec()).collect();
    let read = chosen(&snapshot, &means);
    let right = read.iter().enumerate().filter(|(index, class)| data.test.class(*index) == Some(**class)).count();
    let accuracy = tested.losses.iter().find(|(id, _)| *id == MetricId::TEST_CLASS_ACCURACY).unwrap().1;
    assert_eq!((right as f32 / 64.0, right > 48), (accuracy, true), "{right} of 64");
    let figures = model.evaluate(&data.test, &mut |_| true).unwrap();
    assert!(figures.iter().any(|(name, value)| *name == "test_class_accuracy" && *value > 0.75), "{figures:?}");
}

#[test]
fn data_without_classes_or_of_too_many_is_refused_in_a_sentence() {
    let digits = tiny_digits();
    let of = |names: usize| {
        let classes: Vec<u8> = (0..40).map(|index| (index % names.max(1)) as u8).collect();
        let names: Vec<String> = (0..names).map(|name| name.to_string()).collect();
        let columns = if names.is_empty() { Vec::new() } else { vec![Column::class(classes, names)] };
        let split = Split::of_bytes(ImageShape::grey(4, 3), vec![9; 40 * 12], columns);
        Arc::new(Dataset::new(Source::default(), "few", split.clone(), split))
    };
    for preset in PRESETS {
        let mut config = config(preset);
        config.fit_classes(&digits.train);
        assert_eq!(config.whole("classes"), Some(10));
        for (names, fits) in [(0, None), (1, None), (2, Some(2)), (36, Some(36)), (65, None)] {
            let data = of(names);
            let mut fitted = config.clone();
            fitted.fit_classes(&data.train);
            assert_eq!(fitted.whole("classes"), Some(fits.unwrap_or(10)), "{names}");
            let error = Trainer::spawn(fitted.clone(), data.clone(), Options::default()).err().map(|e| e.to_string());
            let expected = format!("classes: expected data of 2 to 10 classes, found {names}");
            assert_eq!(error, fits.is_none().then_some(expected), "{names}");
            let mut batches = Batches::new(data.clone());
            let mut model = Model::new(&fitted, data.shape()).unwrap();
            let stepped = model.step(&mut StepInput::new(0, &mut batches));
            assert!(fits.is_none_or(|_| stepped.is_ok()), "{names}: {stepped:?}");
            if names == 0 {
                let said = stepped.unwrap_err().to_string();
                assert_eq!(said, "classes: expected each image of one of 10 classes, found none");
            }
        }
    }
}

#[test]
fn figures_on_mnist() {
    let Some(folder) = std::env::var_os("LATENTARIUM_DATA").map(std::path::PathBuf::from) else {
        println!("skipped: LATENTARIUM_DATA names no folder of data");
        return;
    };
    if !common::is_long() {
        return;
    }
    let source = Source::from(folder.join("mnist").display().to_string());
    let data = Arc::new(dataset::load(&source, &Progress::default()).unwrap());
    let classifier = Classifier::train(&data, ClassifierEffort::THOROUGH, &mut || true).unwrap().unwrap();
    println!("classifier {:.4}", classifier.accuracy);
    for (preset, epochs) in [("cvae", 5), ("cgan", 6)] {
        let mut config = Config::preset(preset).unwrap();
        config.fit_classes(&data.train);
        let mut model = Model::new(&config, data.shape()).unwrap();
        let epoch = data.train.count() as u64 / config.whole("batch").unwrap();
        let mut read = 0.0;
        for done in 0..epochs {
            train(&mut model, &data, done * epoch..(done + 1) * epoch);
            read = asked_and_read(&model.snapshot((done + 1) * epoch).unwrap(), &classifier, 10);
            println!("{preset}, epoch {}: {read:.3}", done + 1);
        }
        println!("{preset}: {:?}", model.evaluate(&data.test, &mut |_| true).unwrap());
        assert!(read >= 0.95, "{preset}: {read}");
    }
}
