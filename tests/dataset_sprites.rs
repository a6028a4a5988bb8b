//! Sprites: the factors of every image are those of a second enumeration, and the images show them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use latentarium::dataset::{Column, ColumnValues, Dataset, ImageShape, Progress, Source, SourceError, Split, load};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::OnceLock;

const COUNT: usize = 737_280;
const SIDE: usize = 64;

fn sprites() -> &'static Dataset {
    static DATA: OnceLock<Dataset> = OnceLock::new();
    DATA.get_or_init(|| load(&Source::parse("sprites"), &Progress::default()).unwrap())
}

fn number(column: &Column, index: usize) -> f32 {
    match &column.values {
        ColumnValues::Number(cells) => cells.get(index).unwrap(),
        other => panic!("{}: {other:?}", column.name),
    }
}

/// Shape, scale, rotation, x and y of an image as steps from 0, read from its columns.
fn steps(split: &Split, index: usize) -> [usize; 5] {
    let [_, scale, rotation, x, y] = split.columns() else { panic!("{:?}", split.columns()) };
    let step = |value: f32, first: f32, step: f32| {
        let place = (value - first) / step;
        assert!((place - place.round()).abs() < 1e-3, "{value} is no step");
        place.round() as usize
    };
    [
        split.class(index).unwrap(),
        step(number(scale, index), 0.5, 0.1),
        step(number(rotation, index), 0.0, std::f32::consts::TAU / 40.0),
        step(number(x, index), 0.0, 1.0 / 31.0),
        step(number(y, index), 0.0, 1.0 / 31.0),
    ]
}

/// Where images of some steps are: whether in the test split, and the index there.
fn places() -> &'static HashMap<[usize; 5], (bool, usize)> {
    static PLACES: OnceLock<HashMap<[usize; 5], (bool, usize)>> = OnceLock::new();
    PLACES.get_or_init(|| {
        let data = sprites();
        let of = |split: &'static Split, is_test| {
            (0..split.count()).map(move |index| (steps(split, index), (is_test, index)))
        };
        of(&data.train, false).chain(of(&data.test, true)).collect()
    })
}

fn image(steps: [usize; 5]) -> Vec<f32> {
    let (is_test, index) = places()[&steps];
    let data = sprites();
    if is_test { data.test.image(index) } else { data.train.image(index) }
}

/// White pixels, and the mean of their columns and rows.
fn mass(image: &[f32]) -> (f32, [f32; 2]) {
    let (mut area, mut middle) = (0.0, [0.0; 2]);
    for (at, value) in image.iter().enumerate() {
        area += value;
        middle[0] += value * (at % SIDE) as f32;
        middle[1] += value * (at / SIDE) as f32;
    }
    (area, middle.map(|sum| sum / area))
}

#[test]
fn every_combination_of_factors_is_there_once() {
    let data = sprites();
    assert_eq!(data.shape(), ImageShape::grey(SIDE, SIDE));
    assert_eq!((data.train.count(), data.test.count()), (663_552, 73_728));
    assert_eq!(data.class_names(), ["square", "ellipse", "heart"]);
    let names: Vec<_> = data.train.columns().iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["shape", "scale", "rotation", "x", "y"]);
    // Five nested loops, against what the columns of both splits say.
    let places = places();
    assert_eq!(places.len(), COUNT, "as many combinations as images: none is there twice");
    for shape in 0..3 {
        for scale in 0..6 {
            for rotation in 0..40 {
                for x in 0..32 {
                    for y in 0..32 {
                        let steps = [shape, scale, rotation, x, y];
                        assert!(places.contains_key(&steps), "{steps:?} is missing");
                    }
                }
            }
        }
    }
}

#[test]
fn the_first_images_of_a_split_hold_every_factor_in_its_share() {
    for split in [&sprites().train, &sprites().test] {
        for (factor, size) in [3usize, 6, 40, 32, 32].into_iter().enumerate() {
            let mut seen = vec![0usize; size];
            (0..4000).for_each(|index| seen[steps(split, index)[factor]] += 1);
            // Five deviations of a binomial distribution.
            let (mean, share) = (4000.0 / size as f64, 1.0 / size as f64);
            let slack = 5.0 * (mean * (1.0 - share)).sqrt();
            assert!(seen.iter().all(|count| (*count as f64 - mean).abs() < slack), "factor {factor}: {seen:?}");
        }
    }
}

