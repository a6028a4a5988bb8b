//! A flow carries noise to the data and back, and what is shown of it lies where its time says.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use latentarium::dataset::{Dataset, Progress, Source, load};
use latentarium::model::{Batches, Config, Model, StepInput};
use latentarium::random::{Purpose, normal_rows};
use latentarium::snapshot::{Scratch, Snapshot};
use std::f32::consts::TAU;
use std::sync::Arc;

const PRESETS: [&str; 2] = ["flow-2d", "ddpm-2d"];
const SAMPLES: usize = 1000;

fn ring() -> Arc<Dataset> {
    Arc::new(load(&Source::parse("8-ring"), &Progress::default()).unwrap())
}

fn config(preset: &str, data: &Dataset) -> Config {
    let mut config = Config::preset(preset).unwrap();
    config.adapt_to(data.sample());
    config.with("hidden", vec![64, 64]).unwrap()
}

fn learned(config: &Config, data: &Arc<Dataset>, steps: u64) -> Snapshot {
    let mut model = Model::new(config, data.shape()).unwrap();
    let mut batches = Batches::new(data.clone());
    for step in 0..steps {
        model.step(&mut StepInput::new(step, &mut batches)).unwrap();
    }
    model.snapshot(steps).unwrap()
}

/// How far a point is from the nearest of the ring's modes, and which.
fn nearest(point: &[f32]) -> (usize, f32) {
    let radius = 2.0;
    let distance = |mode: usize| {
        let angle = mode as f32 * TAU / 8.0;
        (point[0] - radius * angle.cos()).hypot(point[1] - radius * angle.sin())
    };
    (0..8).map(|mode| (mode, distance(mode))).min_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
}

#[test]
fn noise_becomes_points_of_all_modes() {
    let data = ring();
    for preset in PRESETS {
        let snapshot = learned(&config(preset, &data), &data, 2500);
        let noise = normal_rows(5, Purpose::Sample, 0, SAMPLES, 2);
        let mut scratch = Scratch::default();
        let points = snapshot.decoder.evaluate(&noise, SAMPLES, &mut scratch);
        let found: Vec<(usize, f32)> = points.chunks_exact(2).map(nearest).collect();
        for mode in 0..8 {
            let count = found.iter().filter(|(of, _)| *of == mode).count();
            assert!(count > SAMPLES / 20, "{preset}: {count} samples of mode {mode}");
        }
        let near = found.iter().filter(|(_, distance)| *distance < 0.3).count();
        assert!(near > SAMPLES * 2 / 3, "{preset}: {near} of {SAMPLES} are near a mode");
    }
}

#[test]
fn the_way_back_and_forth_ends_where_it_began() {
    let data = ring();
    for preset in PRESETS {
        let snapshot = learned(&config(preset, &data).with("flow_steps", 64).unwrap(), &data, 600);
        let points = data.test.gather(&(0..200).collect::<Vec<usize>>());
        let mut scratch = Scratch::default();
        let encoder = snapshot.encoder.as_ref().unwrap();
        let codes: Vec<f32> =
            encoder.evaluate(&points, 200, &mut scratch).chunks_exact(4).flat_map(|c| [c[0], c[1]]).collect();
        let again = snapshot.decoder.evaluate(&codes, 200, &mut scratch);
        let pairs = points.chunks_exact(2).zip(again.chunks_exact(2));
        let mut apart: Vec<f32> = pairs.map(|(a, b)| (a[0] - b[0]).hypot(a[1] - b[1])).collect();
        apart.sort_by(f32::total_cmp);
        assert!(apart[100] < 0.1, "{preset}: {} of points on a ring of radius 2", apart[100]);
    }
}

#[test]
fn its_time_says_how_far_noise_has_come() {
    let data = ring();
    let noise = normal_rows(5, Purpose::Sample, 0, SAMPLES, 2);
    let spread = |snapshot: &Snapshot| {
        let mut scratch = Scratch::default();
        let points = snapshot.decoder.evaluate(&noise, SAMPLES, &mut scratch).to_vec();
        let near = points.chunks_exact(2).filter(|point| nearest(point).1 < 0.3).count();
        (points, near)
    };
    for preset in PRESETS {
        let config = config(preset, &data);
        let mut model = Model::new(&config, data.shape()).unwrap();
        let mut batches = Batches::new(data.clone());
        for step in 0..800 {
            model.step(&mut StepInput::new(step, &mut batches)).unwrap();
        }
        let at = |model: &mut Model, time: f64| {
            model.set_live(&config.with("flow_time", time).unwrap()).unwrap();
            spread(&model.snapshot(800).unwrap())
        };
        let [(start, first), (_, middle), (_, last)] = [0.0, 0.5, 1.0].map(|time| at(&mut model, time));
        assert!(first < last && middle < last, "{preset}: {first}, {middle}, {last} near a mode");
        // The code of the ring is its coordinates over their deviation, 2 / √2: at the beginning it is the noise itself.
        let largest = noise.iter().zip(&start).map(|(z, x)| (z * 2f32.sqrt() - x).abs()).fold(0.0, f32::max);
        assert!(largest < 0.2, "{preset}: {largest} beside the noise");
    }
}
