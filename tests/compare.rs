//! The compare sheet of any two models: what there is for each, and by which likelihood it is measured.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use SheetColumn::{Error, Original, Reconstruction, Sample};
use latentarium::dataset::{Column, Dataset, ImageShape, Source, Split};
use latentarium::explore::compare::{Sheet, SheetCell, SheetColumn, sheet};
use latentarium::picture::{self, ColorMap, FigureStyle};
use latentarium::snapshot::{Activation, Likelihood, Network, Operation, Scratch, Snapshot};

const SHAPE: ImageShape = ImageShape::grey(8, 8);
const ROWS: usize = 6;

fn data() -> Dataset {
    let pixels: Vec<u8> = (0..40 * SHAPE.values()).map(|i| (i * 7 % 256) as u8).collect();
    let labels: Vec<u8> = (0..40).map(|i| i % 10).collect();
    let names: Vec<String> = (0..10).map(|class| class.to_string()).collect();
    let split = Split::of_bytes(SHAPE, pixels, vec![Column::class(labels, names)]);
    Dataset::new(Source::default(), "stripes", split.clone(), split)
}

fn linear(name: &str, inputs: usize, outputs: usize, activation: Activation) -> Operation {
    let weight: Vec<f32> = (0..inputs * outputs).map(|i| ((i * 37 % 101) as f32 / 50.0 - 1.0) * 0.05).collect();
    Operation::linear(name, 0, (weight, vec![0.0; outputs]), activation)
}

/// A model of 2 dimensions; one with a likelihood has an encoder.
fn snapshot(likelihood: Option<Likelihood>) -> Snapshot {
    let size = SHAPE.values();
    let encoder = linear("encoder", size, 4, Activation::Identity);
    Snapshot {
        step: 7,
        image: SHAPE,
        latent: 2,
        likelihood,
        decoder: Network::new(2, vec![linear("decoder", 2, size, Activation::Sigmoid)]).unwrap(),
        encoder: likelihood.map(|_| Network::new(size, vec![encoder]).unwrap()),
        critic: None,
    }
}

fn bernoulli() -> Snapshot {
    snapshot(Some(Likelihood::Bernoulli))
}

fn gaussian() -> Snapshot {
    snapshot(Some(Likelihood::Gaussian { sigma: 1.0 }))
}

fn gan() -> Snapshot {
    snapshot(None)
}

fn made(models: &[&Snapshot]) -> Sheet {
    sheet(models, &data(), ROWS, 1)
}

#[test]
fn nats_are_of_the_models_own_likelihood() {
    let (bernoulli, gaussian) = (bernoulli(), gaussian());
    let made = made(&[&gaussian, &bernoulli]);
    assert_eq!(made.models[0].likelihood, Some(Likelihood::Gaussian { sigma: 1.0 }));
    let half_ln_tau = 0.5 * std::f64::consts::TAU.ln();
    for (original, made) in made.originals.iter().zip(&made.models[0].reconstructions) {
        let squares: f64 = made.error.iter().map(|e| f64::from(*e).powi(2)).sum();
        let expected = 0.5 * squares + original.image.len() as f64 * half_ln_tau;
        assert!((f64::from(made.nats.unwrap()) - expected).abs() < 1e-3, "{:?} {expected}", made.nats);
    }
    for (original, made) in made.originals.iter().zip(&made.models[1].reconstructions) {
        let pairs = original.image.iter().zip(&made.image).map(|(x, p)| (f64::from(*x), f64::from(*p)));
        let expected: f64 = pairs.map(|(x, p)| -x * p.ln() - (1.0 - x) * (1.0 - p).ln()).sum();
        assert!((f64::from(made.nats.unwrap()) / expected - 1.0).abs() < 1e-3, "{:?} {expected}", made.nats);
    }
}

#[test]
fn there_are_columns_for_what_each_model_has() {
    let (vae, other, gan) = (bernoulli(), gaussian(), gan());
    for (models, expected) in [
        ([&vae, &gan], vec![Original, Reconstruction(0), Error(0), Sample(0), Sample(1)]),
        ([&gan, &vae], vec![Original, Reconstruction(1), Error(1), Sample(0), Sample(1)]),
        ([&gan, &gan], vec![Original, Sample(0), Sample(1)]),
        (
            [&vae, &other],
            vec![Original, Reconstruction(0), Error(0), Reconstruction(1), Error(1), Sample(0), Sample(1)],
        ),
    ] {
        let made = made(&models);
        assert_eq!(made.columns(), expected);
        for column in made.columns() {
            assert!((0..ROWS).all(|row| made.cell(column, row).is_some()), "{column:?} is whole");
            assert_eq!(made.cell(column, ROWS), None);
        }
        for (model, snapshot) in made.models.iter().zip(models) {
            assert_eq!(model.step, 7);
            assert_eq!(model.squared_error().is_some(), snapshot.encoder.is_some());
            assert_eq!(model.nats().is_some(), snapshot.encoder.is_some());
        }
    }
}

#[test]
fn what_is_looked_at_decodes_to_the_image_that_was_clicked() {
    let (vae, gan) = (bernoulli(), gan());
    let models = [&gan, &vae];
    let (made, mut scratch) = (made(&models), Scratch::default());
    for column in [Reconstruction(1), Sample(0), Sample(1)] {
        let (model, latent) = made.latent(column, 2).unwrap();
        let image = models[model].decoder.evaluate(latent, 1, &mut scratch).to_vec();
        let Some(SheetCell::Image(cell)) = made.cell(column, 2) else { panic!("{column:?} is an image") };
        assert!(image.iter().zip(cell).all(|(a, b)| (a - b).abs() < 1e-5), "{column:?}");
    }
    assert_eq!(made.latent(Original, 2), made.latent(Reconstruction(1), 2), "the model that has an encoder");
}

#[test]
fn a_model_without_a_likelihood_has_no_nats() {
    let plain = Snapshot { likelihood: None, ..bernoulli() };
    let made = made(&[&plain]);
    assert!(made.models[0].nats().is_none() && made.models[0].squared_error().is_some());
}

#[test]
fn the_picture_grows_with_what_there_is() {
    let (vae, gan) = (bernoulli(), gan());
    let names = data().class_names().to_vec();
    let width = |models: &[&Snapshot]| {
        picture::compare(&made(models), &names, ColorMap::Grey, &FigureStyle::default()).unwrap().width()
    };
    assert!(width(&[&gan, &gan]) < width(&[&vae, &gan]));
    assert_eq!(width(&[&vae, &gan]), width(&[&gan, &vae]));
    assert!(width(&[&vae, &gan]) < width(&[&vae, &vae]));
}