#[test]
fn places_move_the_shape_by_whole_pixels() {
    for shape in 0..3 {
        let (area, [left, top]) = mass(&image([shape, 5, 7, 0, 0]));
        for (x, y) in [(0, 1), (1, 0), (13, 4), (31, 31)] {
            let (moved, [column, row]) = mass(&image([shape, 5, 7, x, y]));
            assert_eq!(moved, area, "no pixel is lost at {x}, {y}");
            assert!((column - left - x as f32).abs() < 1e-3 && (row - top - y as f32).abs() < 1e-3);
        }
        // The middle of all places is the middle of the canvas, and a shape's place is its centre of mass.
        assert!((left + 15.5 - 31.5).abs() < 0.6 && (top + 15.5 - 31.5).abs() < 0.6, "{shape}: {left}, {top}");
    }
}

#[test]
fn a_larger_scale_has_a_larger_area() {
    for shape in 0..3 {
        let areas: Vec<f32> = (0..6).map(|scale| mass(&image([shape, scale, 3, 16, 16])).0).collect();
        assert!(areas.is_sorted_by(|a, b| a < b), "{areas:?}");
        // As the square of the scale, but for the pixels at the edge.
        assert!((areas[5] / areas[0] - 4.0).abs() < 0.5, "{areas:?}");
    }
}

#[test]
fn a_rotation_turns_the_shape() {
    // A heart is like itself after a whole turn only, an ellipse after a half, a square after a quarter.
    for (shape, period) in [(0, 10), (1, 20), (2, 40)] {
        let first = image([shape, 5, 0, 16, 16]);
        assert!((1..period).all(|rotation| image([shape, 5, rotation, 16, 16]) != first), "shape {shape}");
        for rotation in (0..40).step_by(period) {
            let again = image([shape, 5, rotation, 16, 16]);
            let differ = again.iter().zip(&first).filter(|(a, b)| a != b).count();
            assert!(differ < 12, "shape {shape} at {rotation}: {differ} pixels differ");
        }
    }
    // A heart stands on its point, and a quarter turn counter-clockwise puts the point to the right: the first line that
    // holds white holds both of its rounds, the last one its point.
    let ends = |image: &[f32], line: fn(usize, usize) -> usize| {
        let sums = (0..SIDE).map(|row| (0..SIDE).map(|at| image[line(row, at)]).sum::<f32>());
        let white: Vec<f32> = sums.filter(|sum| *sum > 0.0).collect();
        (white[0], white[white.len() - 1])
    };
    let (above, below) = ends(&image([2, 5, 0, 16, 16]), |row, column| row * SIDE + column);
    assert!(above > 3.0 * below, "{above}, {below}");
    let (left, right) = ends(&image([2, 5, 10, 16, 16]), |column, row| row * SIDE + column);
    assert!(left > 3.0 * right, "{left}, {right}");
}

#[test]
fn reading_is_the_same_from_any_thread_and_black_and_white() {
    let data = sprites();
    let indices: Vec<usize> = (0..400).map(|index| index * 1601).collect();
    let once = data.train.gather(&indices);
    assert!(once.iter().all(|value| *value == 0.0 || *value == 1.0));
    std::thread::scope(|scope| {
        let readers: Vec<_> = (0..4).map(|_| scope.spawn(|| data.train.gather(&indices))).collect();
        for reader in readers {
            assert!(reader.join().unwrap() == once);
        }
    });
    assert!(data.train.image(663_552).iter().all(|value| *value == 0.0), "there is no such image");
    assert_eq!(data.train.class(663_552), None);
}

#[test]
fn the_id_is_known_without_making_an_image_and_a_request_to_cancel_is_honoured() {
    // The images of this version: where these change, the version has to change, and the id with it.
    let images = sprites().test.gather(&(0..500).map(|index| index * 147).collect::<Vec<_>>());
    let bytes: Vec<u8> = images.iter().map(|value| *value as u8).collect();
    let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hash, "ad08e8b69d1e8c34ef0c608276cbcf4cba0877a1fe3606d1f8c06ee46a9fa4d3");
    assert_eq!(sprites().id.as_str(), "ecb6737ea9d1d71336b56172f10f5e32d363c9545813679e5e24334cd91d07d0");
    assert_eq!((sprites().source.to_string().as_str(), sprites().name.as_str()), ("sprites", "sprites"));
    let progress = Progress::default();
    progress.cancel();
    let error = load(&Source::parse("sprites"), &progress).unwrap_err();
    assert!(matches!(error, SourceError::Cancelled(_)), "{error}");
}
