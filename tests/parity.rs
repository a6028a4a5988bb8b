//! The snapshot's own evaluation against candle's generic operations on the saved weights, for every preset.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use candle_core::{Device, Tensor};
use latentarium::model::{Batches, Config, Model, PRESETS, Part, Saved};
use latentarium::nn::batch_norm::EPSILON;
use latentarium::random::{Purpose, normal_rows};
use latentarium::snapshot::Scratch;

fn tensor(saved: &Saved, name: &str) -> Tensor {
    let values = saved.weights.get(name).unwrap_or_else(|| panic!("{name} is not saved")).clone();
    Tensor::new(values, &Device::Cpu).unwrap()
}

fn linear(x: &Tensor, saved: &Saved, name: &str) -> Tensor {
    let inputs = x.dim(1).unwrap();
    let weight = tensor(saved, &format!("{name}.weight")).reshape(((), inputs)).unwrap();
    let out = x.matmul(&weight.t().unwrap()).unwrap();
    match saved.weights.contains_key(&format!("{name}.bias")) {
        true => out.broadcast_add(&tensor(saved, &format!("{name}.bias"))).unwrap(),
        false => out,
    }
}

fn leaky(x: &Tensor) -> Tensor {
    (x.relu().unwrap() - (x.neg().unwrap().relu().unwrap() * 0.2).unwrap()).unwrap()
}

fn sigmoid(x: &Tensor) -> Tensor {
    (x.neg().unwrap().exp().unwrap() + 1.0).unwrap().recip().unwrap()
}

/// The decoder of a preset by candle's own operations.
fn decode(config: &Config, saved: &Saved, z: &Tensor) -> Tensor {
    let layers = config.hidden.len();
    let mut x = z.clone();
    if config.encodes() {
        for index in 0..=layers {
            x = linear(&x, saved, &format!("decoder.{index}"));
            x = if index < layers { x.relu().unwrap() } else { sigmoid(&x) };
        }
        return x;
    }
    if !config.batch_norm {
        for index in 0..=layers {
            x = linear(&x, saved, &format!("generator.output.{index}"));
            x = if index < layers { leaky(&x) } else { sigmoid(&x) };
        }
        return x;
    }
    for index in 0..layers {
        let name = format!("generator.{index}");
        let part = |part: &str| tensor(saved, &format!("{name}.norm.{part}"));
        let deviation = (part("running_variance") + f64::from(EPSILON)).unwrap().sqrt().unwrap();
        x = linear(&x, saved, &name).broadcast_sub(&part("running_mean")).unwrap().broadcast_div(&deviation).unwrap();
        x = leaky(&x.broadcast_mul(&part("scale")).unwrap().broadcast_add(&part("shift")).unwrap());
    }
    sigmoid(&linear(&x, saved, "generator.output.0"))
}

#[test]
fn a_snapshot_evaluates_as_candle_does() {
    let dataset = common::small_digits();
    for (preset, latent) in PRESETS.into_iter().flat_map(|preset| [1, 2, 7, 64].map(|latent| (preset, latent))) {
        let config = Config { latent, ..Config::preset(preset).unwrap() };
        let mut model = Model::new(&config, dataset.shape()).unwrap();
        let mut batches = Batches::new(dataset.clone());
        for step in 0..4 {
            let pixels = batches.pixels(step, &config);
            model.step(&batches.batch(pixels, step, &config).unwrap(), &config, Part::Whole).unwrap();
        }
        let snapshot = model.snapshot(4).unwrap();
        let latents = normal_rows(3, Purpose::Sample, 0, 9, latent);
        let z = Tensor::from_vec(latents.clone(), (9, latent), &Device::Cpu).unwrap();
        let expected = decode(&config, &model.save().unwrap(), &z).flatten_all().unwrap().to_vec1::<f32>().unwrap();
        let mut scratch = Scratch::default();
        let ours = snapshot.decoder.evaluate(&latents, 9, &mut scratch).to_vec();
        let one = snapshot.decoder.evaluate(&latents[..latent], 1, &mut scratch).to_vec();
        let largest = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0f32, f32::max);
        assert_eq!(ours.len(), expected.len());
        assert!(largest(&ours, &expected) < 1e-5, "{preset} z {latent}: {}", largest(&ours, &expected));
        assert!(largest(&one, &expected) < 1e-5, "{preset} z {latent}, one row");
        assert_eq!(snapshot.encoder.is_some(), config.encodes());
    }
}
