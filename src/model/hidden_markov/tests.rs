#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use super::chain::{ChainTerms, HiddenMarkov, ImageRows};
use super::draws_weight;
use super::forward_backward::ForwardBackward;
use crate::dataset::ImageShape;
use crate::model::exact::bits::{PixelBits, every, example};
use crate::model::exact::blocks::{EmPass, in_pools};
use crate::model::exact::numbers::logistic;
use crate::model::{Config, Model};
use crate::nn::conv_shape::Map;
use crate::nn::operations::{ChainDraws, Compute, DrawTrace, TracedDraws};
use crate::random::{Purpose, normal_rows};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

const GREY: ImageShape = ImageShape::grey(3, 4);
const COLOUR: ImageShape = ImageShape { channels: 3, height: 4, width: 1 };
const STATES: usize = 3;

fn stream(step: u64, sample: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(1000 * step + sample)
}

fn of_images(images: &[Vec<bool>]) -> PixelBits {
    PixelBits::of(images.len(), images[0].len(), &|row, image| {
        image.iter_mut().zip(&images[row]).for_each(|(x, on)| *x = f32::from(u8::from(*on)));
    })
}

/// One that has learned for some passes.
fn learned(shape: ImageShape, images: &PixelBits, passes: usize) -> HiddenMarkov {
    let mut model = HiddenMarkov::new(ImageRows::new(shape), images, STATES, &stream);
    (0..passes).for_each(|_| assert!(model.step(images, &|| true).is_some()));
    model
}

/// p(states, image) of each path of states, path by path.
fn joints(model: &HiddenMarkov, shape: ImageShape, image: &[bool]) -> Vec<(Vec<usize>, f64)> {
    let ChainTerms { initial, transitions, .. } = model.terms();
    let rows = model.rows();
    let of_path = |at: usize| {
        let path: Vec<usize> = (0..shape.height).map(|row| at / STATES.pow(row as u32) % STATES).collect();
        let mut p = initial[path[0]];
        path.windows(2).for_each(|pair| p *= transitions[pair[0] * STATES + pair[1]]);
        for (pixel, on) in image.iter().enumerate() {
            let place = rows.place(pixel);
            let logit = f64::from(model.logits()[path[place.row] * rows.length() + place.element]);
            p *= logistic(if *on { logit } else { -logit });
        }
        (path, p)
    };
    (0..STATES.pow(shape.height as u32)).map(of_path).collect()
}

#[test]
fn probabilities_of_all_images_sum_to_one_and_are_those_over_all_paths() {
    for shape in [GREY, COLOUR] {
        let model = learned(shape, &example(400, 12), 10);
        let all: Vec<Vec<bool>> = every(12).collect();
        let log_ps = model.log_ps(&of_images(&all), &|| true).unwrap();
        let sum: f64 = log_ps.iter().map(|log_p| log_p.exp()).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        for (image, log_p) in all.iter().zip(log_ps) {
            let expected = joints(&model, shape, image).iter().map(|(_, p)| p).sum::<f64>().ln();
            assert!((expected - log_p).abs() < 1e-9, "{expected} {log_p}");
        }
    }
}

#[test]
fn forward_and_backward_give_the_posteriors_over_all_paths() {
    for shape in [GREY, COLOUR] {
        let images = example(50, 12);
        let model = learned(shape, &images, 4);
        let (terms, mut passes, mut logs) = (model.terms(), ForwardBackward::default(), Vec::new());
        for image in 0..50 {
            terms.of_image(&images, image, &mut logs);
            passes.forward(&terms, &logs);
            let mut pairs = vec![0.0; STATES * STATES];
            passes.backward(&terms, &mut pairs);
            let posteriors: Vec<f64> = passes.posteriors().collect();
            let joints = joints(&model, shape, &images.image(image));
            let whole: f64 = joints.iter().map(|(_, p)| p).sum();
            let mut expected = (vec![0.0; shape.height * STATES], vec![0.0; STATES * STATES]);
            for (path, p) in joints {
                path.iter().enumerate().for_each(|(row, state)| expected.0[row * STATES + state] += p / whole);
                path.windows(2).for_each(|pair| expected.1[pair[1] * STATES + pair[0]] += p / whole);
            }
            pairs.iter_mut().zip(&terms.to).for_each(|(pair, p)| *pair *= p);
            let mut found = posteriors.iter().chain(&pairs).zip(expected.0.iter().chain(&expected.1));
            assert!(found.all(|(found, expected)| (found - expected).abs() < 1e-9), "{image}");
        }
    }
}

