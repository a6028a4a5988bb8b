//! `latentarium bench`: how fast it trains, decodes and draws.

use super::Outcome;
use super::bench_ui::BenchUi;
use super::common::{default_threads, progress_bar, usage};
use crate::dataset::{Dataset, ImageShape, Pixels, Source, Split};
use crate::model::{Batches, Config, Model, PRESETS, Part};
use crate::random::{Purpose, normal_rows, stream};
use crate::snapshot::Scratch;
use anyhow::Result;
use clap::Subcommand;
use rand::RngCore;
use std::sync::Arc;
use std::time::Instant;

/// Steps that are not counted.
const WARM_UP: usize = 10;

#[derive(Subcommand)]
pub enum BenchCommand {
    /// Training steps on random images of 28×28.
    Train {
        /// The preset.
        preset: String,
        /// Images a step.
        #[arg(long, default_value_t = 128)]
        batch: usize,
        /// Steps to time.
        #[arg(long, default_value_t = 200)]
        steps: usize,
        /// Threads.
        #[arg(long)]
        threads: Option<usize>,
        /// Print one line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// Frames of the explorer, off-screen.
    Ui {
        /// Frames to time, idle and while two trainers run.
        #[arg(long, default_value_t = 300)]
        frames: u32,
        /// Print one line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// Decoding latents into images of 28×28.
    Decode {
        /// The preset.
        preset: String,
        /// Latents at a time.
        #[arg(long, default_value_t = 400)]
        count: usize,
        /// Times to repeat.
        #[arg(long, default_value_t = 50)]
        repeat: usize,
        /// Where to decode.
        #[arg(long, default_value = "cpu", value_parser = ["cpu", "gpu"])]
        backend: String,
        /// Print one line of JSON.
        #[arg(long)]
        json: bool,
    },
}

pub fn run(command: BenchCommand) -> Result<Outcome> {
    let line = match command {
        BenchCommand::Train { preset, batch, steps, threads, json } => {
            (bench_train(&preset, batch, steps, threads.unwrap_or_else(default_threads))?, json)
        }
        BenchCommand::Ui { frames, json } => {
            let times = BenchUi { frames }.run()?;
            if times.adapter.is_none() {
                eprintln!("latentarium: no graphics adapter: `prepare` is missing from these times");
            }
            (serde_json::to_value(times)?, json)
        }
        BenchCommand::Decode { preset, count, repeat, backend, json } => {
            if backend == "gpu" {
                return Err(usage("--backend gpu: the decoder does not run on the GPU yet"));
            }
            (bench_decode(&preset, count, repeat)?, json)
        }
    };
    print(&line.0, line.1);
    Ok(Outcome::Done)
}

/// Figures as one line of JSON, or a line each.
fn print(line: &serde_json::Value, json: bool) {
    match line.as_object() {
        Some(fields) if !json => fields.iter().for_each(|(name, value)| println!("{name:<16} {value}")),
        _ => println!("{line}"),
    }
}

fn config_of(preset: &str) -> Result<Config> {
    Config::preset(preset)
        .ok_or_else(|| usage(format!("expected one of the presets {}, found {preset}", PRESETS.join(", "))))
}

/// Random images of MNIST's shape: the speed does not depend on what is on them.
fn noise_dataset(count: usize) -> Dataset {
    let shape = ImageShape::grey(28, 28);
    let mut pixels = vec![0u8; count * shape.values()];
    stream(0, Purpose::Generate, 0, 0).fill_bytes(&mut pixels);
    let labels: Vec<u8> = (0..count).map(|index| (index % 10) as u8).collect();
    let split = Split { shape, pixels: Pixels::U8(pixels.into()), labels: labels.into() };
    let names = (0..10).map(|class| class.to_string()).collect();
    Dataset::new(Source::Digits, "noise", split.clone(), split, names)
}

fn bench_train(preset: &str, batch: usize, steps: usize, threads: usize) -> Result<serde_json::Value> {
    let config = Config { batch, ..config_of(preset)? };
    config.check().map_err(|error| usage(error.to_string()))?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(64 << 20).build()?;
    let seconds = pool.install(|| -> Result<f64> {
        let dataset = Arc::new(noise_dataset(8 * batch));
        let mut model = Model::new(&config, dataset.shape())?;
        let mut batches = Batches::new(dataset);
        let bar = progress_bar(steps as u64, "steps");
        let mut started = Instant::now();
        for step in 0..WARM_UP + steps {
            if step == WARM_UP {
                started = Instant::now();
            }
            let pixels = batches.pixels(step as u64, &config);
            let batch = batches.batch(pixels, step as u64, &config)?;
            model.step(step as u64, &batch, &config, Part::Whole)?;
            bar.set_position(step.saturating_sub(WARM_UP) as u64);
        }
        let seconds = started.elapsed().as_secs_f64();
        bar.finish_and_clear();
        Ok(seconds)
    })?;
    Ok(serde_json::json!({
        "preset": preset, "threads": threads, "batch": batch, "steps": steps,
        "samples_per_s": (steps * batch) as f64 / seconds, "step_ms": 1e3 * seconds / steps.max(1) as f64,
    }))
}

fn bench_decode(preset: &str, count: usize, repeat: usize) -> Result<serde_json::Value> {
    let config = config_of(preset)?;
    if count == 0 || repeat == 0 {
        return Err(usage("--count and --repeat: expected 1 or more, found 0"));
    }
    let snapshot = Model::new(&config, ImageShape::grey(28, 28))?.snapshot(0)?;
    let latents = normal_rows(0, Purpose::Sample, 0, count, config.latent);
    let mut scratch = Scratch::default();
    let mut times: Vec<f64> = (0..repeat + 5)
        .map(|_| {
            let started = Instant::now();
            snapshot.decoder.evaluate(&latents, count, &mut scratch);
            1e3 * started.elapsed().as_secs_f64()
        })
        .skip(5)
        .collect();
    times.sort_by(f64::total_cmp);
    let median = times.get(times.len() / 2).copied().unwrap_or(f64::NAN);
    Ok(serde_json::json!({ "preset": preset, "backend": "cpu", "count": count, "decode_ms": median }))
}
