#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::*;

/// The data set that everybody gets, on every machine.
const GOLDEN: &str = "85f9b291fe9b269d55f111d9c900288813010bbab9993f9981098bf5ad6f6dbe";

fn small(seed: u64, threads: usize) -> Dataset {
    generate(seed, [1_000, 203], threads, &Progress::default())
}

fn bytes(split: &Split) -> &[u8] {
    split.rows().bytes().unwrap()
}

#[test]
fn the_same_bytes_for_any_number_of_threads() {
    let once = small(0, 1);
    for threads in [0, 2, 3, 7, 5_000] {
        assert_eq!(small(0, threads).id, once.id, "{threads} threads");
    }
    assert_ne!(small(1, 2).id, once.id);
}

#[test]
fn an_image_depends_on_its_key_only() {
    let few = generate(0, [10, 10], 2, &Progress::default());
    let many = small(0, 2);
    assert_eq!(bytes(&few.train), &bytes(&many.train)[..10 * AREA]);
    assert_ne!(bytes(&few.train), bytes(&few.test));
}

#[test]
fn the_whole_set_has_its_shape_and_all_classes() {
    let progress = Progress::default();
    let data = digits(&progress);
    assert_eq!(progress.get(), (24_000, 24_000));
    assert_eq!((data.train.count(), data.test.count()), (TRAIN, TEST));
    assert_eq!(data.shape(), ImageShape::grey(28, 28));
    assert_eq!(bytes(&data.train).len(), TRAIN * AREA);
    assert_eq!(data.class_names().join(""), "0123456789");
    // Runs repeat by this: a change of the digits is a change that people must hear of.
    assert_eq!(data.id.as_str(), GOLDEN);
    assert_eq!((data.source, data.name.as_str()), (Source::built_in("digits"), "digits"));
    for split in [&data.train, &data.test] {
        for class in 0..10 {
            let count = (0..split.count()).filter(|index| split.class(*index) == Some(class)).count();
            let share = count as f64 / split.count() as f64;
            assert!((0.08..0.12).contains(&share), "class {class}: {share}");
        }
    }
    // MNIST's mean is 0.131.
    let mean = bytes(&data.train).iter().map(|x| f64::from(*x)).sum::<f64>() / (TRAIN * AREA) as f64 / 255.0;
    assert!((0.10..0.16).contains(&mean), "{mean}");
}

#[test]
fn every_image_is_a_centred_figure_of_plausible_ink() {
    let data = small(0, 2);
    for (index, image) in bytes(&data.train).chunks_exact(AREA).enumerate() {
        let mass: f64 = image.iter().map(|x| f64::from(*x) / 255.0).sum();
        assert!((20.0..330.0).contains(&mass), "image {index}: {mass} pixels of ink");
        assert!(image.iter().any(|x| *x > 150), "image {index} is faint");
        let mut moment = [0.0; 2];
        let (mut low, mut high) = ([SIDE; 2], [0; 2]);
        for (at, value) in image.iter().enumerate().filter(|(_, value)| **value > 0) {
            for (axis, place) in [at % SIDE, at / SIDE].into_iter().enumerate() {
                moment[axis] += f64::from(*value) / 255.0 * (place as f64 + 0.5);
                low[axis] = low[axis].min(place);
                high[axis] = high[axis].max(place);
            }
        }
        for axis in 0..2 {
            assert!((moment[axis] / mass - 14.0).abs() < 0.8, "image {index} is off its centre");
            assert!(high[axis] - low[axis] < 23, "image {index} is too large");
        }
    }
}

#[test]
fn what_somebody_holds_is_opened_without_being_generated_again() {
    let progress = Progress::default();
    let first = Digits.open(&progress).unwrap();
    let again = Digits.open(&progress).unwrap();
    assert!(std::ptr::eq(bytes(&first.train), bytes(&again.train)));
    assert_eq!((again.id, progress.get()), (first.id, (24_000, 24_000)));
}