#[test]
fn no_pass_lowers_the_objective_and_the_first_raises_it() {
    let images = example(600, 12);
    let mut model = learned(GREY, &images, 0);
    let passes: Vec<EmPass> = (0..60).map(|_| model.step(&images, &|| true).unwrap()).collect();
    for pair in passes.windows(2) {
        assert!(pair[1].objective >= pair[0].objective - 1e-7, "{pair:?}");
    }
    assert!(passes[59].log_p > passes[0].log_p + 0.3, "{passes:?}");
}

/// Each new parameter by its count over all paths of all images.
#[test]
fn a_pass_is_the_one_of_the_book() {
    let images = example(40, 12);
    let mut model = learned(GREY, &images, 1);
    let (mut initial, mut pairs) = ([0.5; STATES], [[0.5; STATES]; STATES]);
    let mut pixels = [[[0.5; 2]; 4]; STATES];
    let mut log_p = 0.0;
    for row in 0..40 {
        let image = images.image(row);
        let joints = joints(&model, GREY, &image);
        let whole: f64 = joints.iter().map(|(_, p)| p).sum();
        log_p += whole.ln() / 40.0;
        for (path, p) in joints {
            initial[path[0]] += p / whole;
            path.windows(2).for_each(|pair| pairs[pair[0]][pair[1]] += p / whole);
            for (pixel, on) in image.iter().enumerate() {
                pixels[path[pixel / 4]][pixel % 4][usize::from(*on)] += p / whole;
            }
        }
    }
    let pass = model.step(&images, &|| true).unwrap();
    assert!((pass.log_p - log_p).abs() < 1e-9);
    let terms = model.terms();
    for state in 0..STATES {
        let total = 40.0 + 0.5 * STATES as f64;
        assert!((terms.initial[state] - initial[state] / total).abs() < 1e-6);
        for next in 0..STATES {
            let expected = pairs[state][next] / pairs[state].iter().sum::<f64>();
            assert!((terms.transitions[state * STATES + next] - expected).abs() < 1e-6);
        }
        for (pixel, [off, on]) in pixels[state].into_iter().enumerate() {
            let found = logistic(f64::from(model.logits()[state * 4 + pixel]));
            assert!((found - on / (off + on)).abs() < 1e-6);
        }
    }
}

#[test]
fn rows_that_follow_each_other_become_states() {
    // Three rows in a circle, from any of them on.
    let images = PixelBits::of(300, 30, &|image, pixels| {
        pixels.iter_mut().enumerate().for_each(|(at, x)| {
            *x = f32::from(u8::from(at % 3 == (image + at / 3) % 3));
        });
    });
    let model = learned(ImageShape::grey(10, 3), &images, 60);
    let nats = model.log_ps(&images, &|| true).unwrap();
    let mean = nats.iter().sum::<f64>() / 300.0;
    // log 1/3, and what smoothing takes.
    assert!(mean < -(3f64.ln()) && mean > -1.3, "{mean}");
}

