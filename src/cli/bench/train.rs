//! `latentarium bench train`: training steps on random images, and how much of the processor's own rate they reach.

use crate::cli::common::{config_of, progress_bar, usage};
use crate::dataset::{Column, Dataset, ImageShape, Source, Split};
use crate::diagnosis::StepLook;
use crate::model::{Batches, Config, Model, StepInput};
use crate::nn::matmul::{Matrix, matmul};
use crate::random::{Purpose, stream};
use crate::trainer::{Diagnosing, Latest, Measuring, MeasuringInput, SNAPSHOTS_PER_S};
use anyhow::Result;
use rand::RngCore;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Steps that are not counted.
const WARM_UP: usize = 10;
/// Side of the square matmul that the processor's rate is measured by: in cache, and large.
const SIDE: usize = 512;

/// Steps between tests, as a trainer has them.
const TEST_INTERVAL_STEPS: u64 = 100;

/// What is done beside the steps.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BenchTrainOptions {
    /// Weights are copied as often as a window would.
    pub stream: bool,
    /// Steps are looked at, and what goes wrong is named.
    pub diagnose: bool,
    /// Weights are measured between steps.
    pub measure: bool,
}

/// Random images of MNIST's shape: the speed does not depend on what is on them.
fn noise_dataset(count: usize) -> Dataset {
    let shape = ImageShape::grey(28, 28);
    let mut pixels = vec![0u8; count * shape.values()];
    stream(0, Purpose::Generate, 0, 0).fill_bytes(&mut pixels);
    let labels: Vec<u8> = (0..count).map(|index| (index % 10) as u8).collect();
    let names: Vec<String> = (0..10).map(|class| class.to_string()).collect();
    let split = Split::of_bytes(shape, pixels, vec![Column::class(labels, names)]);
    Dataset::new(Source::default(), "noise", split.clone(), split)
}

/// Figures of `steps` steps of `preset`.
pub(super) fn bench_train(
    preset: &str,
    batch: usize,
    steps: usize,
    threads: usize,
    options: BenchTrainOptions,
) -> Result<serde_json::Value> {
    let config = config_of(preset)?.with("batch", batch).map_err(|error| usage(error.to_string()))?;
    config.check().map_err(|error| usage(error.to_string()))?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(64 << 20).build()?;
    // The processor's rate before and after: what else runs on the machine weighs on both.
    let before = matmul_gflops(&pool, threads);
    let (seconds, flops) = pool.install(|| time_steps(&config, steps, options))?;
    let rate = 0.5 * (before + matmul_gflops(&pool, threads));
    let samples_per_s = (steps * batch) as f64 / seconds;
    let gflops = 1e-9 * samples_per_s * flops as f64;
    Ok(serde_json::json!({
        "preset": preset, "threads": threads, "batch": batch, "steps": steps,
        "stream": options.stream, "diagnose": options.diagnose, "measure": options.measure,
        "samples_per_s": samples_per_s, "step_ms": 1e3 * seconds / steps.max(1) as f64,
        "gflops": gflops, "product_gflops": rate, "arithmetic_share": gflops / rate,
    }))
}

/// Seconds of all steps, and what an image's step needs of multiplications and additions.
fn time_steps(config: &Config, steps: usize, options: BenchTrainOptions) -> Result<(f64, u64)> {
    let dataset = Arc::new(noise_dataset(8 * config.images_per_step(1)));
    let mut model = Model::new(config, dataset.shape())?;
    let mut diagnosing = Diagnosing::new(options.diagnose, config.clone(), Arc::default());
    let mut measuring = Measuring::default();
    let mut batches = Batches::new(dataset.clone());
    let bar = progress_bar(steps as u64, "steps");
    let mut started = Instant::now();
    let (latest, mut published) = (Latest::default(), Instant::now());
    for step in 0..WARM_UP + steps {
        if step == WARM_UP {
            started = Instant::now();
        }
        let at = step as u64;
        let (made, inspection) = diagnosing.step(&mut model, diagnosing.depth(at), &dataset.test, |model, seen| {
            model.step(&mut StepInput { seen, ..StepInput::new(at, &mut batches) })
        });
        if let Some(inspection) = inspection {
            diagnosing.look(config, &dataset, StepLook { step: at, inspection, ..StepLook::default() });
        }
        made?;
        let made_steps = at + 1;
        if options.measure && made_steps.is_multiple_of(TEST_INTERVAL_STEPS) {
            let (model, test_interval_steps) = (&model, TEST_INTERVAL_STEPS);
            let input = MeasuringInput { model, config, dataset: &dataset, step: made_steps, test_interval_steps };
            measuring.losses(&input)?;
        }
        if options.stream && published.elapsed() >= Duration::from_secs(1) / SNAPSHOTS_PER_S {
            published = Instant::now();
            latest.set(model.snapshot(step as u64)?);
        }
        bar.set_position(step.saturating_sub(WARM_UP) as u64);
    }
    let seconds = started.elapsed().as_secs_f64();
    bar.finish_and_clear();
    Ok((seconds, model.flops()))
}

/// GFLOP/s of square matmuls, one on each thread at once.
fn matmul_gflops(pool: &rayon::ThreadPool, threads: usize) -> f64 {
    let values = vec![0.5; SIDE * SIDE];
    let times = 12;
    let run = |times: usize| {
        pool.broadcast(|_| {
            let mut out = vec![0.0; SIDE * SIDE];
            for _ in 0..times {
                matmul(&mut out, Matrix::new(&values, SIDE, SIDE), Matrix::new(&values, SIDE, SIDE), false);
            }
            std::hint::black_box(out);
        });
    };
    run(2);
    let started = Instant::now();
    run(times);
    2e-9 * (SIDE * SIDE * SIDE * times * threads) as f64 / started.elapsed().as_secs_f64()
}
