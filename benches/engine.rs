//! What a person waits for: a training step, decoding a plane's tiles, one latent, a frame's curves, the point under the
//! pointer, a frame's piece of a density, a checkpoint.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use latentarium::dataset::{Dataset, ImageShape, Source, Split};
use latentarium::explore::density::{DensityRequest, DensityTask};
use latentarium::explore::encoded::{EncodedPoints, Encoding};
use latentarium::explore::plane::Plane;
use latentarium::history::{Axis, History};
use latentarium::model::{Batches, Config, MetricId, Model, Saved, StepInput, presets};
use latentarium::nn::optimizer::Moments;
use latentarium::random::{Purpose, normal_rows, stream};
use latentarium::run::{Checkpoint, MadeWith, sha256, sum_of_changes};
use latentarium::snapshot::Scratch;
use rand::RngCore;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

fn noise(count: usize) -> Arc<Dataset> {
    let shape = ImageShape::grey(28, 28);
    let mut pixels = vec![0; count * shape.values()];
    stream(0, Purpose::Generate, 0, 0).fill_bytes(&mut pixels);
    let split = Split::of_bytes(shape, pixels, Vec::new());
    Arc::new(Dataset::new(Source::default(), "noise", split.clone(), split))
}

fn training(criterion: &mut Criterion) {
    let dataset = noise(1024);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).stack_size(64 << 20).build().unwrap();
    let mut group = criterion.benchmark_group("step");
    for preset in presets() {
        let config = Config::preset(preset).unwrap();
        group.throughput(Throughput::Elements(config.images_per_step(1024) as u64));
        group.bench_function(preset, |bencher| {
            pool.install(|| {
                let mut model = Model::new(&config, dataset.shape()).unwrap();
                let mut batches = Batches::new(dataset.clone());
                bencher.iter(|| model.step(&mut StepInput::new(0, &mut batches)).unwrap());
            });
        });
    }
}

fn decoding(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decode");
    for preset in ["vae-dense", "gan-dense", "vae-conv", "dcgan"] {
        let snapshot =
            Model::new(&Config::preset(preset).unwrap(), ImageShape::grey(28, 28)).unwrap().snapshot(0).unwrap();
        for count in [1, 400, 1024] {
            let latents = normal_rows(0, Purpose::Sample, 0, count, snapshot.latent);
            let mut scratch = Scratch::default();
            group.throughput(Throughput::Elements(count as u64));
            group.bench_function(format!("{preset}/{count}"), |bencher| {
                bencher.iter(|| snapshot.decoder.evaluate(&latents, count, &mut scratch)[0]);
            });
        }
    }
}

fn curves(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("curve");
    for points in [1_000u64, 100_000, 1_000_000] {
        let history = History::default();
        for step in 0..points {
            history.push(step, step as f32, &[(MetricId::TOTAL, (step as f32).sin())]);
        }
        for smoothing in [0.0, 0.95] {
            group.bench_function(format!("{points} points, smoothing {smoothing}"), |bencher| {
                bencher.iter(|| {
                    history
                        .with(MetricId::TOTAL, |c| c.visible(Axis::Step, (0.0, points as f64), 1600, smoothing).len())
                });
            });
        }
    }
    group.bench_function("append", |bencher| {
        bencher.iter_batched_ref(
            History::default,
            |history| history.push(1, 0.0, &[(MetricId::TOTAL, 1.0)]),
            BatchSize::SmallInput,
        );
    });
}

/// Points of the prior, in ten classes.
/// A checkpoint of 60 MB on the disk of the temporary files: written, its checksums alone, and read.
fn checkpoints(criterion: &mut Criterion) {
    let values = |count: usize| (0..count).map(|index| (index as f32).sin()).collect::<Vec<f32>>();
    let weights = [("weight".to_owned(), values(5_000_000))].into();
    let moments = [("weight".to_owned(), Moments { first: values(5_000_000), second: values(5_000_000) })].into();
    let saved = Saved { weights, moments, updates: [(String::new(), 1)].into() };
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("config.toml"), "").expect("a file");
    let made_with = MadeWith { config: sha256(b""), changes: sum_of_changes(&[], 1) };
    let mut group = criterion.benchmark_group("checkpoint");
    group.sample_size(20).throughput(Throughput::Bytes(60_000_000));
    group.bench_function("write", |bencher| {
        let mut step = 0;
        bencher.iter(|| {
            step += 1;
            let checkpoint = Checkpoint { step, train_s: 1.0, saved: saved.clone() };
            checkpoint.write(folder.path(), &made_with).expect("written");
            std::fs::remove_dir_all(Checkpoint::path(folder.path(), step)).expect("removed");
        });
    });
    let bytes = vec![7u8; 60_000_000];
    group.bench_function("checksums", |bencher| bencher.iter(|| sha256(&bytes)));
    Checkpoint { step: 1, train_s: 1.0, saved }.write(folder.path(), &made_with).expect("written");
    group.bench_function("read", |bencher| {
        bencher.iter(|| Checkpoint::read_at(folder.path(), 1, &[], |_| Ok(u64::MAX)).expect("read"));
    });
}

fn encoded(count: usize) -> Arc<EncodedPoints> {
    let encoding = Encoding {
        step: 0,
        latent: 2,
        mean: normal_rows(7, Purpose::Sample, 0, count, 2),
        log_variance: vec![0.0; 2 * count],
        kl_per_dimension: vec![0.0; 2],
        images: (0..count as u32).collect(),
        labels: (0..count).map(|index| (index % 10) as u8).collect(),
        took: Duration::ZERO,
    };
    Arc::new(EncodedPoints::new(Arc::new(encoding), Arc::new(Plane::of_two())))
}

fn points(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("points");
    let many = encoded(750_000);
    for at in [[0.0, 0.0], [3.0, -3.0], [40.0, 10.0]] {
        group.bench_function(format!("nearest of 750000 to {at:?}"), |bencher| {
            bencher.iter(|| many.nearest(at, 2000.0, |_| true));
        });
    }
    let piece = encoded(100_000);
    group.bench_function("last piece of a density", |bencher| {
        let first_pass = || {
            let (points, hidden) = (piece.clone(), BTreeSet::new());
            let mut task = DensityTask::new(DensityRequest { points, hidden, low: [-3.0; 2], high: [3.0; 2] });
            task.advance(100_000);
            task
        };
        bencher.iter_batched(first_pass, |mut task| task.advance(100_000).unwrap(), BatchSize::LargeInput);
    });
}

criterion_group!(benches, training, decoding, curves, points, checkpoints);
criterion_main!(benches);
