//! `latentarium sample`.

use super::Outcome;
use super::common::{usage, write_png};
use super::output::say;
use crate::picture;
use crate::random::{Purpose, normal_rows};
use crate::run;
use crate::snapshot::Scratch;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct SampleArguments {
    /// The run's folder.
    run: PathBuf,
    /// How many samples.
    #[arg(long, default_value_t = 100)]
    count: usize,
    /// Seed of the samples.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The picture to write.
    #[arg(long)]
    out: PathBuf,
}

pub fn run(arguments: &SampleArguments) -> Result<Outcome> {
    if !(1..=10_000).contains(&arguments.count) {
        return Err(usage(format!("--count: expected 1 to 10000, found {}", arguments.count)));
    }
    let opened = run::open(&arguments.run)?;
    let snapshot = &opened.snapshot;
    let latents = normal_rows(arguments.seed, Purpose::Sample, 0, arguments.count, snapshot.latent);
    let mut scratch = Scratch::default();
    let pixels = snapshot.decoder.evaluate(&latents, arguments.count, &mut scratch);
    let images: Vec<Vec<f32>> = pixels.chunks_exact(snapshot.image.values()).map(<[f32]>::to_vec).collect();
    let columns = (arguments.count as f64).sqrt().ceil() as usize;
    write_png(&arguments.out, &picture::grid(snapshot.image, &images, columns))?;
    say(arguments.out.display())?;
    Ok(Outcome::Done)
}
