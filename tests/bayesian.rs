//! A decoder whose weights have a posterior: what its KL is, what is tested, and where decoders drawn from it disagree.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::small_digits;
use latentarium::dataset::{Dataset, Progress, digits};
use latentarium::explore::field::{FieldGrid, FieldScratch, FieldSource, UNCERTAINTY};
use latentarium::explore::plane::Plane;
use latentarium::explore::tiles::Lattice;
use latentarium::model::{Batch, Batches, Config, MetricId, Model, StepInput};
use latentarium::snapshot::{Network, Scratch, Snapshot, WeightDeviations};
use std::sync::Arc;

fn config() -> Config {
    let config = Config::preset("bayesian-vae").unwrap().with("hidden", vec![48, 96]).unwrap();
    config.with("batch", 32u64).unwrap().with("learning_rate", 2e-3).unwrap()
}

/// What each step measured of a metric.
fn train(model: &mut Model, data: &Arc<Dataset>, steps: std::ops::Range<u64>, id: MetricId) -> Vec<f32> {
    let mut batches = Batches::new(data.clone());
    let each = steps.map(|step| {
        let losses = model.step(&mut StepInput::new(step, &mut batches)).unwrap();
        losses.iter().find(|(other, _)| *other == id).unwrap().1
    });
    each.collect()
}

fn uncertainty(snapshot: &Arc<Snapshot>, lattice: Lattice) -> Option<FieldGrid> {
    let (snapshot, plane) = (snapshot.clone(), Arc::new(Plane::of_two()));
    let source =
        FieldSource { snapshot, plane, lattice, encoding: None, classifier: None, others: Arc::default(), image: None };
    FieldGrid::make(&UNCERTAINTY, &source, &mut FieldScratch::default(), &mut || true)
}

/// Places over `−half` to `half`.
fn square(half: f32, cells: usize) -> Lattice {
    let first = -(cells as i64) / 2;
    Lattice { cell: 2.0 * half / cells as f32, column: first, row: first, columns: cells, rows: cells }
}

fn weights_and_deviations(network: &Network) -> impl Iterator<Item = (f64, f64)> {
    let flat = |network: &Network| -> Vec<f32> {
        network.operations().iter().flat_map(|one| one.weight.iter().chain(one.bias.iter()).copied()).collect()
    };
    let (means, deviations) = (flat(network), flat(network.deviations().unwrap()));
    assert_eq!(means.len(), deviations.len());
    means.into_iter().zip(deviations).map(|(mean, deviation)| (f64::from(mean), f64::from(deviation)))
}

#[test]
fn the_curve_of_the_weights_is_their_divergence_an_image() {
    let data = small_digits();
    for prior in [0.1, 0.7] {
        let mut model = Model::new(&config().with("weight_prior", prior).unwrap(), data.shape()).unwrap();
        train(&mut model, &data, 0..3, MetricId::WEIGHT_KL);
        let decoder = model.snapshot(3).unwrap().decoder;
        let nats = weights_and_deviations(&decoder).map(|(mean, deviation)| {
            (prior / deviation).ln() + (deviation * deviation + mean * mean) / (2.0 * prior * prior) - 0.5
        });
        let expected = nats.sum::<f64>() / data.train.count() as f64;
        let found = f64::from(train(&mut model, &data, 3..4, MetricId::WEIGHT_KL)[0]);
        assert!((found / expected - 1.0).abs() < 1e-4, "{prior}: {found} beside {expected}");
    }
}

#[test]
fn the_prior_is_live() {
    let data = small_digits();
    let mut model = Model::new(&config(), data.shape()).unwrap();
    let before = train(&mut model, &data, 0..1, MetricId::WEIGHT_KL)[0];
    model.set_live(&config().with("weight_prior", 0.03).unwrap()).unwrap();
    // Then the deviations are the prior's, and the means far from 0.
    let after = train(&mut model, &data, 1..2, MetricId::WEIGHT_KL)[0];
    assert!((after - before).abs() > 0.1 * before, "{before} {after}");
}

