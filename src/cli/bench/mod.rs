//! `latentarium bench`: how fast it trains, decodes and draws.

mod decode;
mod decode_gpu;
mod layers;
mod timeline;
mod train;
mod ui;
mod window;

use super::Outcome;
use super::common::{threads_of, usage, within};
use super::output::{say, tell};
use crate::dataset::Source;
use crate::explore::tiles::LARGEST_GRID;
use anyhow::Result;
use clap::Subcommand;
use decode::bench_decode;
use decode_gpu::bench_decode_gpu;
use timeline::BenchTimeline;
use train::{BenchTrainOptions, bench_train};
use ui::BenchUi;
use window::BenchWindow;

/// The most steps, frames or decodes that are timed.
const MOST_TIMES: usize = 1_000_000;
/// The most latents that are decoded at a time.
const MOST_LATENTS: usize = 16_384;
/// The most checkpoints that a run is made with.
const MOST_CHECKPOINTS: usize = 1000;

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
        /// Give a listener the weights 30 times a second, as the explorer's trainers do.
        #[arg(long)]
        stream: bool,
        /// Look at steps as the explorer does, and name what goes wrong.
        #[arg(long)]
        diagnose: bool,
        /// Measure what a trainer measures of the weights between steps, where tests are made every 100 steps.
        #[arg(long)]
        measure: bool,
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
    /// The real window: frames it draws when nothing happens, and what it leaves to training. Needs a display.
    Window {
        /// Seconds of training without a window, with the cursor at rest, and with the cursor dragged, each.
        #[arg(long, default_value_t = 30.0)]
        seconds: f64,
        /// The data: digits, or a folder of IDX files or CIFAR-10 binary batches.
        #[arg(long, default_value = "digits")]
        data: String,
        /// Threads of each of the two models.
        #[arg(long)]
        threads: Option<usize>,
        /// Draw every layer of the plane.
        #[arg(long)]
        all_layers: bool,
        /// Print one line of JSON.
        #[arg(long)]
        json: bool,
    },
    /// Looking back at training: the explorer scrubs over a run of many checkpoints, off-screen; the CPU decodes.
    Timeline {
        /// The preset.
        #[arg(default_value = "vae-dense")]
        preset: String,
        /// Checkpoints of the run.
        #[arg(long, default_value_t = 30)]
        checkpoints: u64,
        /// Tiles along each side of the plane.
        #[arg(long, default_value_t = 64)]
        grid: usize,
        /// Places to scrub to.
        #[arg(long, default_value_t = 100)]
        places: u32,
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
        /// Threads of the CPU.
        #[arg(long)]
        threads: Option<usize>,
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
        BenchCommand::Train { preset, batch, steps, threads, stream, diagnose, measure, json } => {
            let threads = threads_of(threads)?;
            within("--steps", steps, 1..=MOST_TIMES)?;
            (bench_train(&preset, batch, steps, threads, BenchTrainOptions { stream, diagnose, measure })?, json)
        }
        BenchCommand::Ui { frames, json } => {
            within("--frames", frames as usize, 1..=MOST_TIMES)?;
            let times = BenchUi { frames }.run()?;
            if times.adapter.is_none() {
                tell("no graphics adapter: `prepare` is missing from these times");
            }
            (serde_json::to_value(times)?, json)
        }
        BenchCommand::Window { seconds, data, threads, all_layers, json } => {
            if !(0.5..=3600.0).contains(&seconds) {
                return Err(usage(format!("--seconds: expected 0.5 to 3600, found {seconds}")));
            }
            let threads = threads_of(threads)?;
            (
                serde_json::to_value(BenchWindow { seconds, data: Source::parse(&data), threads, all_layers }.run()?)?,
                json,
            )
        }
        BenchCommand::Timeline { preset, checkpoints, grid, places, json } => {
            within("--checkpoints", checkpoints as usize, 2..=MOST_CHECKPOINTS)?;
            within("--grid", grid, 1..=LARGEST_GRID)?;
            within("--places", places as usize, 1..=MOST_TIMES)?;
            (serde_json::to_value(BenchTimeline { preset, checkpoints, grid, places }.run()?)?, json)
        }
        BenchCommand::Decode { preset, count, repeat, threads, backend, json } => {
            within("--count", count, 1..=MOST_LATENTS)?;
            within("--repeat", repeat, 1..=MOST_TIMES)?;
            let line = match backend.as_str() {
                "gpu" => bench_decode_gpu(&preset, count, repeat)?,
                _ => bench_decode(&preset, count, repeat, threads_of(threads)?)?,
            };
            (line, json)
        }
    };
    print(&line.0, line.1)?;
    Ok(Outcome::Done)
}

/// Figures as one line of JSON, or a line each.
fn print(line: &serde_json::Value, json: bool) -> Result<()> {
    match line.as_object() {
        Some(fields) if !json => fields.iter().try_for_each(|(name, value)| say(format!("{name:<16} {value}"))),
        _ => say(line),
    }
}