#[test]
fn rows_are_drawn_with_the_states_of_the_path_which_follow_each_other_as_the_chain_says() {
    const DRAWS: usize = 20_000;
    for shape in [GREY, COLOUR] {
        let model = learned(shape, &example(400, 12), 10);
        let (rows, terms) = (model.rows(), model.terms());
        let image = Map { height: shape.height, width: shape.width, channels: shape.channels };
        let draws = ChainDraws { image, states: STATES };
        let weight = draws_weight(&model, draws);
        let below = &weight[weight.len() - STATES * rows.length()..];
        // A state's number says how many pixels of its row are on.
        let mean = |state: &usize| -> f64 {
            let logits = model.logits().chunks_exact(rows.length()).nth(*state).unwrap();
            logits.iter().map(|logit| logistic(f64::from(*logit))).sum()
        };
        let mut order: Vec<usize> = (0..STATES).collect();
        order.sort_by(|a, b| mean(a).total_cmp(&mean(b)));
        let (mut first, mut pairs) = ([0.0; STATES], [[0.0; STATES]; STATES]);
        for (at, latent) in normal_rows(1, Purpose::Sample, 0, DRAWS, 12).chunks_exact(12).enumerate() {
            let mut image = vec![0.5; 12];
            draws.forward(&weight, &[], latent.into(), &mut image);
            let DrawTrace::States(found) = draws.trace(&weight, latent) else { panic!("states") };
            for (pixel, value) in image.iter().enumerate() {
                let place = rows.place(pixel);
                let below = below[found.path[place.row] * rows.length() + place.element];
                assert!(place.element < 2 || (*value == 1.0) == (latent[pixel] < below), "{pixel}");
            }
            let path: Vec<usize> = found.path.iter().map(|state| order[*state]).collect();
            first[path[0]] += 1.0;
            path.windows(2).for_each(|pair| pairs[pair[0]][pair[1]] += 1.0);
            if at < 100 {
                let on: Vec<bool> = image.iter().map(|value| *value == 1.0).collect();
                assert!(joints(&model, shape, &on).into_iter().any(|(other, p)| other == path && p > 0.0));
            }
        }
        let is_near = |counts: &[f64], expected: &[f64]| {
            let all: f64 = counts.iter().sum();
            let near = |(count, p): (&f64, &f64)| (count / all - p).abs() < 5.0 * (p * (1.0 - p) / all).sqrt() + 1e-6;
            counts.iter().zip(expected).all(near)
        };
        assert!(is_near(&first, &terms.initial), "{first:?} {:?}", terms.initial);
        for (state, counts) in pairs.iter().enumerate() {
            let expected = &terms.transitions[state * STATES..(state + 1) * STATES];
            assert!(is_near(counts, expected), "{state}: {counts:?} {expected:?}");
        }
    }
}

#[test]
fn a_saved_model_goes_on_to_the_bit() {
    let images = example(300, 12);
    let mut model = learned(GREY, &images, 1);
    let kept = [model.initial(), model.transitions(), model.logits()].map(<[f32]>::to_vec);
    let [initial, transitions, logits] = kept;
    let mut again = HiddenMarkov::restore(model.rows(), initial, transitions, logits).unwrap();
    assert_eq!(model.step(&images, &|| false), None);
    assert_eq!(model, again);
    assert_eq!(model.step(&images, &|| true), again.step(&images, &|| true));
    assert_eq!(model, again);
    assert_eq!(model.step(&example(3, 11), &|| true), None);
}

#[test]
fn no_number_of_threads_changes_it() {
    let images = example(1000, 12);
    let [one, two, four] = in_pools(|| {
        let mut model = learned(GREY, &images, 0);
        let passes = [0; 3].map(|_| model.step(&images, &|| true).unwrap());
        (model.log_ps(&images, &|| true), passes, model)
    });
    assert!(one == two && one == four);
}

#[test]
fn few_images_and_empty_pixels_give_finite_figures() {
    let images = PixelBits::of(2, 12, &|_, image| image.fill(0.0));
    let mut model = HiddenMarkov::new(ImageRows::new(GREY), &images, 7, &stream);
    assert!((0..5).all(|_| model.step(&images, &|| true).unwrap().objective.is_finite()));
    assert!(model.log_ps(&example(9, 12), &|| true).unwrap().iter().all(|log_p| log_p.is_finite()));
}

#[test]
fn rows_of_one_pixel_are_refused() {
    let error = Model::new(&Config::preset("hmm").unwrap(), ImageShape::grey(5, 1)).unwrap_err();
    assert_eq!(error.to_string(), "rows: expected 2 pixels or more, found 1");
}