/// By the means of the weights, the same whatever is drawn.
#[test]
fn it_is_tested_by_the_means_of_the_weights() {
    let data = small_digits();
    let mut model = Model::new(&config(), data.shape()).unwrap();
    train(&mut model, &data, 0..20, MetricId::TOTAL);
    let batch = Batch::of_test(&data.test, (0, 1), model.sampling()).unwrap();
    let tested = model.test(&batch).unwrap();
    let codes = tested.posteriors.unwrap().codes;
    let noise: Vec<f32> = batch.noise.flatten_all().unwrap().to_vec1().unwrap();
    let latent: Vec<f32> = (0..2).map(|at| codes[at] + (0.5 * codes[2 + at]).exp() * noise[at]).collect();
    let snapshot = model.snapshot(20).unwrap();
    let image = data.test.image(0);
    let nats = |decoder: &Network| -> f64 {
        let pixels = decoder.evaluate(&latent, 1, &mut Scratch::default()).to_vec();
        let each = pixels.iter().zip(&image).map(|(p, x)| {
            let (p, x) = (f64::from(*p), f64::from(*x));
            -(x * p.ln() + (1.0 - x) * (1.0 - p).ln())
        });
        each.sum()
    };
    let found = tested.losses.iter().find(|(id, _)| *id == MetricId::TEST_RECONSTRUCTION).unwrap().1;
    assert!((nats(&snapshot.decoder) / f64::from(found) - 1.0).abs() < 1e-4);
    assert!((nats(&snapshot.decoder.drawn(0).unwrap()) / f64::from(found) - 1.0).abs() > 1e-4);
}

#[test]
fn without_deviations_no_place_is_uncertain_and_without_a_posterior_there_is_no_layer() {
    let data = small_digits();
    let model = Model::new(&config(), data.shape()).unwrap();
    let snapshot = model.snapshot(0).unwrap();
    let none = snapshot.decoder.operations().iter().map(|operation| WeightDeviations {
        weight: vec![0.0; operation.weight.len()].into(),
        bias: vec![0.0; operation.bias.len()].into(),
    });
    let certain = Network::new(2, snapshot.decoder.operations().to_vec()).unwrap().with_deviations(none).unwrap();
    let certain = Arc::new(Snapshot { decoder: certain, ..snapshot.clone() });
    let grid = uncertainty(&certain, square(3.0, 4)).unwrap();
    assert!(grid.values.values.iter().all(|value| *value < 1e-6), "{:?}", grid.values.values);
    let grid = uncertainty(&Arc::new(snapshot.clone()), square(3.0, 4)).unwrap();
    assert!(grid.values.values.iter().all(|value| *value > 1e-4));
    assert_eq!(grid.values.figures[0].value, 8.0);
    let plain = Network::new(2, snapshot.decoder.operations().to_vec()).unwrap();
    assert!(uncertainty(&Arc::new(Snapshot { decoder: plain, ..snapshot }), square(3.0, 4)).is_none());
}

#[test]
fn decoders_differ_less_where_images_are_encoded_than_far_from_them() {
    // So many images that they decide most weights.
    let data = Arc::new(digits(&Progress::default()));
    let mut model = Model::new(&config(), data.shape()).unwrap();
    let totals = train(&mut model, &data, 0..600, MetricId::TOTAL);
    assert!(totals[599] < totals[0] - 50.0);
    let snapshot = Arc::new(model.snapshot(600).unwrap());
    let grid = uncertainty(&snapshot, square(8.0, 32)).unwrap();
    let images = data.train.gather(&(0..400).collect::<Vec<_>>());
    let codes = snapshot.encoder.as_ref().unwrap().evaluate(&images, 400, &mut Scratch::default()).to_vec();
    let at_codes: Vec<f32> = codes.chunks_exact(4).filter_map(|code| grid.value_at([code[0], code[1]])).collect();
    let each = grid.lattice.middles().into_iter().zip(&grid.values.values);
    let far: Vec<f32> = each.filter(|([x, y], _)| x.hypot(*y) > 6.0).map(|(_, value)| *value).collect();
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
    println!("at codes {} ({}), far from them {}", mean(&at_codes), at_codes.len(), mean(&far));
    assert!(mean(&far) > 1.25 * mean(&at_codes), "{} beside {}", mean(&far), mean(&at_codes));
}
